-- Tests the command's text tables, JSON and display widths.

local show = require "idocr.cli.show"
local table_text = require "idocr.cli.table"
local width = require "idocr.cli.width"
local cjson = require("cjson").new()

describe("the width of a text", function()
  it("is the number of columns on a terminal", function()
    for text, columns in pairs {
      ["CHAN"] = 4, ["陳大文"] = 6, ["é"] = 1, ["e\204\129"] = 1, ["한국"] = 4, ["ｱ"] = 1, ["Ａ"] = 2, ["😀"] = 2,
      ["葛\243\160\132\128"] = 2, [""] = 0,
    } do
      assert.are.equal(columns, width.of(text), text)
    end
  end)

  it("counts invalid UTF-8 as a question mark", function()
    assert.are.equal(3, width.of("a\255b"))
    assert.are.equal("a?b", width.plain("a\255b"))
    assert.are.equal("??", width.plain("\228\184"))
    -- overlong form, surrogate, above U+10FFFF
    assert.are.equal("??????????", width.plain("\224\128\128\237\160\128\244\144\128\128"))
  end)

  it("excludes escape sequences and bidirectional control characters, which are replaced", function()
    assert.are.equal("a?[31mb?c?", width.plain("a\27[31mb\226\128\174c\194\155"))
  end)

  it("wraps at spaces if possible", function()
    assert.are.same({ "hello", "world" }, width.wrap("hello world", 8))
    local lines = width.wrap("北京市東城區大街一號", 7)
    for _, line in ipairs(lines) do assert.is_true(width.of(line) <= 7) end
    assert.are.equal("北京市東城區大街一號", table.concat(lines))
  end)
end)

describe("a table", function()
  local function lines_of(text)
    local lines = {}
    for line in text:gmatch("[^\n]+") do lines[#lines + 1] = line end
    return lines
  end

  it("is aligned with names in any script", function()
    for _, unicode in ipairs { true, false } do
      local text = table_text.render({ unicode = unicode, columns = 80 }, { "field", "value" }, {
        { "name", "CHAN TAI MAN" }, { "native_name", "陳大文" }, { "mixed", "é한a" },
      })
      local lines = lines_of(text)
      assert.are.equal(7, #lines)
      for _, line in ipairs(lines) do assert.are.equal(width.of(lines[1]), width.of(line), line) end
    end
  end)

  it("fits the terminal without losing text", function()
    local address = ("九龍彌敦道一百二十三號"):rep(6)
    local text = table_text.render({ unicode = true, columns = 50 }, { "field", "value" }, { { "address", address } })
    for _, line in ipairs(lines_of(text)) do assert.is_true(width.of(line) <= 50, line) end
    local found = text:gsub("[^九龍彌敦道一百二十三號]", "")
    assert.are.equal(select(2, address:gsub("龍", "")), select(2, found:gsub("龍", "")))
  end)

  it("has colours only if the console has them", function()
    local rows = { { "name", "X", colours = { "dim" } } }
    assert.is_nil(table_text.render({ columns = 80 }, { "a", "b" }, rows):find("\27", 1, true))
    assert.is_truthy(table_text.render({ columns = 80, colour = true }, { "a", "b" }, rows):find("\27[2mname\27[0m", 1, true))
  end)
end)

describe("the JSON encoder", function()
  it("writes text that cjson reads back", function()
    local data = {
      name = 'q"\\\n\1 陳', count = 3, half = 0.5, yes = true, warnings = {}, list = { 1, "two", { three = 3 } },
      empty = {}, null = cjson.null, big = 2 ^ 52,
    }
    local text = show.line(data)
    local back = cjson.decode(text)
    assert.are.equal(data.name, back.name)
    assert.are.equal(3, back.count)
    assert.are.equal(0.5, back.half)
    assert.are.equal(2 ^ 52, back.big)
    assert.are.equal(3, back.list[3].three)
    assert.are.equal(cjson.null, back.null)
    assert.is_truthy(text:find('"warnings":[]', 1, true))
    assert.is_truthy(text:find('"empty":{}', 1, true))
    assert.is_truthy(text:find('"count":3[,}]'))
  end)

  it("sorts the members", function()
    assert.are.equal('{"a":1,"b":2,"c":3}\n', show.line { c = 3, a = 1, b = 2 })
  end)
end)
