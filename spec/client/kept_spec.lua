-- Tests that what a client keeps between calls changes no request: JSON text around the picture, the signer, checked credentials.

local core = require "idocr.core"
local errors = require "idocr.errors"
local idocr = require "idocr"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)
local OTHER = idocr.bytes(scripted.PNG .. "one more byte")

--- A request as text: everything that reaches the wire.
local function text_of(request)
  local lines = { request.method, request.url, request.host }
  for _, header in ipairs(request.headers) do lines[#lines + 1] = header[1] .. ": " .. header[2] end
  lines[#lines + 1] = tostring(request.body)
  return table.concat(lines, "\n")
end

local KINDS_OF_CALLS = {
  passport = { {}, { portrait = true }, { portrait = false }, { image = idocr.url "https://pictures.example/a" } },
  malaysia_id = { {}, { portrait = true } },
  china_id = {
    {}, { portrait = true }, { warn = true }, { warn = { "photocopy" } }, { warn = { "photocopy", "recaptured" } },
    { crop = true }, { crop = false }, { crop = true, portrait = true }, { side = "back" }, { side = "front" },
    { image = idocr.url "https://pictures.example/a" }, { image = idocr.url "https://pictures.example/b" },
  },
}

describe("what a client keeps between calls", function()
  it("changes no request, in any order of calls", function()
    local calls = {}
    for kind, list in pairs(KINDS_OF_CALLS) do
      for _, params in ipairs(list) do
        for _, picture in ipairs { PNG, OTHER } do
          local copy = { image = picture }
          for name, value in pairs(params) do copy[name] = value end
          calls[#calls + 1] = { kind = kind, params = copy }
        end
      end
    end
    local function request_of(client, call)
      local request, err = client:prepare(call.kind, call.params)
      return request and text_of(request) or err.code
    end
    for _, site in ipairs { "intl", "cn" } do
      local options = { site = site, clock = function() return 1551113065 end }
      local kept, alone = idocr.new(scripted.options(scripted.new {}, options)), {}
      for index, call in ipairs(calls) do alone[index] = request_of(idocr.new(scripted.options(scripted.new {}, options)), call) end
      for round = 1, 3 do
        for step = 1, #calls do
          local index = round == 2 and #calls + 1 - step or step
          assert.equal(alone[index], request_of(kept, calls[index]))
        end
      end
    end
  end)

  it("keeps the frames of two kinds that share a service apart", function()
    local tencent = require("idocr.providers.tencent").new {}
    local service = {
      provider = "tencent", action = "A", pictures = { { param = "image", base64 = "P" } }, outputs = {}, warnings = {},
      inputs = { { wire = "Crop", type = "boolean", when = { "crop" } } },
    }
    local function body(name, default)
      local kind = { kind = name, services = { service }, params = { crop = { type = "boolean", default = default } } }
      local pictures = { image = { image = core.image_bytes "x" } }
      return tostring(tencent:prepare({ kind = kind, service = service, params = { crop = true }, pictures = pictures }).body)
    end
    assert.matches('"Crop":true', body("first"))
    assert.not_matches('"Crop"', body("second", true)) -- the default of the service is not sent
    assert.matches('"Crop":true', body("first"))
  end)

  it("cannot be changed by a transport that changes its request", function()
    local seen = {}
    local wire = scripted.new { function(request)
      seen[#seen + 1] = text_of(request)
      for _, header in ipairs(request.headers) do header[1], header[2] = "X-Spoilt", "1" end
      for index = #request.headers, 1, -1 do request.headers[index] = nil end
      for name in pairs(request) do request[name] = nil end
      if #seen % 2 == 1 then return nil, errors.new("connect", "ConnectFailed", "no", { sent = false, retryable = true }) end
      return scripted.ok()
    end }
    local made = idocr.new(scripted.options(wire, { clock = function() return 1700000000 end, retry = { base = 0.001 } }))
    for _ = 1, 3 do assert(made:passport { image = PNG, portrait = true }) end
    assert.equal(6, #seen)
    for index = 2, 6 do assert.equal(seen[1], seen[index]) end
  end)

  it("signs correctly where a finalizer makes another call during the signature", function()
    local seconds, nested, over, padding = 1700000000, 0, false, ("x"):rep(8000)
    local client = idocr.new {
      credentials = scripted.KEYS, rate = false, transport = function() end,
      clock = function()
        seconds = seconds + 1
        return seconds
      end,
    }
    local function arm()
      local function finalizer()
        if over then return end
        nested = nested + 1
        pcall(client.prepare, client, "passport", { image = OTHER })
        arm()
      end
      if newproxy then -- LuaJIT: tables have no __gc
        getmetatable(newproxy(true)).__gc = finalizer
      else
        setmetatable({}, { __gc = finalizer })
      end
    end
    local pause, step = collectgarbage("setpause", 100), collectgarbage("setstepmul", 400)
    finally(function()
      over = true
      collectgarbage("setpause", pause)
      collectgarbage("setstepmul", step)
    end)
    for _ = 1, 20 do arm() end
    for index = 1, 2000 do
      local picture = idocr.bytes(scripted.PNG .. padding:sub(1, index * 37 % 8000) .. index)
      local request = assert(client:prepare("passport", { image = picture }))
      assert.is_true((scripted.verify(request, scripted.KEYS.secret_key)))
    end
    assert.is_true(nested > 0)
  end)
end)

describe("credentials that are kept", function()
  local function requests(source, count)
    local wire = scripted.new { scripted.ok() }
    local made = idocr.new(scripted.options(wire, { credentials = source }))
    for _ = 1, count do assert(made:passport(PNG)) end
    return wire.requests
  end

  it("are those that the source has now, even where it changes its table in place", function()
    local keys, count = { secret_id = "AKID1", secret_key = "key1" }, 0
    local sent = requests({ get = function()
      count = count + 1
      if count == 2 then keys.secret_key = "key2" end
      if count == 3 then keys.token = "token3" end
      if count == 4 then keys.secret_id, keys.token = "AKID4", nil end
      return keys
    end }, 4)
    for index, key in ipairs { "key1", "key2", "key2", "key2" } do
      local valid, scope = scripted.verify(sent[index], key)
      assert.is_true(valid, "request " .. index)
      assert.equal(index == 4 and "AKID4" or "AKID1", scope.id)
      local token = scripted.header(sent[index], "X-TC-Token")
      assert.equal(index == 3 and "token3" or nil, token)
    end
  end)

  it("are reused where a source returns a new table each time", function()
    local signer, made = core.signer, 0
    core.signer = function(...)
      made = made + 1
      return signer(...)
    end
    finally(function() core.signer = signer end)
    requests(function() return { secret_id = "AKID1", secret_key = "key1" } end, 5)
    assert.equal(1, made)
  end)

  it("are an error of the call where a source returns no table", function()
    for _, value in ipairs { "text", 7, true, function() end } do
      local made = idocr.new(scripted.options(scripted.new { scripted.ok() }, { credentials = { get = function() return value end } }))
      for _ = 1, 2 do
        local _, err = made:passport(PNG)
        assert.same({ "credentials", "CredentialsFailed", false }, { err.category, err.code, err.billed })
      end
    end
  end)
end)
