-- Tests ekycpro: its requests, and the result or error of each response.
local core = require "idocr.core"
local decode = require "idocr.decode.card"
local ekycpro = require "idocr.providers.ekycpro"
local kinds = require "idocr.kinds"

local kind = kinds.get "malaysia_id"
local service = kinds.service(kind, "ekycpro")
local PICTURE = "\251\255\191\0\1\2\3"

local any = ekycpro.new {}

local function prepare(params, pictures, provider)
  return (provider or any):prepare {
    kind = kind, service = service, params = params or {},
    pictures = pictures or { image = { image = core.image_bytes(PICTURE) } },
  }
end

local function header(request, name)
  for _, pair in ipairs(request.headers) do
    if pair[1] == name then return pair[2] end
  end
end

describe("an ekycpro request", function()
  it("is a form with a percent-encoded picture and the key in a header", function()
    local plan = assert(prepare())
    local request = any:sign(plan, { api_key = "Abc/+=", token = "a b&c=d/é" }, 1700000000)
    assert.equal("POST", request.method)
    assert.equal("https://api.ekycpro.com/v1/my_ocr/general?token=a%20b%26c%3Dd%2F%C3%A9", request.url)
    assert.equal("api.ekycpro.com", header(request, "Host"))
    assert.equal("application/x-www-form-urlencoded", header(request, "Content-Type"))
    assert.equal("Abc/+=", header(request, "X-API-Key"))
    assert.equal("img=" .. core.percent_encode(core.base64_encode(PICTURE)), tostring(request.body))
    assert.is_nil(tostring(request.body):find("[+/]"))
    assert.equal(#tostring(request.body), request.body:length())
  end)

  it("needs no token", function()
    assert.equal("https://api.ekycpro.com/v1/my_ocr/general", any:sign(prepare(), { api_key = "k" }).url)
  end)

  it("is sent to the endpoint, given with or without the version", function()
    for _, base in ipairs { "http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1/" } do
      local provider = ekycpro.new { endpoint = base, signed_host = "api.ekycpro.com" }
      local request = provider:sign(assert(prepare({}, nil, provider)), { api_key = "k" })
      assert.equal("http://127.0.0.1:8080/v1/my_ocr/general", request.url)
      assert.equal("api.ekycpro.com", request.host)
    end
  end)

  it("refuses, before anything is sent, what the service does not have", function()
    for _, call in ipairs {
      { {}, { image = { url = "https://x/a.jpg" } } },
      { {}, { image = { image = core.image_bytes("a") }, back = { image = core.image_bytes("b") } } },
    } do
      local plan, err = prepare(call[1], call[2])
      assert.is_nil(plan)
      assert.equal("unsupported", err.category)
    end
    assert.is_table(prepare({ portrait = true })) -- accepted: the card is read without a portrait
  end)

  it("calls any endpoint of the vendor", function()
    local plan = any:raw("facecompare", {
      img1 = core.image_bytes("a"), img2 = { image = core.image_bytes("b") }, country = "MY & SG", n = 2,
    })
    assert.equal("https://api.ekycpro.com/v1/facecompare", any:sign(plan, { api_key = "k" }).url)
    assert.equal("country=MY%20%26%20SG&img1=YQ%3D%3D&img2=Yg%3D%3D&n=2", tostring(plan.body))
    local result = assert(any:outcome(plan, { status = 200, headers = {}, body = '{"status":"OK","similarity":70}' }))
    assert.equal(70, result.similarity)
    assert.has_error(function() any:raw("x", { a = {} }) end)
  end)
end)

describe("an ekycpro reply", function()
  local plan = { reads = service }
  local function outcome(body, status) return any:outcome(plan, { status = status or 200, headers = {}, body = body }) end

  it("becomes a card", function()
    local result = assert(outcome('{"status":"OK","message":{"CardNumber":"450101-12-5001","Name":"A","Gender":"PEREMPUAN",'
      .. '"DateOfBirth":"19450101","Address":""}}'))
    local card = decode.card(kind, service, result)
    assert.equal("450101-12-5001", card.number)
    assert.equal("F", card.sex)
    assert.equal("1945-01-01", card.birth_date)
    assert.is_nil(card.address)
    assert.is_nil(card.request_id)
    assert.same({}, card.warnings)
    assert.equal("PEREMPUAN", card.raw.Gender)
  end)

  local STATUSES = {
    FAIL = { "service", false, true },
    INVALID_REQUEST = { "service", false, false },
    IMAGE_INVALID_FORMAT = { "image", false, false },
    IMAGE_INVALID_SIZE = { "image", false, false },
    INNER_ERROR = { "service", true, false },
    RETRY_LATER = { "service", true, nil },
    SOMETHING_NEW = { "service", false, nil },
  }
  for status, expected in pairs(STATUSES) do
    it("with " .. status .. " is an error under any HTTP status", function()
      for _, http in ipairs { 200, 400, 500 } do
        local _, err = outcome('{"status":"' .. status .. '","message":"m"}', http)
        assert.equal(status, err.code)
        assert.equal(expected[1], err.category)
        assert.equal(expected[2], err.retryable)
        assert.equal(expected[3], err.billed)
        assert.equal(http, err.http_status)
      end
    end)
  end

  it("with the name of an HTTP status as `status` is a gateway's error", function()
    for _, case in ipairs {
      { 504, "GATEWAY_TIMEOUT", "http", true, nil }, { 502, "BAD_GATEWAY", "http", true, nil }, { 503, "ERROR", "http", true, nil },
      { 404, "NOT_FOUND", "http", false, nil }, { 429, "TOO_MANY_REQUESTS", "throttled", true, false },
      { 429, "QUOTA", "throttled", true, false }, { 401, "UNAUTHORIZED", "credentials", false, nil },
      { 503, "OK", "http", true, nil }, { 401, "OK", "credentials", false, nil }, { 200, "BAD_GATEWAY", "service", false, nil },
    } do
      local _, err = outcome(('{"status":"%s","message":"m"}'):format(case[2]), case[1])
      assert.same({ case[3], case[4], case[5] }, { err.category, err.retryable, err.billed }, case[2])
    end
  end)

  it("without a `status` is judged by its HTTP status", function()
    local function judged(body, status)
      local _, err = outcome(body, status)
      return { err.category, err.retryable, err.billed }
    end
    assert.same({ "throttled", true, false }, judged('{"message":"too many requests"}', 429))
    assert.same({ "throttled", true, false }, judged("slow down", 429))
    assert.same({ "credentials", false, nil }, judged('{"message":"bad key"}', 401))
    assert.same({ "http", true, nil }, judged("<html>", 502))
    assert.same({ "http", false, nil }, judged("<html>", 404))
    assert.same({ "protocol", false, nil }, judged("", 200))
    assert.same({ "protocol", false, nil }, judged("{", 200))
    for _, body in ipairs { '{"message":"Endpoint request timed out"}', '{"status":504}', '{"status":"bad gateway"}', '{"status":""}',
      '{"status":null,"pricingStrategy":"FREE"}', "[]", "null", "{" } do
      for _, status in ipairs { 500, 502, 503, 504 } do assert.same({ "http", true, nil }, judged(body, status), body) end
      assert.is_nil(judged(body, 200)[3], body)
      assert.is_nil(judged(body, 401)[3], body)
      assert.is_false(judged(body, 429)[3], body)
    end
  end)

  it("with status OK and no card was billed", function()
    for _, message in ipairs { '"x"', "null", "1" } do
      local _, err = outcome('{"status":"OK","message":' .. message .. "}")
      assert.equal("protocol", err.category)
      assert.is_true(err.billed)
    end
  end)

  it("never raises", function()
    local bodies = {
      "null", "[]", "1", '{"status":{}}', '{"status":null}', '{"status":"OK"}', '{"status":"a b\\n1234567","message":[]}',
      ("["):rep(9999),
    }
    for _, body in ipairs(bodies) do
      for _, status in ipairs { 200, 500 } do
        local result, err = outcome(body, status)
        assert.is_nil(result)
        assert.is_string(tostring(err))
      end
    end
    local result = assert(outcome('{"status":"OK","message":{"CardNumber":{},"Gender":1,"DateOfBirth":null,"Name":false}}'))
    local card = decode.card(kind, service, result)
    assert.is_nil(card.number or card.sex or card.birth_date or card.name)
  end)
end)

describe("ekycpro's check_credentials", function()
  it("requires a key and accepts a token", function()
    assert.same({ api_key = "k", token = "t" }, any:check_credentials { api_key = "k ", token = " t" })
    assert.same({ api_key = "k" }, any:check_credentials { api_key = "k" })
    local _, err = any:check_credentials { token = "t" }
    assert.equal("credentials", err.category)
    assert.matches("api_key", err.message)
  end)
end)
