-- Tests the conversion of the dates of cards and services to ISO 8601.
local dates = require "idocr.decode.dates"

describe("dates.parse", function()
  local GOOD = {
    ["19900411"] = "1990-04-11",
    ["1987/1/1"] = "1987-01-01",
    ["1949/12/31"] = "1949-12-31",
    ["22-04-1997"] = "1997-04-22",
    ["04-05-1997"] = "1997-05-04", -- the day first
    ["11/04/1990"] = "1990-04-11",
    ["1990-04-11"] = "1990-04-11",
    ["1990.4.11"] = "1990-04-11",
    ["1990年4月11日"] = "1990-04-11",
    ["11 Apr 1990"] = "1990-04-11",
    ["11APR1990"] = "1990-04-11",
    ["11-apr-1990"] = "1990-04-11",
    ["1 January 2001"] = "2001-01-01",
    ["Apr 11, 1990"] = "1990-04-11",
    ["1990 APR 11"] = "1990-04-11",
    ["12 AUG/AOUT 1974"] = "1974-08-12",
    ["12 AUG / AOÛT 1974"] = "1974-08-12",
    ["03 févr/FEB 2019"] = "2019-02-03",
    ["11 4月/APR 1990"] = "1990-04-11",
    ["11 ТРА/MAY 1990"] = "1990-05-11", -- one known language is enough
    ["  21/09/1968 "] = "1968-09-21",
    ["29 FEB 2024"] = "2024-02-29",
    ["29/02/2000"] = "2000-02-29",
  }
  for text, iso in pairs(GOOD) do
    it("reads " .. text, function() assert.equal(iso, dates.parse(text)) end)
  end

  local BAD = {
    "", " ", "19901304", "19900431", "30-02-2020", "29/02/1900", "29 FEB 2023", "2020/13/1", "00/00/0000", "00000000",
    "1990<<<<", "900411", "12 AUG 4 1990", "12 APR/AUG 1990", "12 XYZ 1990", "12 AUG 199", "12 AUG 19900", "21/09/68",
    "12 AUG/AOUT 74", "1990", "long", "1990/4", ("1"):rep(500), "15 Apr 1990 x",
  }
  for _, text in ipairs(BAD) do
    it("refuses " .. text:sub(1, 20), function() assert.is_nil(dates.parse(text)) end)
  end

  it("refuses other types than text", function()
    for _, value in ipairs { 19900411, true, {} } do assert.is_nil(dates.parse(value)) end
    assert.is_nil(dates.parse(nil))
  end)

  describe("with a year of two digits", function()
    it("takes the century of the same date elsewhere", function()
      assert.equal("1974-08-12", dates.parse("12 AUG/AOUT 74", { same = "1974-08-12" }))
      assert.equal("2004-08-12", dates.parse("12 AUG 04", { same = "2004-08-12" }))
      assert.equal("1999-08-12", dates.parse("12 AUG 99", { same = "2001-08-12" })) -- the years differ: the nearer century
    end)
    it("puts an expiry into this century", function()
      assert.equal("2012-04-15", dates.parse("15 APR/AVR 12", { future = true }))
    end)
    it("puts an issue before the expiry", function()
      assert.equal("2007-04-16", dates.parse("16 APR/AVR 07", { latest = "2012-04-15" }))
      assert.equal("1999-04-16", dates.parse("16 APR 99", { latest = "2009-04-15" }))
      assert.equal("1912-04-16", dates.parse("16 APR 12", { latest = "2012-04-15" }))
    end)
    it("leaves the century open without a hint", function() assert.is_nil(dates.parse("12 AUG 74", {})) end)
  end)
end)

describe("dates.period", function()
  local function period(text) return { dates.period(text) } end
  it("reads both days", function()
    for _, text in ipairs {
      "2010.07.21-2020.07.21", "2010.07.21 - 2020.07.21", "20100721-20200721", "2010.7.21—2020.7.21", "2010-07-21至2020-07-21",
      "2010年7月21日-2020年7月21日", "２０１０．０７．２１－２０２０．０７．２１", "2010.07.21−2020.07.21", "2010.07.21―2020.07.21",
      "2010.07.21～2020.07.21", "2010.07.21到2020.07.21",
    } do
      assert.same({ "2010-07-21", "2020-07-21" }, period(text))
    end
  end)
  it("reads a period without end", function()
    for _, text in ipairs { "2010.07.21-长期", "2010.07.21长期", "2010.07.21 - 長期" } do
      local start, stop, open = dates.period(text)
      assert.equal("2010-07-21", start)
      assert.is_nil(stop)
      assert.is_true(open)
    end
  end)
  it("keeps the half that can be read", function()
    assert.same({ "2010-07-21" }, period("2010.07.21-2020.02.31"))
    assert.same({ "2010-07-21" }, period("2010.07.21-"))
    assert.same({ "2010-07-21" }, period("2010.07.21"))
    assert.equal("2020-07-21", (select(2, dates.period("2010.02.31-2020.07.21"))))
  end)
  it("refuses the rest", function()
    for _, text in ipairs { "", "x", "长", 1, {} } do assert.is_nil((dates.period(text))) end
  end)
end)
