--- Tests core.text, core.mrz_text and core.iso_date: UTF-8, blanks and the calendar.
local core = require "idocr.core"

describe("core.text", function()
  it("trims blanks at both ends", function()
    for given, wanted in pairs {
      ["a"] = "a", [" a b\t"] = "a b", ["\r\n\v\f a \r\n"] = "a", ["张三 "] = "张三", ["<a<"] = "<a<", ["\0"] = "\0",
    } do
      assert.equal(wanted, core.text(given))
    end
    assert.is_nil(core.text "")
    assert.is_nil(core.text " \t\r\n")
  end)

  it("is nil for invalid UTF-8", function()
    for _, text in ipairs {
      "\128", "a\191", "\192\128", "\193\191", "\194", "\194a", "\224\159\191", "\224\160", "\237\160\128", "\240\143\191\191",
      "\240\144\128", "\244\144\128\128", "\245\128\128\128", "\255", "\226\130a",
    } do
      assert.is_nil(core.text(text), (text:gsub(".", function(c) return ("%02x "):format(c:byte()) end)))
      assert.is_nil(core.mrz_text("ok" .. text .. "ok"))
    end
  end)

  it("accepts the first and last character of every UTF-8 range", function()
    for _, text in ipairs {
      "\127", "\194\128", "\223\191", "\224\160\128", "\224\191\191", "\225\128\128", "\237\159\191", "\238\128\128", "\239\191\191",
      "\240\144\128\128", "\240\191\191\191", "\241\128\128\128", "\244\143\191\191",
    } do
      assert.equal(text, core.text(text))
      assert.equal("a" .. text .. "b", core.text(" a" .. text .. "b "))
    end
  end)

  it("removes blanks of every width around the text, and none inside", function()
    for _, blank in ipairs {
      " ", "\t", "\r\n", "\194\160", "\226\128\128", "\226\128\139", "\226\128\175", "\227\128\128", "\239\187\191",
    } do
      assert.equal("a" .. blank .. "b", core.text(blank .. " " .. blank .. "a" .. blank .. "b" .. blank .. blank))
      assert.equal("a", core.mrz_text(blank .. "a<" .. blank .. "<" .. blank))
      assert.is_nil(core.text(blank .. blank))
    end
    for _, letter in ipairs { "\194\161", "\226\128\156", "\227\128\129", "\195\160", "\239\188\191" } do
      assert.equal(letter, core.text(letter))
    end
  end)

  it("formats whole numbers only", function()
    assert.equal("12", core.text(12))
    assert.equal("12", core.text(12.0))
    assert.equal("-7", core.text(-7))
    assert.equal("0", core.text(-0.0))
    assert.equal("9007199254740991", core.text(2 ^ 53 - 1))
    for _, value in ipairs { 1.5, 2 ^ 53, -2 ^ 53, 0 / 0, 1 / 0, -1 / 0, true, {}, print } do assert.is_nil(core.text(value)) end
    assert.is_nil(core.text(nil))
    assert.is_nil(core.text())
  end)

  it("keeps trailing fillers, which mrz_text removes", function()
    for given, wanted in pairs { ["D<<"] = "D", [" D < "] = "D", ["A<B<"] = "A<B", ["<A"] = "<A", ["A"] = "A" } do
      assert.equal(wanted, core.mrz_text(given))
    end
    assert.is_nil(core.mrz_text "<<<")
    assert.is_nil(core.mrz_text " < ")
  end)
end)

describe("core.iso_date", function()
  it("accepts numbers or digits", function()
    assert.equal("1990-04-11", core.iso_date(1990, 4, 11))
    assert.equal("1990-04-11", core.iso_date("1990", "04", "11"))
    assert.equal("1990-04-11", core.iso_date(1990.0, 4.0, 11.0))
    assert.equal("2199-12-31", core.iso_date(2199, 12, 31))
    assert.equal("1800-01-01", core.iso_date("1800", "1", "1"))
  end)

  it("knows the lengths of months and the leap years", function()
    local lengths = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }
    for month, length in ipairs(lengths) do
      assert.is_string(core.iso_date(2024, month, length))
      assert.is_nil(core.iso_date(2024, month, length + 1))
    end
    assert.equal("2000-02-29", core.iso_date(2000, 2, 29))
    assert.is_nil(core.iso_date(1900, 2, 29))
    assert.is_nil(core.iso_date(2023, 2, 29))
  end)

  it("is nil for all other values", function()
    for _, parts in ipairs {
      { 999, 1, 1 }, { 10000, 1, 1 }, { 2000, 0, 1 }, { 2000, 13, 1 }, { 2000, 1, 0 }, { 2000, 1, 1.5 }, { 2000.5, 1, 1 }, { -2000, 1, 1 },
      { "x", 1, 1 }, { 2000, {}, 1 }, { 2000, 1 }, {}, { 0 / 0, 1, 1 }, { 1 / 0, 1, 1 }, { 2000, 2 ^ 40, 1 },
    } do
      assert.is_nil(core.iso_date(parts[1], parts[2], parts[3]))
    end
  end)
end)
