-- Tests core.plain_date: dates in the layouts that machines print.
local core = require "idocr.core"

describe("core.plain_date", function()
  it("distinguishes a date, a day that does not exist, and another layout", function()
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
