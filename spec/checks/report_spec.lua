--- Tests card:check() and card:derived(): findings, severities, masks, and the values of fields by source.

local derived = require "idocr.checks.derived"
local report = require "idocr.checks.report"

local function with(base, changes)
  local copy = {}
  for name, value in pairs(base) do copy[name] = value end
  for name, value in pairs(changes or {}) do
    if value == false then value = nil end
    copy[name] = value
  end
  return copy
end

local function finding(r, check, ok)
  for _, f in ipairs(r.findings) do
    if f.check == check and (ok == nil or f.ok == ok) then return f end
  end
end

local PASSPORT = {
  kind = "passport", provider = "tencent", number = "L898902C3", name = "ERIKSSON ANNA MARIA", surname = "ERIKSSON",
  given_name = "ANNA MARIA", birth_date = "1974-08-12", sex = "F", expiry_date = "2012-04-15", issue_date = "2007-04-16",
  nationality = "UTO", issuing_country = "UTO", document_code = "P", warnings = {},
  mrz = { "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10" },
  visual = { number = "L898902C3", surname = "Eriksson", given_name = "Anna María", birth_date = "1974-08-12", sex = "F",
    nationality = "UTOPIAN", document_code = "P" },
}
local VENDOR = {
  kind = "passport", number = "456712345", name = "CARTER ESTHER", surname = "CARTER", given_name = "ESTHER", sex = "F",
  birth_date = "1990-04-11", expiry_date = "2021-07-26", nationality = "USA", issuing_country = "USA", warnings = {},
  mrz = { "P<USACARTER<<ESTHER<<<<<<<<<<<<<<<<<<<<<<<<<", "4567123452USA9004117F2107268713843748<708026" },
}
local MALAYSIA = { kind = "malaysia_id", document_type = "MyKad", number = "710716-08-6085", name = "KAVIN", sex = "M", warnings = {} }
local CHINA = { kind = "china_id", number = "440524198701010014", name = "李明", sex = "M", birth_date = "1987-01-01",
  issue_date = "2010-07-21", expiry_date = "2020-07-21", warnings = {} }
local MACAO = { kind = "macao_id", number = "1228150(7)", native_surname = "何", surname_telecode = "0149", sex = "F",
  birth_date = "1997-04-22", first_issue_date = "2011-05-06", issue_date = "2014-08-01", expiry_date = "2024-08-01", warnings = {} }

