-- Tests with a real server that a request that may be billed is sent once, and that no other provider is called after it.
local errors = require "idocr.errors"
local idocr = require "idocr"
local ports = require "spec.support.ports"
local scripted = require "spec.support.scripted"
local transports = require "idocr.transports"
local web = require "spec.support.web"

local PNG = idocr.bytes(scripted.PNG)
local KEYS = { tencent = { secret_id = "AKIDspec", secret_key = "secretOfTheSpec" }, ekycpro = { api_key = "keyOfTheSpec" } }

describe("a call over libcurl", function()
  local server
  setup(function() server = web.start() end)
  teardown(function() server.stop() end)

  -- Returns the outcome of a call whose first provider is at `path`, and the number of requests that each of two providers got.
  local function read(path, more)
    local told = {}
    local options = {
      provider = { "tencent", "ekycpro" }, credentials = KEYS, rate = false, transport = "curl", proxy = false,
      endpoint = { tencent = server.http .. path, ekycpro = server.http .. "/second-provider" },
      retry = { attempts = 3, base = 0.001, cap = 0.002 },
      on_event = function(name) if name == "request" then told[#told + 1] = name end end,
    }
    for name, value in pairs(more or {}) do options[name] = value end
    local first, second = server.seen(path), server.seen "/second-provider/v1/my_ocr/general"
    local client = idocr.new(options)
    local card, err = client:malaysia_id(PNG)
    client:close()
    assert.is_nil(card)
    return err, server.seen(path) - first, server.seen "/second-provider/v1/my_ocr/general" - second, #told
  end

  for _, path in ipairs {
    "/empty", "/reset", "/garbage", "/truncated", "/chunk_cut", "/bad_gzip", "/redirect", "/gzip", "/echo",
  } do
    it("is sent once where " .. path .. " may have billed it", function()
      local err, first, second, requests = read(path)
      assert.same({ 1, 0, 1 }, { first, second, requests }, tostring(err))
      assert.same({ 1, true }, { err.attempts, err.sent })
      assert.is_nil(err.billed)
    end)

    it("is sent to the next provider after " .. path .. " where after_send allows it", function()
      local _, first, second = read(path, { retry = { attempts = 1, after_send = true } })
      assert.same({ 1, 1 }, { first, second })
    end)
  end

  it("is sent once where the response is late", function()
    local err, _, second, requests = read("/hang", { timeout = { total = 0.6 } })
    assert.same({ "timeout", 1, true, 0, 1 }, { err.category, err.attempts, err.sent, second, requests })
    assert.is_nil(err.billed)
  end)

  it("is sent to the next provider where nothing was sent", function()
    local port = ports.free_port() -- nothing listens there
    local err, _, second = read("/echo", {
      endpoint = { tencent = "http://127.0.0.1:" .. port, ekycpro = server.http .. "/second-provider" },
    })
    assert.equal(1, second)
    assert.equal(4, err.attempts) -- three connections were refused, one request arrived
  end)
end)

-- Makes clients use a mock transport like a built-in one, which gets options with each request.
local function use_as_transport(wire)
  local new = transports.new
  finally(function() transports.new = new end)
  wire.options = {}
  function transports.new()
    return { name = "scripted", runtime = wire.runtime, send = function(_, request, deadline, options)
      wire.options[#wire.options + 1] = options
      return wire:send(request, deadline)
    end }
  end
end

local function answers(list, more)
  local told = {}
  local wire = scripted.new(list)
  use_as_transport(wire)
  local options = scripted.options(wire, {
    retry = { attempts = 3, base = 0.01, cap = 0.02 },
    on_event = function(name, fields) told[#told + 1] = name .. (fields.attempt and " " .. fields.attempt or "") end,
  })
  for name, value in pairs(more or {}) do options[name] = value end
  return idocr.new(options), wire, told
end

local function failing(fields) return function() return nil, errors.new("network", "ConnectionClosed", "closed", fields) end end

describe("a connection that was dead before the request", function()
  local function dead(sent) return failing { sent = sent, dead_connection = true } end

  it("is replaced once, at once, by a new one, and the request is counted and emitted", function()
    local client, wire, told = answers { dead(true), scripted.ok() }
    assert(client:passport(PNG))
    assert.equal(2, #wire.requests)
    assert.is_nil(wire.options[1].fresh)
    assert.is_true(wire.options[2].fresh)
    assert.same({}, wire.slept)
    assert.same({ "request 1", "failure 1", "retry 1", "request 2", "response 2", "done" }, told)
  end)

  it("is replaced in one attempt of a call that has three", function()
    local client, wire = answers { dead(true), dead(true), scripted.ok() }
    local card, err = client:passport(PNG)
    assert.is_nil(card)
    assert.same({ "ConnectionClosed", 2, true, false }, { err.code, err.attempts, err.sent, err.billed })
    assert.equal(2, #wire.requests)
  end)

  it("ends the call where one attempt is allowed", function()
    local client, wire = answers({ dead(true), scripted.ok() }, { retry = { attempts = 1 } })
    local card, err = client:passport(PNG)
    assert.is_nil(card)
    assert.same({ 1, 1 }, { #wire.requests, err.attempts })
    assert.is_nil(err.dead_connection)
    assert.is_nil(err.retry)
  end)

  it("asks for one new connection only", function()
    local client, wire = answers { dead "part", failing { sent = "part" }, scripted.ok() }
    assert(client:passport(PNG))
    assert.is_true(wire.options[2].fresh)
    assert.is_nil(wire.options[3].fresh)
    assert.equal(1, #wire.slept)
  end)
end)

describe("a request that was sent in part", function()
  it("is repeated as often as allowed, and costs nothing", function()
    local client, wire = answers { failing { sent = "part" } }
    local card, err = client:passport(PNG)
    assert.is_nil(card)
    assert.same({ 3, 3, "part", false }, { #wire.requests, err.attempts, err.sent, err.billed })
  end)

  it("reports the most that any attempt sent", function()
    local client = answers { failing { sent = "part" }, failing { sent = false } }
    local _, err = client:passport(PNG)
    assert.same({ "part", false }, { err.sent, err.billed })
  end)
end)

describe("a gateway's error in JSON", function()
  it("is sent once by both providers", function()
    for _, status in ipairs { 500, 502, 503, 504 } do
      for _, body in ipairs { '{"message":"Endpoint request timed out"}', '{"code":504}', "{}", "[1]" } do
        for _, provider in ipairs { "tencent", "ekycpro" } do
          local answer = { status = status, headers = {}, body = body }
          local client, wire = answers({ answer }, { provider = provider, credentials = KEYS[provider] })
          local card, err = client:malaysia_id(PNG)
          assert.is_nil(card)
          assert.same({ "http", 1, 1, true }, { err.category, #wire.requests, err.attempts, err.sent })
          assert.is_nil(err.billed)
        end
      end
    end
  end)
end)
