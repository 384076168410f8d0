--- Tests the numbers of documents by country.

local china_id = require "idocr.checks.numbers.china_id"
local compare_values = require "idocr.checks.compare_values"
local macao_id = require "idocr.checks.numbers.macao_id"
local malaysia_id = require "idocr.checks.numbers.malaysia_id"
local places = require "idocr.checks.data.malaysia_places"
local regions = require "idocr.checks.data.china_regions"
local cjson = require "cjson"

local TODAY = { today = "2026-01-01" }
local HOSTILE = { "", " ", ("9"):rep(100), ("9"):rep(1e6), "\0\0\0", "\255\254", "1234567890123456%", "123456-12-123", "一二三", "%d%d%d" }

local function vectors(name)
  local file = assert(io.open("spec/vectors/checks.json"))
  local text = file:read("*a")
  file:close()
  return cjson.decode(text)[name]
end

describe("Chinese resident numbers", function()
  it("have the results of every vector", function()
    for _, vector in ipairs(vectors("cn_ric")) do
      assert.are.equal(vector.checksum_ok, assert(china_id.parse(vector.number, TODAY)).checksum, vector.note)
    end
  end)

  it("encode birth date, sex and region", function()
    local r = assert(china_id.parse("440524198701010014", TODAY))
    assert.are.same({ true, true, "1987-01-01", "M", "Guangdong", "440524", "resident" },
      { r.valid, r.checksum, r.birth_date, r.sex, r.region, r.region_code, r.kind })
    r = assert(china_id.parse(" 11010519491231002x ", TODAY))
    assert.are.same({ true, "1949-12-31", "F", "Beijing", "11010519491231002X" }, { r.valid, r.birth_date, r.sex, r.region, r.number })
  end)

  it("are invalid with an impossible date, a future date or an impossible province", function()
    local r = assert(china_id.parse("360426199113010079", TODAY))
    assert.are.same({ true, false, nil }, { r.checksum, r.valid, r.birth_date })
    local function made(first17) return assert(china_id.parse(first17 .. china_id.check_character(first17), TODAY)) end
    assert.is_false(made("44052420270101001").valid)
    assert.is_true(made("44052420260101001").valid)
    r = made("16052419870101001") -- no province has 16 today: a warning, not an error
    assert.are.same({ true, true, nil }, { r.checksum, r.valid, r.region })
    r = made("00052419870101001")
    assert.are.same({ true, false, nil }, { r.checksum, r.valid, r.region })
  end)

  it("include residence permits and foreigners", function()
    for prefix, region in pairs { ["810000"] = "Hong Kong", ["820000"] = "Macao", ["830000"] = "Taiwan" } do
      local first17 = prefix .. "19940823002"
      local r = assert(china_id.parse(first17 .. china_id.check_character(first17), TODAY))
      assert.are.same({ true, region, "residence_permit" }, { r.valid, r.region, r.kind })
    end
    local r = assert(china_id.parse("911124198108030024", TODAY))
    assert.are.same({ true, "foreigner", "CAN", "Beijing", "1981-08-03", "F" },
      { r.valid, r.kind, r.nationality, r.region, r.birth_date, r.sex })
  end)

  it("may have 15 digits", function()
    local r = assert(china_id.parse("130503670401001", TODAY))
    assert.are.same({ true, nil, "1967-04-01", "M", "130503196704010016" }, { r.valid, r.checksum, r.birth_date, r.sex, r.long_form })
    assert.is_true(china_id.parse(r.long_form, TODAY).checksum)
    assert.is_false(china_id.parse("130503671301001", TODAY).valid)
  end)

  it("with the sequence numbers 996 to 999 are of people born in the 19th century", function()
    local expected = {
      ["995"] = "1989-02-28", ["996"] = "1889-02-28", ["997"] = "1889-02-28", ["998"] = "1889-02-28", ["999"] = "1889-02-28",
    }
    for order, birth in pairs(expected) do
      local r = assert(china_id.parse("110105890228" .. order, TODAY))
      assert.are.same({ true, birth }, { r.valid, r.birth_date }, order)
      assert.are.equal(birth, china_id.parse(r.long_form, TODAY).birth_date)
    end
    assert.is_true(china_id.parse("110105960229995", TODAY).valid)
    assert.are.equal("1896-02-29", china_id.parse("110105960229996", TODAY).birth_date)
    assert.is_false(china_id.parse("110105000229996", TODAY).valid) -- 1800 had no leap day
  end)

  it("may have full-width characters", function()
    local r = assert(china_id.parse("１１０１０５　１９４９１２３１ ００２ｘ", TODAY))
    assert.are.same({ true, "11010519491231002X" }, { r.valid, r.number })
    assert.is_nil((china_id.parse("440524********0014", TODAY)))
    for _, text in ipairs {
      "110105-19491231-002X", "110105–19491231–002Ⅹ", "11010519491231002Χ", "11010519491231002х", "11010519491231002×",
      "\239\187\191110105\226\128\13919491231002X",
    } do
      assert.are.equal("11010519491231002X", assert(china_id.parse(text, TODAY), text).number)
    end
    assert.is_nil((china_id.parse("1101051949123100Х2", TODAY)))
  end)

  it("may have leap days in leap years only", function()
    local function made(first17) return assert(china_id.parse(first17 .. china_id.check_character(first17), TODAY)) end
    assert.is_true(made("11010520000229001").valid)
    assert.is_false(made("11010519000229001").valid)
    assert.is_false(made("11010520230229001").valid)
  end)

  it("are invalid with any single wrong digit", function()
    local number = "440524198701010014"
    for i = 1, 18 do
      for digit = 0, 9 do
        if tostring(digit) ~= number:sub(i, i) then
          assert.is_false(china_id.parse(number:sub(1, i - 1) .. digit .. number:sub(i + 1), TODAY).valid)
        end
      end
    end
  end)

  it("have known provinces", function()
    local n = 0
    for _ in pairs(regions) do n = n + 1 end
    assert.are.equal(35, n) -- 31 on the mainland, Hong Kong, Macao, and Taiwan under two codes
  end)
end)

