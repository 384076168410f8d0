--- Tests pools of tasks over the curl transport.

local core = require "idocr.core"
local process = require "spec.support.process"
local transports = require "idocr.transports"
local web = require "spec.support.web"

describe("concurrent calls over libcurl", function()
  local server, transport, runtime

  setup(function() server = web.start() end)
  teardown(function() server.stop() end)
  before_each(function()
    transport = transports.new("curl", { ca_file = server.certs.ca, proxy = false })
    runtime = transport.runtime
  end)
  after_each(function() transport:close() end)

  local function call(url, text, deadline)
    return transport:send({ method = "POST", url = url, headers = {}, body = core.body { text or "picture" } }, deadline or 10)
  end

  for _, scheme in ipairs { "http", "https", "h2" } do
    it("has 200 in flight over " .. scheme, function()
      local pool = runtime.pool(200)
      for index = 1, 200 do
        assert.is_false(pool:full())
        pool:submit(function()
          local first = assert(call(server[scheme] .. "/together?n=200&key=" .. scheme, nil, 60))
          local second = assert(call(server[scheme] .. "/echo", "picture " .. index))
          return first.body, second.headers["x-sha256"]
        end, index)
      end
      assert.is_true(pool:full())
      local seen = 0
      for index, ok, first, digest in pool.next, pool do
        assert.is_true(ok, first)
        assert.same({ "done", core.sha256("picture " .. index) }, { first, digest })
        seen = seen + 1
      end
      assert.equal(200, seen)
      assert.is_false(pool:full())
    end)
  end

  it("returns results in the order of completion", function()
    local pool, order = runtime.pool(3), {}
    for _, seconds in ipairs { 1, 0.05, 0.5 } do
      pool:submit(function() return assert(call(server.http .. "/slow?s=" .. seconds)).status end, seconds)
    end
    for seconds in pool.next, pool do order[#order + 1] = seconds end
    assert.same({ 0.05, 0.5, 1 }, order)
  end)

  it("gives each call its deadline and its error", function()
    local pool = runtime.pool(4)
    pool:submit(function() return call(server.http .. "/hang", nil, 0.2) end, "hang")
    pool:submit(function() return call(server.http .. "/empty") end, "empty")
    pool:submit(function() error("mistake", 0) end, "raises")
    pool:submit(function() return call(server.http .. "/echo") end, "fine")
    local ended = {}
    for tag, ok, response, err in pool.next, pool do
      ended[tag] = not ok and response or err and err.code or response.status
    end
    assert.same({ hang = "DeadlineExceeded", empty = "ConnectionClosed", raises = "mistake", fine = 200 }, ended)
  end)

  it("starts further tasks over existing connections", function()
    local pool, numbers, submitted = runtime.pool(4), {}, 0
    local function fill()
      while submitted < 40 and not pool:full() do
        submitted = submitted + 1
        pool:submit(function() return assert(call(server.https .. "/echo")).headers["x-connection"] end)
      end
    end
    fill()
    for _, ok, number in pool.next, pool do
      assert.is_true(ok, number)
      numbers[number] = true
      fill()
    end
    local connections = 0
    for _ in pairs(numbers) do connections = connections + 1 end
    assert.is_true(connections <= 4, connections .. " connections")
  end)

  it("sleeps in one task while others run", function()
    local pool, begun = runtime.pool(50), 0
    for index = 1, 50 do
      pool:submit(function()
        begun = begun + 1
        runtime.sleep(0.2)
        assert.equal(50, begun) -- all tasks sleep before the first one wakes up
        return assert(call(server.http .. "/echo")).status
      end, index)
    end
    local count = 0
    for _, ok, status in pool.next, pool do
      assert.same({ true, 200 }, { ok, status })
      count = count + 1
    end
    assert.equal(50, count)
  end)

  it("cancels running tasks", function()
    local pool, seen = runtime.pool(20), {}
    for index = 1, 20 do
      pool:submit(function()
        local _, err = call(server.http .. "/hang")
        local _, again = call(server.http .. "/echo")
        seen[#seen + 1] = err.category .. " " .. err.code .. " " .. again.category .. " " .. tostring(again.sent)
      end, index)
    end
    pool:submit(function() runtime.sleep(60) seen[#seen + 1] = "woken" end)
    pool:submit(function() while true do runtime.sleep(60) end end)
    transport.handle:wait(0.05)
    pool:cancel()
    table.sort(seen)
    assert.equal(21, #seen)
    assert.equal("closed Cancelled closed false", seen[1])
    assert.equal("woken", seen[21])
    assert.equal(0, transport.handle:active())
    assert.is_nil((pool:next()))
    assert.equal(200, assert(call(server.http .. "/echo")).status)
  end)

  it("cancels the tasks of a collected pool", function()
    do
      local pool = runtime.pool(5)
      for _ = 1, 5 do pool:submit(function() return call(server.http .. "/hang") end) end
    end
    assert.equal(5, transport.handle:active())
    process.wait_for(function()
      collectgarbage()
      return transport.handle:active() == 0
    end, 5)
    assert.equal(200, assert(call(server.http .. "/echo")).status)
  end)

  it("close cancels running calls", function()
    local pool, ended = runtime.pool(3), {}
    for index = 1, 3 do pool:submit(function() return call(server.http .. "/hang") end, index) end
    transport:close()
    for _, _, response, err in pool.next, pool do ended[#ended + 1] = response == nil and err.category end
    assert.same({ "closed", "closed", "closed" }, ended)
  end)

  it("a blocking call works between two calls of next", function()
    local pool = runtime.pool(2)
    pool:submit(function() return assert(call(server.http .. "/slow?s=0.1")).body end, "task")
    assert.equal(200, assert(call(server.http .. "/slow?s=0.2")).status)
    local tag, ok, body = pool:next()
    assert.same({ "task", true, "done" }, { tag, ok, body })
  end)

  it("a call in an inner coroutine of a task blocks", function()
    local pool = runtime.pool(2)
    pool:submit(function()
      local inner = coroutine.wrap(function() return assert(call(server.http .. "/echo")).status end)
      return inner()
    end, "outer")
    local _, ok, status = pool:next()
    assert.same({ true, 200 }, { ok, status })
  end)

  it("blocks in a task of another transport's pool", function()
    local other = transports.new("curl", { proxy = false })
    for _, pool in ipairs { other.runtime.pool(2), require("idocr.runtime").new().pool(2) } do
      for index = 1, 2 do pool:submit(function() return assert(call(server.http .. "/slow?s=0.05")).body end, index) end
      for _, ok, body in pool.next, pool do assert.same({ true, "done" }, { ok, body }) end
    end
    other:close()
  end)

  it("needs kilobytes per task, not the size of the picture", function()
    local script = process.tempdir() .. "/many.lua"
    process.write(script, [[
      local core = require "idocr.core"
      local transport = require("idocr.transports").new("curl", { proxy = false })
      local image = assert(core.image_file(arg[2]))
      local count = tonumber(arg[3])
      local pool = transport.runtime.pool(count)
      for _ = 1, count do
        pool:submit(function()
          local body = core.body { { image = image, encoding = "base64" } }
          return assert(transport:send({ method = "POST", url = arg[1], headers = {}, body = body }, 20)).status
        end)
      end
      for _, ok, status in pool.next, pool do assert(ok and status == 200, status) end
      io.write(io.open("/proc/self/status"):read("*a"):match("VmHWM:%s*(%d+)"))
    ]])
    local path = process.tempdir() .. "/picture"
    process.run("head -c 2000000 /dev/urandom > " .. path)
    local function peak(count)
      return tonumber(process.run(("%s %s '%s/slow?s=0.1' %s %d"):format(process.lua, script, server.http, path, count)))
    end
    local few, many = peak(2), peak(34)
    assert.is_true((many - few) / 32 < 150, ("%.0f KB per call in flight"):format((many - few) / 32))
  end)
end)
