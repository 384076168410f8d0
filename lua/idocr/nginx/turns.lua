--- Limits CPU time per event-loop iteration in an nginx worker. In each iteration all calls together get a fixed time for hashing
--- and encoding; the others wait in a queue, so that two hundred uploads do not delay other requests.
---
--- `ngx.sleep(0)` does not work: without OpenResty's patches nginx runs a timer that is set while timers run at once, so that the
--- iteration never ends (measured: a request waited 0.9 s). `ngx.sleep(0.001)` leaves the processor idle half the time. So a
--- timer without delay posts semaphores: a woken thread runs after all timers, and a timer that it sets waits for the next
--- iteration.

local core = require "idocr.core"
local semaphore = require "ngx.semaphore"

local turns = {}

local BUDGET = 0.001 -- CPU seconds per iteration for all calls; more: higher throughput, longer delays of other requests
local MAX_WOKEN = 16 -- waiters woken per iteration; they wait again where the time is used up
local LONGEST = 1 -- seconds; longest wait, for the case that the timer is lost

local first, last, queue = 1, 0, {} -- semaphores of waiting threads
local free = {} -- unused semaphores
local armed = false -- whether the timer is set
local iteration, begun = -1, 0 -- the current one, and when its first slice began

-- The timer of an iteration: wakes the first threads of the queue.
local function serve()
  armed = false
  begun = core.monotonic()
  local count = 0
  while first <= last and count < MAX_WOKEN do
    local waiter = queue[first]
    queue[first] = nil
    first = first + 1
    if waiter:count() < 0 then -- else its thread has ended
      waiter:post(1)
      count = count + 1
    end
  end
end

local function arm()
  if not armed then armed = ngx.timer.at(0, serve) ~= nil end
  return armed
end

-- When a dropped timer was detected: nginx silently drops a timer that is due while lua_max_running_timers run.
local dropped = -LONGEST

-- Waits in the queue; false: the timer cannot be used, and the wait was a short sleep.
local function wait(now)
  if now - dropped < LONGEST or not arm() then
    ngx.sleep(0.001)
    return false
  end
  local waiter = table.remove(free) or semaphore.new(0)
  last = last + 1
  queue[last] = waiter
  local served = waiter:wait(LONGEST)
  if served then
    free[#free + 1] = waiter
  else
    armed, dropped = false, core.monotonic()
  end
  if first <= last then arm() end
  return served
end

--- Returns the function `pause`, which is called before each slice of CPU work. It returns at once while this iteration has time
--- left, and otherwise waits for a later one.
---@param may_wait fun(): boolean whether threads can wait in this phase
---@return fun()
function turns.new(may_wait)
  return function()
    while true do
      local now = core.monotonic()
      if not armed and first > last then
        local id = ngx.now() -- nginx updates this time once per iteration
        if id ~= iteration then iteration, begun = id, now end
      end
      if now - begun < BUDGET or not may_wait() or not wait(now) then return end
    end
  end
end

return turns
