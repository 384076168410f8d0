--- Tests the mock server's handler: signatures, parameters and responses, for both vendors.

local cjson = require "cjson"
local core = require "idocr.core"
local handler = require "idocr.sandbox.handler"
local process = require "spec.support.process"
local s = require "spec.support.sandbox"

local function new(options) return handler.new(options or { rate = false }) end

local function code(options, server) return (select(2, s.call(server or new(), options))) end

local function with_picture(bytes, more)
  local options = { action = "MLIDPassportOCR", params = { ImageBase64 = s.base64(bytes) } }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

describe("the mock server's signature verification", function()
  it("accepts requests that the official Node SDK signed", function()
    local verify = require "idocr.sandbox.verify"
    local seen = 0
    for _, v in ipairs(cjson.decode(process.read("spec/vectors/tc3_official_node_sdk.json"))) do
      local body = v.body_hex and v.body_hex:gsub("%x%x", function(hex) return string.char(tonumber(hex, 16)) end) or v.body or ""
      local accounts = { [v.secret_id] = { id = v.secret_id, secret_key = v.secret_key, token = v.headers["x-tc-token"] } }
      local method, uri = v.request_line:match("^(%S+) (%S+)")
      local request = { method = method, uri = uri, headers = v.headers, body = body }
      local account, refusal = verify.check(request, accounts, v.timestamp)
      assert.is_table(account, v.name .. ": " .. tostring(refusal))
      accounts[v.secret_id].secret_key = v.secret_key .. "x"
      assert.equal("AuthFailure.SignatureFailure", (select(2, verify.check(request, accounts, v.timestamp))))
      seen = seen + 1
    end
    assert.is_true(seen >= 7)
  end)

  local refusals = {
    { "no Authorization", { headers = { authorization = false } }, "AuthFailure.InvalidAuthorization" },
    { "a malformed Authorization", { headers = { authorization = "TC3-HMAC-SHA256 nonsense" } }, "AuthFailure.InvalidAuthorization" },
    { "SKIP", { headers = { authorization = "SKIP" } }, "AuthFailure.InvalidAuthorization" },
    { "another service in the scope", { service = "cvm" }, "AuthFailure.InvalidAuthorization" },
    { "no timestamp", { headers = { ["x-tc-timestamp"] = false } }, "MissingParameter" },
    { "a malformed timestamp", { headers = { ["x-tc-timestamp"] = "soon" } }, "InvalidParameter" },
    { "a timestamp of another day", { headers = { ["x-tc-timestamp"] = "1700100000" } }, "AuthFailure.InvalidAuthorization" },
    { "an unknown id", { keys = { secret_id = "AKIDnobody", secret_key = s.KEYS.secret_key } }, "AuthFailure.SecretIdNotFound" },
    { "a wrong key", { keys = { secret_id = s.KEYS.secret_id, secret_key = "wrong" } }, "AuthFailure.SignatureFailure" },
    { "a body that was changed", { payload_hash = core.EMPTY_SHA256 }, "AuthFailure.SignatureFailure" },
    { "a content type that was changed", { headers = { ["content-type"] = "application/json; charset=utf-8" } },
      "AuthFailure.SignatureFailure" },
    { "a host that was changed", { headers = { host = "ocr.tencentcloudapi.com" } }, "AuthFailure.SignatureFailure" },
    { "a clock that is 301 s behind", { now = s.NOW + 301 }, "AuthFailure.SignatureExpire" },
    { "a clock that is 301 s ahead", { now = s.NOW - 301 }, "AuthFailure.SignatureExpire" },
    { "an unknown token", { headers = { ["x-tc-token"] = "t" } }, "AuthFailure.TokenFailure" },
    { "a temporary id without its token",
      { keys = { secret_id = s.KEYS.temporary.secret_id, secret_key = s.KEYS.temporary.secret_key } }, "AuthFailure.TokenFailure" },
  }
  for _, case in ipairs(refusals) do
    it("refuses " .. case[1], function() assert.equal(case[3], code(with_picture(s.PNG, case[2]))) end)
  end

  it("requires content-type and host among the signed headers", function()
    local request = s.request(with_picture(s.PNG))
    request.headers.authorization = request.headers.authorization:gsub("content%-type;host", "host")
    assert.truthy(new():handle(request).body:find("AuthFailure.InvalidAuthorization", 1, true))
  end)

  local accepted = {
    { "the permanent keys", {} },
    { "a clock that is 299 s off", { now = s.NOW + 299 } },
    { "an unsigned payload", { payload_hash = core.UNSIGNED_SHA256, headers = { ["x-tc-content-sha256"] = "UNSIGNED-PAYLOAD" } } },
    { "a content type with a charset", { content_type = "application/json; charset=utf-8" } },
    { "temporary keys with their token", { keys = s.KEYS.temporary } },
    { "a gateway's loopback address with a port", { host = "127.0.0.1:8080" } },
  }
  for _, case in ipairs(accepted) do
    it("accepts " .. case[1], function() assert.equal("FailedOperation.NoPassport", code(with_picture(s.PNG, case[2]))) end)
  end

  it("accepts additional signed headers", function()
    local request = s.request(with_picture(s.PNG))
    request.headers.authorization = core.signer(s.KEYS.secret_id, s.KEYS.secret_key):authorization({
      method = "POST", uri = "/", query = "", payload_hash = core.sha256(request.body), timestamp = s.NOW, service = "ocr",
      headers = { { "content-type", "application/json" }, { "host", request.headers.host }, { "x-tc-action", "MLIDPassportOCR" } },
    })
    assert.truthy(new():handle(request).body:find("NoPassport", 1, true))
  end)

  it("accepts the host without its port, and the service of an address, as the Node SDK signs them on a loopback port", function()
    for _, host in ipairs { "127.0.0.1", "localhost" } do
      local request = s.request(with_picture(s.PNG, { host = host, service = host:match("^[^.]+") }))
      request.headers.host = host .. ":9443"
      assert.truthy(new():handle(request).body:find("NoPassport", 1, true))
    end
  end)
end)

