--- Tests the checks of cards with a number, for each kind: a correct card, and cards with a wrong number or another contradiction.

local derived = require "idocr.checks.derived"
local fields_of_kinds = require "idocr.checks.data.number_fields"
local idocr = require "idocr"
local numbers = require "idocr.checks.numbers"
local process = require "spec.support.process"
local report = require "idocr.checks.report"
local stamp = require "idocr.sandbox.stamp"

local TODAY = "2026-01-01"

-- Correct cards, one for each kind with a number; `doubtful` gives changes that must be found: fields, id of the finding, severity.
local CARDS = {
  hong_kong_id = {
    card = { number = "A123456(3)", window_text = "A123456" },
    doubtful = {
      { { number = "A123456(4)" }, "number.checksum", "error" },
      { { number = "A12345(3)" }, "number.shape", "error" },
      { { window_text = "A123457" }, "number.window", "error" },
      { { window_text = "B123456(3)" }, "number.window", "error" },
    },
  },
  singapore_id = {
    card = { number = "S8812345Z", birth_date = "1988-04-12" },
    doubtful = {
      { { number = "S8812345A" }, "number.checksum", "error" },
      { { number = "M1234567J" }, "number.checksum.unofficial", "warning" },
      { { birth_date = "1989-04-12" }, "number.birth_year", "warning" },
    },
  },
  thailand_id = {
    card = { number = "3102001234566" },
    doubtful = {
      { { number = "3102001234567" }, "number.checksum", "error" },
      { { number = "9102001234565" }, "number.code", "error" },
    },
  },
  thailand_pink_card = {
    card = { number = "0084011234567" }, doubtful = { { { number = "0084011234568" }, "number.checksum", "error" } },
  },
  thailand_driving_licence = {
    card = { number = "12345678", personal_number = "3102001234566" },
    doubtful = { { { personal_number = "3102001234567" }, "number.checksum", "error", "personal_number" } },
  },
  indonesia_id = {
    card = { number = "3171014403900001", birth_date = "1990-03-04", sex = "F", state = "PROVINSI DKI JAKARTA" },
    doubtful = {
      { { birth_date = "1990-03-05" }, "match.birth_date", "error" },
      { { sex = "M" }, "match.sex", "error" },
      { { state = "JAWA BARAT" }, "match.region", "warning" },
      { { number = "9971014403900001" }, "number.region.unassigned", "error" },
      { { number = "3171017403900001" }, "number.birth_date", "error" },
    },
  },
  brazil_driving_licence = {
    card = { number = "07312345611", tax_number = "123.456.789-09", identity_document = "246781312 SSP SP" },
    doubtful = {
      { { number = "07312345612" }, "number.checksum", "error" },
      { { tax_number = "123.456.789-00" }, "number.checksum", "error", "tax_number" },
      { { identity_document = "246781313 SSP SP" }, "number.checksum", "error", "identity_document" },
      { { identity_document = "246781313 SSP RJ" }, "number.checksum.unofficial", "warning", "identity_document" },
      { { identity_document = "CRM 12" }, "number.shape.others", "warning", "identity_document" },
    },
  },
  brazil_id = {
    card = { number = "24.678.131-2 2 VIA", tax_number = "123456789/09", issuing_authority = "SSP-SP" },
    doubtful = {
      { { number = "24.678.131-3" }, "number.checksum", "error" },
      { { number = "24.678.131-3", issuing_authority = "DETRAN/RJ" }, "number.checksum.unofficial", "warning" },
      { { tax_number = "111.111.111-11" }, "number.code", "error", "tax_number" },
    },
  },
  brazil_rnm = {
    card = { number = "F123456-7", tax_number = "123.456.789-09" },
    doubtful = { { { tax_number = "123.456.789-90" }, "number.checksum", "error", "tax_number" } },
  },
  mexico_voter_id = {
    card = { number = "RMTRSF99021609M100", personal_number = "RATS990216MDFMRF08", birth_date = "1999-02-16", sex = "F" },
    doubtful = {
      { { personal_number = "RATS990216MDFMRF09" }, "number.checksum", "error", "personal_number" },
      { { sex = "M" }, "match.sex", "error" },
      { { birth_date = "1999-02-17" }, "match.birth_date", "error" },
      { { personal_number = "XXXX990216MDFXX08" }, "number.shape", "error" },
      { { number = "RMTRSF99021609H100" }, "match.sex", "error" },
      { { number = "RMTRSF99021610M100" }, "match.region", "warning" },
      { { number = "RMTRSF99021645M100" }, "number.region.unassigned", "error" },
    },
  },
  pakistan_id = {
    card = { number = "42101-1234567-2", sex = "F" },
    doubtful = {
      { { sex = "M" }, "match.sex.unofficial", "warning" },
      { { number = "42101-1234567-0" }, "number.code.unofficial", "warning" },
      { { number = "02101-1234567-2" }, "number.region.unassigned", "error" },
      { { number = "42101-7654321" }, "number.shape", "error" },
    },
  },
  india_aadhaar = {
    card = { number = "234567890124", virtual_number = "9123456789012346" },
    doubtful = {
      { { number = "234567890125" }, "number.checksum", "error" },
      { { virtual_number = "9123456789012347" }, "number.checksum", "error", "virtual_number" },
    },
  },
  hmt_residence_permit = {
    card = { number = "820000199103150022", birth_date = "1991-03-15", sex = "F" },
    doubtful = {
      { { number = "820000199103150023" }, "number.checksum", "error" },
      { { birth_date = "1991-03-16" }, "match.birth_date", "error" },
      { { sex = "M" }, "match.sex", "error" },
      { { number = "440305199511120129" }, "number.region.unassigned", "error" },
    },
  },
  china_permanent_residence = {
    card = { number = "911124197905060010", previous_number = "CAN310079050608", birth_date = "1979-05-06", sex = "M",
      nationality = "加拿大/CAN" },
    doubtful = {
      { { number = "911124197905060011" }, "number.checksum", "error" },
      { { nationality = "美国/USA" }, "match.nationality.first_issue", "warning" },
      { { previous_number = "CAN310079050609" }, "number.checksum.unofficial", "warning", "previous_number" },
      { { sex = "F" }, "match.sex", "error" },
      { { birth_date = "1979-06-05" }, "match.birth_date", "error" },
    },
  },
  china_temporary_id = {
    card = { number = "110101199003070038", birth_date = "1990-03-07", sex = "M" },
    doubtful = {
      { { number = "110101199003070039" }, "number.checksum", "error" },
      { { sex = "F" }, "match.sex", "error" },
    },
  },
  china_driving_licence = {
    card = { number = "33010619880412003X", birth_date = "1988-04-12", sex = "M" },
    doubtful = {
      { { number = "330106198804120030" }, "number.checksum", "error" },
      { { number = "E12345678" }, "number.shape.others", "warning" },
      { { birth_date = "1988-04-13" }, "match.birth_date", "error" },
    },
  },
  china_household_register = {
    card = { number = "440305199511120129", birth_date = "1995-11-12", sex = "F" },
    doubtful = { { { number = "440305199511120120" }, "number.checksum", "error" } },
  },
}
local ELSEWHERE = { china_id = true, macao_id = true, malaysia_id = true } -- in report_spec.lua

