-- Tests the page of `idocr report` in a browser, with 2,000 entries: spec/browser/report.js.

local browser = require "spec.support.browser"
local cli = require "spec.support.command"
local json = require "idocr.json"
local process = require "spec.support.process"

-- Returns the lines of 2,000 entries: 1,700 cards, of which 700 have findings and 500 of these a low confidence, and 100 each of
-- three other outcomes.
local function two_thousand()
  local lines = {}
  local function add(line) lines[#lines + 1] = json.encode(line) end
  local function card(index, kind, fields)
    fields.kind, fields.provider, fields.warnings = kind, "tencent", json.list()
    add { file = ("scans/MARKERNAME %04d.jpg"):format(index), card = fields }
  end
  local function failure(index, err)
    err.category, err.message, err.sent = "service", "the service saw no passport in the picture", true
    add { file = ("scans/%04d.jpg"):format(index), kind = "passport", error = err, unsure = err.billed == nil or nil }
  end
  for index = 1, 1000 do -- nothing to remark
    card(index, "malaysia_id", { name = "MARKERNAME SMITH", number = "900101-14-5677", birth_date = "1990-01-01", sex = "M",
      address = "12 MARKERSTREET", confidence = index > 300 and { name = 0.97 } or nil })
  end
  for index = 1001, 1500 do
    card(index, "malaysia_id", { name = "MARKERNAME SMITH", number = "900101-14-5677", birth_date = "1990-01-01", sex = "M",
      confidence = { name = index == 1400 and 0.55 or 0.7 } })
  end
  for index = 1501, 1700 do
    card(index, "passport", { name = "MARKERNAME SMITH", number = "X1234567", birth_date = "1990-01-01", expiry_date = "2001-01-01" })
  end
  for index = 1, 100 do
    failure(1700 + index, { code = "FailedOperation.NoPassport", billed = true })
    failure(1800 + index, { code = "LimitExceeded", billed = false, retryable = true })
    failure(1900 + index, { code = "ReplyLost" })
  end
  return table.concat(lines, "\n") .. "\n"
end

local HOSTILE = {
  "</script><script>window.ran = 1</script>", "<!--<script>", "\"'><img src=x onerror=\"window.ran = 1\">", "\226\128\174evil\226\129\166",
  "=1+1", "a\1\27[31m", "${window.ran = 1}", "\226\128\168", ("A"):rep(100000),
}

local function hostile()
  local lines = {}
  for _, text in ipairs(HOSTILE) do
    lines[#lines + 1] = json.encode { file = text, card = {
      kind = text, name = text, number = text, [text] = text, confidence = { [text] = 0.5 }, provider = text, request_id = text,
      warnings = { { name = text, message = text } },
    } }
    lines[#lines + 1] = json.encode { file = text .. "2", error = { code = text, category = text, message = text } }
  end
  for _, name in ipairs { "__proto__", "constructor", "toString", "hasOwnProperty" } do
    lines[#lines + 1] = (('{"file":"NAME","kind":"NAME","card":{"kind":"NAME","NAME":{"polluted":"yes"},"confidence":{"NAME":0.5}}}')
      :gsub("NAME", name))
    lines[#lines + 1] = ('{"file":"%s2","error":{"code":"%s"}}'):format(name, name)
  end
  return table.concat(lines, "\n") .. "\n"
end

describe("the page of idocr report", function()
  it("works in a browser with 2,000 entries", function()
    local reason = browser.missing()
    if reason then return pending(reason) end
    local folder = process.tempdir()
    local function make(name, lines, options)
      process.write(folder .. "/" .. name .. ".jsonl", lines)
      local page = folder .. "/" .. name .. ".html"
      local _, _, stderr = cli.run("report %s -o %s " .. (options or ""), folder .. "/" .. name .. ".jsonl", page)
      return assert(process.read(page), stderr) and page
    end
    local passport = cli.specimen "passport"
    local with_pictures = { file = passport.path, card = { kind = "passport", number = "X1", portrait = { file = passport.portrait } } }
    browser.run("report.js", {
      make("many", two_thousand()), make("empty", "garbage\n"), make("hostile", hostile(), "--clear"),
      make("pictures", json.encode(with_pictures) .. "\n", "--pictures"),
    }, 60)
  end)
end)
