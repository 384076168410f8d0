--- Tests one rate limit over many processes of both Luas and the workers of an nginx, counted at the Redis server (grants)
--- and at the service (arrivals).

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local redis = require "spec.support.redis"

-- Starts processes of both Luas, so that one run is enough.
local here = process.lua ~= "luajit" or not process.read "build/5.4/idocr/redis.so"
local test = redis.available() and redis.in_nginx() and here and it or pending

local SERVICE = [[
  lua_shared_dict seen 4m;
  server {
    listen 127.0.0.1:$service;
    location / { content_by_lua_block {
      ngx.shared.seen:rpush("arrivals", ngx.req.start_time())
      ngx.req.read_body()
      ngx.print('{"Response":{"ID":"A1","RequestId":"r"}}')
    } }
    location = /arrivals { content_by_lua_block {
      repeat
        local at = ngx.shared.seen:lpop "arrivals"
        if at then ngx.print(("%.3f\n"):format(at)) end
      until not at
    } }
  }
]]

local GATEWAY = [[
  init_worker_by_lua_block {
    local idocr = require "idocr"
    client = idocr.new {
      endpoint = "http://127.0.0.1:$service", credentials = { secret_id = "AKIDfleet", secret_key = "k" }, rate = $rate,
      shared = "$shared", proxy = false, timeout = { total = 60 }, retry = false,
    }
    picture = idocr.bytes(require("idocr.core").base64_decode(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="))
  }
  server { listen 127.0.0.1:$gateway reuseport; location / { content_by_lua_block {
    local card, err = client:passport(picture)
    ngx.print(card and "ok" or err.category .. " " .. err.code, "\n")
  } } }
]]

local RATE = 20
local WINDOW = 1.02 -- seconds

-- Returns the largest number of times in a stretch of `seconds`.
local function most_within(times, seconds)
  local most, first = 0, 1
  for last = 1, #times do
    while times[last] - times[first] >= seconds do first = first + 1 end
    most = math.max(most, last - first + 1)
  end
  return most
end

local function numbers(text)
  local list = {}
  for number in text:gmatch("[^\n]+") do list[#list + 1] = tonumber(number) end
  table.sort(list)
  return list
end

local function count(text, line)
  local found = 0
  for each in text:gmatch("[^\n]+") do found = found + (each == line and 1 or 0) end
  return found
end

describe("one account's rate over Redis", function()
  local server, service, folder, endpoint
  local luas = {}

  setup(function()
    if test == pending then return end
    folder = process.tempdir()
    server = redis.start { password = "p@ss/w%1" }
    service = nginx.start { http = SERVICE, ports = { "service" }, workers = 2 }
    endpoint = "http://127.0.0.1:" .. service.port.service
    for _, lua in ipairs { "lua5.4", "luajit" } do
      local modules = (os.getenv "BUILD" or "build") .. "/" .. (lua == "luajit" and lua or "5.4")
      if process.read(modules .. "/idocr/redis.so") then
        luas[#luas + 1] = ("LUA_PATH='lua/?.lua;lua/?/init.lua;;' LUA_CPATH='%s/?.so;;' exec %s"):format(modules, lua)
      end
    end
  end)
  teardown(function()
    if service then service.stop() end
    if server then server.stop() end
  end)

  -- Starts processes of both Luas that make calls; returns a function that gives the process and its output.
  local function start(processes, rate, calls, concurrency, total)
    local running = {}
    for index = 1, processes do
      local out = ("%s/%d-%d"):format(folder, index, math.random(1e9))
      running[index] = process.spawn(("%s spec/support/fleet_worker.lua %s %s %g %d %d %g"):format(luas[index % #luas + 1], endpoint,
        process.quote(server.url), rate, calls, concurrency, total), { stdout = out, stderr = out })
      running[index].output = function() return process.read(out) or "" end
    end
    return running
  end

  -- Records the grants of the server until the returned function is called; that returns their times in order.
  local function record_grants()
    local out = folder .. "/monitor" .. math.random(1e9)
    local monitor = process.spawn(("REDISCLI_AUTH=%s exec redis-cli -p %d monitor"):format(process.quote "p@ss/w%1", server.port),
      { stdout = out })
    process.wait_for(function() return (process.read(out) or ""):find("^OK") end, 10)
    return function()
      monitor.stop()
      local times = {}
      for at in (process.read(out) or ""):gmatch('"RPUSH" "idocr:{rate:[^"]*" "(%d+)"') do times[#times + 1] = tonumber(at) / 1e6 end
      table.sort(times)
      return times
    end
  end

  local function arrivals() return numbers(process.run("curl -s " .. endpoint .. "/arrivals")) end

  -- Grants never exceed the rate. Arrivals exceed it by one at most, unless this machine delayed requests by more than the limit's
  -- margin after their grants: then by what such a delay can add.
  local function assert_rate(grants, seen, rate)
    assert.is_true(#grants >= #seen)
    assert.is_true(most_within(grants, WINDOW) <= rate, most_within(grants, WINDOW))
    local late, matched = 0, #grants == #seen
    for index = 1, matched and #seen or 0 do late = math.max(late, seen[index] - grants[index]) end
    if not matched then late = 1 end
    local allowed = rate + 1 + math.ceil(rate * math.max(0, late - 0.02))
    assert.is_true(most_within(seen, 1) <= allowed, ("%d in a second, %.3f s late"):format(most_within(seen, 1), late))
  end

  test("is kept by eight processes and four workers together, and used", function()
    arrivals()
    local gateway = nginx.start {
      http = GATEWAY, ports = { "gateway" }, workers = 4, vars = { service = service.port.service, rate = RATE, shared = server.url },
    }
    finally(gateway.stop)
    local stop = record_grants()
    local running = start(8, RATE, 8, 4, 60)
    local answers = process.run(("seq 32 | xargs -P 16 -n 1 sh -c 'curl -s 127.0.0.1:%d/'"):format(gateway.port.gateway))
    assert.equal(32, count(answers, "ok"))
    for _, each in ipairs(running) do
      each.wait(60)
      assert.equal(8, count(each.output(), "ok"), each.output())
    end
    local grants, seen = stop(), arrivals()
    assert.same({ 96, 96 }, { #grants, #seen })
    assert_rate(grants, seen, RATE)
  end)

  test("is kept when the scripts are flushed and the server is restarted; calls fail as `store` meanwhile", function()
    server.call "flushall"
    arrivals()
    local running = start(4, RATE, 20, 4, 60)
    process.wait_for(function() return count(running[1].output(), "ok") >= 1 end, 20)
    server.call "script flush"
    process.wait_for(function() return count(running[1].output(), "ok") >= 5 end, 20)
    server.restart()
    local done, away = 0, 0
    for _, each in ipairs(running) do
      each.wait(60)
      local text = each.output()
      done, away = done + count(text, "ok"), away + count(text, "store StoreUnavailable")
    end
    assert.equal(80, done + away)
    local seen = arrivals()
    assert.equal(done, #seen)
    -- Grants cannot be recorded over a restart; the starts that are kept in its file make a second burst impossible.
    assert.is_true(most_within(seen, 1) < RATE * 1.5, most_within(seen, 1))
  end)

  test("is free again soon after callers that waited were killed", function()
    server.call "flushall"
    local running = start(4, 2, 50, 50, 300) -- 200 calls: 100 s
    process.wait_for(function()
      local queue = server.call "--scan --pattern '*:queue'"
      return queue ~= "" and server.call("zcard " .. process.quote(queue)) == "198"
    end, 30)
    for _, each in ipairs(running) do process.run("kill -KILL " .. each.pid) end
    process.wait_for(function()
      local one = start(1, 2, 1, 1, 5)[1] -- is refused where it would wait for more than 5 s
      one.wait(20)
      return count(one.output(), "ok") == 1
    end, 60)
  end)

  test("serves callers in the order in which they asked", function()
    server.call "flushall"
    local redis_client, redis_url = require "idocr.stores.redis_client", require "idocr.stores.redis_url"
    local runtime = require("idocr.runtime").new()
    local limits = require("idocr.stores.redis_limits").new(redis_client.new(redis_url.parse(server.url), runtime), "order:")
    local limit = { key = "k", permits = 5, seconds = 0.3 }
    local waiting, order = {}, {}
    for index = 1, 20 do waiting[index] = { number = index } end
    local waited = 0
    repeat
      for _, ticket in ipairs(waiting) do ticket.wait = limits:ask(limit, ticket, 0, 60, 60) end
      local left = {}
      for _, ticket in ipairs(waiting) do
        if ticket.wait == 0 then order[#order + 1] = ticket.number else left[#left + 1] = ticket end
      end
      if waited == 0 then assert.same({ 5, 15 }, { #order, #left }) end
      waiting, waited = left, waited + 1
      if waiting[1] then runtime.sleep(waiting[1].wait) end
    until not waiting[1]
    for index = 1, 20 do assert.equal(index, order[index]) end
    assert.is_nil((limits:ask(limit, {}, 0, 0, 5))) -- no patience, and all starts of the window are taken
    local one, two = {}, {}
    for _, ticket in ipairs { one, two } do assert.is_true(limits:ask(limit, ticket, 0, 60, 60) > 0) end
    assert.equal("2", (server.call "zcard 'order:{k}:queue'"))
    assert.is_true(limits:leave(limit, { one, two }))
    assert.equal("0", (server.call "zcard 'order:{k}:queue'"))
  end)

  test("is kept where a client with a lower rate counts the same calls", function()
    local redis_client, redis_url = require "idocr.stores.redis_client", require "idocr.stores.redis_url"
    local client = redis_client.new(redis_url.parse(server.url), require("idocr.runtime").new())
    local limits = require("idocr.stores.redis_limits").new(client, "mixed:")
    local high, low = { key = "k", permits = 5, seconds = 60 }, { key = "k", permits = 1, seconds = 60 }
    for _ = 1, 4 do assert.equal(0, limits:ask(high, {}, 0, 0, 5)) end
    assert.is_nil((limits:ask(low, {}, 0, 0, 5)))
    assert.equal(0, limits:ask(high, {}, 0, 0, 5))
    assert.is_nil((limits:ask(high, {}, 0, 0, 5)))
    assert.is_true(client:call("PTTL", "mixed:{k}") > 60000)
  end)
end)