local function made(kind, changes)
  local card = { kind = kind, warnings = {} }
  for name, value in pairs(CARDS[kind].card) do card[name] = value end
  for name, value in pairs(changes or {}) do card[name] = value end
  return card
end

local function failed(result, check, field)
  for _, finding in ipairs(result.findings) do
    if not finding.ok and finding.check == check and (not field or finding.field == field) then return finding end
  end
end

describe("the numbers of a card", function()
  it("are checked for every kind that has some", function()
    for kind in pairs(fields_of_kinds) do assert.is_truthy(CARDS[kind] or ELSEWHERE[kind], kind) end
    for kind, list in pairs(fields_of_kinds) do
      for _, entry in ipairs(list) do
        assert.is_table(numbers.get(entry.check), kind)
        assert.is_true(ELSEWHERE[kind] or CARDS[kind].card[entry.field] ~= nil, kind .. "." .. entry.field)
      end
    end
  end)

  it("are in fields that the kinds have", function()
    for _, kind in ipairs(idocr.kinds()) do
      local fields = {}
      for _, field in ipairs(idocr.describe(kind).fields) do fields[field] = true end
      for _, entry in ipairs(fields_of_kinds[kind] or {}) do
        for _, field in ipairs { entry.field, entry.issuer, entry.place } do assert.is_true(fields[field], kind .. "." .. field) end
      end
    end
  end)

  it("give no failed finding where they are right", function()
    for kind in pairs(CARDS) do
      local result = report.make(made(kind), { today = TODAY })
      for _, finding in ipairs(result.findings) do assert.is_true(finding.ok, kind .. " " .. finding.check .. ": " .. finding.message) end
      assert.is_true(#result.findings > 0, kind)
    end
  end)

  it("give an error by a published rule and a warning by another one", function()
    for kind, case in pairs(CARDS) do
      for _, doubt in ipairs(case.doubtful) do
        local changes, check, severity, field = doubt[1], doubt[2], doubt[3], doubt[4]
        local result = report.make(made(kind, changes), { today = TODAY })
        local finding = failed(result, check, field)
        assert.is_truthy(finding, kind .. " " .. check)
        assert.equal(severity, finding.severity, kind .. " " .. check)
        assert.equal(severity ~= "error", result.ok, kind .. " " .. check)
        for _, value in pairs(changes) do
          if #value > 4 then
            assert.is_nil((finding.message .. (finding.found or "") .. (finding.expected or "")):find(value, 1, true),
              kind .. " " .. check)
          end
        end
      end
    end
  end)

  it("are checked by card:check() of a card that a client has read", function()
    local picture = process.read("lua/idocr/sandbox/specimens/passport.jpg")
    local clients = {}
    for _, site in ipairs { "intl", "cn" } do clients[#clients + 1] = idocr.new { transport = "sandbox", site = site, rate = false } end
    clients[#clients + 1] = idocr.new { transport = "sandbox", provider = "ekycpro", rate = false }
    local function read(kind, changes)
      local fields = made(kind, changes)
      fields.kind, fields.warnings = nil, nil
      local bytes = assert(stamp.write(picture, { kind = kind, fields = fields }))
      local card, err
      for _, client in ipairs(clients) do
        card, err = client:read(kind, { image = idocr.bytes(bytes) })
        if card then return card end
      end
      error(kind .. ": " .. tostring(err))
    end
    for kind, case in pairs(CARDS) do
      local card = read(kind)
      local result = card:check { today = TODAY }
      for _, finding in ipairs(result.findings) do
        if not finding.ok then assert.is_nil(finding.check:find("^number") or finding.check:find("^match"),
          kind .. " " .. finding.check) end
      end
      assert.is_table(card:derived())
      local doubt = case.doubtful[1]
      local finding = failed(read(kind, doubt[1]):check { today = TODAY }, doubt[2], doubt[4])
      assert.equal(doubt[3], (finding or {}).severity, kind .. " " .. doubt[2])
    end
  end)

  it("that are masked give no failed finding", function()
    for kind, changes in pairs {
      hong_kong_id = { number = "A12****(3)" }, india_aadhaar = { number = "XXXX XXXX 0124", virtual_number = "XXXX XXXX XXXX 2346" },
      thailand_id = { number = "3-1020-XXXXX-XX-X" }, indonesia_id = { number = "317101******0001" },
        brazil_id = { tax_number = "***.456.789-**" },
      mexico_voter_id = { number = "RMTRSF******09M100", personal_number = "RATS******MDFMRF08" },
        pakistan_id = { number = "42101-*******-2" },
      china_temporary_id = { number = "110101********0038" }, china_driving_licence = { number = "110101••••••••0038" },
      china_household_register = { number = "110101XXXXXXXX0038" }, hmt_residence_permit = { number = "820000********0022" },
      singapore_id = { number = "S****345Z" }, thailand_pink_card = { number = "XXXX4567" },
    } do
      local result = report.make(made(kind, changes), { today = TODAY })
      local masked = 0
      for _, finding in ipairs(result.findings) do
        assert.is_true(finding.ok, kind .. " " .. finding.check)
        if finding.check == "number.masked" then masked = masked + 1 end
      end
      assert.is_true(masked > 0, kind)
    end
  end)

  it("with an open century agree with either birth date", function()
    for _, birth in ipairs { "1910-03-04", "2010-03-04" } do
      local card = made("indonesia_id", { number = "3171014403100001", birth_date = birth })
      assert.equal("agree", report.make(card, { today = TODAY }).fields.birth_date.status)
      assert.equal(birth, derived.of(card, { today = TODAY }).birth_date)
    end
  end)

  it("are not compared with the unknown part of a birth date without day or month", function()
    for birth, expected in pairs {
      ["1990-03"] = "not_compared", ["1990"] = "not_compared", ["1990-04"] = "differ", ["1991"] = "differ", ["1990-03-04"] = "agree",
    } do
      local card = made("indonesia_id", { birth_date = birth })
      assert.equal(expected, report.make(card, { today = TODAY }).fields.birth_date.status, birth)
    end
  end)

  it("are compared with one another", function()
    local function status(number, curp)
      local card = made("mexico_voter_id", { number = number, personal_number = curp })
      card.birth_date = nil
      return report.make(card, { today = TODAY }).fields.birth_date.status
    end
    assert.equal("agree", status("RMTRSF99021609M100", "RATS990216MDFMRF08"))
    assert.equal("differ", status("RMTRSF99021709M100", "RATS990216MDFMRF08"))
    assert.equal("differ", status("RMTRSF12021609M100", "RATS990216MDFMRF08")) -- 1912 or 2012
  end)

  it("agree with a province that was split off later", function()
    for state, code in pairs {
      ["PAPUA TENGAH"] = "91", ["PAPUA BARAT DAYA"] = "92", ["Papua Selatan"] = "93", BANTEN = "32", ["KALIMANTAN UTARA"] = "64",
        ["KEPULAUAN RIAU"] = "14",
      ["DAERAH ISTIMEWA YOGYAKARTA"] = "34", ["BANGKA BELITUNG"] = "19", ["NANGGROE ACEH DARUSSALAM"] = "11",
    } do
      local card = made("indonesia_id", { number = code .. "71014403900001", state = state })
      assert.equal("agree", report.make(card, { today = TODAY }).fields.region.status, state)
    end
    local card = made("indonesia_id", { number = "2171014403900001", state = "RIAU" })
    assert.equal("differ", report.make(card, { today = TODAY }).fields.region.status)
    card = made("indonesia_id", { state = "SOMEWHERE" })
    assert.equal("not_compared", report.make(card, { today = TODAY }).fields.region.status)
  end)

  it("give the facts of a further number under the name of its field", function()
    local facts = derived.of(made("mexico_voter_id"), { today = TODAY })
    assert.same({ "1999-02-16", "1999-02-16", "F" }, { facts.birth_date, facts.personal_number.birth_date, facts.personal_number.sex })
    assert.equal("Bangkok", derived.of(made("thailand_driving_licence")).region)
    assert.same({ nil, "the card has no number" }, { derived.of { kind = "pakistan_id" } })
    assert.is_nil((derived.of { kind = "thailand_id", number = "1" }))
  end)

  it("never raise, whatever the card holds", function()
    for kind, case in pairs(CARDS) do
      for field in pairs(case.card) do
        for _, value in ipairs { "", "*", ("9"):rep(600), "\255", "()", {}, 7, true } do
          local card = made(kind, { [field] = value })
          assert.is_table(report.make(card, { today = TODAY }))
          derived.of(card)
        end
      end
    end
  end)
end)
