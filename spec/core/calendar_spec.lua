-- Tests the calendar, HTTP dates and UTF-8 characters: small modules that all rooms share.

local calendar = require "idocr.calendar"
local characters = require "idocr.utf8_characters"
local http_date = require "idocr.http_date"

describe("the calendar", function()
  it("converts every day number to a date and back", function()
    for number = -800000, 800000, 61 do
      local year, month, day = calendar.date_of(number)
      assert.is_true(calendar.exists(year, month, day))
      assert.equal(number, calendar.day_number(year, month, day))
    end
    assert.same({ 2000, 2, 29 }, { calendar.date_of(11016) })
    assert.equal(11016, calendar.day_number(2000, 2, 29))
  end)

  it("knows leap years", function()
    for year, leap in pairs { [1900] = false, [2000] = true, [2023] = false, [2024] = true, [2100] = false } do
      assert.equal(leap, calendar.exists(year, 2, 29), year)
    end
    assert.is_false(calendar.exists(2024, 13, 1))
    assert.is_false(calendar.exists(2024, 4, 31))
    assert.is_false(calendar.exists(2024, 1, 0))
  end)

  it("formats Unix seconds as a UTC date", function()
    assert.equal("2019-02-25", calendar.iso(1551113065))
    assert.equal("1969-12-31", calendar.iso(-1))
  end)
end)

describe("an HTTP date", function()
  it("is parsed to the seconds that it was formatted from", function()
    assert.equal("Sun, 06 Nov 1994 08:49:37 GMT", http_date.format(784111777))
    for seconds = 0, 4102444799, 86399 * 1009 do assert.equal(seconds, http_date.parse(http_date.format(seconds))) end
  end)
end)

describe("UTF-8 characters", function()
  it("are split, and each byte of an overlong form, a surrogate or a cut character is returned alone", function()
    assert.same({ "a", "é", "中", "😀" }, characters "aé中😀")
    for _, invalid in ipairs { "\192\128", "\224\159\191", "\237\160\128", "\240\143\191\191", "\244\144\128\128", "\228\184", "\255" } do
      local list = characters("x" .. invalid .. "y")
      assert.equal(#invalid + 2, #list)
      assert.equal("y", list[#list])
    end
    assert.same({ "\237\159\191", "\238\128\128", "\244\143\191\191" }, characters "\237\159\191\238\128\128\244\143\191\191")
  end)
end)
