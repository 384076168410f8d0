-- Tests `idocr report`: what is in the file, what is masked, malformed lines, statuses. The page in a browser: report_page_spec.lua.

local cjson = require("cjson").new()
local cli = require "spec.support.command"
local core = require "idocr.core"
local json = require "idocr.json"
local markers = require "spec.support.markers"
local process = require "spec.support.process"
local shown = require "idocr.cli.report.shown"

local folder, input, output
before_each(function()
  folder = process.tempdir()
  input, output = folder .. "/cards.jsonl", folder .. "/report.html"
end)

local function write(...)
  local lines = {}
  for index, line in ipairs { ... } do lines[index] = type(line) == "table" and json.encode(line) or line end
  process.write(input, table.concat(lines, "\n") .. "\n")
end

local function data_of(html, id)
  return cjson.decode((assert(html:match('id="' .. id:gsub("%-", "%%-") .. '">(.-)</script>'))))
end

-- Runs the command. Returns the entries, the head, the status, standard error and the page.
local function report(options)
  local _, status, stderr = cli.run("report %s -o %s " .. (options or ""), input, output)
  local html = assert(process.read(output), stderr)
  return data_of(html, "entries-data"), data_of(html, "head-data"), status, stderr, html
end

local CARD = {
  kind = "passport", provider = "tencent", request_id = "req-1", name = markers.NAME, surname = "MARKERNAME", number = markers.NUMBER,
  personal_number = markers.NUMBER, address = markers.ADDRESS, birth_place = "MARKERSTREET", birth_date = "1990-01-01", sex = "F",
  nationality = "MYS", issue_date = "2020-05-06", expiry_date = "2001-01-01", mrz = { markers.MRZ, "900101145678MYS" },
  visual = { name = "MARKERNAME OTHER", birth_date = "1990-01-02" }, favourite = markers.ADDRESS, height = 1.735,
  confidence = { name = 0.71, number = 0.99 }, portrait = { bytes = 12345, file = "faces/MARKERNAME.jpg" },
  warnings = { { code = -9102, name = "photocopy", message = "MARKERNAME" } }, raw = { Name = markers.NAME },
  second = { name = markers.NAME, number = "MARKERother1" }, advice = { { check = "advice.blur", ok = false, message = "MARKERNAME" } },
}

local function field(entry, name)
  for _, row in ipairs(entry.fields) do
    if row[1] == name then return row[2], row[3] end
  end
end