describe("the mock server's parameter validation", function()
  local png = s.base64(s.PNG)
  local big = ("A"):rep(10 * 1024 * 1024 + 4)

  local cases = {
    { "no action", {}, "MissingParameter" },
    { "no version", { action = "MLIDCardOCR", headers = { ["x-tc-version"] = false } }, "MissingParameter" },
    { "an unknown action", { action = "ReadMyPalm" }, "InvalidAction" },
    { "another version", { action = "MLIDCardOCR", version = "2017-03-12" }, "NoSuchVersion" },
    { "Macao's action on the Chinese site", { action = "RecognizeMacaoIDCardOCR", host = "ocr.tencentcloudapi.com" }, "InvalidAction" },
    { "the Chinese action on the international site", { action = "IDCardOCR" }, "InvalidAction" },
    { "another product's host", { action = "MLIDCardOCR", host = "cvm.tencentcloudapi.com" }, "NoSuchProduct" },
    { "an unknown parameter", { action = "MLIDCardOCR", params = { ImageBase64 = png, Colour = "red" } }, "UnknownParameter" },
    { "a boolean as text", { action = "MLIDCardOCR", params = { ImageBase64 = png, RetImage = "true" } }, "InvalidParameter" },
    { "a picture as a number", { action = "MLIDCardOCR", params = { ImageBase64 = 7 } }, "InvalidParameter" },
    { "a list as the body", { action = "MLIDCardOCR", body = "[1]" }, "InvalidParameter" },
    { "a body that is not JSON", { action = "MLIDCardOCR", body = "img=1" }, "InvalidParameter" },
    { "a form as the body", { action = "MLIDCardOCR", content_type = "application/x-www-form-urlencoded" }, "InvalidRequest" },
    { "PUT", { action = "MLIDCardOCR", method = "PUT" }, "UnsupportedProtocol" },
    { "no picture (IDCardOCR)", { action = "IDCardOCR", host = "ocr.tencentcloudapi.com" }, "FailedOperation.EmptyImageError" },
    { "no picture (Macao)", { action = "RecognizeMacaoIDCardOCR" }, "FailedOperation.EmptyImageError" },
    { "no picture (passport)", { action = "MLIDPassportOCR" }, "InvalidParameterValue.InvalidParameterValueLimit" },
    { "a picture by its URL", { action = "MLIDCardOCR", params = { ImageUrl = "https://xx/a.jpg" } }, "FailedOperation.DownLoadError" },
    { "a picture and a URL, which has priority", { action = "MLIDCardOCR", params = { ImageUrl = "https://xx/a.jpg", ImageBase64 = png } },
      "FailedOperation.DownLoadError" },
    { "a data: prefix", { action = "MLIDCardOCR", params = { ImageBase64 = "data:image/png;base64," .. png } },
      "FailedOperation.ImageDecodeFailed" },
    { "line breaks in base64", { action = "MLIDCardOCR", params = { ImageBase64 = png:sub(1, 8) .. "\n" .. png:sub(9) } },
      "FailedOperation.ImageDecodeFailed" },
    { "bytes that are not a picture", { action = "MLIDCardOCR", params = { ImageBase64 = s.base64("hello") } },
      "FailedOperation.ImageDecodeFailed" },
    { "a format that the action does not accept", { action = "MLIDCardOCR", params = { ImageBase64 = s.base64("GIF89a\8\0\8\0\0\0\0;") } },
      "FailedOperation.ImageDecodeFailed" },
    { "a truncated picture", { action = "MLIDCardOCR", params = { ImageBase64 = s.base64(s.PNG:sub(1, 60)) } },
      "FailedOperation.ImageDecodeFailed" },
    { "more base64 than 7 MB", { action = "MLIDCardOCR", params = { ImageBase64 = big:sub(1, 7 * 1024 * 1024 + 4) } },
      "LimitExceeded.TooLargeFileError" },
    { "a body of more than 10 MB", { action = "MLIDCardOCR", params = { ImageBase64 = big } }, "RequestSizeLimitExceeded" },
    { "an invalid side", { action = "IDCardOCR", host = "ocr.tencentcloudapi.com", params = { ImageBase64 = png, CardSide = "TOP" } },
      "InvalidParameterValue.InvalidParameterValueLimit" },
    { "a Config that is not JSON", { action = "RecognizeMacaoIDCardOCR", params = { ImageBase64 = png, Config = "RetImage" } },
      "InvalidParameter.ConfigFormatError" },
    { "a Config of a wrong type", { action = "IDCardOCR", host = "ocr.tencentcloudapi.com", params = { ImageBase64 = png,
      Config = '{"CropIdCard":"yes"}' } },
      "InvalidParameter.ConfigFormatError" },
    { "an unknown parameter in a query", { action = "MLIDCardOCR", method = "GET", uri = "/?Colour=red" }, "UnknownParameter" },
    { "a query of more than 32 KB", { action = "MLIDCardOCR", method = "GET", uri = "/?ImageBase64=" .. big:sub(1, 33000) },
      "RequestSizeLimitExceeded" },
  }
  for _, case in ipairs(cases) do
    it("refuses " .. case[1] .. " with " .. case[3], function() assert.equal(case[3], code(case[2])) end)
  end

  it("treats null as missing and accepts deprecated parameters", function()
    local params = { ImageBase64 = png, CardSide = cjson.null, EnableDateVerify = true }
    assert.equal("FailedOperation.ImageNoIdCard", code { action = "IDCardOCR", host = "ocr.tencentcloudapi.com", params = params })
  end)

  it("handles a GET request", function()
    local uri = "/?ImageBase64=" .. core.percent_encode(png) .. "&RetImage=true"
    assert.equal("FailedOperation.NoPassport", code { action = "MLIDPassportOCR", method = "GET", uri = uri })
  end)

  it("limits the calls of an action per second", function()
    local server = new {}
    for _ = 1, 5 do assert.equal("FailedOperation.NoPassport", code(with_picture(s.PNG), server)) end
    assert.equal("RequestLimitExceeded", code(with_picture(s.PNG), server))
    assert.equal("FailedOperation.NoMASIDCard", code(with_picture(s.PNG, { action = "MLIDCardOCR" }), server))
    assert.equal("FailedOperation.NoPassport", code(with_picture(s.PNG, { timestamp = s.NOW + 1, now = s.NOW + 1 }), server))
  end)
end)

