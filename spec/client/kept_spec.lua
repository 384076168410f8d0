-- What a client keeps between calls (frames of bodies, checked credentials, signers) must not change any request or card.

local core = require "idocr.core"
local errors = require "idocr.errors"
local idocr = require "idocr"
local runtime = require "idocr.runtime"
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

--- { options, kind, params } of calls that differ from each other in one thing or another.
local function calls()
  local list = {}
  local function add(options, kind, params) list[#list + 1] = { options, kind, params } end
  local keys = { secret_id = "AKIDspec", secret_key = "anotherSecret" }
  local temporary = { secret_id = "AKIDspec", secret_key = "secretOfTheSpec", token = "t" }
  for _, options in ipairs {
    {}, { site = "cn" }, { region = "ap-singapore" }, { region = "ap-hongkong" }, { language = "en-US" }, { language = "zh-CN" },
    { endpoint = "https://gateway.example/ocr" }, { endpoint = "https://gateway.example:8443/" }, { signed_host = "other.example" },
    { credentials = keys }, { credentials = temporary }, { clock = function() return 1551113065 end }, { unsigned_payload = true },
    { provider = "ekycpro", credentials = { api_key = "key" } }, { provider = "ekycpro", credentials = { api_key = "key", token = "t" } },
  } do
    for _, picture in ipairs { PNG, OTHER } do
      if options.provider ~= "ekycpro" then
        add(options, "passport", { image = picture })
        add(options, "passport", { image = picture, portrait = true })
        add(options, "passport", { image = picture, portrait = false })
      end
      add(options, "malaysia_id", { image = picture })
      add(options, "malaysia_id", { image = picture, portrait = true })
    end
  end
  for _, params in ipairs {
    {}, { portrait = true }, { warn = true }, { warn = { "photocopy" } }, { warn = { "photocopy", "recaptured" } }, { crop = true },
    { crop = false }, { crop = true, portrait = true }, { side = "back" }, { side = "front" },
    { image = idocr.url "https://pictures.example/a" }, { image = idocr.url "https://pictures.example/b" },
  } do
    params.image = params.image or PNG
    add({ site = "cn" }, "china_id", params)
  end
  add({}, "passport", { image = idocr.url "https://pictures.example/a" })
  return list
end

local clients = setmetatable({}, { __mode = "k" })

local function request_of(call)
  local options, kind, params = call[1], call[2], call[3]
  clients[options] = clients[options] or idocr.new(scripted.options(scripted.new {}, options))
  local request, err = clients[options]:prepare(kind, params)
  return request and text_of(request) or err.code
end

describe("what a client keeps between calls", function()
  it("changes no request, in any order of calls", function()
    local list, forwards, distinct, count = calls(), {}, {}, 0
    for round = 1, 3 do
      for step = 1, #list do
        local index = round == 2 and #list + 1 - step or step
        local text = request_of(list[index])
        if round == 1 then forwards[index] = text end
        assert.equal(forwards[index], text)
      end
    end
    for _, text in pairs(forwards) do
      if not distinct[text] then count = count + 1 end
      distinct[text] = true
    end
    assert.is_true(count > 70, count .. " different requests of " .. #list)
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
    assert.not_matches('"Crop"', body("second", true)) -- what the service does anyway is not asked for
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

  it("cannot be changed through a card", function()
    local made = idocr.new(scripted.options(scripted.new { scripted.ok { ID = "A1" } }))
    local first = assert(made:passport(PNG))
    for name, value in pairs(first.raw) do
      if type(value) == "table" then value[1] = "spoilt" else first.raw[name] = "spoilt" end
    end
    first.warnings[1], first.number = { code = 1 }, "spoilt"
    local second = assert(made:passport(PNG))
    assert.same({ "A1", "A1", 0 }, { second.number, second.raw.ID, #second.warnings })
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

  it("is not mixed up between calls in flight", function()
    local wire = { runtime = runtime.new(), bodies = {} }
    function wire.send(_, request)
      wire.runtime.sleep(0.001)
      local body = tostring(request.body)
      local valid = scripted.verify(request, scripted.KEYS.secret_key)
      wire.bodies[body] = (wire.bodies[body] or 0) + 1
      return scripted.ok { ID = ("%s %s"):format(tostring(valid), core.sha256(body):sub(1, 16)) }
    end
    local made = idocr.new(scripted.options(wire, { retry = false }))
    local inputs = {}
    for index = 1, 60 do
      inputs[index] = { image = idocr.bytes(scripted.PNG .. ("x"):rep(index % 7)), portrait = index % 2 == 0 or nil }
    end
    local count = 0
    for input, card, err in made:each("passport", inputs, { concurrency = 16 }) do
      assert.is_nil(err)
      local alone = tostring(made:prepare("passport", input).body)
      assert.equal("true " .. core.sha256(alone):sub(1, 16), card.number)
      count = count + 1
    end
    assert.equal(60, count)
    local different = 0
    for _ in pairs(wire.bodies) do different = different + 1 end
    assert.equal(14, different)
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
