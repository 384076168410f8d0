-- Tests one call of a client, from params to a card or an error.
local cjson = require "cjson"
local core = require "idocr.core"
local errors = require "idocr.errors"
local idocr = require "idocr"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)

local function client(script, more)
  local wire = scripted.new(script)
  return idocr.new(scripted.options(wire, more)), wire
end

-- Raises on every access.
local GRUMPY = setmetatable({}, { __tostring = function() error "no" end, __index = function() error "no" end })

describe("a call", function()
  it("turns a picture into a card, over a signed request", function()
    local made, wire = client({ scripted.ok { ID = "E12345678", Sex = "F", DateOfBirth = "19800102", RequestId2 = "x" } }, {
      region = "ap-singapore", language = "en-US", credentials = { secret_id = " AKIDx ", secret_key = "k\n", token = "t" },
    })
    local card, err = made:passport { image = PNG, portrait = true }
    assert.is_nil(err)
    assert.equal("passport", card.kind)
    assert.equal("tencent", card.provider)
    assert.equal("E12345678", card.number)
    assert.equal("F", card.sex)
    assert.equal("1980-01-02", card.birth_date)
    assert.equal("11111111-2222-3333-4444-555555555555", card.request_id)
    assert.is_nil(card.sandbox)
    local request = wire.requests[1]
    local valid, scope = scripted.verify(request, "k")
    assert.is_true(valid)
    assert.same({ "AKIDx", "2023-11-14", "ocr", 1700000000 }, { scope.id, scope.date, scope.service, scope.timestamp })
    assert.equal("POST", request.method)
    assert.equal("https://ocr.intl.tencentcloudapi.com/", request.url)
    assert.equal("MLIDPassportOCR", scripted.header(request, "X-TC-Action"))
    assert.equal("2018-11-19", scripted.header(request, "X-TC-Version"))
    assert.equal("ap-singapore", scripted.header(request, "X-TC-Region"))
    assert.equal("en-US", scripted.header(request, "X-TC-Language"))
    assert.equal("t", scripted.header(request, "X-TC-Token"))
    local body = cjson.decode(tostring(request.body))
    assert.same({ ImageBase64 = core.base64_encode(scripted.PNG), RetImage = true }, body)
  end)

  it("signs with the user's clock, and measures its deadline with the runtime's", function()
    local made, wire = client({ scripted.ok() }, { clock = function() return 1551113065.9 end })
    assert(made:passport(PNG))
    local valid, scope = scripted.verify(wire.requests[1], scripted.KEYS.secret_key)
    assert.is_true(valid)
    assert.equal(1551113065, scope.timestamp)
    assert.equal(30, wire.deadlines[1])
  end)

  it("signs without the body's hash where unsigned_payload is set", function()
    local made, wire = client({ scripted.ok() }, { unsigned_payload = true })
    assert(made:passport(PNG))
    assert.equal("UNSIGNED-PAYLOAD", scripted.header(wire.requests[1], "X-TC-Content-SHA256"))
  end)

  it("sends a form, the key and the token to ekycpro", function()
    local made, wire = client({ { status = 200, headers = {}, body = '{"status":"OK","message":{"CardNumber":"800101-14-1234"}}' } },
      { provider = "ekycpro", credentials = { api_key = "secretkey", token = "a+b" } })
    local card = assert(made:malaysia_id(PNG))
    assert.equal("ekycpro", card.provider)
    assert.equal("800101-14-1234", card.number)
    local request = wire.requests[1]
    assert.equal("https://api.ekycpro.com/v1/my_ocr/general?token=a%2Bb", request.url)
    assert.equal("secretkey", scripted.header(request, "X-API-Key"))
    assert.equal("img=" .. core.percent_encode(core.base64_encode(scripted.PNG)), tostring(request.body))
  end)

  it("recognises a sandbox by its header", function()
    local answer = scripted.ok()
    answer.headers["x-sandbox"] = "1"
    assert.is_true(assert(client({ answer }):passport(PNG)).sandbox)
  end)

  it("returns a card or an error for every response, and never raises", function()
    for _, case in ipairs {
      { { status = 200, headers = {}, body = "" }, "protocol" },
      { { status = 200, headers = {}, body = '{"Respon' }, "protocol" },
      { { status = 200, headers = {}, body = "[]" }, "protocol" },
      { { status = 200, headers = {}, body = '{"Response":5}' }, "protocol" },
      { { status = 502, headers = {}, body = "<html>Bad Gateway</html>" }, "http" },
      { { status = 200 }, "protocol" },
      { { body = "x" }, "protocol" },
      { scripted.error "FailedOperation.NoPassport", "service" },
      { scripted.error "AuthFailure.SignatureFailure", "credentials" },
      { scripted.error "InvalidAction", "unsupported" },
      { function() return nil, errors.new("tls", "CertificateRejected", "x", { sent = false }) end, "tls" },
      { function() return nil, "some text" end, "network" },
      { function() return nil end, "protocol" },
      { function() error "broken" end, "network" },
      { function() error(GRUMPY) end, "network" },
      { function() return nil, GRUMPY end, "network" },
      { function() return nil, { category = "timeout", code = "Slow", message = GRUMPY } end, "timeout" },
      { function() return GRUMPY end, "network" },
      { function() return 5 end, "protocol" },
    } do
      local made = client({ case[1] }, { retry = false })
      local card, err = made:passport(PNG)
      assert.is_nil(card)
      assert.is_true(errors.is(err))
      assert.equal(case[2], err.category)
      assert.equal(1, err.attempts)
      assert.is_boolean(err.retryable)
      assert.is_string(tostring(err))
    end
  end)

  it("puts no personal data into what can be logged", function()
    local card = assert(client({ scripted.ok { ID = "E12345678", Name = "ZHANG SAN" } }):passport(PNG))
    assert.equal("passport card [request 11111111-2222-3333-4444-555555555555]", tostring(card))
    local answer = { status = 200, headers = {},
      body = '{"Response":{"Error":{"Code":"FailedOperation.X","Message":"no number E12345678 in AKIDabcdefghijklmnopqrstuvwxyz0123"}}}' }
    local _, err = client({ answer }):passport(PNG)
    assert.is_nil(tostring(err):find("12345", 1, true))
    assert.is_nil(tostring(err):find("AKID", 1, true))
  end)

  it("accepts headers with lists and values of any type", function()
    local answer = scripted.ok()
    answer.headers = { ["X-Sandbox"] = { 1, true }, other = print, [1] = "x" }
    assert.is_true(assert(client({ answer }):passport(PNG)).sandbox)
  end)

  it("shows none of its keys, even where a response or an error quotes one", function()
    local keys = { secret_id = "AKIDx", secret_key = "correct horse", token = "a+b/staple" }
    local function quote(text) return function() return nil, { category = "network", code = text, message = text } end end
    local refusal = scripted.error "FailedOperation.X"
    refusal.body = refusal.body:gsub('"no"', '"the key correct horse of a+b/staple"'):gsub('"FailedOperation.X"', '"correct horse"')
    for _, answer in ipairs {
      quote "correct horse", quote "a+b/staple", quote "a%2Bb%2Fstaple", function() error "with correct horse" end, refusal,
    } do
      local told = {}
      local made = client({ answer }, { credentials = keys, retry = false, on_event = function(_, fields)
        for _, value in pairs(fields) do told[#told + 1] = tostring(value) end
      end })
      local _, err = made:passport(PNG)
      for _, text in ipairs { tostring(err), err.code, err.message, table.concat(told, " ") } do
        assert.is_nil(text:find("horse", 1, true) or text:find("staple", 1, true), text)
      end
    end
  end)

  it("is an error after the client was closed", function()
    local made, wire = client { scripted.ok() }
    assert(made:passport(PNG))
    made:close()
    made:close()
    for _, result in ipairs {
      { made:passport(PNG) }, { made:read("macao_id", PNG) }, { made:call("Any", {}) }, { made:prepare("passport", PNG) },
    } do
      assert.is_nil(result[1])
      assert.equal("closed ClientClosed", result[2].category .. " " .. result[2].code)
      assert.is_false(result[2].billed)
    end
    assert.equal(1, #wire.requests)
    assert.equal("idocr client (tencent, closed)", tostring(made))
  end)

  it("emits events without any contents", function()
    local told, names = {}, {}
    local made = client({ scripted.error "RequestLimitExceeded", scripted.ok { Name = "ZHANG", ID = "E12345678" } }, {
      on_event = function(name, fields)
        names[#names + 1] = name
        for key, value in pairs(fields) do
          assert.is_string(key)
          assert.is_not.equal("table", type(value))
          assert.is_nil(tostring(value):find("ZHANG", 1, true))
          assert.is_nil(tostring(value):find("E12345678", 1, true))
          assert.is_nil(tostring(value):find("secretOf", 1, true))
        end
        told[name] = fields
      end,
    })
    assert(made:passport(PNG))
    assert.same({ "request", "response", "retry", "request", "response", "done" }, names)
    assert.equal(2, told.done.attempts)
    assert.is_true(told.done.ok)
    assert.equal(200, told.response.status)
    assert.equal("RequestLimitExceeded", told.retry.code)
    assert.equal("11111111-2222-3333-4444-555555555555", told.done.request_id)
  end)

  it("continues where on_event raises", function()
    assert(client({ scripted.ok() }, { on_event = function() error "mine" end }):passport(PNG))
  end)
end)

describe("the clock of a client", function()
  local WRONG = {
    NaN = function() return 0 / 0 end, infinity = function() return math.huge end, ["minus infinity"] = function() return -math.huge end,
    ["nil"] = function() end, text = function() return "1700000000" end, table_ = function() return {} end,
    exception = function() error "MARKERSECRET" end, negative = function() return -1 end, far = function() return 1e15 end,
  }

  for name, given in pairs(WRONG) do
    it("that returns " .. name .. " is an error that names what it must return", function()
      for _, provider in ipairs { "tencent", "ekycpro" } do
        local made, wire = client({ scripted.ok() }, {
          clock = given, provider = provider,
          credentials = function() return { secret_id = "AKIDx", secret_key = "k", api_key = "k", expires = 1900000000 } end,
        })
        for _, result in ipairs { { made:malaysia_id(PNG) }, { made:call("Any", {}) }, { made:prepare("malaysia_id", PNG) } } do
          assert.is_nil(result[1])
          local err = result[2]
          assert.same({ "unsupported", "BadClock", false, false, 0 }, { err.category, err.code, err.sent, err.billed, err.attempts })
          assert.matches("option clock must return Unix seconds", err.message)
          assert.is_nil(tostring(err):find("MARKER", 1, true))
        end
        assert.equal(0, #wire.requests)
      end
    end)
  end

  it("may be a callable table, and may fail between two attempts", function()
    local times = 0
    local clock = setmetatable({}, { __call = function()
      times = times + 1
      return times < 3 and 1700000000.5 or nil
    end })
    local made = client({ scripted.error "RequestLimitExceeded", scripted.ok() }, { clock = clock })
    for _ = 1, 3 do
      local card, err = made:passport(PNG)
      assert.is_true(card ~= nil or err.code == "BadClock")
    end
    assert.equal("BadClock", select(2, made:passport(PNG)).code)
  end)

  it("is not corrected to a year that cannot be signed", function()
    local late = scripted.error("AuthFailure.SignatureExpire", { date = "Fri, 31 Dec 9999 23:59:59 GMT" })
    local made = client({ late }, { clock = function() return 253402300000 end })
    for _ = 1, 3 do
      local card, err = made:passport(PNG)
      assert.is_nil(card)
      assert.equal("AuthFailure.SignatureExpire", err.code)
    end
  end)
end)

describe("a credentials source", function()
  it("that raises is an error of the call", function()
    for _, raise in ipairs { function() error "MARKERSECRET" end, function() error(GRUMPY) end, function() error() end } do
      local made, wire = client({ scripted.ok() }, { credentials = { get = raise } })
      local card, err = made:passport(PNG)
      assert.is_nil(card)
      assert.same({ "credentials", false, false }, { err.category, err.sent, err.billed })
      assert.is_nil(tostring(err):find("MARKER", 1, true))
      assert.equal(0, #wire.requests)
    end
  end)

  it("that returns a key or a token of impossible length is an error of the call", function()
    local long = {
      { secret_id = ("a"):rep(513), secret_key = "b" }, { secret_id = "a", secret_key = ("b"):rep(513) },
      { secret_id = "a", secret_key = "b", token = ("c"):rep(4097) }, { secret_id = "a", secret_key = '"b"' },
    }
    for _, keys in ipairs(long) do
      for _, given in ipairs { keys, function() return keys end, { get = function() return keys end } } do
        local made, wire = client({ scripted.ok() }, { credentials = given })
        local card, err = made:passport(PNG)
        assert.is_nil(card)
        assert.same({ "credentials", "BadCredentials", false }, { err.category, err.code, err.billed })
        assert.equal(0, #wire.requests)
      end
    end
    local made = client({ scripted.ok() }, { provider = "ekycpro", credentials = { api_key = ("a"):rep(513) } })
    assert.equal("BadCredentials", select(2, made:malaysia_id(PNG)).code)
  end)
end)

describe("client:prepare", function()
  it("returns the signed request and sends nothing", function()
    local made, wire = client { scripted.ok() }
    local request = assert(made:prepare("passport", { image = PNG }))
    assert.is_true((scripted.verify(request, scripted.KEYS.secret_key)))
    assert.equal("ocr.intl.tencentcloudapi.com", request.host)
    assert.equal(#tostring(request.body), request.body:length())
    assert.equal(0, #wire.requests)
    local none, err = made:prepare("passport", "/no/such/file")
    assert.is_nil(none)
    assert.equal("image", err.category)
    none, err = client({}, { site = "cn" }):prepare("macao_id", PNG)
    assert.is_nil(none)
    assert.equal("unsupported", err.category)
  end)
end)

describe("client:call", function()
  it("signs and sends any action, and keeps false and null apart", function()
    local made, wire = client { { status = 200, headers = {}, body = '{"Response":{"A":null,"B":false,"RequestId":"r"}}' } }
    local result = assert(made:call("DescribeThings", { Flag = false, Nothing = cjson.null, List = { 1, 2 }, Image = PNG }))
    assert.equal(false, result.B)
    assert.equal(cjson.null, result.A)
    local request = wire.requests[1]
    assert.equal("DescribeThings", scripted.header(request, "X-TC-Action"))
    assert.is_true((scripted.verify(request, scripted.KEYS.secret_key)))
    local body = cjson.decode(tostring(request.body))
    assert.same({ Flag = false, Nothing = cjson.null, List = { 1, 2 }, Image = core.base64_encode(scripted.PNG) }, body)
  end)

  it("raises where params contain themselves", function()
    local made, wire = client { scripted.ok() }
    local loop = {}
    loop.a, loop.b = loop, loop
    assert.has.error_matches(function() made:call("DescribeRegions", loop) end, "nested too deeply, or contain themselves")
    assert.equal(0, #wire.requests)
  end)

  it("needs no params, and raises on values that JSON does not have", function()
    local made, wire = client { scripted.ok() }
    assert(made:call "DescribeRegions")
    assert.equal("{}", tostring(wire.requests[1].body))
    assert.has.errors(function() made:call("X", { A = function() end }) end)
    assert.has.errors(function() made:call("X", { A = 0 / 0 }) end)
    assert.has.errors(function() made:call("X\r\nEvil: 1", {}) end)
    assert.has.errors(function() made:call(5) end)
    assert.has.errors(function() made:call("X", 5) end)
  end)

  it("returns the service's error, and an image error for a missing picture", function()
    local made = client { scripted.error "InvalidAction" }
    local result, err = made:call("Nope", {})
    assert.is_nil(result)
    assert.equal("InvalidAction", err.code)
    assert.equal("req-InvalidAction", err.request_id)
    result, err = made:call("X", { A = { B = idocr.file "/no/such" } })
    assert.is_nil(result)
    assert.equal("PictureUnreadable", err.code)
  end)
end)

describe("a card", function()
  local card = assert(client({ scripted.ok { ID = "L898902C3", CodeSet = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    CodeCrc = "L898902C36UTO7408122F1204159ZE184226B<<<<<10", Image = "/9j/" } }):passport(PNG))

  it("has methods for warnings, checks and derived values", function()
    card.warnings = { { code = -9102, name = "photocopy" } }
    assert.is_true(card:has_warning "photocopy")
    assert.is_false(card:has_warning "glare")
    assert.has.error_matches(function() card:has_warning "glaer" end, 'did you mean "glare"')
    assert.has.error_matches(function() card:has_warning "zzzzzzzzz" end, "there are: .*unreadable_picture")
    assert.has.error_matches(function() card:has_warning(nil) end, "no warning is named nil")
    assert.is_table(card:check().findings)
    assert.equal("1974-08-12", card:derived().birth_date)
  end)

  it("can be written as JSON", function()
    local plain = cjson.decode(cjson.encode(card:plain()))
    assert.equal("/9j/", plain.portrait)
    assert.is_nil(plain.raw)
    assert.is_nil(card:plain { pictures = false }.portrait)
    assert.error_matches(function() card:plain { picture = false } end, 'no option "picture" (did you mean "pictures"?)', 1, true)
    assert.has_error(function() card:plain "no pictures" end)
    assert.equal("L898902C3", plain.number)
  end)
end)