describe("a value in a masked report", function()
  it("shows enough to compare, and no more", function()
    for _, case in ipairs {
      { "name", "ROSA ANGELA", "R••• A•••••" }, { "name", "李明", "李•" }, { "native_name", "Ö", "•" },
      { "number", "X1234567", "X12•••67" }, { "number", "900101 14 5678", "900•••••••••78" }, { "tax_number", "123", "•••" },
      { "address", "12 JALAN MAWAR", "1• J•••• M••••" },
      { "birth_date", "1990-01-02", "1990-••-••" }, { "birth_date", "2.1.90", "••••••" },
      { "expiry_date", "2031-05-31", "2031-05-31" }, { "expiry_date", "ROSA ANGELA", "•••••••••••" },
      { "issue_date", "2003-06", "2003-06" },
      { "sex", "F", "F" }, { "sex", "ROSA", "R•••" }, { "nationality", "UTO", "UTO" }, { "nationality", "Malaysia", "MYS" },
      { "nationality", "ROSA ANGELA", "ROS••••••LA" }, { "document_type", "resident_identity_card", "resident_identity_card" },
      { "document_type", "ROSA", "R•••" }, { "resident_type", "non-permanent", "non-permanent" }, { "quality", 87.5, "87.5" },
      { "height", 1.735, "1••••" }, { "complete", true, "yes" }, { "unheard_of", "ROSA", "R•••" }, { "unheard_of", "A12", "•••" },
    } do
      assert.equal(case[3], shown.value(case[1], case[2]), case[1] .. " " .. tostring(case[2]))
    end
  end)

  it("names a file by a few characters and its extension", function()
    for path, wanted in pairs {
      ["scans/ROSA ANGELA.JPG"] = "R••••••••LA.jpg", ["/home/rosa/a.png"] = "•.png", ["ROSA.jpg"] = "R•••.jpg",
      ["IMG.Rosa"] = "I•••••sa",
      ["https://host/x/rosa.pdf?sig=secret#a"] = "r•••.pdf", ["https://rosa.example"] = "•", ["scans/rosa/"] = "r•••", [""] = false,
    } do
      assert.equal(wanted or nil, shown.file(path))
    end
    assert.equal("scans/ROSA.jpg", shown.file("scans/ROSA.jpg", true))
  end)

  it("holds no control character and no bidirectional one, and is short", function()
    for _, clear in ipairs { true, false } do
      local text = shown.value("name", "\226\128\174a\0b\27[31m\255\194\133\nx" .. ("A"):rep(100000), clear)
      assert.is_true(#text < 1200, #text)
      assert.is_nil(text:find("[%c\255]"))
      assert.is_nil(text:find("\226\128\174", 1, true))
    end
    assert.matches("%(100003 bytes%)$", shown.value("name", "a\nb" .. ("A"):rep(100000), true))
  end)
end)

describe("idocr report", function()
  it("masks every value in the file itself", function()
    write({ file = "scans/MARKERNAME SMITH.jpg", sha256 = ("ab"):rep(32), card = CARD },
      { file = "scans/900101-14-5678.jpg", error = { code = "FailedOperation.X", category = "service", billed = true, attempts = 1,
        message = "refused for 900101-14-5678", vendor_message = markers.NAME, sent = true } },
      { file = "\255MARKERNAME.jpg", file_base64 = core.base64_encode("\255MARKERNAME.jpg"), kind = "MARKER NAME",
        card = { name = "MARKERNAME" } })
    local entries, head, status, stderr, html = report("--title Results")
    assert.same({ 0, "", true, "Results" }, { status, stderr, head.masked, head.title })
    assert.is_nil(markers.found(html))
    local entry = entries[1]
    assert.same({ "M••••••••• <••••••", "900•••••••••78", "M••••••••••••TH.jpg", "abababababab" },
      { entry.name, entry.number, entry.file, entry.hash })
    assert.same({ "M••••••••• <••••••", 0.71 }, { field(entry, "name") })
    assert.same({ "1990-••-••", "F", "MYS", "2020-05-06", "M••••••••• O••••" }, { field(entry, "birth_date"), (field(entry, "sex")),
      (field(entry, "nationality")), (field(entry, "issue_date")), (field(entry, "visual.name")) })
    assert.same({ 0.71, true, 1 }, { entry.confidence, entry.low, entry.line })
    assert.same({ name = "photocopy", code = "-9102" }, entry.warnings[1])
    assert.matches("^refused for %*+$", entries[2].error.message)
    assert.is_nil(entries[2].error.vendor_message)
  end)

  it("shows the values with --clear, without the raw reply", function()
    write { file = "scans/a b.jpg", card = { kind = "passport", name = "ROSA ANGELA", number = "X1234567", raw = { Secret = "RAWVALUE" },
      mrz = { "P<UTO", "X12" } } }
    local entries, head, _, _, html = report "--clear"
    assert.same({ false, { input } }, { head.masked, head.names })
    assert.same({ "ROSA ANGELA", "X1234567", "scans/a b.jpg", "P<UTO\nX12" },
      { entries[1].name, entries[1].number, entries[1].file, (field(entries[1], "mrz")) })
    assert.is_nil(html:find("RAWVALUE", 1, true))
  end)

  it("checks each card offline", function()
    write({ file = "a", card = { kind = "passport", number = "X1", expiry_date = "2001-01-01", warnings = {} } },
      { file = "b", card = { kind = "malaysia_id", number = "900101-14-5677", birth_date = "1991-01-01",
        second = { number = "900101-14-5678" } } })
    local entries = report()
    local found = {}
    for _, entry in ipairs(entries) do
      assert.is_number(entry.passed)
      for _, finding in ipairs(entry.findings) do found[finding.check] = finding.severity end
    end
    assert.is_truthy(found["dates.expired"])
    assert.is_truthy(found["match.birth_date"])
    assert.is_true(entries[2].passed > 0)
  end)

  it("tells refused, failed and unsure by the rule of money", function()
    local function line(err) return { file = tostring(err.code), error = err } end
    write(line { code = "A", category = "service", billed = true },
      line { code = "B", category = "throttled", billed = false, retryable = true },
      line { code = "C", category = "network", sent = true }, { file = "D", card = { kind = "passport" } })
    local statuses = {}
    for index, entry in ipairs((report())) do statuses[index] = entry.status end
    assert.same({ "refused", "failed", "unsure", "read" }, statuses)
  end)

  it("shows the last line for each picture, and says how many it replaces", function()
    write({ file = "a", error = { code = "Older", category = "network", billed = false } },
      { file = "a", card = { kind = "passport", number = "1" } },
      { file = "a", card = { kind = "malaysia_id", number = "2" } }, { file = "a", kind = "passport", error = { code = "Newer" } },
      { card = { kind = "passport" } }, { card = { kind = "passport" } })
    local entries, head = report()
    local lines = {}
    for index, entry in ipairs(entries) do lines[index] = entry.line end
    assert.same({ { 3, 4, 5, 6 }, 2 }, { lines, head.replaced })
  end)

  it("tells pictures apart by the id of a queue's item, and by their content", function()
    local card = { kind = "passport" }
    write({ id = "1", file = "", card = card }, { id = "2", file = "", card = card }, { id = "1", file = "", card = card },
      { file = "", card = card }, { file = "", card = card },
      { file = "a", sha256 = ("a"):rep(64), card = card }, { file = "a", sha256 = ("b"):rep(64), card = card },
      { file = "a", sha256 = ("b"):rep(64), card = card })
    local entries, head = report()
    local lines = {}
    for index, entry in ipairs(entries) do lines[index] = entry.line end
    assert.same({ { 2, 3, 4, 5, 6, 8 }, 2 }, { lines, head.replaced })
  end)

  it("counts the lines that are no results, and ends with status 1", function()
    write({ file = "a", card = { kind = "passport" } }, "", "garbage MARKERNAME", "[1]", '"text"', "{}", '{"card":1}', '{"file":"torn')
    local entries, head, status, stderr, html = report()
    assert.same({ 1, 1, 6, 0 }, { #entries, status, head.malformed_count, head.replaced })
    assert.same({ 3, 4, 5, 6, 7, 8 }, (function()
      local numbers = {}
      for index, wrong in ipairs(head.malformed) do numbers[index] = wrong.number end
      return numbers
    end)())
    assert.matches("line 3: it is not JSON", stderr)
    assert.matches("6 lines are no results", stderr)
    assert.is_nil(markers.found(stderr .. html))
  end)

  it("makes a page of an empty file", function()
    write()
    local entries, head, status = report()
    assert.same({ 0, 0, 0 }, { #entries, head.malformed_count, status })
  end)

  it("reads several files and standard input, and writes to standard output", function()
    write { file = "a", card = { kind = "passport", number = "1" } }
    local html, status = cli.shell("cat %s | %s report %s - -o -", input, cli.COMMAND, input)
    local entries = data_of(html, "entries-data")
    assert.same({ 0, 2, 1, 2 }, { status, #entries, entries[1].input, entries[2].input })
  end)

  it("keeps hostile texts inside the data", function()
    local texts = {
      "</script><script>x", "<!--<script>", "\"'><img>", "=1+1", "a\0\1\127", "\255\254", "@style@ %1", "__proto__", ("A"):rep(2 ^ 20),
    }
    local lines = {}
    for index, text in ipairs(texts) do
      lines[index] = { file = text, kind = text, card = {
        kind = text, name = text, [text] = text, confidence = { [text] = 0.5 }, request_id = text,
        warnings = { { name = text, code = 1.5, message = text } }, mrz = { text, { text } }, visual = { [text] = { [text] = text } },
      } }
    end
    write((table.unpack or unpack)(lines)) -- luacheck: ignore
    for _, options in ipairs { "", "--clear" } do
      local entries, _, status, _, html = report(options)
      assert.same({ 0, #texts }, { status, #entries })
      assert.equal(3, select(2, html:gsub("<script", "")))
      assert.equal(3, select(2, html:gsub("</script", "")))
      assert.is_true(#html < 200000, #html)
      assert.is_nil(html:find("[%z\1-\8\11-\31\127]"))
    end
  end)

  it("never fails on members of a wrong type", function()
    local null = json.null
    local lines = {}
    for _, value in ipairs { null, 1, -1.5, true, "x", {}, { 1, null, "x" }, { a = { b = { c = { d = { e = 1 } } } } } } do
      local card, err = {}, {}
      for name in ([[
        kind name number mrz warnings confidence visual second advice portrait provider request_id sex quality unread
      ]]):gmatch("%S+") do card[name] = value end
      for name in ("code category message http_status attempts billed retryable sent request_id"):gmatch("%S+") do err[name] = value end
      lines[#lines + 1] = { file = value, sha256 = value, kind = value, card = card }
      lines[#lines + 1] = { file = value, file_base64 = value, unsure = value, error = err }
    end
    write((table.unpack or unpack)(lines)) -- luacheck: ignore
    for _, options in ipairs { "", "--clear", "--pictures" } do
      local entries, head, status, stderr = report(options)
      assert.same({ 0, #lines }, { status, #entries + head.replaced }, stderr)
    end
  end)

  it("allows exactly its own script and style", function()
    write()
    local _, _, _, _, html = report()
    local policy = html:match('http%-equiv="Content%-Security%-Policy" content="(.-)"')
    local function source(text)
      local raw = core.sha256(text):gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)
      return "'sha256-" .. core.base64_encode(raw) .. "'"
    end
    assert.equal(("default-src 'none'; script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'"):format(
      source(html:match("<script>(.-)</script>")), source(html:match("<style>(.-)</style>"))), policy)
    assert.is_nil(html:gsub("http://www%.w3%.org/2000/svg", ""):find("https?://"))
  end)

  it("does not replace results or another file", function()
    write { file = "a", card = { kind = "passport" } }
    local before = process.read(input)
    process.run("ln -s cards.jsonl " .. process.quote(folder .. "/link"))
    process.write(folder .. "/other.txt", "kept")
    for name, wanted in pairs {
      ["cards.jsonl"] = "would be lost", link = "would be lost", ["other.txt"] = "is not a report", [""] = "not a folder",
    } do
      local _, status, stderr = cli.run("report %s -o %s", input, folder .. "/" .. name)
      assert.equal(2, status)
      assert.is_truthy(stderr:find(wanted, 1, true), stderr)
    end
    assert.same({ before, "kept" }, { process.read(input), process.read(folder .. "/other.txt") })
    report()
    assert.equal(0, select(3, report())) -- an earlier report is replaced
  end)

  it("ends with status 2 for an input that cannot be read, 6 for a full disk", function()
    for _, path in ipairs { folder .. "/none.jsonl", folder } do
      local out, status, stderr = cli.run("report %s -o %s", path, output)
      assert.same({ "", 2 }, { out, status }, stderr)
    end
    assert.is_nil(process.read(output))
    write()
    assert.equal(2, select(2, cli.run("report %s -o /nonexistent/x.html", input)))
    assert.equal(6, (select(2, cli.to(">&-", "report %s -o -", input))))
  end)
end)

describe("idocr report --pictures", function()
  local passport = cli.specimen "passport"

  local function entry_of(line)
    write(line)
    local entries, head = report "--pictures"
    return entries[1], head
  end

  it("adds small copies of the portrait and of the picture that was read", function()
    cli.copy(passport.path, folder .. "/MARKERNAME.jpg")
    cli.copy(passport.portrait, folder .. "/face.jpg")
    local entry, head = entry_of { file = folder .. "/MARKERNAME.jpg", sha256 = passport.sha256,
      card = { kind = "passport", portrait = { bytes = 1, file = "face.jpg" } } } -- relative to the file of results
    assert.same({ missing = 0, omitted = 0 }, head.pictures)
    local sizes = {}
    for index, picture in ipairs(entry.pictures) do
      local bytes = core.base64_decode((assert(picture.data:match "^data:image/jpeg;base64,(.+)$")))
      local info = core.image_bytes(bytes):info()
      sizes[index] = { picture.name, info.format, math.max(info.width, info.height) }
      assert.is_true(#bytes < 60000)
    end
    assert.same({ { "portrait", "jpeg", 200 }, { "source", "jpeg", 480 } }, sizes)
    assert.is_nil(process.read(output):find("MARKER", 1, true))
  end)

  it("leaves out a file that has changed, is gone, or is no picture, and says so", function()
    cli.copy(passport.path, folder .. "/a.jpg")
    process.write(folder .. "/b.jpg", "\255\216\255 no picture")
    process.write(folder .. "/secret", "text of another file")
    for _, line in ipairs {
      { file = folder .. "/a.jpg", sha256 = ("0"):rep(64), card = {} }, { file = folder .. "/b.jpg", card = {} },
      { file = folder .. "/secret", card = {} }, { file = folder, card = {} }, { file = "/dev/zero", card = {} },
      { file = "a\0b", card = {} },
    } do
      local entry, head = entry_of(line)
      assert.is_nil(entry.pictures)
      assert.equal(1, head.pictures.missing)
    end
    local entry, head = entry_of { file = "https://127.0.0.1/a.jpg", card = {} } -- nothing is fetched
    assert.same({ nil, 0 }, { entry.pictures, head.pictures.missing })
  end)

  it("has no pictures without the option", function()
    write { file = passport.path, card = { portrait = { file = passport.portrait, bytes = 1 } } }
    assert.is_nil((report())[1].pictures)
  end)
end)
