-- core.fill: the walk from a reply's members to a card's fields; what C leaves to Lua, and that nothing upsets it.
local core = require "idocr.core"

local TEXT, MRZ, DATE, SEX = core.converters.text, core.converters.mrz_text, core.converters.date, core.converters.sex

-- Fills from rows of { path or false (the one before), member, field, converter } and keeps what Lua was asked.
local function fill(rows, result)
  local program, asked = {}, {}
  for _, row in ipairs(rows) do
    local flags = (row[1] and core.OTHER_HOLDER or 0) + core.FIELD_AGAIN
    for _, element in ipairs { row[4] + flags, row[1] or {}, row[2], row[3], row } do program[#program + 1] = element end
  end
  local seen
  local fields = core.fill(program, result, function(row, value, whole, into, more)
    assert.equal(result, whole)
    seen = seen or into
    assert.equal(seen, into)
    assert.equal("more", more)
    asked[#asked + 1] = { row[3], value }
  end, "more")
  assert.is_true(seen == nil or seen == fields)
  return fields, asked
end

describe("core.fill", function()
  it("takes members where they are, the first that has a value", function()
    local fields, asked = fill({
      { false, "a", "one", TEXT },
      { false, "b", "one", TEXT },
      { { "deep", "er" }, "c", "two", TEXT },
      { false, "d", "three", TEXT },
      { {}, "a", "two", TEXT },
      { {}, "absent", "four", TEXT },
      { { "deep", "a" }, "c", "five", TEXT },
      { { "nowhere", "at", "all" }, "c", "six", TEXT },
      { {}, "a", "seven", TEXT },
    }, { a = "  ", b = " x ", deep = { er = { c = 7, d = "z" }, a = "text" } })
    assert.same({ one = "x", two = "7", three = "z" }, fields)
    assert.same({}, asked)
  end)

  it("converts what it knows and leaves the rest to Lua", function()
    local fields, asked = fill({
      { false, "zone", "zone", MRZ },
      { false, "date", "date", DATE },
      { false, "odd", "odd", DATE },
      { false, "sex", "sex", SEX },
      { false, "word", "word", SEX },
      { false, "any", "any", 0 },
      { false, "any", "date", 0 },
      { false, "flag", "flag", TEXT },
    }, { zone = "D<<", date = "11 Apr 1990", odd = "31 Apr 1990", sex = "F", word = "FEMALE", any = "x", flag = true })
    assert.same({ zone = "D", date = "1990-04-11", sex = "F" }, fields)
    assert.same({ { "odd", "31 Apr 1990" }, { "word", "FEMALE" }, { "any", "x" }, { "date", "x" } }, asked)
  end)

  it("lets an error of Lua's through, and refuses what is no program", function()
    assert.has_error(function() core.fill({ 0, {}, "a", "b", {} }, { a = 1 }, function() error("mine", 0) end) end, "mine")
    assert.has_error(function() core.fill({}, "no table", print) end)
    assert.has_error(function() core.fill({}, {}, {}) end)
    assert.has_error(function() core.fill({ core.OTHER_HOLDER, "path", "a", "b", {} }, {}, print) end)
    assert.same({}, core.fill({ 0, {}, "a", "b" }, { a = 1 }, print)) -- cut short
  end)
end)

describe("core.plain_date", function()
  it("tells a date, a day that there is not, and another layout", function()
    for text, expected in pairs {
      ["19900411"] = "1990-04-11", ["1990-4-1"] = "1990-04-01", ["1990 / 04 . 11"] = "1990-04-11", ["11/04/1990"] = "1990-04-11",
      ["1.4.1990"] = "1990-04-01", ["11 04 1990"] = "1990-04-11", ["11 Apr 1990"] = "1990-04-11", ["1 DEC 2000"] = "2000-12-01",
      ["29 feb 2000"] = "2000-02-29", ["1\t / 2 2000"] = "2000-02-01",
    } do
      assert.equal(expected, core.plain_date(text), text)
    end
    for _, text in ipairs { "20210229", "00000000", "1900-02-29", "31/04/2020", "31 Apr 2020", "0999-01-01", "1/13/2020" } do
      assert.is_false(core.plain_date(text), text)
    end
    for _, text in ipairs {
      "1 /" .. (" "):rep(60) .. "2/2000",
      "", " ", "1", "199004", "199004111", "1990", "1990-04", "1990 04 11", "11/04/90", "11\t04\t1990", "11 Avr 1990", "11  Apr 1990",
      "11 Apr 1990 ", "11 April 1990", "1990年4月1日", "1990-04-11x", "11//04/1990", "99999999999999999999", "a", "1-2-3-4", "11 Apr 19900",
      "\0001 Jan 1990",
    } do
      assert.is_nil(core.plain_date(text), text)
    end
  end)
end)
