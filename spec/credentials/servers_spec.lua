--- Credentials that come over the wire, from real servers on the loopback through libcurl.

local cjson = require "cjson"
local core = require "idocr.core"
local idocr = require "idocr"
local identity_server = require "spec.support.identity_server"
local nginx = require "spec.support.nginx"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)

local function nothing() return nil end

describe("credentials from a server", function()
  local server = nginx.start { http = identity_server.HTTP }
  local base = "http://127.0.0.1:" .. server.port.http
  local serial = 0
  teardown(server.stop)

  local function set(values)
    for name, value in pairs(values) do process.run(("curl -sf '%s/set?%s=%s'"):format(base, name, value)) end
  end
  local function get(name) return (process.capture(("curl -sf '%s/get?%s'"):format(base, name))) end
  local function counted(name) return tonumber(get("count." .. name)) end

  before_each(function()
    set { metadata = "ok", ttl = 7200, delay = 0.001, revoked = "", ["count.metadata"] = 0, ["count.AssumeRole"] = 0 }
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

    it("renews 300 s before the end, and no earlier", function()
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

    it("serves the old ones to their end where a renewal fails, then says so", function()
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

    it("fetches once for all who wait", function()
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

    it("gets new ones once after TokenFailure", function()
      local made = client(machine())
      local first = assert(made:passport(PNG)).number
      set { revoked = first }
      local second, err = made:passport(PNG)
      assert.is_nil(err)
      assert.not_equal(first, second.number)
      assert.equal(4, counted "metadata")
    end)

    it("says what is wrong", function()
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

    it("never goes through a proxy", function()
      local closed = ports.free_port()
      local made = client(machine(), { proxy = "http://127.0.0.1:" .. closed })
      local _, err = made:passport(PNG)
      assert.equal("connect", err.category) -- the call itself does, the metadata did not
      assert.equal(2, counted "metadata")
    end)

    it("is found through the environment's endpoint, in the default chain", function()
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

    it("can stand on a machine's role", function()
      local card, err = client(role { credentials = machine() }):passport(PNG)
      assert.is_nil(err)
      assert.matches("^AKIDtmp", get "signer")
      assert.not_equal(get "signer", card.number)
    end)

    it("gives the token service's refusal", function()
      local card, err = client(role { credentials = { secret_id = "AKIDbase", secret_key = "wrong" } }):passport(PNG)
      assert.is_nil(card)
      assert.same({ "credentials", "AuthFailure.SignatureFailure", "5a0ec9c6-spec" }, { err.category, err.code, err.request_id })
      assert.is_false(err.billed)
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
    it("exchanges the token in the file, read anew each time, unsigned", function()
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

    it("says what is missing", function()
      local _, err = client(idocr.credentials.web_identity { getenv = nothing }):passport(PNG)
      assert.equal("NoCredentials", err.code)
      _, err = client(idocr.credentials.web_identity { getenv = nothing, role_arn = "x" }):passport(PNG)
      assert.equal("IncompleteCredentials", err.code)
      assert.matches("TKE_PROVIDER_ID", err.message)
    end)
  end)
end)
