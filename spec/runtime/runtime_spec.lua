--- Tests the blocking runtime: tasks, pools, sleeping and locks.

local core = require "idocr.core"
local runtimes = require "idocr.runtime"

describe("the blocking runtime", function()
  local runtime
  before_each(function() runtime = runtimes.new() end)

  it("sleeps for the given time, in a task and outside", function()
    local started = core.monotonic()
    runtime.sleep(0.05)
    assert.is_true(core.monotonic() - started >= 0.05)
    local pool, asleep = runtime.pool(40), 0
    started = core.monotonic()
    for index = 1, 40 do
      pool:submit(function()
        asleep = asleep + 1
        runtime.sleep(0.1)
        return asleep
      end, index)
    end
    for _, _, seen in pool.next, pool do assert.equal(40, seen) end -- all slept at the same time
    assert.is_true(core.monotonic() - started >= 0.1)
  end)

  it("grants a lock in the order of the requests", function()
    local mutex, pool, order = runtime.mutex(), runtime.pool(5), {}
    for index = 1, 5 do
      pool:submit(function()
        assert(mutex:acquire(5))
        order[#order + 1] = index
        runtime.sleep(0.01)
        mutex:release()
      end)
    end
    for _, ok, why in pool.next, pool do assert.is_true(ok, why) end
    assert.same({ 1, 2, 3, 4, 5 }, order)
  end)

  it("ends the wait for a lock at its timeout, and the task continues", function()
    local mutex, pool = runtime.mutex(), runtime.pool(2)
    pool:submit(function()
      assert(mutex:acquire(1))
      runtime.sleep(0.2)
      mutex:release()
      return "held"
    end)
    pool:submit(function() return mutex:acquire(0.05) end)
    assert.is_false(select(3, pool:next()))
    assert.equal("held", select(3, pool:next()))
    assert.is_true(mutex:acquire(0))
    assert.is_false(mutex:acquire(0.01))
    mutex:release()
  end)

  it("runs the tasks while the main program waits for their lock", function()
    local mutex, pool = runtime.mutex(), runtime.pool(1)
    pool:submit(function()
      assert(mutex:acquire(1))
      runtime.sleep(0.05)
      mutex:release()
    end, "task")
    assert.is_true(mutex:acquire(2))
    mutex:release()
    assert.equal("task", (pool:next()))
  end)

  it("releases the lock of a dropped task", function()
    local mutex, pool = runtime.mutex(), runtime.pool(1)
    pool:submit(function()
      assert(mutex:acquire(1))
      error("died with the lock")
    end)
    pool:next()
    assert.is_true(mutex:acquire(0))
  end)

  it("returns all results, including nils, and errors of any type", function()
    local pool, thing = runtime.pool(2), {}
    pool:submit(function() return nil, 2, nil end, "results")
    pool:submit(function() error(thing) end, "error")
    assert.equal(5, select("#", pool:next()))
    local tag, ok, why = pool:next()
    assert.same({ "error", false }, { tag, ok })
    assert.equal(thing, why)
    assert.is_nil((pool:next()))
  end)

  it("continues a task that yields by itself", function()
    local pool = runtime.pool(1)
    pool:submit(function() coroutine.yield("mine") return "fine" end, 1)
    assert.equal("fine", select(3, pool:next()))
  end)

  it("returns to another event loop when its tasks have computed for some milliseconds", function()
    local loop, ended = runtime.loop(), 0
    local function compute()
      for _ = 1, 5 do
        local until_time = core.monotonic() + 0.003
        repeat until core.monotonic() >= until_time
        runtime.pause()
      end
    end
    for _ = 1, 2 do loop:start(compute, function() ended = ended + 1 end) end
    local steps = 0
    while loop.in_flight > 0 do
      assert.equal(0, select(2, loop:fds()))
      loop:step(0)
      steps = steps + 1
    end
    assert.equal(2, ended)
    assert.is_true(steps >= 8, steps) -- one computation in each, but those before the first pause
  end)

  it("does not yield for short computations", function()
    local loop, order = runtime.loop(), {}
    for index = 1, 2 do
      loop:start(function()
        runtime.pause() -- the first one always yields: nothing runs before the first step
        for _ = 1, 3 do
          order[#order + 1] = index
          runtime.pause()
        end
      end, function() end)
    end
    assert.same({}, order)
    while loop.in_flight > 0 do loop:step(0) end
    assert.equal(6, #order)
  end)

  it("cancels one task of several", function()
    local loop, ends = runtime.loop(), {}
    local sleeper = loop:start(function()
      runtime.sleep(30)
      return runtime.cancelled()
    end, function(_, cancelled) ends.sleeper = cancelled end)
    loop:start(function() runtime.sleep(0.001) return "slept" end, function(_, result) ends.other = result end)
    assert.is_true(loop:cancel_task(sleeper))
    assert.is_true(loop:cancel_task(sleeper))
    assert.is_true(ends.sleeper)
    while loop.in_flight > 0 do loop:step(1) end
    assert.same({ sleeper = true, other = "slept" }, ends)
  end)
end)
