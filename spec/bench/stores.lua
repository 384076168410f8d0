--- Measures the cost of a rate limit and of a cached call by the store: stores.lua REDIS_URL ROUND. Prints lines
--- "what, where, wall time in us, round trips to Redis", separated by tabs.

local core = require "idocr.core"
local idocr = require "idocr"
local limiter = require "idocr.client.limiter"
local process = require "spec.support.process"
local redis_connections = require "idocr.runtime.redis"
local runtime = require("idocr.runtime").new()
local stores = require "idocr.stores"

local url, round = arg[1], arg[2]

local trips = 0
local open = redis_connections.open
function redis_connections.open(...)
  local connection, message, code = open(...)
  if connection then
    local run = connection.run
    function connection.run(...)
      trips = trips + 1
      return run(...)
    end
  end
  return connection, message, code
end

local function measure(what, where, count, fn)
  fn(0) -- connects, and loads the scripts
  trips = 0
  local began = core.monotonic()
  for index = 1, count do fn(index) end
  local seconds = core.monotonic() - began
  print(("%s\t%s\t%.2f\t%.2f"):format(what, where, seconds / count * 1e6, trips / count))
end

local _, shared = stores.check(url)

local function limit_of(where, store)
  local made = limiter.new({ wait = true, all = 1e6, actions = {} }, runtime, store)
  measure("limit", where, 2000, function(index) assert(made:wait("bench", "id" .. round .. index % 100, "Action", nil, 60)) end)
end

limit_of("memory", stores.memory())
limit_of("redis", stores.open(shared, runtime))

local picture = idocr.bytes(process.read "lua/idocr/sandbox/specimens/passport.jpg")
local function client(options)
  options.credentials = { secret_id = "AKIDbench" .. round, secret_key = "k" }
  options.rate = false
  function options.transport()
    return { status = 200, headers = {}, body = '{"Response":{"ID":"A1","Sex":"F","RequestId":"r"}}' }
  end
  return idocr.new(options)
end
local KEY = ("k"):rep(32)
for _, case in ipairs { { "no cache", {} }, { "memory", { cache = {} } }, { "redis", { cache = { key = KEY }, shared = url } } } do
  local made = client(case[2])
  measure("call", case[1], 500, function() assert(made:passport(picture)) end)
end
