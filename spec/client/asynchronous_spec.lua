-- Asynchronous actions: one submission, questions until the result is there, and client:resume after the deadline.
local errors = require "idocr.errors"
local idocr = require "idocr"
local json = require "idocr.json"
local scripted = require "spec.support.scripted"
local specimens = require "idocr.sandbox.specimens"
local process = require "spec.support.process"
local stamp = require "idocr.sandbox.stamp"

local SUBMIT, QUESTION = "ApplyCardVerificationExternal", "GetCardVerificationExternalResult"
local TOKEN = "11111111-2222-4333-8444-555555555555"
local RESUME = "any_card:tencent:intl:" .. TOKEN

local function answer(members)
  return { status = 200, headers = {}, body = '{"Response":{' .. members .. ',"RequestId":"r-1"}}' }
end

local SUBMITTED = answer(('"CardVerificationToken":"%s"'):format(TOKEN))
local PROCESSING = answer '"Status":"PROCESSING","WarnInfo":null,"CardInfo":null,"BackCardInfo":null'
local DONE = answer('"Status":"PASSED","WarnInfo":["PaperCopy"],"CardInfo":{"LicenseNumber":"P1234567C","Birthday":"1995/06/15",'
  .. '"Sex":"MALE","Height":"178","IssuedCountry":"Philippines","Address":{"City":""},"Others":"{\\"side\\":\\"front\\"}"},'
  .. '"BackCardInfo":{"LicenseNumber":"OTHER","IssuedCountryCode":"PHL","Address":{"City":"MANILA"}}')

local function lost()
  return nil, errors.new("network", "ConnectionReset", "reset", { sent = true, retryable = true })
end

local PARAMS = { nationality = "PHL", card_type = "passport", precheck = false }

local function params(more)
  local all = { image = idocr.bytes(scripted.PNG) }
  for name, value in pairs(PARAMS) do all[name] = value end
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

local function client(script, more)
  local wire = scripted.new(script)
  return idocr.new(scripted.options(wire, more)), wire
end

local function actions(wire)
  local names = {}
  for position, request in ipairs(wire.requests) do names[position] = scripted.header(request, "X-TC-Action") end
  return names
end

local function body(request) return json.decode(tostring(request.body)) end

