--- Checks that docs/errors.md lists every error code of idocr, in the category that the code uses.

local process = require "spec.support.process"

local whole = assert(process.read "docs/errors.md")
local page = whole:match("^(.-)\n## Codes of Tencent Cloud")

-- Quoted names in these files that are not error codes: members and actions of the services, and names of formats.
local NOT_CODES = {}
for name in ([[WebP UklGR RequestId AdvancedInfo WarnCardInfos AssumeRole AssumeRoleWithWebIdentity WebIdentityToken TokenCode ExternalId
  AuthFailure]]):gmatch("%a+") do
  NOT_CODES[name] = true
end

local function files(command)
  local list = {}
  for path in process.run(command):gmatch("%S+") do list[#list + 1] = path end
  return list
end

local lua_files = files("find lua/idocr -name '*.lua' -not -name '*.d.lua' -not -path '*/sandbox/*' -not -path '*/cards/*' "
  .. "-not -path '*/checks/*'")
local c_files = files "ls csrc/transfer*.c csrc/lua_curl*.c"

local CATEGORIES = require("idocr.errors").CATEGORIES

--- Returns the codes in the sources: code -> file, and code -> category -> file where both are written side by side.
local function used()
  local codes, pairs_of = {}, {}
  local function note_pairs(path, text)
    for category, code in text:gmatch('"(%l+)", "(%u%a+)"') do
      if CATEGORIES[category] and not NOT_CODES[code] then
        codes[code] = path
        pairs_of[code] = pairs_of[code] or {}
        pairs_of[code][category] = path
      end
    end
  end
  for _, path in ipairs(lua_files) do
    local text = process.read(path)
    for code in text:gmatch('"(%u%l+%u%a+)"') do
      if not NOT_CODES[code] then codes[code] = path end
    end
    note_pairs(path, text)
  end
  for _, path in ipairs(c_files) do note_pairs(path, process.read(path)) end
  return codes, pairs_of
end

--- Returns the codes of the page: code -> set of the categories of its row or of its heading.
local function listed()
  local codes = {}
  local categories = {}
  for line in page:gmatch("[^\n]+") do
    if line:find("^## ") then
      categories = {}
      for name in line:gmatch("`(%l+)`") do categories[name] = true end
    end
    local code, second = line:match("^| `(%u%a+)` | ([^|]+) |")
    if code then
      local own = second:match("^`(%l+)`$")
      codes[code] = own and { [own] = true } or categories
    end
  end
  return codes
end

describe("docs/errors.md", function()
  local codes, categories = used()
  local rows = listed()

  it("lists every code that the sources use", function()
    local missing, count = {}, 0
    for code, path in pairs(codes) do
      count = count + 1
      if not rows[code] then missing[#missing + 1] = code .. " (" .. path .. ")" end
    end
    assert.same({}, missing)
    assert.is_true(count > 40, count)
  end)

  it("lists no code that the sources do not use", function()
    for code in pairs(rows) do assert.is_truthy(codes[code], code) end
  end)

  it("lists every code of the vendors", function()
    local count = 0
    for _, provider in ipairs(require("idocr.providers").NAMES) do
      local tables = require("idocr.providers." .. provider .. ".errors")
      for code, facts in pairs(tables.codes or tables.statuses) do
        count = count + 1
        assert.is_truthy(whole:find(("\n| `%s` | `%s` | %s |"):format(code, facts.category, facts.message), 1, true), code)
      end
    end
    assert.is_true(count > 80, count)
  end)

  it("gives each code the category that the sources give it", function()
    for code, names in pairs(categories) do
      for category, path in pairs(names) do
        assert.is_true(rows[code][category] == true, ("%s is %s in %s"):format(code, category, path))
      end
    end
  end)
end)