describe("a report", function()
  it("of a correct card is ok on a date when the card is valid", function()
    for card, day in pairs { [PASSPORT] = "2010-01-01", [MALAYSIA] = "2026-01-01", [CHINA] = "2015-01-01", [MACAO] = "2020-01-01" } do
      local r = report.make(card, { today = day })
      for _, f in ipairs(r.findings) do assert.is_true(f.ok, card.kind .. " " .. f.check .. ": " .. f.message) end
      assert.is_true(r.ok)
      assert.is_true(#r.findings > 5)
    end
  end)

  it("lists the three wrong digits of the vendor's sample and keeps all fields", function()
    local r = report.make(VENDOR, { today = "2020-01-01" })
    assert.is_false(r.ok)
    for name, digits in pairs { document_number = { "1", "2" }, birth_date = { "5", "7" }, composite = { "3", "6" } } do
      local f = finding(r, "mrz.check_digit." .. name)
      assert.are.same({ false, "error", digits[1], digits[2] }, { f.ok, f.severity, f.expected, f.found })
    end
    assert.is_true(finding(r, "mrz.check_digit.expiry_date").ok)
    assert.is_true(finding(r, "mrz.check_digit.optional").ok)
    assert.are.equal("456712345", r.fields.number.values.mrz.value)
    assert.is_false(r.fields.number.values.mrz.valid)
    assert.are.equal("agree", r.fields.number.status)
  end)

  it("has every field's values by source, with validity and status", function()
    local r = report.make(PASSPORT, { today = "2010-01-01" })
    local birth = r.fields.birth_date
    assert.are.equal("agree", birth.status)
    for _, source in ipairs { "service", "mrz", "visual" } do
      assert.are.same({ "1974-08-12", true }, { birth.values[source].value, birth.values[source].valid })
    end
    assert.are.equal("agree", r.fields.given_name.status) -- María is MARIA
    assert.are.equal("UTOPIAN", r.fields.nationality.values.visual.value)
    local statuses = {}
    for _, pair in ipairs(r.fields.nationality.pairs) do statuses[pair.a .. pair.b] = pair.status end
    assert.are.same({ mrzservice = "agree", mrzvisual = "not_compared", servicevisual = "not_compared" }, statuses)
    assert.are.equal("not_compared", r.fields.issue_date.status)
    assert.is_truthy(table.concat(r.uncovered, " "):find("given_name", 1, true)) -- fields that no check digit covers are listed
  end)

  it("has the validity of a number that can be validated", function()
    local function valid(card, second) return report.make(card, { today = "2026-01-01", second = second }).fields.number.values end
    assert.is_true(valid(CHINA).service.valid)
    assert.is_false(valid(with(CHINA, { number = "440524198701010015" })).service.valid)
    assert.is_false(valid(with(MALAYSIA, { number = "710716-17-6085" })).service.valid)
    assert.is_nil(valid(with(MACAO, { number = "15****0(4)" })).service.valid)
    assert.is_nil(valid(PASSPORT).service.valid) -- a passport's number encodes nothing, its zone does
    local values = valid(MALAYSIA, with(MALAYSIA, { number = "711316-08-6085" }))
    assert.are.same({ true, false }, { values.service.valid, values.second.valid })
  end)

  it("lists differences, masked, with their sources", function()
    local visual = with(PASSPORT.visual, { birth_date = "1974-08-13", surname = "Erikson", number = "L898902C8" })
    local r = report.make(with(PASSPORT, { visual = visual }), { today = "2010-01-01" })
    assert.is_false(r.ok)
    local f = finding(r, "match.birth_date", false)
    assert.are.same({ "error", { "mrz", "visual" }, "1974-••-••", "1974-••-••" }, { f.severity, f.sources, f.expected, f.found })
    f = finding(r, "match.surname", false)
    assert.are.same({ "E•••••••", "E••••••" }, { f.expected, f.found })
    assert.are.equal("L89••••C3", finding(r, "match.number", false).expected)
    assert.are.equal("differ", r.fields.birth_date.status)
  end)

  it("checks dates against the given date", function()
    local r = report.make(PASSPORT, { today = "2012-04-15" })
    assert.is_true(finding(r, "dates.expired").ok)
    r = report.make(PASSPORT, { today = "2012-04-16" })
    assert.are.same({ false, "error" }, { finding(r, "dates.expired").ok, finding(r, "dates.expired").severity })
    assert.is_false(r.ok)
    r = report.make(PASSPORT, { today = "2007-04-15" })
    assert.is_false(finding(r, "dates.future.issue_date").ok)
    r = report.make(with(CHINA, { issue_date = "2021-07-21" }), { today = "2022-01-01" })
    assert.is_false(finding(r, "dates.order", false).ok)
    r = report.make(with(PASSPORT, { issue_date = "2000-04-16" }), { today = "2010-01-01" })
    assert.are.equal("warning", finding(r, "dates.span").severity)
    assert.is_true(r.ok) -- warnings do not fail a card
  end)

  it("checks the validity period of Chinese cards", function()
    local r = report.make(with(CHINA, { expiry_date = "2017-07-21" }), { today = "2015-01-01" })
    assert.is_false(finding(r, "dates.span").ok)
    r = report.make(with(CHINA, { expiry_date = "2030-07-21" }), { today = "2015-01-01" })
    assert.is_true(finding(r, "dates.span").ok)
    assert.is_false(finding(r, "dates.span.age").ok) -- 23 years old: ten years, not twenty
    r = report.make(with(CHINA, { expiry_date = false, long_term = true }), { today = "2015-01-01" })
    assert.is_nil(finding(r, "dates.expired"))
    assert.is_false(finding(r, "dates.span.age").ok)
  end)

  it("compares the facts in numbers with the fields", function()
    local r = report.make(with(MALAYSIA, { sex = "F" }), { today = "2026-01-01" })
    local f = finding(r, "match.sex", false)
    assert.are.same({ "M", "F", { "number", "service" } }, { f.expected, f.found, f.sources })
    r = report.make(with(MALAYSIA, { birth_date = "1971-07-17" }), { today = "2026-01-01" })
    assert.is_false(finding(r, "match.birth_date").ok)
    r = report.make(with(MALAYSIA, { birth_date = "1901-02-03", number = "010203-01-1235" }), { today = "2026-01-01" })
    assert.are.equal("agree", r.fields.birth_date.status) -- either century
    r = report.make(with(MALAYSIA, { number = "710716-17-6085", back_number = "710716-17-6086-01-01" }), { today = "2026-01-01" })
    assert.is_false(finding(r, "number.birthplace").ok)
    assert.is_false(finding(r, "number.back").ok)
    r = report.make(with(MALAYSIA, { number = "71071-08-6085" }), { today = "2026-01-01" })
    assert.are.equal("error", finding(r, "number.shape").severity)
    r = report.make(with(MALAYSIA, { document_type = "MyTentera", number = "T1234567" }), { today = "2026-01-01" })
    assert.is_nil(finding(r, "number.shape"))
    r = report.make(with(CHINA, { number = "440524198701010015" }), { today = "2015-01-01" })
    assert.is_false(finding(r, "number.checksum").ok)
  end)

  it("compares names with telegraph codes and lists names that only the codes have", function()
    local r = report.make(with(MACAO, { native_surname = "王" }), { today = "2020-01-01" })
    assert.are.same({ false, "error" }, { finding(r, "telecode.native_surname").ok, finding(r, "telecode.native_surname").severity })
    r = report.make(with(MACAO, { native_surname = false }), { today = "2020-01-01" })
    assert.are.equal("info", finding(r, "telecode.missing_name").severity)
    assert.are.equal("何", r.fields.native_surname.values.telecode.value)
    assert.is_true(r.ok)
    -- cards since 2023-12-15 print no codes, no height and no date of first issue
    r = report.make(with(MACAO, { surname_telecode = false, first_issue_date = false }), { today = "2020-01-01" })
    assert.is_nil(finding(r, "telecode.native_surname"))
    assert.is_true(r.ok)
    r = report.make({ kind = "macao_id", number = "15****0(4)", native_given_name = "*珍", given_name_telecode = "37****27" })
    assert.is_true(r.ok)
  end)

  it("proposes a repair for a wrong check digit", function()
    local line = PASSPORT.mrz[2]:gsub("L898902C3", "L8989O2C3")
    local r = report.make(with(PASSPORT, { mrz = { PASSPORT.mrz[1], line } }), { today = "2010-01-01" })
    local f = finding(r, "mrz.repair")
    assert.are.same({ "info", "0", "O", "number" }, { f.severity, f.expected, f.found, f.field })
    assert.are.equal("L8989O2C3", r.fields.number.values.mrz.value)
  end)

  it("applies thresholds, and lists warnings and incomplete cards", function()
    local card = with(CHINA, { quality = 30, border_score = 70, confidence = { number = 0.5, name = 0.99 }, card_count = 2,
      warnings = { { code = -9102, name = "photocopy" }, { code = -9107, name = "glare" }, { code = 1, name = "never heard of" } } })
    card.complete = false
    local r = report.make(card, { today = "2015-01-01" })
    assert.are.equal("warning", finding(r, "quality.quality").severity)
    assert.is_false(finding(r, "quality.border_score").ok)
    assert.is_false(finding(r, "confidence", false).ok)
    assert.is_false(finding(r, "complete").ok)
    assert.is_false(finding(r, "card_count").ok)
    assert.are.equal("error", finding(r, "warning.photocopy").severity)
    assert.are.equal("warning", finding(r, "warning.glare").severity)
    assert.are.equal("warning", finding(r, "warning.unknown").severity)
    assert.is_false(r.ok)
    r = report.make(card, { today = "2015-01-01", purpose = "reading" })
    assert.are.equal("info", finding(r, "warning.photocopy").severity)
    assert.is_true(r.ok)
    r = report.make(card, { today = "2015-01-01", quality = 20, border_score = false, confidence = false, checks = { warning = false } })
    assert.is_true(finding(r, "quality.quality").ok)
    assert.is_nil(finding(r, "quality.border_score"))
    assert.is_nil(finding(r, "confidence"))
    assert.is_nil(finding(r, "warning.photocopy"))
    r = report.make(PASSPORT, { today = "2020-01-01", checks = { ["dates.expired"] = "info" } })
    assert.is_true(r.ok)
  end)

  it("has a finding for a missing zone", function()
    local r = report.make(with(PASSPORT, { mrz = { PASSPORT.mrz[1], "1357" } }), { today = "2010-01-01" })
    assert.are.equal("warning", finding(r, "mrz.shape").severity)
    assert.is_nil(r.mrz)
    r = report.make(with(PASSPORT, { mrz = false }), { today = "2010-01-01" })
    assert.is_false(finding(r, "mrz.missing").ok)
  end)

  it("compares with the card of a second provider", function()
    local r = report.make(MALAYSIA, { today = "2026-01-01", second = with(MALAYSIA, { name = "KEVIN", number = "710716086085" }) })
    assert.are.same({ "service", "second" }, finding(r, "match.name", false).sources)
    assert.are.equal("agree", r.fields.number.status)
  end)

  it("suggests the right name of a misspelt option", function()
    assert.error_matches(function() report.make(PASSPORT, { tday = "2020-01-01" }) end, 'did you mean "today"')
  end)

  it("raises on a wrong option only", function()
    for _, options in ipairs { { tday = "2020-01-01" }, { today = "tomorrow" }, { purpose = "fun" }, { confidence = "high" }, 5,
      { checks = 1 }, { checks = { warning = "fatal" } }, { purpose = "severity" } } do
      assert.has_error(function() report.make(PASSPORT, options) end)
    end
  end)
end)

describe("an apparent contradiction", function()
  local mrz = require "idocr.checks.mrz"
  local DAY = "2026-07-01"

  -- a passport as the service reads it: its fields come from the zone, `visual` from the print
  local function passport(fields, visual)
    local all = with({ format = "TD3", issuing_country = "UTO", nationality = "UTO", number = "C01X0006H", surname = "Müller",
      given_name = "Jürgen", birth_date = "1964-08-12", expiry_date = "2030-10-31", sex = "M" }, fields)
    local lines = assert(mrz.compose(all))
    local zone = assert(mrz.parse(lines, { today = DAY }))
    local card = { kind = "passport", mrz = lines, visual = visual, warnings = {}, number = all.number, birth_date = zone.birth_date,
      expiry_date = zone.expiry_date, sex = all.sex, nationality = "UTO", issuing_country = "UTO", surname = zone.surname,
      given_name = zone.given_name, name = (zone.surname or "") .. " " .. (zone.given_name or "") }
    return card
  end

  local function failed(card)
    local list = {}
    for _, f in ipairs(report.make(card, { today = DAY }).findings) do
      if not f.ok then list[#list + 1] = f.check end
    end
    return table.concat(list, " ")
  end

  it("is the spelling, order, title, script or length of a name", function()
    local long = { surname = "Nilavadhanananda", given_name = "Chayapa Dejthamrong Krasuang" }
    for n, case in ipairs {
      { {}, { surname = "MÜLLER", given_name = "JÜRGEN", name = "JÜRGEN MÜLLER" } },
      { { surname = "MULLER", given_name = "JURGEN" }, { surname = "MÜLLER", given_name = "JÜRGEN", name = "MÜLLER JÜRGEN" } },
      { {}, { surname = "DR.MÜLLER", given_name = "JÜRGEN" } },
      { long, with(long, { name = "Nilavadhanananda Chayapa Dejthamrong Krasuang" }) },
      { { given_name = "JURGEN HANS" }, { surname = "Müller", given_name = "Jürgen", middle_name = "Hans", name = "Müller Jürgen Hans" } },
      { { surname = "AHMADI", given_name = "" }, { given_name = "AHMADI", name = "AHMADI" } },
      { { surname = "MOHAMED", given_name = "AHMED" }, { surname = "محمد", given_name = "أحمد" } },
      { { surname = "ALEKSANDROV", given_name = "EVGENY" }, { surname = "Александров", given_name = "Евгений" } },
    } do
      assert.are.equal("", failed(passport(case[1], case[2])), "case " .. n)
    end
    local another = passport(long, with(long, { given_name = "Chayapa Dejthamrong Prasuang" }))
    assert.are.equal("match.given_name match.given_name", failed(another))
  end)

  it("is the century, which a zone does not contain", function()
    local card = passport({ birth_date = "1925-03-02" }, { birth_date = "1925-03-02" })
    card.birth_date = "1925-03-02"
    assert.are.equal("", failed(card))
    local r = report.make(card, { today = DAY })
    assert.are.same({ "1925-03-02", "agree" }, { r.fields.birth_date.values.mrz.value, r.fields.birth_date.status })
    assert.are.equal("match.birth_date match.birth_date", failed(passport({}, { birth_date = "1864-08-12" }))) -- impossible age
    assert.are.equal("dates.expired", failed(with(passport({ expiry_date = "2096-12-10" }, { expiry_date = "1996-12-10" }),
      { expiry_date = "1996-12-10" })))
  end)

  it("is a masked number or name", function()
    assert.are.equal("", failed { kind = "macao_id", number = "15****0(4)", native_surname = "何", surname_telecode = "0149",
      native_given_name = "*", given_name_telecode = "37****27" })
    local r = report.make({ kind = "china_id", number = "440524********0014" }, { today = DAY })
    assert.are.same({ true, true, nil }, { r.ok, finding(r, "number.masked").ok, finding(r, "number.shape") })
  end)

  it("is an address that another provider reads differently", function()
    local second = with(MALAYSIA, { address = "11, JALAN SATU" })
    local r = report.make(with(MALAYSIA, { address = "11 Jalan Satu" }), { today = DAY, second = second })
    assert.is_true(finding(r, "match.address").ok)
    r = report.make(with(MALAYSIA, { address = "NO 12 JALAN SATU" }), { today = DAY, second = second })
    assert.are.same({ true, false, "warning" }, { r.ok, finding(r, "match.address").ok, finding(r, "match.address").severity })
  end)
end)

describe("a printed value that could not be parsed", function()
  it("causes a warning with its field", function()
    local r = report.make(with(PASSPORT, { unread = { "expiry_date", "visual.sex" } }), { today = "2010-01-01" })
    local fields = {}
    for _, f in ipairs(r.findings) do
      if f.check == "unread" then
        fields[#fields + 1] = f.field
        assert.are.same({ false, "warning" }, { f.ok, f.severity })
      end
    end
    assert.are.same({ "expiry_date", "visual.sex" }, fields)
    assert.is_nil(finding(report.make(PASSPORT, { today = "2010-01-01" }), "unread"))
  end)

  it("does not affect names of two providers that agree", function()
    local a = { kind = "china_id", native_name = "古丽米热·艾比布力", name = "古丽米热·艾比布力", warnings = {} }
    local b = with(a, { native_name = "古丽米热•艾比布力", name = "古丽米热•艾比布力" })
    local r = report.make(a, { second = b, today = "2026-01-01" })
    assert.are.equal("agree", r.fields.name.status)
    assert.are.equal("agree", r.fields.native_name.status)
  end)
end)

describe("findings", function()
  it("contain masked text only", function()
    local secrets = { "L898902C3", "ERIKSSON", "Eriksson", "ANNA", "1974-08-12", "456712345", "CARTER", "710716", "440524198701010014",
      "李明", "1987-01-01", "1228150", "ZE184226B" }
    for _, card in ipairs { PASSPORT, VENDOR, MALAYSIA, CHINA, MACAO } do
      for _, visual in ipairs { false, { number = "X", surname = "ZZ", name = "QQ", birth_date = "1900-01-01", sex = "M" } } do
        local r = report.make(with(card, { visual = visual or nil, birth_date = visual and "1999-09-09" or nil }), { today = "2026-01-01" })
        for _, f in ipairs(r.findings) do
          for _, part in ipairs { f.message, f.expected or "", f.found or "" } do
            for _, secret in ipairs(secrets) do assert.is_nil(part:find(secret, 1, true), f.check .. " tells " .. secret) end
          end
        end
      end
    end
  end)
end)

describe("hostile cards", function()
  local seed = 7
  local function random(n)
    seed = seed * 16807 % 2147483647
    return seed % n + 1
  end

  local VALUES = {
    function() return nil end, function() return true end, function() return 0 / 0 end, function() return math.huge end,
    function() return -1e308 end, function() return "" end, function() return "\0\255\254%d%s%" end, function() return ("9"):rep(5000) end,
    function() return {} end, function() return { {} } end, function() return print end, function() return "9999-99-99" end,
    function() return "0000-00-00" end, function() return ("<"):rep(44) end, function() return { ("<"):rep(44), ("<"):rep(44) } end,
    function() return { "\255\254", 5 } end, function() return setmetatable({}, { __index = function() error("no") end }) end,
    function() return "李" end, function() return "2024-02-29" end, function() return { { name = 5 }, 7, { name = "\255" } } end,
    function() return { number = 0 / 0, [5] = 1, name = "x" } end, function() return "T" .. ("%"):rep(40) end,
    function()
      local out = {}
      for i = 1, random(60) do out[i] = string.char(random(256) - 1) end
      return table.concat(out)
    end,
  }
  local NAMES = {}
  for name in ([[kind document_type number name surname given_name native_name native_surname native_given_name sex birth_date
    issue_date first_issue_date expiry_date nationality issuing_country address back_number surname_telecode given_name_telecode
    document_code quality border_score card_count height long_term complete mrz visual confidence warnings provider]]):gmatch("%S+") do
    NAMES[#NAMES + 1] = name
  end

  it("never make a check raise", function()
    local bases = { PASSPORT, VENDOR, MALAYSIA, CHINA, MACAO, {} }
    for _ = 1, 4000 do
      local card = with(bases[random(#bases)])
      for _ = 1, random(4) do card[NAMES[random(#NAMES)]] = VALUES[random(#VALUES)]() end
      if random(3) == 1 and type(card.visual) == "table" then
        card.visual = with(PASSPORT.visual, { [NAMES[random(#NAMES)]] = VALUES[random(#VALUES)]() })
      end
      local r = report.make(card, { today = "2026-01-01" })
      assert.is_boolean(r.ok)
      for _, f in ipairs(r.findings) do assert.is_string(f.message) end
      derived.of(card)
    end
    for _, value in ipairs { 1, "x", true, print } do assert.is_true(report.make(value).ok) end
    assert.is_true(report.make(nil).ok)
    assert.is_boolean(report.make(setmetatable({}, { __index = function() error("no") end })).ok)
  end)
end)

describe("derived facts", function()
  it("come from the number or from the zone", function()
    assert.are.same({ "1971-07-16", "M", "Perak" }, (function()
      local facts = assert(derived.of(MALAYSIA, { today = "2026-01-01" }))
      return { facts.birth_date, facts.sex, facts.birthplace }
    end)())
    local facts = assert(derived.of(with(MALAYSIA, { number = "010203-01-1235" }), { today = "2026-01-01" }))
    assert.is_nil(facts.birth_date)
    assert.are.equal(2, #facts.birth_dates)
    facts = assert(derived.of(with(MALAYSIA, { number = "010203-01-1235", birth_date = "2001-02-03" }), { today = "2026-01-01" }))
    assert.are.equal("2001-02-03", facts.birth_date)
    assert.are.equal("Guangdong", derived.of(CHINA).region)
    assert.are.equal("1974-08-12", derived.of(PASSPORT, { today = "2026-01-01" }).birth_date)
    assert.is_nil((derived.of { kind = "passport" }))
  end)
end)
