--- Tests the store on a Redis server: the behaviour of every store, and a server that is away.

local cases = require "spec.support.store_cases"
local core = require "idocr.core"
local idocr = require "idocr"
local redis = require "spec.support.redis"
local runtime = require "idocr.runtime"
local scripted = require "spec.support.scripted"
local stores = require "idocr.stores"

local test = redis.available() and it or pending

local function open(shared)
  local ok, checked = stores.check(shared)
  assert(ok, checked)
  return stores.open(checked, runtime.new())
end

describe("the store on a Redis server", function()
  local server
  setup(function() server = redis.available() and redis.start() end)
  teardown(function() if server then server.stop() end end)

  for _, case in ipairs(cases) do
    test(case.name, function()
      server.call "flushall"
      case.run(open(server.url), core.sleep)
    end)
  end

  test("is shared by all that name it", function()
    local one, two = open(server.url .. "/2"), open { url = server.url .. "/2" }
    assert.is_true(one:add("k", "one", 60))
    assert.is_false(two:add("k", "two", 60))
    assert.is_nil((open(server.url .. "/3"):get "k"))
    assert.equal("redis", one.name)
  end)

  test("returns an error of category store from every operation when the server is away", function()
    local store = open "redis://127.0.0.1:1"
    for _, operation in ipairs { { "get", "k" }, { "set", "k", "t", 1 }, { "add", "k", "t", 1 }, { "delete", "k" },
      { "delete_if", "k", "t" }, { "replace_if", "k", "t", "u", 1 } } do
      local value, err = store[operation[1]](store, operation[2], operation[3], operation[4], operation[5])
      assert.is_nil(value)
      assert.same({ "store", "StoreUnavailable", false, false, true }, { err.category, err.code, err.sent, err.billed, err.retryable })
    end
  end)

  test("keeps one rate limit over all clients, and forgets it afterwards", function()
    local keys = { secret_id = "AKIDredis", secret_key = "k" }
    local function client(more)
      local wire = { send = function() return scripted.ok() end }
      local options = { transport = wire, credentials = keys, rate = { MLIDPassportOCR = 0.5, wait = false }, shared = server.url }
      for name, value in pairs(more or {}) do options[name] = value end
      return idocr.new(options)
    end
    local picture = idocr.bytes(scripted.PNG)
    assert(client():passport(picture))
    local _, err = client():passport(picture)
    assert.same({ "throttled", "RateLimited" }, { err.category, err.code })
    assert(client { rate = 1000 }:malaysia_id(picture)) -- another action
    local names = server.call "--scan"
    assert.matches("idocr:{rate:tencent:", names, 1, true)
    assert.is_nil(names:find("AKIDredis", 1, true))
    for name in names:gmatch("[^\n]+") do assert.not_equal("-1", (server.call("pttl '" .. name .. "'"))) end
  end)

  test("stops a call when it is away, or lets it go on where the user says so", function()
    local events = {}
    local function client(shared)
      return idocr.new {
        transport = { send = function() return scripted.ok() end }, credentials = { secret_id = "AKIDaway", secret_key = "k" },
        rate = { MLIDPassportOCR = 0.5, wait = false }, shared = shared,
        on_event = function(name, fields) if name == "store" then events[#events + 1] = fields end end,
      }
    end
    local picture = idocr.bytes(scripted.PNG)
    local _, err = client "redis://:SECRET@127.0.0.1:1":passport(picture)
    assert.same({ "store", "StoreUnavailable", false, false, 0 }, { err.category, err.code, err.sent, err.billed, err.attempts })
    assert.is_nil(tostring(err):find("SECRET", 1, true))
    local going_on = client { url = "redis://:SECRET@127.0.0.1:1", without = true }
    assert(going_on:passport(picture))
    assert.equal("RateLimited", select(2, going_on:passport(picture)).code) -- this process still counts
    assert.same({ store = "redis", use = "limit", code = "StoreUnavailable", without = false }, events[1])
    assert.same({ store = "redis", use = "limit", code = "StoreUnavailable", without = true }, events[2])
  end)

  test("does not hold a call beyond its deadline when it hangs", function()
    local hanging = redis.start { append = false }
    finally(function()
      hanging.resume()
      hanging.stop()
    end)
    hanging.pause()
    local key = ("k"):rep(32)
    for _, options in ipairs {
      { shared = hanging.url }, { shared = hanging.url, cache = { key = key } },
      { shared = { url = hanging.url, without = true }, cache = { key = key } },
    } do
      local wire = { send = function() return scripted.ok() end }
      options.transport, options.credentials = wire, { secret_id = "AKIDhang", secret_key = "k" }
      options.timeout = { total = 0.5 }
      local _, err = idocr.new(options):passport(idocr.bytes(scripted.PNG))
      assert.is_truthy(err.category == "store" or err.category == "timeout", tostring(err))
    end
    local deadlines = {}
    local store = stores.open(select(2, stores.check(hanging.url)), runtime.new(), 0.25)
    local run = store.client.redis.open
    store.client.redis.open = function(address, seconds)
      deadlines[#deadlines + 1] = seconds
      return run(address, seconds)
    end
    assert.is_nil((store:get "k"))
    store.client.redis.open = run
    assert.is_true(deadlines[1] <= 0.25)
  end)

  it("is refused when the option is wrong, without showing a password", function()
    for _, case in ipairs {
      { "redis://:SECRET@h:x", "host or port" }, { "http://h", "must start with redis://" }, { "redis://h/0/scans", "only a queue" },
      { { url = "redis://h", witout = true }, 'did you mean "without"' }, { { url = "redis://h", without = 1 }, "true or false" },
      { { url = "redis://h", timeout = 0 }, "number of seconds" }, { { url = 5 }, "must start with" }, { "", "URL of a Redis server" },
      { "name", "exists only in nginx" },
    } do
      local ran, message = pcall(idocr.new, { shared = case[1] })
      assert.is_false(ran)
      assert.matches("option shared", message, 1, true)
      assert.matches(case[2], message, 1, true)
      assert.is_nil(message:find("SECRET", 1, true))
    end
  end)
end)
