-- Tests `idocr batch` with the mock server: requests, output, and resuming.

local cjson = require("cjson").new()
local cli = require "spec.support.command"
local core = require "idocr.core"
local process = require "spec.support.process"
local server = require "idocr.sandbox.server"
local stamp = require "idocr.sandbox.stamp"

local q = process.quote

describe("idocr batch", function()
  local running, folder, scans, out, passport

  setup(function()
    running = assert(server.start { rate = false })
    passport = process.read(running.specimens.passport)
  end)
  teardown(function() running:stop() end)
  before_each(function()
    folder = process.tempdir()
    scans, out = folder .. "/scans", folder .. "/cards.jsonl"
    process.run("mkdir " .. q(scans))
  end)

  -- Writes a picture to which the mock server responds with a card, an error or a fault.
  local function put(name, wanted)
    wanted = wanted or {}
    if not wanted.error then wanted.kind, wanted.fields = "passport", { number = "X1" } end
    process.write(scans .. "/" .. name, assert(stamp.write(passport, wanted)))
  end

  local function environment()
    return ("TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s no_proxy='*' "):format(running.secret_id, running.secret_key)
  end

  -- nginx logs a request after its response. A last request with another method shows that all others are logged.
  local marks = 0
  local function requests()
    marks = marks + 1
    process.capture("curl -s -X DELETE " .. running.http .. "/")
    return process.wait_for(function()
      local log = process.read(running.access_log) or ""
      local _, seen = log:gsub(" DELETE ", "")
      if seen < marks then return nil end
      return select(2, log:gsub("MLIDPassportOCR", ""))
    end, 10)
  end

  -- Runs a batch. Returns its number of requests, exit status and standard error.
  local function batch(options, path)
    local before = requests()
    local _, status, stderr = cli.with(environment(), "batch passport %s --out %s --endpoint %s " .. (options or ""),
      path or scans, out, running.http)
    return requests() - before, status, stderr
  end

  local function pair(sent, status) return { sent, status } end

  local function entries() return cli.entries(process.read(out)) end

  it("writes a line for each picture and resumes", function()
    put "a.jpg"
    put "b.jpg"
    put("c.jpeg", { error = "FailedOperation.ImageBlur" })
    process.write(scans .. "/notes.txt", "no picture")
    local sent, _, stderr = batch()
    assert.are.equal(3, sent)
    assert.are.equal(3, #entries())
    assert.is_truthy(stderr:find("3 pictures: 2 read, 1 refused, 0 failed, 0 unsure, 0 were there already", 1, true), stderr)

    process.write(out, process.read(out):sub(1, -20)) -- cut in the middle of the last line
    put "d.jpg"
    sent, _, stderr = batch(nil, scans .. "/")
    assert.are.equal(2, sent)
    assert.is_truthy(stderr:find("4 pictures: ", 1, true) and stderr:find("2 were there already", 1, true), stderr)
    sent, _, stderr = batch()
    assert.are.equal(0, sent)
    assert.is_truthy(stderr:find("0 read, 0 refused, 0 failed, 0 unsure, 4 were there already", 1, true), stderr)
    local whole = 0
    for _, line in ipairs(cli.lines(process.read(out))) do
      if pcall(cjson.decode, line) then whole = whole + 1 end
    end
    assert.are.equal(4, whole)
  end)

  it("does not send a picture with a final result again, billed or not", function()
    for index, code in ipairs {
      "FailedOperation.EmptyImageError", "FailedOperation.ImageBlur", "FailedOperation.ImageDecodeFailed",
      "FailedOperation.IdCardInfoIllegal", "LimitExceeded.TooLargeFileError",
    } do
      put(index .. ".jpg", { error = code })
    end
    assert.are.same({ 5, 1 }, pair(batch()))
    assert.are.same({ 0, 0 }, pair(batch()))
    assert.are.same({ 0, 0 }, pair(batch("--after-send")))
    for _, entry in ipairs(entries()) do assert.is_nil(entry.unsure) end
  end)

  it("sends a picture again if the failure certainly cost nothing", function()
    put("busy.jpg", { fault = "throttled*3" })
    process.write(scans .. "/broken.jpg", "no picture") -- refused before it is sent
    local sent, status, stderr = batch()
    assert.are.same({ 3, 1 }, { sent, status })
    assert.is_truthy(stderr:find("0 read, 0 refused, 2 failed, 0 unsure", 1, true), stderr)
    sent, status, stderr = batch()
    assert.are.same({ 1, 1 }, { sent, status })
    assert.is_truthy(stderr:find("1 read, 0 refused, 1 failed, 0 unsure, 0 were there already", 1, true), stderr)
  end)

  it("sends a picture that may have been billed again only with --after-send", function()
    put("lost.jpg", { fault = "cut" })
    put("reset.jpg", { fault = "reset" })
    put "card.jpg"
    local sent, status, stderr = batch()
    assert.are.same({ 3, 1 }, { sent, status })
    assert.is_truthy(stderr:find("1 read, 0 refused, 0 failed, 2 unsure", 1, true), stderr)
    assert.is_truthy(stderr:find("2 unsure: may have been billed; --after-send asks again", 1, true), stderr)
    for _, entry in ipairs(entries()) do
      assert.are.equal(entry.error ~= nil, entry.unsure == true)
      if entry.error then assert.is_true(entry.error.sent) end
    end
    sent, status, stderr = batch()
    assert.are.same({ 0, 0 }, { sent, status })
    assert.is_truthy(stderr:find("0 read, 0 refused, 0 failed, 2 unsure, 1 were there already", 1, true), stderr)

    put "lost.jpg" -- the service answers today
    sent, status = batch("--after-send")
    assert.is_true(sent > 2) -- the flag is the client's too: it repeats what is reset
    assert.are.equal(1, status)
    sent, status, stderr = batch()
    assert.are.same({ 0, 0 }, { sent, status })
    assert.is_truthy(stderr:find("1 unsure, 2 were there already", 1, true), stderr)
  end)

  it("writes the facts of an error but no text of the vendor", function()
    put("a.jpg", { error = "FailedOperation.ImageBlur" })
    batch()
    local line = entries()[1]
    local names = {}
    for name in pairs(line.error) do names[#names + 1] = name end
    table.sort(names)
    assert.are.equal("attempts billed category code http_status message request_id retryable sent", table.concat(names, " "))
    local show = require "idocr.cli.show"
    assert.is_nil(show.line(show.error_data { category = "service", code = "X", message = "ours", vendor_message = "MARKER",
      other = "MARKER" }):find("MARKER", 1, true))
  end)

  it("sends nothing if another process writes to the output", function()
    put "a.jpg"
    local other = assert(core.output(out))
    local sent, status, stderr = batch()
    assert.are.same({ 0, 6 }, { sent, status })
    assert.is_truthy(stderr:find("cards.jsonl is in use: another batch writes to it; nothing was sent", 1, true), stderr)
    assert.are.equal("", process.read(out))
    other:close()
    assert.are.same({ 1, 0 }, pair(batch()))
  end)

  it("pays once if it is started several times concurrently", function()
    for index = 1, 12 do put(index .. ".jpg") end
    local before, runs = requests(), {}
    for index = 1, 3 do
      runs[index] = cli.spawn(environment(), { stderr = folder .. "/stderr" .. index }, "batch passport %s --out %s --endpoint %s",
        scans, out, running.http)
    end
    for _, run in ipairs(runs) do run.wait(60) end
    assert.are.equal(12, requests() - before)
    assert.are.equal(12, #entries())
  end)

  it("stops if all pictures would fail alike, and keeps the results of pending calls", function()
    for index = 1, 12 do put(("%02d.jpg"):format(index), { error = "AuthFailure.SecretIdNotFound" }) end
    local sent, status = batch("--concurrency 1")
    assert.are.same({ 1, 3 }, { sent, status })
    put "00.jpg"
    process.write(out, "")
    sent = batch("--concurrency 4")
    assert.are.equal(sent, #entries())
    assert.is_true(sent <= 5)
    local _, other, stderr = cli.with(environment(), "batch macao_id %s --out %s --provider ekycpro", scans, out) -- which reads none
    assert.are.equal(2, other, stderr)
  end)

  it("reports skipped files, and fails if there are no pictures", function()
    process.write(scans .. "/._a.jpg", "AppleDouble")
    process.write(scans .. "/IMG_1.HEIC", "\0\0\0\24ftypheic\0\0\0\0mif1heic" .. ("\0"):rep(60))
    process.write(scans .. "/IMG_2.heic", "\0\0\0\24ftypheic\0\0\0\0mif1heic" .. ("\0"):rep(60))
    local sent, status, stderr = batch()
    assert.are.same({ 0, 1 }, { sent, status })
    assert.is_truthy(stderr:find("left out: 2 HEIC pictures (the service takes ", 1, true), stderr)
    assert.is_truthy(stderr:find(", 1 name that begins with a dot", 1, true), stderr)
    assert.is_truthy(stderr:find("there is no picture to read in", 1, true), stderr)
    sent, status, stderr = batch("--quiet")
    assert.are.same({ 0, 1 }, { sent, status })
    assert.is_truthy(stderr:find("no picture to read", 1, true) and stderr:find("2 HEIC", 1, true), stderr)
    process.run("rm -r " .. q(scans) .. " && mkdir " .. q(scans))
    assert.are.equal(1, (select(2, batch())))
    assert.are.equal(2, (select(2, batch(nil, scans .. "/none"))))
    put "a.jpg"
    assert.are.same({ 1, 0 }, pair(batch()))
  end)

  it("reads subfolders only with --recursive, and writes portraits to the same subfolders", function()
    process.run(("cd %s && mkdir -p 1/x 2 faces && ln -s .. 2/up"):format(q(scans)))
    for _, name in ipairs { "a.jpg", "1/a.jpg", "1/x/a.jpg", "2/a.jpg" } do process.write(scans .. "/" .. name, passport) end
    local faces = scans .. "/faces"
    local sent, status, stderr = batch()
    assert.are.same({ 1, 0 }, { sent, status })
    assert.is_truthy(stderr:find("left out: 3 folders (--recursive reads folders too)", 1, true), stderr)
    sent = batch("--recursive --portraits " .. q(faces))
    assert.are.equal(3, sent)
    local files = {}
    for index, entry in ipairs(entries()) do files[index] = entry.file:sub(#scans + 2) end
    table.sort(files)
    assert.are.equal("1/a.jpg 1/x/a.jpg 2/a.jpg a.jpg", table.concat(files, " "))
    assert.are.equal("./1/a-portrait.jpg ./1/x/a-portrait.jpg ./2/a-portrait.jpg",
      (process.run("cd " .. q(faces) .. " && find . -type f | LC_ALL=C sort"):gsub("%s+", " ")))
    sent, status, stderr = batch("--recursive --portraits " .. q(faces)) -- the portraits are no pictures to read
    assert.are.same({ 0, 0 }, { sent, status })
    assert.is_truthy(stderr:find("3 portraits that earlier runs wrote", 1, true), stderr)
  end)

  it("recognises pictures if the folder is given by another path", function()
    put "a.jpg"
    assert.are.equal(1, (batch()))
    process.run(("ln -s scans %s"):format(q(folder .. "/link")))
    for _, path in ipairs { folder .. "/link", folder .. "/scans/.", folder .. "/../" .. folder:match("[^/]+$") .. "/scans" } do
      assert.are.equal(0, (batch(nil, path)), path)
    end
  end)

  it("reads a list from a file or standard input, and a single picture", function()
    put "a.jpg"
    process.write(scans .. "/b.jpg", assert(stamp.write(passport, { kind = "passport", fields = { number = "X2" } })))
    process.write(folder .. "/list.txt", "\239\187\191" .. scans .. "/a.jpg\r\n\n" .. scans .. "/a.jpg\n" .. scans .. "/missing.jpg\n")
    local sent, status, stderr = batch(nil, folder .. "/list.txt")
    assert.are.same({ 1, 1 }, { sent, status })
    assert.is_truthy(stderr:find("2 pictures: 1 read, 0 refused, 1 failed", 1, true), stderr)
    assert.is_truthy(stderr:find("requests: 1 billed, 0 free, 0 unknown", 1, true), stderr)
    sent, status = batch("--price 0.1 <" .. q(folder .. "/list.txt"), "-") -- of the list on standard input, one is there already
    assert.are.same({ 0, 1 }, { sent, status })
    sent, status, stderr = batch("--price 0.1", scans .. "/b.jpg")
    assert.are.same({ 1, 0 }, { sent, status })
    assert.is_truthy(stderr:find("(at 0.1 each: 0.1)", 1, true), stderr)
    process.write(folder .. "/wrong.txt", scans .. "/a.jpg\nftp://host/a.jpg\n")
    sent, status, stderr = batch(nil, folder .. "/wrong.txt")
    assert.are.same({ 0, 2 }, { sent, status })
    assert.is_truthy(stderr:find("entry 2 of the list", 1, true), stderr)
  end)

  it("finishes what is in flight after Ctrl-C or TERM, so that the next run pays for nothing twice", function()
    for _, signal in ipairs { "INT", "TERM" } do
      os.remove(out)
      for index = 1, 8 do put(index .. ".jpg", { fault = "slow=1" }) end
      local before = requests()
      local interrupted = cli.spawn(environment(), { stderr = folder .. "/errors" },
        "batch passport %s --out %s --concurrency 2 --endpoint %s", scans, out, running.http)
      process.wait_for(function() return #cli.lines(process.read(out)) >= 1 end, 20)
      process.capture(("kill -%s %d"):format(signal, interrupted.pid))
      interrupted.wait(20)
      assert.matches("ended by SIG" .. signal, process.read(folder .. "/errors"))
      assert.equal(0, select(2, batch "--concurrency 8"))
      assert.same({ 8, 8 }, { requests() - before, #entries() })
    end
  end)

  it("goes on after a hangup under nohup", function()
    for index = 1, 4 do put(index .. ".jpg", { fault = "slow=1" }) end
    local running_batch = cli.spawn("trap '' HUP; " .. environment(), { stderr = folder .. "/errors" },
      "batch passport %s --out %s --concurrency 1 --endpoint %s", scans, out, running.http)
    process.wait_for(function() return #cli.lines(process.read(out)) >= 1 end, 20)
    process.capture(("kill -HUP %d"):format(running_batch.pid))
    running_batch.wait(20)
    assert.matches("4 read", process.read(folder .. "/errors"))
  end)

  it("reads a file once where a list names it in two ways", function()
    put "a.jpg"
    process.write(folder .. "/list", scans .. "/a.jpg\n" .. folder .. "/./scans/a.jpg\n" .. folder .. "/scans/../scans/a.jpg\n")
    assert.same({ 1, 0 }, pair(batch(nil, folder .. "/list")))
    assert.same({ 0, 0 }, pair(batch(nil, folder .. "/list")))
    assert.equal(1, #entries())
  end)

  it("writes a row of --csv for each of two names that are not UTF-8", function()
    put "a\255.jpg"
    put "a\254.jpg"
    assert.same({ 2, 0 }, pair(batch("--csv " .. q(folder .. "/cards.csv"))))
    assert.equal(3, #cli.lines(process.read(folder .. "/cards.csv")))
  end)

  it("recognises pictures by content: renamed and moved ones are not paid again, changed ones and copies are read", function()
    process.write(scans .. "/a.jpg", assert(stamp.write(passport, { kind = "passport", fields = { number = "X1" } })))
    process.write(scans .. "/b.jpg", assert(stamp.write(passport, { kind = "passport", fields = { number = "X2" } })))
    assert.are.same({ 2, 0 }, pair(batch()))
    process.run(("mv %s/a.jpg %s/renamed.jpg"):format(q(scans), q(scans)))
    assert.are.same({ 0, 0 }, pair(batch()))
    process.run(("mkdir %s && mv %s/b.jpg %s/"):format(q(folder .. "/moved"), q(scans), q(folder .. "/moved")))
    assert.are.same({ 0, 0 }, pair(batch(nil, folder .. "/moved")))
    process.run(("cp %s/renamed.jpg %s/copy.jpg"):format(q(scans), q(scans)))
    process.write(folder .. "/moved/b.jpg", assert(stamp.write(passport, { kind = "passport", fields = { number = "X3" } })))
    assert.are.same({ 1, 0 }, pair(batch(nil, folder .. "/moved")))
    local numbers = {}
    for _, entry in ipairs(entries()) do
      numbers[#numbers + 1] = entry.card.number
      assert.is_truthy(entry.sha256:find("^%x+$") and #entry.sha256 == 64)
    end
    assert.are.same({ "X3" }, { numbers[3] })
  end)

  it("writes everything as a table with --csv, and no cell is a formula", function()
    process.write(scans .. "/a.jpg", assert(stamp.write(passport, { kind = "passport", fields = {
      number = "X1", surname = '=HYPERLINK("http://x","y")', sex = "F" } })))
    put("b.jpg", { error = "FailedOperation.ImageBlur" })
    local table_path = folder .. "/cards.csv"
    batch("--csv " .. q(table_path))
    local text = process.read(table_path)
    assert.is_truthy(text:find("^\239\187\191file,status,error,", 1), text)
    local rows = cli.lines(text:gsub("\r", ""))
    assert.are.equal(3, #rows)
    assert.is_truthy(text:find('"\'=HYPERLINK(""http', 1, true), text)
    assert.is_truthy(text:find("b.jpg,refused,FailedOperation.ImageBlur,", 1, true), text)
    batch("--csv " .. q(table_path)) -- nothing to send: the table is complete again
    assert.are.equal(text, process.read(table_path))
    local _, status, stderr = cli.with(environment(), "batch passport %s --out - --csv %s --endpoint %s", scans, table_path, running.http)
    assert.are.equal(2, status)
    assert.is_truthy(stderr:find("--csv needs a file as --out", 1, true))
  end)
end)
