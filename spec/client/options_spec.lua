-- Tests the options of idocr.new.
local idocr = require "idocr"
local nearest = require "idocr.nearest"
local scripted = require "spec.support.scripted"

local function refused(options)
  local ok, message = pcall(idocr.new, options)
  assert.is_false(ok)
  return message
end

local function client(more) return idocr.new(scripted.options(scripted.new { scripted.ok() }, more)) end

describe("idocr.new", function()
  it("names the nearest right option", function()
    assert.matches('no option "provder" %(did you mean "provider"%?%)', refused { provder = "tencent" })
    assert.matches('"max_response"', refused { maxresponse = 1 })
    assert.matches("there are: .*transport", refused { zzzzzzzz = 1 })
  end)

  it("raises at the position of its caller", function()
    assert.matches("^spec/client/options_spec%.lua:%d+: idocr%.new: ", (function()
      local ok, message = pcall(function() idocr.new { site = "int" } end)
      assert.is_false(ok)
      return message
    end)())
  end)

  it("refuses wrong values of every option", function()
    local wrong = {
      { provider = "aws" }, { provider = {} }, { provider = { "tencent", "tencent" } }, { provider = 5 },
      { site = "us" }, { region = "ap singapore" }, { region = "a\r\nb" }, { language = "de" }, { credentials = 5 },
      { credentials = {} }, { credentials = { secret_id = "a" } }, { credentials = { secret_id = "a", secret_key = 5 } },
      { credentials = { secret_id = "a", secretkey = "b" } },
      { provider = "ekycpro", credentials = { secret_id = "a", secret_key = "b" } },
      { endpoint = "http://ocr.example.com" }, { endpoint = "ftp://x" }, { endpoint = "https://u:p@x" }, { endpoint = "https://x/?a" },
      { endpoint = "https://x:99999" }, { endpoint = 5 }, { signed_host = "a b" }, { transport = "curly" }, { transport = {} },
      { timeout = 0 }, { timeout = { conect = 1 } }, { timeout = { total = "5" } }, { timeout = 0 / 0 },
      { retry = { attempts = 0 } }, { retry = { attempts = 1.5 } }, { retry = { base = -1 } }, { retry = { after_send = 1 } },
      { rate = "x" }, { rate = -1 }, { rate = { wait = 1 } }, { rate = { MLIDPassportOCR = 0 } },
      { proxy = "" }, { ca_file = 1 }, { client_key = "k" }, { unsigned_payload = 1 }, { max_response = 0.5 }, { max_response = 0 },
      { on_event = 1 }, { clock = 1 }, { insecure = "yes" }, { precheck = 0 },
      { unsigned_payload = true, endpoint = "http://127.0.0.1:1" },
    }
    for index, options in ipairs(wrong) do
      local ok, message = pcall(idocr.new, options)
      assert.is_false(ok, "case " .. index)
      assert.matches("option", message)
    end
    assert.is_false((pcall(idocr.new, 5)))
  end)

  it("never puts a secret into a message", function()
    local message = refused { credentials = { secret_id = "AKIDvisible", secret_key = 5, token = "tokenvisible" } }
    assert.is_nil(message:find("visible", 1, true))
    message = refused { credentials = { secret_id = "AKIDvisible", secret_kee = "keyvisible" } }
    assert.is_nil(message:find("visible", 1, true))
  end)

  it("accepts plain http only for loopback addresses, or with insecure = true", function()
    for _, host in ipairs { "127.0.0.1", "127.8.9.1:81", "localhost:1", "[::1]:80", "a.localhost" } do
      assert.has_no.errors(function() client { endpoint = "http://" .. host } end)
    end
    for _, host in ipairs { "128.0.0.1", "localhost.example.com", "127.0.0.1.example.com", "[::2]" } do
      assert.matches("unencrypted", refused { endpoint = "http://" .. host })
    end
    assert.has_no.errors(function() client { endpoint = "http://gateway.example.com", insecure = true } end)
  end)

  it("copies its options", function()
    local wire = scripted.new { scripted.ok() }
    local keys = { secret_id = "AKIDfirst", secret_key = "k" }
    local options = scripted.options(wire, { credentials = keys, region = "ap-singapore", endpoint = "https://first.example.com" })
    local made = idocr.new(options)
    keys.secret_id, options.region, options.endpoint = "AKIDsecond", "other", "https://second.example.com"
    assert(made:passport(idocr.bytes(scripted.PNG)))
    assert.matches("AKIDfirst/", scripted.header(wire.requests[1], "Authorization"))
    assert.equal("ap-singapore", scripted.header(wire.requests[1], "X-TC-Region"))
    assert.equal("https://first.example.com/", wire.requests[1].url)
  end)

  it("connects to the endpoint and signs signed_host", function()
    local wire = scripted.new { scripted.ok() }
    local made = idocr.new(scripted.options(wire, { endpoint = "https://10.1.2.3:8443/gate", signed_host = "ocr.tencentcloudapi.com" }))
    assert(made:passport(idocr.bytes(scripted.PNG)))
    assert.equal("https://10.1.2.3:8443/gate", wire.requests[1].url)
    assert.equal("ocr.tencentcloudapi.com", wire.requests[1].host)
    assert.equal("ocr.tencentcloudapi.com", scripted.header(wire.requests[1], "Host"))
    assert.is_true((scripted.verify(wire.requests[1], scripted.KEYS.secret_key)))
  end)

  it("makes a client that shows no secret and cannot be changed", function()
    local made = client { credentials = { secret_id = "AKIDvisible", secret_key = "keyvisible" } }
    assert.equal("idocr client (tencent)", tostring(made))
    assert.is_nil(next(made))
    assert.has.errors(function() made.site = "cn" end)
    assert.matches("did you mean \"passport\"", select(2, pcall(function() return made.pasport end)))
    assert.is_nil(tostring(idocr.credentials.static { secret_id = "visible", secret_key = "visible" }):find("visible", 1, true))
  end)

  it("lists kinds without a client", function()
    local names = " " .. table.concat(idocr.kinds(), " ") .. " "
    for _, name in ipairs { "china_id", "macao_id", "malaysia_id", "passport" } do
      assert.is_truthy(names:find(" " .. name .. " ", 1, true), name)
    end
    assert.matches("^idocr ", idocr._VERSION)
    assert.is_function(idocr.credentials.chain)
    assert.is_function(idocr.checks.mrz.parse)
    assert.is_nil(idocr.nothing)
  end)
end)

describe("nearest", function()
  it("counts letters inserted, removed, replaced and swapped", function()
    assert.equal(0, nearest.distance("abc", "abc"))
    assert.equal(1, nearest.distance("abc", "acb"))
    assert.equal(3, nearest.distance("kitten", "sitting"))
    assert.equal(4, nearest.distance("", "abcd"))
    assert.equal("back", nearest.name("bcak", { "image", "back" }))
    assert.is_nil(nearest.name("zebra", { "image", "back" }))
    assert.equal("portrait", nearest.name("Portrait", { portrait = true }))
    assert.equal("retry", nearest.name("retries", { "rate", "retry", "region" })) -- the beginning is right
    assert.equal("en-US", nearest.name("en", { "en-US", "zh-CN" }))
  end)
end)
