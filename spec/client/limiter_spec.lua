--- Tests the limiter of one process: the times at which calls start, with a clock that only sleeps advance.

local idocr = require "idocr"
local limiter = require "idocr.client.limiter"
local memory = require "idocr.stores.memory"
local scripted = require "spec.support.scripted"
local window = require "idocr.stores.window"

local unpack = table.unpack or unpack

local PNG = idocr.bytes(scripted.PNG)

local function most_in_a_second(times)
  local most = 0
  for index, from in ipairs(times) do
    local count = 0
    for other = index, #times do
      if times[other] < from + 1 then count = count + 1 end
    end
    most = math.max(most, count)
  end
  return most
end

-- Keys of another account, whose calls were not counted yet.
local accounts = 0
local function new_keys()
  accounts = accounts + 1
  return { secret_id = "AKIDlimiter" .. accounts, secret_key = "k" }
end

describe("the limiter", function()

  it("keeps the published rate in every stretch of a second, without waiting for the first ones", function()
    local wire = scripted.new { scripted.ok() }
    local made = idocr.new { transport = wire, credentials = new_keys(), timeout = { total = 60 } }
    for _ = 1, 23 do assert(made:passport(PNG)) end
    assert.equal(1000, wire.times[5])
    assert.equal(5, most_in_a_second(wire.times))
    assert.is_true(wire.times[23] - 1000 < 4.2) -- 4 windows
  end)

  it("is shared by all clients of one account, for one action", function()
    local runtime = scripted.runtime()
    local wire = scripted.new({ scripted.ok() }, runtime)
    local options = { transport = wire, credentials = new_keys(), timeout = { total = 60 } }
    local first, second = idocr.new(options), idocr.new(options)
    options.credentials = { secret_id = "AKIDother", secret_key = "k" }
    local other = idocr.new(options)
    for _ = 1, 5 do
      assert(first:passport(PNG))
      assert(second:passport(PNG))
    end
    assert.equal(5, most_in_a_second(wire.times))
    local before = runtime.now()
    assert(other:passport(PNG))
    assert(first:malaysia_id(PNG))
    assert(first:macao_id(PNG)) -- no rate is published
    assert.equal(before, runtime.now())
  end)

  it("refuses at once what would wait past the deadline, or at all where told", function()
    local wire = scripted.new { scripted.ok() }
    local made = idocr.new { transport = wire, credentials = new_keys(), timeout = { total = 0.5 } }
    for _ = 1, 5 do assert(made:passport(PNG)) end
    local card, err = made:passport(PNG)
    assert.is_nil(card)
    assert.same({ "throttled", "RateLimited", false, false, true, 0 },
      { err.category, err.code, err.billed, err.sent, err.retryable, err.attempts })
    assert.equal(5, #wire.requests)
    made = idocr.new { transport = wire, credentials = new_keys(), rate = { wait = false, MLIDPassportOCR = 1 } }
    assert(made:passport(PNG))
    assert.equal("RateLimited", select(2, made:passport(PNG)).code)
    wire.runtime.sleep(1.1)
    assert(made:passport(PNG))
  end)

  it("takes rates of the user's, or is off", function()
    for _, case in ipairs {
      { false, 0 }, { { MLIDPassportOCR = false }, 0 }, { 100, 0 }, { { MLIDPassportOCR = 1 }, 3 }, { 0.5, 6 },
    } do
        local wire = scripted.new { scripted.ok() }
      local made = idocr.new { transport = wire, credentials = new_keys(), timeout = { total = 60 }, rate = case[1] }
      for _ = 1, 4 do assert(made:passport(PNG)) end
      local waited = wire.runtime.now() - 1000
      assert.is_true(waited >= case[2] and waited <= case[2] * 1.1, tostring(waited))
    end
  end)

  it("counts actions called by name too, and each attempt", function()
    local wire = scripted.new { scripted.error "RequestLimitExceeded", scripted.ok() }
    local made = idocr.new { transport = wire, credentials = new_keys(), rate = { MLIDPassportOCR = 1 }, retry = { cap = 0.01 } }
    assert(made:call("MLIDPassportOCR", {}))
    assert.is_true(wire.times[2] - wire.times[1] >= 1)
  end)

  it("is first come, first served: reservations never overtake", function()
    local starts, last = {}, 0
    local permits, seconds = window.of(3)
    for index = 1, 100 do
      local start = window.reserve(starts, permits, seconds, index * 0.1, math.huge)
      assert.is_true(start >= last)
      assert.is_true(start >= index * 0.1)
      last = start
    end
    assert.is_true(#starts <= permits)
    assert.is_nil(window.reserve(starts, permits, seconds, 10, 10))
    assert.same({ 2, 2 / 2.5 * 1.02 }, { window.of(2.5) })
    assert.same({ 1, 2.04 }, { window.of(0.5) })
    assert.equal(100, (window.of(1e6)))
  end)

  it("gives a moment that was given up to the next caller", function()
    local runtime = scripted.runtime()
    local made = limiter.new({ wait = true, all = 2, actions = {} }, runtime, memory.new())
    local lost
    function runtime.sleep(_, give_up) lost = give_up end -- the sleeping caller has disconnected
    local function wait(left) return (made:wait("p", "id", "A", nil, left or 60)) end
    assert.same({ 0, 0 }, { wait(), wait() })
    local third = wait()
    lost()
    assert.near(1.02, third, 1e-6)
    local fourth = wait()
    assert.equal(third, fourth)
    assert.near(third, wait(), 1e-6) -- the second of this window
    assert.near(2.04, wait(), 1e-6)
    lost()
    assert.is_nil((wait(1.5)))
    runtime.time = runtime.time + 5
    lost() -- too late to be of use
    assert.equal(0, wait())
    local free = { 3, 5, 8 }
    window.give_back(free, { 9, 4 })
    assert.same({ 3, 4, 5, 8, 9 }, free)
    assert.is_nil(window.take(free, 3.5, 3.9))
    assert.equal(5, window.take(free, 4.5, 6))
    assert.same({ 8, 9 }, free)
  end)

  it("lets those who wait move up when earlier moments are given back", function()
    local free = { 1, 3, 5 }
    assert.equal(3, window.move_up(free, 7, 2))
    assert.same({ 5, 7 }, free)
    assert.is_nil(window.move_up(free, 4, 2))
    assert.is_nil(window.move_up({}, 4, 2))
  end)

  it("starts a caller soon after a thousand that were before it are gone", function()
    local runtime, lost = scripted.runtime(), {}
    local background = {}
    function runtime.background(fn, ...)
      local arguments = { ... }
      background[#background + 1] = function() fn(unpack(arguments)) end
      return true
    end
    local made = limiter.new({ wait = true, all = 5, actions = {} }, runtime, memory.new())
    local function wait() return made:wait("p", "id", "A", nil, 300) end
    local sleep = runtime.sleep
    -- A thousand that vanish in their first sleep: nothing after it runs.
    function runtime.sleep(_, give_up)
      lost[#lost + 1] = give_up
      error "gone"
    end
    for _ = 1, 1000 do pcall(wait) end
    assert.equal(995, #lost) -- five began at once
    -- The honest one arrives while all the moments are still taken; they are given back while it waits.
    local naps = 0
    function runtime.sleep(seconds)
      naps = naps + 1
      sleep(seconds)
      if naps > 1 then return end
      for _, give_up in ipairs(lost) do give_up() end
      assert.equal(1, #background) -- one change of the store for all
      background[1]()
    end
    assert.is_true(wait() < 1.1)
    assert.is_true(wait() < 1.1)
  end)

  it("asks for what vanished callers hold before it refuses", function()
    local runtime, lost = scripted.runtime(), {}
    local made = limiter.new({ wait = true, all = 5, actions = {} }, runtime, memory.new())
    function runtime.sleep(_, give_up)
      lost[#lost + 1] = give_up
      error "gone"
    end
    for _ = 1, 30 do pcall(made.wait, made, "p", "id", "A", nil, 5) end
    local before = #lost
    assert.equal(20, before) -- four windows of five; the others were refused
    local _, err = made:wait("p", "id", "A", nil, 5)
    assert.equal("RateLimited", err.code)
    function runtime.reclaim() for i = 1, before do lost[i]() end end
    function runtime.sleep() end
    assert.is_true(made:wait("p", "id", "A", nil, 5) < 1.1)
  end)

  it("forgets limits that no caller asks for", function()
    local store = memory.new()
    for index = 1, 2000 do store:change("key" .. index, -1, function(starts) starts[1] = index end) end
    local count = 0
    for _ in pairs(store.lists) do count = count + 1 end
    assert.is_true(count < 600)
  end)
end)
