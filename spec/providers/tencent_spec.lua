-- Tests Tencent: request bodies byte for byte, signatures against the official SDK's, and the result or error of any response.
local core = require "idocr.core"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local process = require "spec.support.process"
local tencent = require "idocr.providers.tencent"

local KEYS = { secret_id = "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0000", secret_key = "SECRETKEYexamplesecretkeyEXAMPLE" }
local PICTURE = "\255\216\255\224" .. ("picture"):rep(20)

local function header(request, name)
  for _, pair in ipairs(request.headers) do
    if pair[1]:lower() == name:lower() then return pair[2] end
  end
  return nil
end

local function image(bytes) return { image = core.image_bytes(bytes or PICTURE) } end

local function prepare(kind_name, site, params, pictures, more)
  local kind = kinds.get(kind_name)
  local options = { site = site }
  for name, value in pairs(more or {}) do options[name] = value end
  local provider = tencent.new(options)
  local plan, err = provider:prepare {
    kind = kind, service = kinds.service(kind, "tencent", site), params = params or {},
    pictures = pictures or { image = image() },
  }
  return plan, err, provider
end

-- Returns the signed request of a call.
local function signed(timestamp, ...)
  local plan, err, provider = prepare(...)
  assert(plan, err)
  return provider:sign(plan, KEYS, timestamp)
end

local any = tencent.new {}

-- Returns the body as the service reads it.
local function sent(...)
  local plan = assert(prepare(...))
  local body = assert(json.decode(tostring(plan.body)))
  if body.Config then body.Config = assert(json.decode(body.Config)) end
  return body, plan
end

describe("tencent's sign", function()
  for _, vector in ipairs(json.decode(process.read "spec/vectors/tc3_official_node_sdk.json")) do
    local headers = vector.headers
    if vector.request_line:match("^POST") and type(vector.body) == "string" and headers["content-type"] == "application/json" then
      it("agrees with the official SDK: " .. vector.name, function()
        local provider = tencent.new {
          endpoint = "https://" .. headers.host, region = headers["x-tc-region"], language = headers["x-tc-language"],
        }
        local request = assert(provider:sign(provider:raw(headers["x-tc-action"], vector.body), {
          secret_id = vector.secret_id, secret_key = vector.secret_key, token = headers["x-tc-token"],
        }, vector.timestamp))
        assert.equal(vector.authorization, header(request, "Authorization"))
        for _, name in ipairs {
          "host", "content-type", "x-tc-action", "x-tc-version", "x-tc-timestamp", "x-tc-region", "x-tc-token", "x-tc-language",
        } do
          assert.equal(headers[name], header(request, name))
        end
        assert.equal(vector.body, tostring(request.body))
      end)
    end
  end

  it("hashes what it sends", function()
    local request = assert(signed(1700000000, "passport", "intl", { portrait = true }))
    local canonical = core.tc3_canonical_request {
      method = "POST", payload_hash = core.sha256(tostring(request.body)),
      headers = { { "content-type", "application/json" }, { "host", "ocr.intl.tencentcloudapi.com" } },
    }
    local text = core.tc3_string_to_sign { timestamp = 1700000000, service = "ocr", canonical_request = canonical }
    local signature = core.tc3_signature {
      secret_key = KEYS.secret_key, timestamp = 1700000000, service = "ocr", string_to_sign = text,
    }
    assert.matches("Signature=" .. signature .. "$", header(request, "Authorization"))
  end)

  it("makes a new request for every attempt and does not change the plan", function()
    local plan, _, provider = prepare("passport", "intl")
    local before = {}
    for name, value in pairs(plan) do before[name] = value end
    local first, second = provider:sign(plan, KEYS, 1700000000), provider:sign(plan, KEYS, 1700086400.9)
    assert.same(before, plan)
    assert.not_equal(first.headers, second.headers)
    for index, pair in ipairs(first.headers) do assert.not_equal(pair, second.headers[index]) end
    assert.equal("1700086400", header(second, "X-TC-Timestamp"))
    assert.matches("/2023%-11%-15/ocr/tc3_request", header(second, "Authorization"))
    assert.not_equal(header(first, "Authorization"), header(second, "Authorization"))
  end)

  it("signs with the current key, even where the table is the same", function()
    local keys, plan, _, provider = { secret_id = "A", secret_key = "one" }, prepare("passport", "intl")
    local first = header(provider:sign(plan, keys, 1), "Authorization")
    keys.secret_key = "two"
    assert.not_equal(first, header(provider:sign(plan, keys, 1), "Authorization"))
  end)

  it("signs the Host header that it sends, with its port", function()
    local request = signed(1, "passport", "intl", nil, nil, { endpoint = "http://127.0.0.1:8080" })
    assert.equal("127.0.0.1:8080", request.host)
    assert.equal("http://127.0.0.1:8080/", request.url)
    request = signed(1, "passport", "intl", nil, nil, { endpoint = "https://Gate.Example:443/ocr" })
    assert.equal("gate.example", request.host)
    assert.equal("https://gate.example/ocr", request.url)
    request = signed(1, "passport", "intl", nil, nil, { endpoint = "https://127.0.0.1:8443", signed_host = "ocr.tencentcloudapi.com" })
    assert.equal("ocr.tencentcloudapi.com", header(request, "Host"))
    assert.equal("https://127.0.0.1:8443/", request.url)
  end)

  it("sends to the host of the site", function()
    assert.equal("https://ocr.intl.tencentcloudapi.com/", signed(1, "passport", "intl").url)
    assert.equal("https://ocr.tencentcloudapi.com/", signed(1, "passport", "cn").url)
  end)

  it("does not hash a body that is not signed", function()
    local request = assert(signed(1700000000, "passport", "intl", nil, nil, { unsigned_payload = true }))
    assert.equal("UNSIGNED-PAYLOAD", header(request, "X-TC-Content-SHA256"))
    local signer = core.signer(KEYS.secret_id, KEYS.secret_key)
    assert.equal(signer:authorization {
      method = "POST", uri = "/", query = "", payload_hash = core.sha256("UNSIGNED-PAYLOAD"), timestamp = 1700000000, service = "ocr",
      headers = { { "content-type", "application/json" }, { "host", request.host } },
    }, header(request, "Authorization"))
  end)

  it("returns an image error where the picture's file changed", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(PICTURE)
    file:close()
    local plan, _, provider = prepare("passport", "intl", nil, { image = { image = assert(core.image_file(path)) } })
    file = assert(io.open(path, "wb"))
    file:write("short")
    file:close()
    local request, err = provider:sign(plan, KEYS, 1)
    os.remove(path)
    assert.is_nil(request)
    assert.equal("image", err.category)
    assert.is_false(err.sent)
  end)
end)

