--- Tests the gateway under load in nginx: concurrency, latency of other requests, rate limits over workers, disconnecting
--- clients, reload, memory. IDOCR_LOAD=full makes it 200 uploads of 5 MB and 100,000 requests.

local cjson = require "cjson"
local conf = require "spec.support.load_gateway"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

-- Runs once: the Lua that drives it does not matter in nginx.
if not rawget(_G, "jit") and select(2, process.capture "command -v luajit") == 0 then
  pending "the load is driven by luajit"
  return
end

local FULL = os.getenv "IDOCR_LOAD" == "full"

-- A JPEG of about `size` bytes: the specimen with incompressible comments in front, which services ignore.
local function padded(specimen, size)
  local parts, n = { specimen:sub(1, 2) }, #specimen
  local random = assert(io.open("/dev/urandom", "rb"))
  while n + 65002 < size do
    parts[#parts + 1] = "\255\254" .. string.char(253, 232) .. random:read(64998)
    n = n + 65002
  end
  random:close()
  parts[#parts + 1] = specimen:sub(3)
  return table.concat(parts)
end

describe("the gateway under load", function()
  local gateway, upstream, driver, pinger
  local dir, tiny, small, large

  setup(function()
    dir = process.tempdir()
    local specimen = process.read("lua/idocr/sandbox/specimens/passport.jpg")
    tiny = process.write(dir .. "/tiny.jpg", "x")
    small = process.write(dir .. "/small.jpg", specimen)
    large = process.write(dir .. "/large.jpg", padded(specimen, 5 * 1024 * 1024))
    upstream = nginx.start { ports = { "upstream" }, http = conf.UPSTREAM }
    gateway = nginx.start {
      ports = { "gateway" }, http = conf.GATEWAY, vars = { upstream = upstream.port.upstream, large = large },
    }
    driver = nginx.start { ports = { "driver" }, http = conf.DRIVER }
    pinger = nginx.start { ports = { "driver" }, http = conf.DRIVER, workers = 2 }
  end)

  teardown(function()
    for _, server in ipairs { gateway, upstream, driver, pinger } do server.stop() end
  end)

  local function get(port, path) return process.run(("curl -sS --max-time 60 'http://127.0.0.1:%d%s'"):format(port, path)) end

  local function upstream_wait(seconds) get(upstream.port.upstream, "/wait?seconds=" .. seconds) end

  local function starts() return cjson.decode(get(upstream.port.upstream, "/starts")) end

  local function memory(path) return cjson.decode(get(gateway.port.gateway, path or "/memory?collect=1")) end

  local function command(what, server)
    what.port = what.port or (server or gateway).port.gateway
    what.path = what.path or "/read"
    local file = process.write(process.tempdir() .. "/order", cjson.encode(what))
    return ("curl -sS --max-time 600 --data-binary @%s http://127.0.0.1:%d/drive"):format(file, driver.port.driver)
  end

  local function drive(what, server)
    local text = process.run(command(what, server))
    local ok, result = pcall(cjson.decode, text)
    assert(ok, text .. driver.errors() .. gateway.errors())
    return result
  end

  local function all_well(result, count)
    assert.same({ ["200"] = count }, result.statuses, cjson.encode(result.errors) .. gateway.errors():sub(1, 2000))
    assert.same({}, result.errors)
  end

  local function with_watch(what)
    local ping, lag = dir .. "/ping", dir .. "/lag"
    local a = process.spawn(("exec curl -sS 'http://127.0.0.1:%d/ping?port=%d'"):format(pinger.port.driver, gateway.port.gateway),
      { stdout = ping })
    local b = process.spawn(("exec curl -sS 'http://127.0.0.1:%d/lag'"):format(gateway.port.gateway), { stdout = lag })
    process.wait_for(function() return tonumber(get(pinger.port.driver, "/pings")) >= 5 end, 5)
    local result = drive(what)
    get(pinger.port.driver, "/stop")
    get(gateway.port.gateway, "/lag_stop")
    a.wait(10)
    b.wait(10)
    return result, cjson.decode(process.read(ping)), cjson.decode(process.read(lag))
  end

  local function told(name, result, ping, lag)
    print(("%s: %d in %.2f s (first half within %.3f s); ping p50 %.2f p99 %.2f max %.2f ms of %d; turn of the loop p99 %.2f max %.2f of "
      .. "%.0f ms"):format(name, result.latency.count, result.seconds, result.latency.p50, ping.p50 * 1e3, ping.p99 * 1e3, ping.max * 1e3,
        ping.count, lag.p99 * 1e3, lag.max * 1e3, lag.total * 1e3))
  end

  -- Without turns one turn of the loop takes nearly all of the processor time that the calls need together.
  local function shared_turns(lag, share) assert.is_true(lag.max < lag.total * share, cjson.encode(lag)) end

  it("needs hardly more memory for 200 uploads than for one", function()
    upstream_wait(0.3)
    local alone = drive { file = small, count = 1, concurrency = 1 }
    all_well(alone, 1)
    local result, ping, lag = with_watch { file = small, count = 200, concurrency = 200 }
    all_well(result, 200)
    told("200 pictures of 90 KB, upstream 300 ms", result, ping, lag)
    assert.is_true(result.seconds < 20 * alone.seconds, result.seconds)
    shared_turns(lag, 1 / 6)
  end)

  -- Asserts the processor time of one turn of the loop, because the latency of a ping also depends on other programs.
  it("serves other requests while large pictures are hashed and sent", function()
    upstream_wait(0.3)
    local count = FULL and 200 or 40
    local result, ping, lag = with_watch { file = tiny, path = "/large", count = count, concurrency = 200 }
    all_well(result, count)
    told(count .. " pictures of 5 MB from files", result, ping, lag)
    shared_turns(lag, 1 / 6)
    assert.is_true(ping.p50 < result.seconds / 4, cjson.encode(ping)) -- without turns nearly all of it
  end)

  it("limits CPU work per event-loop iteration, for one call or many", function()
    for _, many in ipairs { 1, 20 } do
      local result, ping, lag = with_watch { file = tiny, path = "/burn", count = many, concurrency = many }
      all_well(result, many)
      told(many .. " that burn 60 ms each", result, ping, lag)
      shared_turns(lag, 1 / 3)
    end
    -- Clients that disconnect while they wait do not delay the others.
    local before = drive { file = tiny, path = "/burn", count = 10, concurrency = 10 }
    drive { file = tiny, path = "/burn", count = 200, concurrency = 200, abort_after = 0.5 } -- twenty times the work
    local after = drive { file = tiny, path = "/burn", count = 10, concurrency = 10 }
    all_well(after, 10)
    assert.is_true(after.seconds < 8 * before.seconds, after.seconds .. " against " .. before.seconds)
  end)

  it("serves other requests while large pictures are uploaded", function()
    upstream_wait(0.3)
    local count = FULL and 200 or 40
    local result, ping, lag = with_watch { file = large, count = count, concurrency = 200 }
    all_well(result, count)
    told(count .. " uploads of 5 MB", result, ping, lag)
    shared_turns(lag, 1 / 6)
  end)

  it("does not leak memory or descriptors", function()
    upstream_wait(0)
    all_well(drive { file = small, count = 1000, concurrency = 16 }, 1000)
    all_well(drive { file = large, count = 16, concurrency = 8 }, 16)
    local before = memory()
    local count = FULL and 100000 or 3000
    local result = drive { file = small, count = count, concurrency = 16 }
    all_well(result, count)
    all_well(drive { file = large, count = 24, concurrency = 8 }, 24)
    local after = memory()
    print(("%d requests at %.0f a second: resident %d -> %d KB, Lua %d -> %d KB, files %d -> %d"):format(count,
      count / result.seconds, before.rss, after.rss, before.lua, after.lua, before.files, after.files))
    assert.equal(before.pid, after.pid)
    assert.is_true(after.rss < before.rss + 4096, "resident")
    assert.is_true(after.lua < before.lua + 300, "Lua")
    assert.is_true(after.files <= before.files + 4, "files")
  end)

  it("releases resources when a client disconnects", function()
    upstream_wait(0.3)
    local function leave()
      for _, file in ipairs { small, large } do
        drive { file = file, count = 60, concurrency = 30, abort_after = 0.1 }
      end
      -- nginx detects the disconnection and closes their upstream connections
      process.wait_for(function() return memory("/memory").requests <= 2 end, 60)
      return memory()
    end
    local before = leave() -- the pool's idle connections are there now
    local after
    for _ = 1, 2 do after = leave() end
    assert.is_true(after.files <= before.files + 30, before.files .. " -> " .. after.files) -- 240 disconnected
    process.wait_for(function() -- files of spooled uploads
      memory()
      return not process.capture(("ls -l /proc/%d/fd 2>/dev/null"):format(after.pid)):find("/%d+ %(deleted%)")
    end, 60)
    -- all places are free again
    all_well(drive { file = small, count = 50, concurrency = 50 }, 50)
  end)

  it("returns the limiter slots of disconnected clients", function()
    upstream_wait(0)
    starts()
    local left = 150 -- half a minute of the five calls a second
    local out = dir .. "/leaving"
    local leaving = process.spawn(command { file = small, path = "/limited", count = left, concurrency = left, abort_after = 1.5 },
      { stdout = out })
    process.wait_for(function() return memory("/memory").requests > left / 2 end, 60)
    local result = drive { file = small, path = "/limited", count = 5, concurrency = 5 } -- after all of them
    leaving.wait(30)
    all_well(result, 5)
    assert.is_true(result.seconds < 15, result.seconds)
    process.wait_for(function() return memory("/memory").requests <= 1 end, 30)
    assert.is_true(starts().count < left / 2) -- disconnected clients cause no billed calls
  end)

  it("logs only what nginx logs about uploads", function()
    for line in gateway.errors():gmatch("[^\n]+") do
      assert.is_truthy(line:find("is buffered to a temporary file", 1, true), line)
    end
  end)

  describe("with several workers", function()
    local many

    setup(function()
      many = nginx.start {
        ports = { "gateway" }, http = conf.GATEWAY, workers = 4, log_level = "error",
        vars = { upstream = upstream.port.upstream, large = large },
      }
    end)

    teardown(function() many.stop() end)

    it("enforces the rate limit over all workers", function()
      upstream_wait(0)
      starts()
      local result = drive({ file = small, path = "/limited", count = 16, concurrency = 16, fresh = true }, many)
      all_well(result, 16)
      local at = starts().starts
      assert.equal(16, #at)
      table.sort(at)
      -- Five a second: the sixth a second after the first. A busy machine brings some of them closer together here.
      local apart = {}
      for i = 6, #at do apart[#apart + 1] = at[i] - at[i - 5] end
      table.sort(apart)
      assert.is_true(apart[math.ceil(#apart / 2)] > 0.7, table.concat(apart, " "))
      assert.is_true(result.seconds > 2.9, result.seconds)
    end)

    it("refuses excess calls at once where configured", function()
      process.wait_for(function() -- the window of the test before is over
        return drive({ file = small, path = "/refused", count = 1, concurrency = 1 }, many).statuses["200"]
      end, 10)
      os.execute "sleep 1.2"
      starts()
      local result = drive({ file = small, path = "/refused", count = 20, concurrency = 20, fresh = true }, many)
      local done, refused = result.statuses["200"], result.statuses["429"]
      assert.is_true(done >= 5 and done <= 5 * math.ceil(result.seconds), result.seconds .. " s: " .. done .. " done")
      assert.same({ 20, refused }, { done + refused, result.bodies.RateLimited })
      assert.equal(done, starts().count)
    end)

    it("loses no request during a reload", function()
      upstream_wait(0.05)
      starts()
      local out = dir .. "/reload"
      local count = FULL and 20000 or 1500
      local load = process.spawn(command({ file = small, count = count, concurrency = 32, fresh = true }, many), { stdout = out })
      local old = process.run(("cat /proc/%d/task/%d/children"):format(many.pid, many.pid))
      for _ = 1, 3 do
        os.execute "sleep 0.3"
        many.reload()
      end
      load.wait(120)
      local result = cjson.decode(process.read(out))
      all_well(result, count)
      assert.equal(count, starts().count)
      assert.are_not.equal(old, process.run(("cat /proc/%d/task/%d/children"):format(many.pid, many.pid)))
    end)
  end)
end)
