-- Tests `compare = true` (a card read by two providers) and `advice = true` (advice from the pixels).
local idocr = require "idocr"
local core = require "idocr.core"
local cjson = require("cjson").new()

local PICTURE = "lua/idocr/sandbox/specimens/malaysia_id.jpg"

local function reply(text) return { status = 200, headers = { ["content-type"] = "application/json" }, body = text } end

local function tencent(name)
  return reply(cjson.encode { Response = {
    ID = "880229-14-0000", Name = name, Sex = "PEREMPUAN", Address = "NO 1", Type = "MyKad", Image = "", RequestId = "r-1",
  } })
end

local function ekycpro(name)
  return reply(cjson.encode { status = "OK", message = {
    CardNumber = "880229-14-0000", Name = name, Gender = "PEREMPUAN", DateOfBirth = "19880229", Address = "NO 1",
  } })
end

local function client(answers, options)
  options = options or {}
  options.provider = options.provider or { "tencent", "ekycpro" }
  options.credentials = { secret_id = "AKIDx", secret_key = "k" }
  if options.provider ~= "tencent" then options.credentials.api_key = "a" end
  options.rate = false
  options.transport = function(request) return answers[request.host:find("ekycpro", 1, true) and "ekycpro" or "tencent"] end
  return idocr.new(options)
end

local function finding_of(report, check)
  for _, finding in ipairs(report.findings) do
    if finding.check:find(check, 1, true) and not finding.ok then return finding end
  end
end

describe("compare = true", function()
  it("reads the card with both providers, which agree", function()
    local card = assert(client({ tencent = tencent "NURUL", ekycpro = ekycpro "NURUL" }, { compare = true }):malaysia_id(PICTURE))
    assert.equal("tencent", card.provider)
    assert.equal("ekycpro", card.second.provider)
    assert.is_nil(card.second_error)
    assert.equal("agree", card:check().fields.name.status)
    assert.equal("ekycpro", card:plain().second.provider)
    assert.is_nil(card:plain().second.raw)
  end)

  it("reports where the two differ", function()
    local card = assert(client({ tencent = tencent "NURUL", ekycpro = ekycpro "NORUL" }, { compare = true }):malaysia_id(PICTURE))
    local report = card:check { today = "2026-11-20" }
    assert.equal("differ", report.fields.name.status)
    assert.is_false(report.ok)
    local finding = assert(finding_of(report, "name"))
    assert.is_nil(tostring(finding.found):find("NORUL", 1, true))
  end)

  it("keeps the first card where the other provider fails, and its error", function()
    local fails = reply '{"status":"INVALID_REQUEST","message":"check request params"}'
    local card = assert(client({ tencent = tencent "NURUL", ekycpro = fails }, { compare = true }):malaysia_id(PICTURE))
    assert.is_nil(card.second)
    assert.equal("INVALID_REQUEST", card.second_error.code)
    local broken = reply '{"Response":{"Error":{"Code":"FailedOperation.UnOpenError","Message":"x"},"RequestId":"r"}}'
    card = assert(client({ tencent = broken, ekycpro = ekycpro "NURUL" }, { compare = true }):malaysia_id(PICTURE))
    assert.equal("ekycpro", card.provider)
    assert.equal("FailedOperation.UnOpenError", card.second_error.code)
  end)

  it("asks one provider by default, and needs two", function()
    local card = assert(client({ tencent = tencent "NURUL", ekycpro = ekycpro "NURUL" }):malaysia_id(PICTURE))
    assert.is_nil(card.second)
    assert.has_error(function() client({}, { compare = true, provider = "tencent" }) end)
  end)
end)

describe("advice = true", function()
  local function read(params) return client({ tencent = tencent "NURUL" }, { provider = "tencent" }):malaysia_id(params) end

  it("has no advice about a good picture", function()
    assert.same({}, read({ image = PICTURE, advice = true }).advice)
    assert.is_nil(read({ image = PICTURE }).advice)
  end)

  it("reports a small picture before it is sent", function()
    local portrait = "lua/idocr/sandbox/specimens/malaysia_id-portrait.jpg"
    local card = assert(read { image = portrait, back = idocr.bytes(assert(core.image_file(PICTURE)):read(0, 1e6)), advice = true })
    assert.is_true(#card.advice > 0)
    for _, finding in ipairs(card.advice) do
      assert.equal("image", finding.field)
      assert.is_false(finding.ok)
    end
  end)

  it("adds its advice to an error too", function()
    local refused = reply '{"Response":{"Error":{"Code":"FailedOperation.NoMASIDCard","Message":"x"},"RequestId":"r"}}'
    local made = client({ tencent = refused }, { provider = "tencent" })
    local _, err = made:malaysia_id { image = "lua/idocr/sandbox/specimens/malaysia_id-portrait.jpg", advice = true }
    assert.equal("FailedOperation.NoMASIDCard", err.code)
    assert.is_true(#err.advice > 0)
  end)
end)