describe("an asynchronous action", function()
  it("submits the pictures once, asks until there is a result, and returns one card", function()
    local one, wire = client { SUBMITTED, PROCESSING, PROCESSING, DONE }
    local card = assert(one:any_card(params { portrait = true }))
    assert.same({ SUBMIT, QUESTION, QUESTION, QUESTION }, actions(wire))
    local sent = body(wire.requests[1])
    assert.same({ "PHL", "PASSPORT", true }, { sent.Nationality, sent.CardType, sent.ReturnHeadImage })
    assert.is_string(sent.ImageBase64Front)
    for number = 2, 4 do assert.same({ CardVerificationToken = TOKEN }, body(wire.requests[number])) end
    assert.same({ 0.5, 1, 1.5 }, wire.slept)
    assert.same({ "P1234567C", "1995-06-15", "M", 1.78, "Philippines", "MANILA" }, -- the front counts first
      { card.number, card.birth_date, card.sex, card.height, card.issuing_country, card.city })
    assert.is_true(card:has_warning "photocopy")
    assert.equal("front", card.raw.CardInfo.Others.side)
    assert.equal("any_card", card.kind)
  end)

  it("ends as StillProcessing at the deadline, with a token that is not in its text", function()
    local lines = {}
    local function note(line) lines[#lines + 1] = line end
    local one, wire = client({ SUBMITTED, PROCESSING }, { timeout = { total = 5 }, ledger = note })
    local card, err = one:any_card(params())
    assert.is_nil(card)
    assert.same({ "timeout", "StillProcessing", false, true, RESUME },
      { err.category, err.code, err.retryable, err.sent, err.resume_token })
    assert.is_nil(err.billed)
    assert.equal(#wire.requests, err.attempts)
    assert.is_nil((tostring(err) .. err.message):find(TOKEN, 1, true))
    assert.is_true(wire.runtime.time <= 1005)
    for number, line in ipairs(lines) do
      if number == 1 then assert.is_nil(line.billed) else assert.is_false(line.billed) end
    end
  end)

  it("is resumed by any client of the account, which only asks for the result", function()
    local bill = {}
    local one, wire = client({ PROCESSING, DONE }, { ledger = function(line) bill[#bill + 1] = tostring(line.billed) end })
    local card = assert(one:resume(RESUME))
    assert.equal("P1234567C", card.number)
    assert.same({ QUESTION, QUESTION }, actions(wire))
    assert.same({ 0.5 }, wire.slept) -- it asks at once
    assert.same({ "false", "true" }, bill)
    local _, err = client({ PROCESSING }, { timeout = { total = 3 } }):resume(RESUME)
    assert.same({ "StillProcessing", RESUME }, { err.code, err.resume_token })
  end)

  it("decodes the members that an older reply has in place of the newer ones", function()
    local older = '"DueDate":"2032/08/10","PassportCodeFirst":"P<PHL1","PassportCodeSecond":"P1234567C2"'
    local newer = '"ExpirationDate":"2033/08/10","MRZLine1":"P<PHL3","MRZLine2":"P1234567C4"'
    for members, expected in pairs {
      [older] = { "2032-08-10", "P<PHL1", "P1234567C2" }, [newer .. "," .. older] = { "2033-08-10", "P<PHL3", "P1234567C4" },
      [older .. ',"ExpirationDate":"","MRZLine1":null,"MRZLine2":""'] = { "2032-08-10", "P<PHL1", "P1234567C2" },
    } do
      local card = assert(client({ answer('"Status":"COMPLETED","CardInfo":{' .. members .. "}") }):resume(RESUME))
      assert.same(expected, { card.expiry_date, card.mrz[1], card.mrz[2] })
    end
  end)

  it("refuses what is no resume token, and one of another site", function()
    local one, wire = client { DONE }
    for _, token in ipairs { "", TOKEN, "any_card:tencent", 7, {}, "any_card:tencent:intl:", "any_card:tencent:intl:a b" } do
      assert.error_matches(function() one:resume(token) end, "resume takes the resume_token of an error")
    end
    assert.error_matches(function() one:resume("any_crad:tencent:intl:x") end, "any_card")
    for _, token in ipairs { "any_card:tencent:cn:x", "any_card:ekycpro::x", "passport:tencent:intl:x" } do
      local card, err = one:resume(token)
      assert.is_nil(card)
      assert.same({ "unsupported", false, false }, { err.category, err.sent, err.billed })
      assert.is_nil(err.resume_token)
    end
    assert.equal(0, #wire.requests)
  end)

  it("asks again after a lost answer, and never submits twice", function()
    local one, wire = client { SUBMITTED, lost, PROCESSING, lost, DONE }
    assert.equal("P1234567C", assert(one:any_card(params())).number)
    assert.same({ SUBMIT, QUESTION, QUESTION, QUESTION, QUESTION }, actions(wire))
    one, wire = client { lost, SUBMITTED, DONE }
    local _, err = one:any_card(params())
    assert.same({ "ConnectionReset" }, { err.code, err.resume_token })
    assert.is_nil(err.billed)
    assert.same({ SUBMIT }, actions(wire))
    one, wire = client { SUBMITTED, lost }
    _, err = one:any_card(params())
    assert.same({ "ConnectionReset", false, RESUME }, { err.code, err.retryable, err.resume_token })
    assert.is_nil(err.billed)
    assert.equal(SUBMIT, actions(wire)[1])
    for number = 2, #wire.requests do assert.equal(QUESTION, actions(wire)[number]) end
  end)

  it("keeps the token in every error after the submission", function()
    local one = client { SUBMITTED, scripted.error "FailedOperation.UnOpenError" }
    local _, err = one:any_card(params())
    assert.same({ "FailedOperation.UnOpenError", false, RESUME }, { err.code, err.retryable, err.resume_token })
    assert.is_nil(err.billed)
    local wire
    one, wire = client({ SUBMITTED, function(_, seconds)
      wire.runtime.sleep(seconds)
      return nil, errors.new("timeout", "DeadlineExceeded", "late", { sent = true })
    end }, { timeout = { total = 5 } })
    _, err = one:any_card(params())
    assert.same({ "timeout", "StillProcessing", RESUME, 2 }, { err.category, err.code, err.resume_token, #wire.requests })
    one = client { answer '"CardVerificationToken":null' }
    _, err = one:any_card(params())
    assert.same({ "protocol", "BadEnvelope" }, { err.category, err.code })
    assert.is_nil(err.billed)
    assert.is_nil(err.resume_token)
  end)

  it("is refused where the service read nothing", function()
    local one = client { SUBMITTED, answer '"Status":"ABNORMAL","WarnInfo":["FakeSuspected"],"CardInfo":null,"BackCardInfo":null' }
    local _, err = one:any_card(params())
    assert.same({ "service", "FailedOperation.OcrFailed", true }, { err.category, err.code, err.billed })
    assert.is_nil(err.resume_token)
    one = client { SUBMITTED, answer '"Status":"ABNORMAL","WarnInfo":["FakeSuspected"],"CardInfo":{"LicenseNumber":"1"}' }
    assert.is_true(assert(one:any_card(params())):has_warning "tampered")
  end)

  it("needs its params, and takes pictures of 256 to 4096 pixels", function()
    local one, wire = client { DONE }
    for missing in pairs { nationality = true, card_type = true } do
      local given = params()
      given[missing] = nil
      assert.error_matches(function() one:any_card(given) end, missing .. " is missing")
    end
    assert.error_matches(function() one:any_card(params { card_type = "pasport" }) end, 'did you mean "passport"')
    local given = params()
    given.precheck = nil
    assert.equal("PictureTooSmall", select(2, one:any_card(given)).code)
    assert.equal(0, #wire.requests)
    assert.is_true(idocr.describe("any_card").params.nationality.required)
  end)
end)

describe("the sandbox", function()
  local function picture(fault)
    return idocr.bytes(assert(stamp.write(process.read(specimens.path "passport"), {
      kind = "any_card", fault = fault, fields = { number = "P1 100%", birth_date = "1990-02-28", warnings = "photocopy" },
    })))
  end

  it("answers asynchronous actions, at once or after some questions", function()
    local one = idocr.new { transport = "sandbox" }
    for _, fault in ipairs { false, "processing*1" } do
      local card = assert(one:any_card { image = picture(fault or nil), nationality = "PHL", card_type = "passport" })
      assert.same({ "P1 100%", "1990-02-28", true }, { card.number, card.birth_date, card.sandbox })
      assert.is_true(card:has_warning "photocopy")
    end
    local impatient = idocr.new { transport = "sandbox", timeout = { total = 1.2 } }
    local _, err = impatient:any_card { image = picture "processing", nationality = "PHL", card_type = "passport" }
    assert.equal("StillProcessing", err.code)
    assert.equal("InvalidParameterValue.InvalidParameterValueLimit", select(2, one:resume("any_card:tencent:intl:none")).code)
  end)
end)