describe("Malaysian numbers", function()
  it("have the results of every vector", function()
    for _, vector in ipairs(vectors("my_nric")) do
      local r = malaysia_id.parse(vector.number, TODAY)
      assert.are.equal(vector.ok, r ~= nil and r.valid, vector.note)
    end
  end)

  it("encode birth dates, birthplace and sex", function()
    local r = assert(malaysia_id.parse("710716-08-6085", TODAY))
    assert.are.same({ true, { "1971-07-16" }, "Perak", "state", "M" }, { r.valid, r.birth_dates, r.birthplace, r.birthplace_kind, r.sex })
    r = assert(malaysia_id.parse("810909785542", TODAY))
    assert.are.same({ { "1981-09-09" }, "Sri Lanka", "abroad", "F", "810909-78-5542" },
      { r.birth_dates, r.birthplace, r.birthplace_kind, r.sex, r.number })
    assert.are.same({ "1901-02-03", "2001-02-03" }, malaysia_id.parse("010203-01-1234", TODAY).birth_dates)
    assert.are.same({ "2000-02-29" }, malaysia_id.parse("000229-01-1234", TODAY).birth_dates)
    assert.are.equal("2000-02-29", malaysia_id.parse("000229-01-1234", TODAY).birth_date)
    assert.is_nil(malaysia_id.parse("010203-01-1234", TODAY).birth_date)
    assert.are.same({ "1926-01-02" }, malaysia_id.parse("260102-01-1234", TODAY).birth_dates)
    assert.are.equal("710716-08-6085", malaysia_id.parse("710716 – 08 - 6085", TODAY).number)
    for _, text in ipairs { "710716.08.6085", "710716/08/6085", "710716\194\173-08-6085", "٧١٠٧١٦-٠٨-٦٠٨٥", "710716‑08‑6085" } do
      assert.are.equal("710716-08-6085", assert(malaysia_id.parse(text, TODAY), text).number)
    end
    assert.is_nil((malaysia_id.parse("710716--086085", TODAY)))
  end)

  it("are valid with assigned birthplace codes only", function()
    for code = 0, 99 do
      local unassigned = code == 0 or (code >= 17 and code <= 20) or code == 69 or code == 70 or code == 73 or code == 80 or code == 81
        or (code >= 94 and code <= 97)
      assert.are.equal(not unassigned, places[("%02d"):format(code)] ~= nil, tostring(code))
    end
  end)
end)

describe("Macao numbers", function()
  it("are valid in one format only", function()
    local r = assert(macao_id.parse("1228150(7)"))
    assert.are.same({ true, "1", "7", false }, { r.valid, r.prefix, r.check, r.masked })
    for _, text in ipairs { "12281507", "1228150（7）", "1228150 (7)", "１２２８１５０（７）",
      "1/228150/7", "1228150/7", "1/228150(7)", "1-228150-7", "1 / 228150 / 7", "１／２２８１５０／７", "1.228150.7", "1∕228150∕7",
      "1–228150–7", "1228150[7]", "1228150【7】", "1228150〔7〕", "1228150﹙7﹚", "\239\187\1911228150\226\128\139(7)" } do
      assert.are.equal("1228150(7)", macao_id.parse(text).number)
    end
    assert.is_true(macao_id.parse("5123456(A)").valid)
    assert.is_false(macao_id.parse("2123456(1)").valid)
    r = assert(macao_id.parse("15****0(4)"))
    assert.are.same({ true, true }, { r.valid, r.masked })
    assert.are.same({ "1******(7)", true }, { macao_id.parse("1/******/7").number, macao_id.parse("1/******/7").masked })
    for _, text in ipairs { "122815(7)", "12281507(7)", "A228150(7)", "1228150(7", "1228150)7", "1//228150/7",
      "12/28150/7" } do assert.is_nil((macao_id.parse(text))) end
  end)
end)

describe("numbers of any kind", function()
  it("agree with variants of digits and separators", function()
    local function number(a, b) return compare_values.compare("number", { value = a }, { value = b }) end
    assert.are.equal("agree", number("１２２８１５０（７）", "1228150(7)"))
    assert.are.equal("agree", number("1228１50／7", "1/228150/7"))
    assert.are.equal("differ", number("１２２８１５０（７）", "1228151(7)"))
    local function address(a, b) return compare_values.compare("address", { value = a }, { value = b }) end
    assert.are.equal("agree", address("ул. Ленина, 5", "УЛ ЛЕНИНА 5"))
    assert.are.equal("agree", address("北京市、朝阳区１号", "北京市朝阳区1号"))
    assert.are.equal("differ", address("北京市朝阳区1号", "北京市朝阳区2号"))
  end)

  it("never raise", function()
    for _, module in ipairs { china_id, malaysia_id, macao_id } do
      for _, text in ipairs(HOSTILE) do
        local result, message = module.parse(text)
        if not result then assert.is_string(message) end
      end
      for _, value in ipairs { 1, true, {}, print } do assert.is_nil((module.parse(value))) end
      assert.is_nil((module.parse(nil)))
    end
  end)
end)