describe("the mock server's responses", function()
  it("have the header X-Sandbox, also for errors", function()
    for _, bytes in ipairs { s.PNG, s.specimen("passport") } do
      local response, _, reply = s.call(new(), with_picture(bytes))
      assert.truthy(response.RequestId:match("^sandbox%-%x+%-%x+%-4%x+%-a%x+%-%x+$"))
      local headers = {}
      for _, header in ipairs(reply.headers) do headers[header[1]] = header[2] end
      assert.equal("1", headers["X-Sandbox"])
      assert.equal("application/json", headers["Content-Type"])
      assert.equal("Tue, 14 Nov 2023 22:13:20 GMT", headers.Date)
    end
  end)

  it("have a unique request id", function()
    local server = new()
    assert.are_not.equal((s.call(server, with_picture(s.PNG))).RequestId, (s.call(server, with_picture(s.PNG))).RequestId)
  end)

  it("report an unknown picture with the error code of each service", function()
    local refusals = {
      MLIDPassportOCR = "FailedOperation.NoPassport", MLIDCardOCR = "FailedOperation.NoMASIDCard",
      RecognizeMacaoIDCardOCR = "FailedOperation.ImageNoSpecifiedCard", RecognizeMainlandIDCardOCR = "FailedOperation.ImageNoIdCard",
    }
    for action, refusal in pairs(refusals) do
      assert.equal(refusal, code(with_picture(s.PNG, { action = action })))
      local other = action == "MLIDPassportOCR" and "macao_id" or "passport"
      assert.equal(refusal, code(with_picture(s.specimen(other), { action = action })))
    end
    assert.equal("FailedOperation.ImageNoIdCard", code(with_picture(s.PNG, { action = "IDCardOCR", host = "ocr.tencentcloudapi.com" })))
  end)

  local function names(object)
    local list = {}
    for name in pairs(object) do list[#list + 1] = name end
    table.sort(list)
    return list
  end

  -- The newest example of each action must have the same members with the same types.
  local shapes = {
    { "passport", "MLIDPassportOCR", "ocr.intl.tencentcloudapi.com", "passport/intl_complete.json", { CardCount = true } },
    { "malaysia_id", "MLIDCardOCR", "ocr.intl.tencentcloudapi.com", "mlid/newest_shape.json", {} },
    { "macao_id", "RecognizeMacaoIDCardOCR", "ocr.intl.tencentcloudapi.com", "macao/newest_shape.json", {} },
    { "china_id", "IDCardOCR", "ocr.tencentcloudapi.com", "idcard/front.json", {} },
    { "china_id", "RecognizeMainlandIDCardOCR", "ocr.intl.tencentcloudapi.com", "mainland_intl/front.json", {} },
  }
  local function same_shape(expected, got, absent, path)
    for name in pairs(absent) do expected[name] = nil end
    assert.same(names(expected), names(got), path)
    for name, value in pairs(expected) do
      assert.equal(type(value), type(got[name]), path .. "." .. name)
      if type(value) == "table" and #names(value) > 0 and type(names(value)[1]) == "string" then
        same_shape(value, got[name], {}, path .. "." .. name)
      end
    end
  end
  for _, case in ipairs(shapes) do
    it("have the shape of the newest " .. case[2], function()
      local response = s.call(new(), with_picture(s.specimen(case[1]), { action = case[2], host = case[3] }))
      same_shape(cjson.decode(process.read("spec/responses/" .. case[4])).Response, response, case[5], case[2])
      if response.AdvancedInfo and case[2] == "IDCardOCR" then assert.equal('{"WarnInfos":[]}', response.AdvancedInfo) end
      if case[2]:match("^MLID") then assert.equal("1", response.AdvancedInfo) end
    end)
  end

  it("format values as each service does", function()
    local passport = s.call(new(), with_picture(s.specimen("passport")))
    assert.equal("19890214", passport.DateOfBirth)
    assert.equal("14 Feb 1989", passport.PassportRecognizeInfos.DateOfBirth)
    assert.is_true(passport.IsComplete)
    local malaysia = s.call(new(), with_picture(s.specimen("malaysia_id"), { action = "MLIDCardOCR" }))
    assert.equal("PEREMPUAN", malaysia.Sex)
    assert.equal("MyKad", malaysia.Type)
    local macao = s.call(new(), with_picture(s.specimen("macao_id"), { action = "RecognizeMacaoIDCardOCR" }))
    assert.equal("08-07-1985", macao.Birthday)
    assert.equal("1.72", macao.Height)
    assert.equal("Permanent Resident Identity Card", macao.ResidentType)
    assert.equal(cjson.null, macao.RetImage)
    local china = s.call(new(), with_picture(s.specimen("china_id"), { action = "RecognizeMainlandIDCardOCR" }))
    assert.equal("1990/1/1", china.Birth)
    assert.equal("女", china.Sex)
    assert.equal("", china.ValidDate)
  end)

  it("recognise the back of a Chinese card and its side", function()
    local back = process.read("lua/idocr/sandbox/specimens/china_id_back.jpg")
    local options = { action = "IDCardOCR", host = "ocr.tencentcloudapi.com", params = { ImageBase64 = s.base64(back) } }
    assert.equal("2020.01.01-2040.01.01", (s.call(new(), options)).ValidDate)
    options.params.CardSide = "FRONT"
    assert.equal("FailedOperation.CardSideError", code(options))
  end)

  it("contain members of one site or region only there", function()
    local options = with_picture(s.specimen("passport"), { host = "ocr.tencentcloudapi.com" })
    local response = s.call(new(), options)
    assert.is_nil(response.IsComplete)
    assert.is_nil(response.PassportRecognizeInfos.Title)
    response = s.call(new(), with_picture(s.specimen("passport"), { headers = { ["x-tc-region"] = "ap-bangkok" } }))
    assert.equal(1, response.CardCount)
  end)

  it("contain pictures and scores only on request", function()
    local portrait = process.read("lua/idocr/sandbox/specimens/passport-portrait.jpg")
    local options = with_picture(s.specimen("passport"))
    assert.equal("", (s.call(new(), options)).Image)
    options.params.RetImage = true
    assert.equal(portrait, core.base64_decode((s.call(new(), options)).Image))

    local macao = { action = "RecognizeMacaoIDCardOCR", params = { ImageBase64 = s.base64(s.specimen("macao_id")),
      Config = '{"RetImage":"portrait"}' } }
    assert.equal("\255\216", core.base64_decode((s.call(new(), macao)).RetImage):sub(1, 2))

    local config = '{"CropIdCard":true,"CropPortrait":true,"Quality":true,"BorderCheckWarn":true}'
    local china = { action = "IDCardOCR", host = "ocr.tencentcloudapi.com",
      params = { ImageBase64 = s.base64(s.specimen("china_id")), Config = config } }
    local info = cjson.decode((s.call(new(), china)).AdvancedInfo)
    assert.equal(s.specimen("china_id"), core.base64_decode(info.IdCard))
    assert.equal("\255\216", core.base64_decode(info.Portrait):sub(1, 2))
    assert.is_true(info.Quality >= 50 and info.BorderCodeValue <= 50)
  end)
end)

describe("the mock server of ekycpro", function()
  local function ask(options)
    local reply = new():handle(s.form(options))
    return cjson.decode(reply.body), reply
  end

  it("recognises the specimen", function()
    local body, reply = ask { img = s.base64(s.specimen("malaysia_id")) }
    assert.equal(200, reply.status)
    assert.same({ status = "OK", message = {
      CardNumber = "880229-14-0000", Name = "NURUL SPECIMEN BINTI CONTOH", Gender = "PEREMPUAN", DateOfBirth = "19880229",
      Address = "NO 1 JALAN CONTOH 1 TAMAN SPECIMEN 50000 KOTA REKAAN",
    } }, body)
  end)

  it("returns each status", function()
    local cases = {
      { { img = s.base64(s.PNG) }, { status = "FAIL", message = "not identity card" } },
      { { img = s.base64(s.specimen("passport")) }, { status = "FAIL", message = "not identity card" } },
      { { body = "" }, { status = "INVALID_REQUEST", message = "check request params" } },
      { { method = "GET" }, { status = "INVALID_REQUEST", message = "check request params" } },
      { { img = s.base64("GIF89a\8\0\8\0\0\0\0;") }, { status = "IMAGE_INVALID_FORMAT", message = "image format not support" } },
      { { img = s.base64(("x"):rep(2 * 1024 * 1024 + 1)) }, { status = "IMAGE_INVALID_SIZE", message = "image larger than 2M" } },
      { { img = s.base64(s.specimen("malaysia_id")), headers = { ["x-sandbox-fault"] = "internal_error" } },
        { status = "INNER_ERROR", message = "Inner error, please retry later" } },
    }
    for i, case in ipairs(cases) do assert.same(case[2], (ask(case[1])), "case " .. i) end
  end)

  it("refuses a picture whose plus signs were not percent-encoded", function()
    local text = s.base64(s.specimen("malaysia_id"))
    assert.truthy(text:find("+", 1, true))
    assert.equal("IMAGE_INVALID_FORMAT", (ask { body = "img=" .. text }).status)
  end)

  it("requires a valid API key", function()
    assert.equal(401, select(2, ask { headers = { ["x-api-key"] = false } }).status)
    assert.equal(401, select(2, ask { headers = { ["x-api-key"] = "wrong" } }).status)
    assert.equal(404, select(2, ask { uri = "/v1/palm/general" }).status)
    assert.equal("FAIL", (ask { uri = "/v1/my_ocr/general?token=T%2B1", img = s.base64(s.PNG) }).status)
  end)
end)
