--- Tests credentials that are fetched from real servers on the loopback through libcurl.

local cjson = require "cjson"
local core = require "idocr.core"
local idocr = require "idocr"
local identity_server = require "spec.support.identity_server"
local nginx = require "spec.support.nginx"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"
local tcp = require "spec.support.tcp"

local PNG = idocr.bytes(scripted.PNG)

local function nothing() return nil end

describe("credentials from a server", function()
  local server = nginx.start { http = identity_server.HTTP }
  local base = "http://127.0.0.1:" .. server.port.http
  local serial = 0
  teardown(server.stop)

  local function set(values)
    for name, value in pairs(values) do
      process.run(("curl -sfG '%s/set' --data-urlencode %s"):format(base, process.quote(name .. "=" .. tostring(value))))
    end
  end
  local function get(name) return (process.capture(("curl -sf '%s/get?%s'"):format(base, name))) end
  local function counted(name) return tonumber(get("count." .. name)) end

  before_each(function()
    set { sts_reply = "", metadata = "ok", ttl = 7200, delay = 0.001, revoked = "", ["count.metadata"] = 0, ["count.AssumeRole"] = 0 }
    serial = serial + 1
  end)

  local function client(credentials, more)
    local options = { endpoint = base, credentials = credentials, rate = false, retry = { base = 0.001, cap = 0.001 } }
    for name, value in pairs(more or {}) do options[name] = value end
    return idocr.new(options)
  end

  local function machine(options)
    options = options or {}
    options.endpoint, options.getenv = options.endpoint or base, nothing
    return idocr.credentials.machine_role(options)
  end

  describe("machine role", function()
    it("asks for the role's name and its credentials once, and signs with them", function()
      local made = client(machine())
      local first, err = made:passport(PNG)
      assert.is_nil(err)
      assert.matches("^AKIDtmp%d+$", first.number)
      assert.equal(first.number, assert(made:passport(PNG)).number)
      assert.equal(2, counted "metadata")
      assert(client(machine { role = "MyRole" }):passport(PNG))
      assert.equal(3, counted "metadata")
    end)

    it("renews 300 s before expiry, and not earlier", function()
      local now = core.wall()
      local made = client(machine(), { clock = function() return now end })
      local expires = math.floor(core.wall()) + 7200
      local first = assert(made:passport(PNG)).number
      now = expires - 302
      assert.equal(first, assert(made:passport(PNG)).number)
      now = expires - 298
      assert.not_equal(first, assert(made:passport(PNG)).number)
      assert.equal(4, counted "metadata")
    end)

    it("uses the current credentials until they expire when renewal fails, then returns the error", function()
      local now = core.wall()
      local made = client(machine(), { clock = function() return now end })
      local expires = math.floor(core.wall()) + 7200
      local first = assert(made:passport(PNG)).number
      set { metadata = "broken" }
      now = expires - 100
      assert.equal(first, assert(made:passport(PNG)).number)
      assert.equal(first, assert(made:passport(PNG)).number)
      assert.equal(3, counted "metadata") -- one attempt, then a pause
      now = expires + 10
      local card, err = made:passport(PNG)
      assert.is_nil(card)
      assert.same({ "credentials", "CredentialsUnavailable", true, false, 0 },
        { err.category, err.code, err.retryable, err.billed, err.attempts })
    end)

    it("fetches once for all waiting callers", function()
      set { delay = 0.1 }
      local made, seen = client(machine()), {}
      local pictures = {}
      for index = 1, 12 do pictures[index] = PNG end
      for _, card, err in made:each("passport", pictures, { concurrency = 12 }) do
        assert.is_nil(err)
        seen[card.number] = true
      end
      assert.equal(2, counted "metadata")
      assert.is_not_nil(next(seen))
      assert.is_nil(next(seen, next(seen)))
    end)

    it("fetches new credentials once after TokenFailure", function()
      local made = client(machine())
      local first = assert(made:passport(PNG)).number
      set { revoked = first }
      local second, err = made:passport(PNG)
      assert.is_nil(err)
      assert.not_equal(first, second.number)
      assert.equal(4, counted "metadata")
    end)

    it("returns an error that names the problem", function()
      for mode, code in pairs { none = "NoCredentials", broken = "CredentialsUnavailable", garbage = "CredentialsUnavailable" } do
        set { metadata = mode }
        local card, err = client(machine()):passport(PNG)
        assert.is_nil(card)
        assert.same({ "credentials", code }, { err.category, err.code })
      end
      local closed = ports.free_port()
      local _, err = client(machine { endpoint = "http://127.0.0.1:" .. closed }):passport(PNG)
      assert.equal("NoCredentials", err.code)
    end)

    -- Returns credentials as the service sends them, with some members replaced.
    local function reply(changes)
      local members = {
        TmpSecretId = "AKIDtmp1", TmpSecretKey = "key-of-AKIDtmp1", Token = "token-of-AKIDtmp1", Code = "Success",
        ExpiredTime = math.floor(core.wall()) + 7200,
      }
      for name, value in pairs(changes) do members[name] = value end
      return cjson.encode(members)
    end

    -- Returns the error of a call where the metadata service sends this reply.
    local function refused(text)
      set { metadata = "reply", metadata_reply = text }
      local card, err = client(machine()):passport(PNG)
      assert.is_nil(card)
      assert.same({ "credentials", false, false, 0 }, { err.category, err.billed, err.sent, err.attempts })
      return err
    end

    it("rejects an expiry time that is past, absurd or not a number", function()
      set { metadata = "reply", metadata_reply = reply {} }
      assert(client(machine()):passport(PNG))
      local now = math.floor(core.wall())
      for _, expires in ipairs { 1, 0, -5, now - 1, now - 86400, now * 1000, 1e15, "soon", tostring(now + 7200), false } do
        assert.equal("CredentialsUnavailable", refused(reply { ExpiredTime = expires }).code, tostring(expires))
      end
      for _, text in ipairs { "1e999", "-1e999", "NaN", "null", "[]" } do
        local err = refused((reply { ExpiredTime = 4711 }:gsub("4711", text)))
        assert.equal("CredentialsUnavailable", err.code, text)
        assert.is_true(err.retryable)
      end
    end)

    it("rejects malformed keys, and does not cache them", function()
      for name, value in pairs {
        TmpSecretKey = ("k"):rep(513), TmpSecretId = "AKID " .. ("x"):rep(9), Token = ("t"):rep(4097),
      } do
        local err = refused(reply { [name] = value })
        assert.equal("BadCredentials", err.code)
        assert.matches("it comes from the metadata service", err.message)
      end
      local made = client(machine())
      set { metadata_reply = reply { TmpSecretKey = "aBLANKSb" } }
      assert.equal("BadCredentials", select(2, made:passport(PNG)).code)
      set { metadata_reply = reply {} }
      assert(made:passport(PNG))
    end)

    it("shows the service's error code and no text that could be a key", function()
      assert.matches("refused: InvalidParameter.RoleNotExist$", refused(reply { Code = "InvalidParameter.RoleNotExist" }).message)
      for _, code in ipairs { "MARKERSECRETKEY", "key MARKERSECRETKEY", "AKIDMARKER0123", ("Marker"):rep(20), 5, false } do
        local err = refused(reply { Code = code })
        assert.equal("CredentialsUnavailable", err.code)
        for _, text in ipairs { tostring(err), err.message } do assert.is_nil(text:lower():find("marker", 1, true), text) end
      end
    end)

    it("asks a service again after a timeout", function()
      local silent = tcp.silent()
      local variables = { TENCENTCLOUD_METADATA_ENDPOINT = "http://127.0.0.1:" .. silent.port }
      local made = client(idocr.credentials.machine_role { getenv = function(name) return variables[name] end },
        { timeout = { connect = 1, total = 1 } })
      local _, err = made:passport(PNG)
      assert.same({ "CredentialsUnavailable", true, false }, { err.code, err.retryable, err.sent })
      assert.matches("did not respond in time", err.message)
      variables.TENCENTCLOUD_METADATA_ENDPOINT = base
      assert(made:passport(PNG))
      silent.stop()
    end)

    it("caches the absence of the service for a minute", function()
      local variables = { TENCENTCLOUD_METADATA_ENDPOINT = "http://127.0.0.1:" .. ports.free_port() }
      local made = client(idocr.credentials.machine_role { getenv = function(name) return variables[name] end })
      assert.equal("NoCredentials", select(2, made:passport(PNG)).code)
      variables.TENCENTCLOUD_METADATA_ENDPOINT = base
      assert.equal("NoCredentials", select(2, made:passport(PNG)).code)
    end)

    it("is skipped in a chain while it does not respond, and asked again later", function()
      local silent = tcp.silent()
      local variables = { TENCENTCLOUD_METADATA_ENDPOINT = "http://127.0.0.1:" .. silent.port }
      local chain = idocr.credentials.chain {
        idocr.credentials.machine_role { getenv = function(name) return variables[name] end },
        { secret_id = "AKIDnext", secret_key = "key-of-AKIDnext" },
      }
      local made = client(chain, { timeout = 20 })
      assert.equal("AKIDnext", assert(made:passport(PNG)).number)
      assert.equal("AKIDnext", assert(made:passport(PNG)).number)
      silent.stop()
    end)

    it("never goes through a proxy", function()
      local closed = ports.free_port()
      local made = client(machine(), { proxy = "http://127.0.0.1:" .. closed })
      local _, err = made:passport(PNG)
      assert.equal("connect", err.category) -- the call uses the proxy, the metadata request did not
      assert.equal(2, counted "metadata")
    end)

    it("is reached at the environment's endpoint in the default chain", function()
      local script = ([[
        local idocr = require "idocr"
        local client = idocr.new { endpoint = %q }
        local card, err = client:passport(idocr.base64 %q)
        print(card and card.number or err)
      ]]):format(base, core.base64_encode(scripted.PNG))
      local path = process.tempdir() .. "/chain.lua"
      process.write(path, script)
      local said = process.capture(table.concat({
        "env -u TENCENTCLOUD_SECRET_ID HOME=/nonexistent TENCENTCLOUD_METADATA_ENDPOINT=" .. base,
        "LUA_PATH=" .. process.quote(package.path), "LUA_CPATH=" .. process.quote(package.cpath),
        rawget(_G, "jit") and "luajit" or "lua5.4", path,
      }, " "))
      assert.matches("^AKIDtmp", said)
    end)
  end)

  describe("AssumeRole", function()
    local function role(options)
      local all = {
        role_arn = "qcs::cam::uin/1:roleName/r" .. serial, endpoint = base,
        credentials = { secret_id = "AKIDbase", secret_key = "key-of-AKIDbase" },
      }
      for name, value in pairs(options or {}) do all[name] = value end
      return idocr.credentials.assume_role(all)
    end

    it("is signed by the base credentials, for the sts service", function()
      local made = client(role { session_name = "me", policy = "{}", external_id = "ext", duration = 900 })
      local card, err = made:passport(PNG)
      assert.is_nil(err)
      assert.matches("^AKIDtmp", card.number)
      assert.equal("AKIDbase", get "signer")
      local params = cjson.decode(get "params")
      assert.same({
        RoleArn = "qcs::cam::uin/1:roleName/r" .. serial, RoleSessionName = "me", DurationSeconds = 900, Policy = "{}", ExternalId = "ext",
      }, params)
      assert(made:passport(PNG))
      assert.equal(1, counted "AssumeRole")
    end)

    it("can use the machine's role as base credentials", function()
      local card, err = client(role { credentials = machine() }):passport(PNG)
      assert.is_nil(err)
      assert.matches("^AKIDtmp", get "signer")
      assert.not_equal(get "signer", card.number)
    end)

    it("returns the token service's error", function()
      local card, err = client(role { credentials = { secret_id = "AKIDbase", secret_key = "wrong" } }):passport(PNG)
      assert.is_nil(card)
      assert.same({ "credentials", "AuthFailure.SignatureFailure", "5a0ec9c6-spec" }, { err.category, err.code, err.request_id })
      assert.is_false(err.billed)
    end)

    it("keeps the service's text out of the message, and secrets out of vendor_message", function()
      local keys = { secret_id = "AKIDMARKERID", secret_key = "MARKERSECRETKEY", token = "MARKER/TOKEN+of=me" }
      local text = "key MARKERSECRETKEY, id AKIDMARKERID, token MARKER\\/TOKEN%2Bof&#61;me and external MARKEREXTERNAL: no"
      set { sts_reply = '{"Response":{"RequestId":"r-1","Error":{"Code":"UnauthorizedOperation","Message":"' .. text .. '"}}}' }
      local _, err = client(role { credentials = keys, external_id = "MARKEREXTERNAL" }):passport(PNG)
      assert.same({ "UnauthorizedOperation", "the token service refused: UnauthorizedOperation", "r-1" },
        { err.code, err.message, err.request_id })
      for name, value in pairs(err) do assert.is_nil(tostring(value):find("MARKER", 1, true), name) end
      assert.matches("and external %*%*%*: no$", err.vendor_message)
      for _, code in ipairs { "MARKERSECRETKEY", "not a code", "", ("A"):rep(200) } do
        set { sts_reply = cjson.encode { Response = { Error = { Code = code } } } }
        _, err = client(role { credentials = keys }):passport(PNG)
        assert.equal("UnknownError", err.code)
        assert.is_nil(tostring(err):find("MARKER", 1, true))
      end
    end)

    it("rejects an expiry time that is past or absurd, and malformed base credentials", function()
      for _, expires in ipairs { "1", "1e999", "-1", "NaN", '"x"' } do
        local reply = '{"Response":{"Credentials":{"TmpSecretId":"a","TmpSecretKey":"b","Token":"c"},"ExpiredTime":%s}}'
        set { sts_reply = reply:format(expires) }
        assert.equal("CredentialsUnavailable", select(2, client(role()):passport(PNG)).code, expires)
      end
      set { sts_reply = "", ["count.AssumeRole"] = 0 }
      for _, key in ipairs { ("k"):rep(600), "'key'", "a b" } do
        local _, err = client(role { credentials = { secret_id = "AKIDbase", secret_key = key } }):passport(PNG)
        assert.same({ "BadCredentials", false, false, 0 }, { err.code, err.billed, err.sent, err.attempts })
        assert.matches("^secret_key .* %(it comes from the option credentials%)$", err.message)
      end
      assert.equal(0, counted "AssumeRole")
    end)

    it("is called for a tccli file with a role", function()
      local path = process.write(process.tempdir() .. "/default.credential",
        '{"secretId":"AKIDbase","secretKey":"key-of-AKIDbase","role-arn":"qcs::cam::uin/1:roleName/cli","role-session-name":"me"}')
      local card, err = client(idocr.credentials.tccli {
        path = path, getenv = function(name) return name == "TENCENTCLOUD_STS_ENDPOINT" and base or nil end,
      }):passport(PNG)
      assert.is_nil(err)
      assert.matches("^AKIDtmp", card.number)
      assert.equal("AKIDbase", get "signer")
      assert.same({ "qcs::cam::uin/1:roleName/cli", "me" },
        { cjson.decode(get "params").RoleArn, cjson.decode(get "params").RoleSessionName })
    end)

    it("raises on wrong options", function()
      for _, wrong in ipairs {
        {}, { role_arn = "x", duration = 99999 }, { role_arn = "x", duration = 1.5 }, { rolearn = "x" }, { role_arn = 5 },
      } do
        assert.has.errors(function() idocr.credentials.assume_role(wrong) end)
      end
      local _, err = client(role { endpoint = "http://sts.example.com" }):passport(PNG)
      assert.equal("BadEndpoint", err.code)
    end)
  end)

  describe("cluster identity", function()
    it("exchanges the token, read from the file each time, with an unsigned request", function()
      local path = process.tempdir() .. "/token"
      local variables = {
        TKE_REGION = "ap-jakarta", TKE_PROVIDER_ID = "cls-1", TKE_WEB_IDENTITY_TOKEN_FILE = path,
        TKE_ROLE_ARN = "qcs::cam::uin/1:roleName/pod",
        TENCENTCLOUD_STS_ENDPOINT = base,
      }
      local now = core.wall()
      local made = client(idocr.credentials.web_identity { getenv = function(name) return variables[name] end },
        { clock = function() return now end })
      process.write(path, "first-token\n")
      set { web_token = "first-token" }
      local first, err = made:passport(PNG)
      assert.is_nil(err)
      local params = cjson.decode(get "params")
      assert.same({ "cls-1", "qcs::cam::uin/1:roleName/pod", 7200 }, { params.ProviderId, params.RoleArn, params.DurationSeconds })
      process.write(path, "second-token")
      set { web_token = "second-token" }
      now = now + 7000
      assert.not_equal(first.number, assert(made:passport(PNG)).number)
      process.write(path, "")
      now = now + 7000
      assert.equal("BadIdentityToken", select(2, made:passport(PNG)).code)
    end)

    it("rejects a token file of the wrong kind or content, without blocking", function()
      local folder = process.tempdir()
      process.run("mkfifo " .. folder .. "/pipe")
      for name, text in pairs { long = ("a"):rep(16385), blank = "a b", quoted = '"x"' } do process.write(folder .. "/" .. name, text) end
      for name, reason in pairs {
        pipe = "not a regular file", ["."] = "not a regular file", long = "larger than 16 KB", blank = "a character",
        quoted = "a character", none = "does not exist",
      } do
        local _, err = client(idocr.credentials.web_identity {
          getenv = nothing, region = "r", provider_id = "p", role_arn = "a", token_file = folder .. "/" .. name, endpoint = base,
        }):passport(PNG)
        assert.equal("BadIdentityToken", err.code)
        assert.matches(reason, err.message)
      end
      assert.has_error(function() idocr.credentials.web_identity { duration = 0 / 0 } end)
    end)

    it("keeps its token out of errors", function()
      local path = process.write(process.tempdir() .. "/token", "MARKERJWT.abcdef.MARKER")
      set { sts_reply = '{"Response":{"Error":{"Code":"InvalidParameter","Message":"bad token MARKERJWT.abcdef.MARKER here"}}}' }
      local _, err = client(idocr.credentials.web_identity {
        getenv = nothing, region = "r", provider_id = "p", role_arn = "a", token_file = path, endpoint = base,
      }):passport(PNG)
      assert.equal("InvalidParameter", err.code)
      for name, value in pairs(err) do assert.is_nil(tostring(value):find("MARKER", 1, true), name) end
    end)

    it("names the missing variables", function()
      local _, err = client(idocr.credentials.web_identity { getenv = nothing }):passport(PNG)
      assert.equal("NoCredentials", err.code)
      _, err = client(idocr.credentials.web_identity { getenv = nothing, role_arn = "x" }):passport(PNG)
      assert.equal("IncompleteCredentials", err.code)
      assert.matches("TKE_PROVIDER_ID", err.message)
    end)
  end)
end)