describe("tencent's prepare", function()
  local base64 = core.base64_encode(PICTURE)

  it("sends no parameter that is not wanted", function()
    local places = {
      { "passport", "intl" }, { "malaysia_id", "cn" }, { "macao_id", "intl" }, { "china_id", "cn" }, { "china_id", "intl" },
    }
    for _, place in ipairs(places) do
      assert.same({ ImageBase64 = base64 }, (sent(place[1], place[2])))
    end
  end)

  it("aligns base64 to the blocks of the hash", function()
    local front, back = ("f"):rep(1001), ("b"):rep(77)
    local plan = assert(prepare("malaysia_id", "intl", { portrait = true }, { image = image(front), back = image(back) }))
    local text = tostring(plan.body)
    assert.equal(#text, plan.body:length())
    for _, name in ipairs { "ImageBase64", "BackImageBase64" } do
      local _, quote = text:find('"' .. name .. '": *"')
      assert.equal(0, quote % 64, name)
    end
    assert.same({
      RetImage = true, ImageBase64 = core.base64_encode(front), BackImageBase64 = core.base64_encode(back),
    }, json.decode(text))
  end)

  it("sends false, and nothing for nil", function()
    assert.is_false(sent("passport", "intl", { portrait = false }).RetImage)
    assert.is_false(sent("china_id", "cn", { rectify = false }).EnableRecognitionRectify)
    assert.is_true(sent("china_id", "cn", { rectify = true }).EnableRecognitionRectify)
  end)

  it("sends a URL in place of bytes", function()
    local body = sent("malaysia_id", "intl", {}, { image = { url = 'https://xx/身份证.jpg?a="b"' }, back = image() })
    assert.same({ ImageUrl = 'https://xx/身份证.jpg?a="b"', BackImageBase64 = base64 }, body)
  end)

  it("translates params for the Macao action", function()
    assert.same({ RetImage = "portrait" }, sent("macao_id", "intl", { portrait = true }).Config)
    assert.is_nil(sent("macao_id", "intl", { portrait = false }).Config)
  end)

  it("writes Config in a fixed order", function()
    local plan = assert(prepare("china_id", "cn", { portrait = true, crop = true, side = "front" }))
    assert.matches('{"CardSide":"FRONT","Config":"{\\"CropIdCard\\":true,\\"CropPortrait\\":true}","ImageBase64": *"', tostring(plan.body))
  end)

  it("maps every param of a Chinese card", function()
    local body = sent("china_id", "cn", { side = "back", quality = true, both_sides = true })
    assert.same({ Quality = true, MultiCardDetect = true }, body.Config)
    assert.equal("BACK", body.CardSide)

    body = sent("china_id", "cn", { reflect_detail = true })
    assert.same({ ReflectWarn = true }, body.Config)
    assert.is_true(body.EnableReflectDetail)

    body = sent("china_id", "cn", { tamper_check = true })
    assert.same({ DetectPsWarn = true }, body.Config)
    assert.equal("Advanced", body.CardWarnType)

    body = sent("china_id", "cn", { warn = { "photocopy", "invalid_date" } })
    assert.same({ CopyWarn = true, InvalidDateWarn = true }, body.Config)

    body = sent("china_id", "cn", { warn = { "electronic" } })
    assert.same({ DetectPsWarn = true }, body.Config)
    assert.equal("Advanced", body.CardWarnType)

    body = sent("china_id", "cn", { warn = true })
    assert.same({
      CopyWarn = true, BorderCheckWarn = true, ReshootWarn = true, DetectPsWarn = true, TempIdWarn = true, InvalidDateWarn = true,
      ReflectWarn = true,
    }, body.Config)
    assert.equal("Advanced", body.CardWarnType)
  end)

  it("translates params for the international action", function()
    local body, plan = sent("china_id", "intl", { side = "front", portrait = true, crop = true, tamper_check = false, rectify = true })
    assert.equal("RecognizeMainlandIDCardOCR", plan.action)
    assert.same({ CardSide = "FRONT", CropPortrait = true, CropIdCard = true, ImageBase64 = base64 }, body)
  end)

  it("sends no parameter for warnings that the action always reports", function()
    for _, warn in ipairs { { "glare", "photocopy" }, { "blurry" }, true } do
      assert.same({ ImageBase64 = base64 }, (sent("china_id", "intl", { warn = warn })))
    end
  end)

  it("refuses, before anything is sent, what the action does not have", function()
    for _, params in ipairs {
      { quality = true }, { both_sides = true }, { rectify = false }, { reflect_detail = true }, { tamper_check = true },
      { warn = { "electronic" } }, { warn = { "temporary", "glare" } },
    } do
      local plan, err = prepare("china_id", "intl", params)
      assert.is_nil(plan)
      assert.equal("unsupported", err.category)
      assert.is_false(err.retryable)
    end
    local _, err = prepare("china_id", "cn", { warn = { "blurry" } })
    assert.equal("unsupported", err.category)
    _, err = prepare("passport", "intl", {}, { image = image(), back = image() })
    assert.equal("unsupported", err.category)
  end)
end)

describe("tencent's raw", function()
  it("writes any table as JSON", function()
    local plan = any:raw("Any", {
      b = false, a = json.null, list = { 1, 2.5, "x" }, object = { y = { z = -0.1 } }, empty = {}, text = 'q"\\\n\0\127é', n = 2 ^ 40,
      image = core.image_bytes("abc"), wrapped = { image = core.image_bytes("abcd") },
    })
    local text = tostring(plan.body)
    assert.same({
      b = false, a = json.null, list = { 1, 2.5, "x" }, object = { y = { z = -0.1 } }, empty = {}, text = 'q"\\\n\0\127é', n = 2 ^ 40,
      image = "YWJj", wrapped = "YWJjZA==",
    }, json.decode(text))
    assert.matches('^{"a":null,"b":false,"empty":{},"image":', text)
    assert.matches('"z":%-0.1}', text) -- as people write it
    assert.equal("{}", tostring(any:raw("Any").body))
  end)

  it("raises on values that JSON cannot hold", function()
    local loop = {}
    loop.loop = loop
    for _, value in ipairs { 0 / 0, 1 / 0, print, loop, { 1, x = 2 } } do
      assert.has_error(function() any:raw("Any", { value = value }) end)
    end
  end)

  it("returns the reply unchanged", function()
    local long = core.base64_encode(("abc"):rep(6000))
    local plan = any:raw("Any", {})
    local body = '{"Response":{"Image":"' .. long .. '","AdvancedInfo":"{\\"I\\":\\"' .. long .. '\\"}","RequestId":"r"}}'
    local result = assert(any:outcome(plan, { status = 200, headers = {}, body = body }))
    assert.same({ Image = long, AdvancedInfo = '{"I":"' .. long .. '"}', RequestId = "r" }, result)
  end)
end)

describe("tencent's outcome", function()
  local plan = { reads = kinds.service(kinds.get "passport", "tencent", "intl") }
  local function outcome(body, status, headers)
    return any:outcome(plan, { status = status or 200, headers = headers or {}, body = body })
  end

  it("never raises", function()
    local bodies = {
      "", " ", "null", "1", '"x"', "[]", "{}", "[[[", '{"Response":[]}', '{"Response":[{"Error":1}]}', '{"Response":{}}',
      '{"Response":{"Error":[]}}', '{"Response":{"Error":{}}}', '{"Response":{"Error":{"Code":""}}}', '{"Response":{"Error":{"Code":{}}}}',
      '{"Response":{"Error":{"Code":null,"Message":"m"}}}', '{"Response":{"Error":false}}', "\0", ("["):rep(100000),
      '{"Response":{"A":"' .. ("\\"):rep(9999), '{"code":0}', '{"code":"x"}', '{"code":null}', ("\127" .. "0"):rep(9000),
      "\239\187\191{}", ("x"):rep(20000), '{"Response":"' .. ("A"):rep(20000) .. '"}',
    }
    for _, body in ipairs(bodies) do
      for _, status in ipairs { 200, 400, 502 } do
        local result, err = outcome(body, status)
        assert.is_nil(result)
        assert.is_true(err.category == "protocol" or err.category == "http")
        assert.is_string(tostring(err))
      end
    end
    local responses = {
      {}, { status = "x" }, { status = 0 / 0, body = {} }, { status = 1 / 0, headers = 1, body = "" }, { body = "{}" },
    }
    for _, response in ipairs(responses) do
      local result, err = any:outcome(plan, response)
      assert.is_nil(result)
      assert.equal("protocol", err.category)
    end
    assert.equal("protocol", select(2, any:outcome(plan, nil)).category)
  end)

  it("reads malformed errors as far as possible", function()
    local _, err = outcome('{"Response":{"Error":{"Code":4711,"Message":{}},"RequestId":7}}')
    assert.equal("4711", err.code)
    assert.equal("service", err.category)
    assert.is_nil(err.request_id)
    _, err = outcome('{"Response":{"Error":{"Code":"Some\\nCode 123456789"}}}')
    assert.is_nil(err.code:find("[%c]"))
    assert.is_nil(err.code:find("123456789", 1, true))
  end)

  it("shows no number, name or key of the vendor's text", function()
    local _, err = outcome('{"Response":{"Error":{"Code":"InvalidParameter",'
      .. '"Message":"bad AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE and 440524198701010014"}}}')
    assert.is_nil(tostring(err):find("AKID", 1, true))
    assert.is_nil(tostring(err):find("440524", 1, true))
  end)

  it("finds an envelope under any status", function()
    local _, err = outcome('{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"m"},"RequestId":"r"}}', 503)
    assert.equal("throttled", err.category)
    assert.equal("throttle", err.retry)
    assert.equal(503, err.http_status)
    assert.is_table((outcome('{"Response":{"ID":"1","RequestId":"r"}}', 500)))
  end)

  it("returns an HTTP error for a status without an envelope", function()
    local statuses = {
      [400] = false, [403] = false, [404] = false, [413] = false, [302] = false,
      [408] = true, [500] = true, [502] = true, [503] = true, [504] = true,
    }
    for status, retryable in pairs(statuses) do
      local _, err = outcome("<html>no</html>", status)
      assert.equal("http", err.category)
      assert.equal(status, err.http_status)
      assert.equal(retryable, err.retryable)
      assert.is_nil(err.billed)
    end
    local _, err = outcome("slow down", 429)
    assert.equal("throttled", err.category)
    assert.equal("throttle", err.retry)
  end)

  it("takes the request id from the headers where the body has none", function()
    local _, err = outcome("", 200, { ["x-tc-requestid"] = "abc-1" })
    assert.equal("EmptyReply", err.code)
    assert.equal("abc-1", err.request_id)
  end)

  it("uses pictures that the transport has decoded", function()
    local result, _, pictures = assert(any:outcome(plan, {
      status = 200, headers = {}, body = '{"Response":{"Image":"\2550","Name":"\2551","RequestId":"r"}}', pictures = { "one", "two" },
    }))
    local card = require("idocr.decode.card").card(kinds.get "passport", plan.reads, result, pictures)
    assert.equal("one", card.portrait)
    assert.equal("one", card.raw.Image)
    assert.equal(core.base64_encode("two"), card.raw.Name)
  end)
end)

describe("a refusal", function()
  local function refused(code, message)
    local body = require("cjson").encode { Response = { Error = { Code = code, Message = message }, RequestId = "r" } }
    return select(2, any:outcome({}, { status = 200, headers = {}, body = body }))
  end

  it("has our message for every code in the table", function()
    local codes = require("idocr.providers.tencent.errors").codes
    for code in pairs(codes) do
      local err = refused(code, "MARKERNAME SMITH")
      assert.equal(code, err.code)
      assert.equal("MARKERNAME SMITH", err.vendor_message)
      assert.matches("^%l[%w ,:']+$", err.message)
      assert.is_nil(err.message:find("the service answered", 1, true))
      assert.is_nil(tostring(err):find("MARKER", 1, true))
    end
  end)

  it("names a code that is not in the table", function()
    for _, code in ipairs { "FailedOperation.SomethingNew", "SomethingNew", "InternalError.New_One", "4100" } do
      local err = refused(code, "MARKERNAME SMITH")
      assert.same({ code, "the service answered " .. code }, { err.code, err.message })
    end
  end)

  it("does not repeat a malformed code", function()
    for _, code in ipairs {
      "MARKERNAME SMITH", "MARKERNAME", "P<UTOMARKERNAME<<ANNA<<<<", "900101-14-5678", "900101145678",
      "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
      "x.MARKERNAME", "FailedOperation.\nMARKER", ("Aa"):rep(100), "Marker\195\164", "/9j/4AAQSkZJRgABAQ==", "E12345678", " ",
    } do
      local err = refused(code, "m")
      assert.equal("UnknownCode", err.code)
      assert.equal("service", err.category)
      assert.is_nil(err.billed)
      assert.is_nil(tostring(err):find("MARKER", 1, true))
    end
  end)

  it("treats an HTTP error without a code of the service as a gateway's", function()
    for _, body in ipairs {
      '{"code":5031,"message":"m"}', '{"code":429,"message":"m"}', '{"Response":{"Error":{"Code":""},"RequestId":"r"}}',
      '{"Response":{"Error":"InternalError","RequestId":"r"}}',
    } do
      local function judged(status)
        local _, err = any:outcome({}, { status = status, headers = {}, body = body })
        return { err.category, err.retryable, err.billed }
      end
      assert.same({ "http", true, nil }, judged(503), body)
      assert.same({ "throttled", true, false }, judged(429), body)
    end
  end)

  it("does not repeat a malformed request id", function()
    for _, id in ipairs { "MARKERNAME SMITH", "900101-14-5678", "900101145678", "11010519491231002X", "a<b", "\195\164", ("x"):rep(200) } do
      local body = require("cjson").encode { Response = { Error = { Code = "InternalError" }, RequestId = id } }
      assert.is_nil(select(2, any:outcome({}, { status = 200, headers = {}, body = body })).request_id, id)
    end
  end)
end)

describe("tencent's check_credentials", function()
  it("removes surrounding white space and names what is missing, without values", function()
    assert.same({ secret_id = "a", secret_key = "b", token = "c", expires = 7 },
      any:check_credentials { secret_id = " a\n", secret_key = "\tb ", token = "c ", expires = 7 })
    assert.same({ secret_id = "a", secret_key = "b" }, any:check_credentials { secret_id = "a", secret_key = "b", token = "" })
    local _, err = any:check_credentials { secret_id = "VISIBLE" }
    assert.equal("credentials", err.category)
    assert.matches("secret_key", err.message)
    assert.is_nil(tostring(err):find("VISIBLE", 1, true))
    for _, value in ipairs { {}, { secret_id = " ", secret_key = 7 }, "x", { secret_id = "a\nb", secret_key = "c" } } do
      assert.equal("credentials", select(2, any:check_credentials(value)).category)
    end
  end)

  it("refuses malformed ids, keys and tokens, and names the kind of character", function()
    local function complaint(name, value)
      local given = { secret_id = "AKIDx", secret_key = "key", token = "token" }
      given[name] = value
      local checked, err = any:check_credentials(given)
      assert.is_nil(checked)
      assert.same({ "credentials", "BadCredentials", false, false }, { err.category, err.code, err.sent, err.billed })
      assert.is_nil(tostring(err):find("VISIBLE", 1, true))
      return err.message
    end
    for _, name in ipairs { "secret_id", "secret_key", "token" } do
      for value, kind in pairs {
        ['"VISIBLE"'] = "quotation mark", ["'VISIBLE'"] = "quotation mark", ["`VISIBLE`"] = "quotation mark", ["VISIBLE x"] = "blank",
        ["VISIBLE ; a comment"] = "blank", ["VISIBLE;"] = "semicolon", ["VISIBLE,"] = "comma", ["VISIBLE\nX: y"] = "line break",
        ["VISIBLE\0"] = "control character", ["VISIBLE\127"] = "control character", ["VISIBLE\195\164"] = "not ASCII",
        ["VISIBLE\194\160x"] = "not ASCII", ["${VISIBLE}"] = "bracket", ["<VISIBLE>"] = "bracket", ["VISIBLE\\"] = "backslash",
      } do
        local message = complaint(name, value)
        assert.matches("^" .. name, message)
        assert.matches(kind, message)
      end
      local most = name == "token" and 4096 or 512
      assert.matches(("longer than %d bytes"):format(most), complaint(name, ("V"):rep(most + 1)))
      local given = { secret_id = "AKIDx", secret_key = "key" }
      given[name] = " " .. ("V"):rep(most) .. "\r\n"
      assert.equal(most, #any:check_credentials(given)[name])
    end
    assert.matches("slash", complaint("secret_id", "VISIBLE/x"))
    assert.is_table(any:check_credentials { secret_id = "AKIDx*-_.1", secret_key = "a/b+c=", token = "%!#$&()*+/:=?@[]^_|~-." })
  end)

  it("signs with the longest id and key", function()
    local keys = assert(any:check_credentials { secret_id = ("I"):rep(512), secret_key = ("k"):rep(512), token = ("t"):rep(4096) })
    assert.is_table(any:sign(any:raw("X"), keys, 1700000000))
  end)

  it("checks 60 KB of blanks in linear time", function()
    local began = os.clock()
    for _, value in ipairs { "a" .. (" "):rep(60000) .. "b", (" "):rep(60000) .. "x", ("\t"):rep(60000) } do
      for _, name in ipairs { "secret_id", "secret_key", "token" } do
        any:check_credentials { secret_id = "a", secret_key = "b", [name] = value }
      end
    end
    assert.is_true(os.clock() - began < 2, "a pattern with two open ends takes thirty seconds for one of them")
  end)

  it("returns an HTTP error for a status with nothing but a request id", function()
    local result, err = any:outcome({}, { status = 502, headers = {}, body = '{"Response":{"RequestId":"r-1"}}' })
    assert.is_nil(result)
    assert.same({ "http", "HttpStatus", 502, "r-1" }, { err.category, err.code, err.http_status, err.request_id })
  end)
end)
