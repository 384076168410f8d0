local core = require "idocr.core"
local runtimes = require "idocr.runtime"

describe("the blocking runtime", function()
  local runtime
  before_each(function() runtime = runtimes.new() end)

  it("sleeps for as long as it says, in a task and outside", function()
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

  it("hands a lock on in the order in which it was asked for", function()
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

  it("gives up waiting for a lock, and only the waiting", function()
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

  it("lets the tasks go on when the main program waits for their lock", function()
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

  it("takes a lock from a task that is no more", function()
    local mutex, pool = runtime.mutex(), runtime.pool(1)
    pool:submit(function()
      assert(mutex:acquire(1))
      error("died with the lock")
    end)
    pool:next()
    assert.is_true(mutex:acquire(0))
  end)

  it("carries all results, nils too, and errors of any kind", function()
    local pool, thing = runtime.pool(2), {}
    pool:submit(function() return nil, 2, nil end, "results")
    pool:submit(function() error(thing) end, "error")
    assert.equal(5, select("#", pool:next()))
    local tag, ok, why = pool:next()
    assert.same({ "error", false }, { tag, ok })
    assert.equal(thing, why)
    assert.is_nil((pool:next()))
  end)

  it("survives a task that yields on its own", function()
    local pool = runtime.pool(1)
    pool:submit(function() coroutine.yield("mine") return "fine" end, 1)
    assert.equal("fine", select(3, pool:next()))
  end)
end)
