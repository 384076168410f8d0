-- Tests a list of providers: when the next one is called.
local errors = require "idocr.errors"
local idocr = require "idocr"
local routing = require "idocr.client.routing"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)
local EKYC_OK = { status = 200, headers = {}, body = '{"status":"OK","message":{"CardNumber":"800101-14-1234"}}' }
local EKYC_FAIL = { status = 200, headers = {}, body = '{"status":"FAIL","message":"not identity card"}' }

--- Makes a client of both; the responses are by provider.
local function client(tencent, ekycpro, more)
  local asked = {}
  local wire = scripted.new { function(request)
    local name = request.url:find("ekycpro", 1, true) and "ekycpro" or "tencent"
    asked[#asked + 1] = name
    local answer = name == "tencent" and tencent or ekycpro
    if type(answer) == "function" then return answer() end
    return answer
  end }
  local options = scripted.options(wire, {
    provider = { "tencent", "ekycpro" }, retry = false,
    credentials = { tencent = scripted.KEYS, ekycpro = { api_key = "k" } },
  })
  for name, value in pairs(more or {}) do options[name] = value end
  return idocr.new(options), asked
end

local function failing(category, code, fields)
  return function() return nil, errors.new(category, code, "", fields) end
end

describe("a list of providers", function()
  it("asks the next one where another may succeed", function()
    for name, answer in pairs {
      refused = failing("connect", "ConnectFailed", { sent = false }),
      part = failing("network", "ConnectionReset", { sent = "part" }),
      busy = scripted.error "RequestLimitExceeded", full = { status = 429, headers = {}, body = "" },
      certificate = failing("tls", "CertificateRejected", { sent = false }),
      early = failing("timeout", "DeadlineExceeded", { sent = false }),
      key = scripted.error "AuthFailure.SignatureFailure",
      closed_account = scripted.error "FailedOperation.UnOpenError", arrears = scripted.error "ResourceUnavailable.InArrears",
      gone = scripted.error "InvalidAction",
    } do
      local made, asked = client(answer, EKYC_OK)
      local card, err = made:malaysia_id(PNG)
      assert.is_nil(err, name)
      assert.equal("ekycpro", card.provider)
      assert.same({ "tencent", "ekycpro" }, asked)
    end
  end)

  it("does not ask the next one after a call that may be billed, unless after_send is set", function()
    for name, answer in pairs {
      reset = failing("network", "ConnectionReset", { sent = true }), late = failing("timeout", "DeadlineExceeded", { sent = true }),
      gateway = { status = 502, headers = {}, body = "" }, page = { status = 200, headers = {}, body = "<html>" },
      garbage = { status = 200, headers = {}, body = "{" }, large = failing("protocol", "ResponseTooLarge", { sent = true }),
      envelope = { status = 200, headers = {}, body = "{}" }, unsaid = failing("network", "ConnectionReset", {}),
      parameter = scripted.error "InvalidParameter", internal = scripted.error "InternalError",
    } do
      local made, asked = client(answer, EKYC_OK)
      local card, err = made:malaysia_id(PNG)
      assert.is_nil(card, name)
      assert.is_nil(err.billed, name)
      assert.same({ "tencent" }, asked, name)
      made, asked = client(answer, EKYC_OK, { retry = { attempts = 1, after_send = true } })
      assert(made:malaysia_id(PNG))
      assert.same({ "tencent", "ekycpro" }, asked, name)
    end
  end)

  it("does not ask the next one where an earlier request may have been billed", function()
    local count = 0
    local function answer()
      count = count + 1
      if count == 1 then return scripted.error "InternalError" end
      return nil, errors.new("connect", "ConnectFailed", "", { sent = false })
    end
    local made, asked = client(answer, EKYC_OK, { retry = { attempts = 2, base = 0.001, cap = 0.002 } })
    local card, err = made:malaysia_id(PNG)
    assert.is_nil(card)
    assert.same({ "ConnectFailed", 2 }, { err.code, err.attempts })
    assert.is_nil(err.billed)
    assert.same({ "tencent", "tencent" }, asked)
  end)

  it("follows the same rule in either order of providers", function()
    for _, status in ipairs { 401, 403, 500, 502, 503, 504 } do
      local answer = { status = status, headers = {}, body = '{"message":"Endpoint request timed out"}' }
      local made, asked = client(scripted.ok(), answer, { provider = { "ekycpro", "tencent" } })
      local card, err = made:malaysia_id(PNG)
      assert.is_nil(card)
      assert.is_nil(err.billed, status)
      assert.same({ "ekycpro" }, asked)
    end
  end)

  it("does not ask the next one where the picture is the cause", function()
    for _, code in ipairs { "FailedOperation.NoMASIDCard", "FailedOperation.ImageBlur" } do
      local made, asked = client(scripted.error(code), EKYC_OK)
      local card, err = made:malaysia_id(PNG)
      assert.is_nil(card)
      assert.equal(code, err.code)
      assert.same({ "tencent" }, asked)
    end
  end)

  it("never asks the next one after a billed response", function()
    local made, asked = client(scripted.ok(), EKYC_FAIL, { provider = { "ekycpro", "tencent" } })
    local card, err = made:malaysia_id(PNG)
    assert.is_nil(card)
    assert.same({ "FAIL", true }, { err.code, err.billed })
    assert.same({ "ekycpro" }, asked)
    assert.is_false(routing.may_ask_next(errors.new("throttled", "X", "", { billed = true }), {}))
  end)

  it("skips a provider that does not read the kind or has no credentials", function()
    local made, asked = client(scripted.ok(), EKYC_OK, { provider = { "ekycpro", "tencent" } })
    assert.equal("tencent", assert(made:macao_id(PNG)).provider)
    assert.same({ "tencent" }, asked)
    made, asked = client(nil, EKYC_OK, { credentials = { api_key = "k", secret_id = "a", secret_key = " " } })
    assert.equal("ekycpro", assert(made:malaysia_id(PNG)).provider)
    assert.same({ "ekycpro" }, asked)
  end)

  it("asks the provider whose limits the picture meets", function()
    local bmp = "BM" .. ("\0"):rep(12) .. "\40\0\0\0\1\0\0\0\1\0\0\0\1\0\24\0" .. ("\0"):rep(24) .. "\0\0\0\0"
    local made, asked = client(scripted.ok(), EKYC_OK)
    assert.equal("ekycpro", assert(made:malaysia_id { image = idocr.bytes(bmp) }).provider)
    assert.same({ "ekycpro" }, asked)
  end)

  it("returns the more useful error, with the attempts of all providers", function()
    local made, asked = client(failing("connect", "ConnectFailed", { sent = false }), failing("connect", "ResolveFailed", { sent = false }))
    local _, err = made:malaysia_id(PNG)
    assert.same({ "ResolveFailed", 2 }, { err.code, err.attempts })
    assert.equal(2, #asked)
    made = client(failing("connect", "ConnectFailed", { sent = false }), nil)
    _, err = made:macao_id(PNG) -- ekycpro does not read this kind
    assert.equal("ConnectFailed", err.code)
  end)

  it("emits an event when it asks the next one", function()
    local told
    local made = client(failing("connect", "ConnectFailed", { sent = false }), EKYC_OK, {
      on_event = function(name, fields) if name == "fallback" then told = fields end end,
    })
    assert(made:malaysia_id(PNG))
    assert.same({ from = "tencent", to = "ekycpro", code = "ConnectFailed" }, told)
  end)

  it("accepts an endpoint for each provider, or one for all", function()
    local urls = {}
    local function wire(request)
      urls[#urls + 1] = request.url
      return nil, errors.new("connect", "ConnectFailed", "", { sent = false })
    end
    local keys = { tencent = scripted.KEYS, ekycpro = { api_key = "k" } }
    local options = { transport = wire, retry = false, rate = false, credentials = keys, provider = { "tencent", "ekycpro" } }
    options.endpoint = "http://127.0.0.1:1"
    idocr.new(options):malaysia_id(PNG)
    options.endpoint = { ekycpro = "https://api.100ocrapi.com" }
    idocr.new(options):malaysia_id(PNG)
    assert.same({
      "http://127.0.0.1:1/", "http://127.0.0.1:1/v1/my_ocr/general",
      "https://ocr.intl.tencentcloudapi.com/", "https://api.100ocrapi.com/v1/my_ocr/general",
    }, urls)
  end)
end)
