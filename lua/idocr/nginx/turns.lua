--- Who may compute in which turn of the worker's event loop. Two hundred uploads that hash and encode together must not
--- keep a ping waiting: in each turn all of them together get a fixed time, the others wait in line for the next one.
---
--- `ngx.sleep(0)` would not do: outside OpenResty's own nginx a timer that is set while timers run is run at once, so that
--- the loop never turns (measured: a ping waited 0.9 s), and `ngx.sleep(0.001)` leaves the processor idle half the time.
--- So the line is served by a timer without delay that posts semaphores: who is let go runs after all timers, and a timer
--- that is set from there waits until the loop has turned.

local core = require "idocr.core"
local semaphore = require "ngx.semaphore"

local turns = {}

local BUDGET = 0.001 -- seconds of one turn for all who compute; longer: more throughput, longer waits for everybody else
local LEAVE = 16 -- waiters let go in a turn; who finds the time used up goes back into the line
local LONGEST = 1 -- seconds; nobody waits longer for a turn, whatever happened to the timer

local first, last, line = 1, 0, {} -- semaphores of those who wait
local free = {} -- semaphores for those who will
local armed = false -- whether the timer is set
local turn, from = -1, 0 -- the turn that is being used, and since when

local function serve()
  armed = false
  from = core.monotonic()
  local count = 0
  while first <= last and count < LEAVE do
    local waiter = line[first]
    line[first] = nil
    first = first + 1
    if waiter:count() < 0 then -- else its client went away
      waiter:post(1)
      count = count + 1
    end
  end
end

local function arm()
  if not armed then armed = ngx.timer.at(0, serve) ~= nil end
  return armed
end

-- nginx drops a timer that is due while lua_max_running_timers run. Nobody is told: the line was not served.
local dropped = -LONGEST -- when that was found

-- Waits for a place in a turn; false: there is no line to wait in.
local function wait(now)
  if now - dropped < LONGEST or not arm() then
    ngx.sleep(0.001)
    return false
  end
  local waiter = table.remove(free) or semaphore.new(0)
  last = last + 1
  line[last] = waiter
  local served = waiter:wait(LONGEST)
  if served then
    free[#free + 1] = waiter
  else
    armed, dropped = false, core.monotonic()
  end
  if first <= last then arm() end
  return served
end

--- Makes the function that asks for the right to compute for one slice: it returns at once while this turn has time left.
---@param may_wait fun(): boolean whether the phase lets a thread wait
---@return fun()
function turns.new(may_wait)
  return function()
    while true do
      local now = core.monotonic()
      if not armed and first > last then
        local id = ngx.now() -- nginx reads the clock once per turn
        if id ~= turn then turn, from = id, now end
      end
      if now - from < BUDGET or not may_wait() or not wait(now) then return end
    end
  end
end

return turns
