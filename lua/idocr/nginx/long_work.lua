--- Runs long computations in an nginx worker: in slices, in the turns of the worker, and only some of them at a time. Each runs in
--- a timer, so that a client that disconnects cannot end it in the middle; it is stopped at its next slice, because no thread waits
--- for its result.

local core = require "idocr.core"

local long_work = {}

local SLICE = 300 -- microseconds of work between two turns
local TIMER_LOST = 1 -- seconds; nginx drops a timer above lua_max_running_timers, so one that is this late was dropped

local function pack(...) return { n = select("#", ...), ... } end

local active = {} -- entry -> true: runs, or its timer is set
local first, last, queue = 1, 0, {} -- entries that wait for their start

---@class idocr.nginx.LongWork
---@field done ngx.semaphore   posted when the results are there
---@field set number?          when the timer was set
---@field started boolean?
---@field abandoned boolean?   the timer was lost
---@field results table?

-- Returns whether the thread that wants the results still waits for them.
local function is_wanted(entry) return entry.done:count() < 0 end

-- Returns the number of computations that run.
local function count()
  local number, now = 0, core.monotonic()
  for entry in pairs(active) do
    if not entry.started and now - entry.set > 2 * TIMER_LOST then active[entry] = nil else number = number + 1 end
  end
  return number
end

local start_next

-- Starts a computation in a timer. Returns nil where nginx sets no timer.
local function start(entry, pause)
  entry.set = core.monotonic()
  local set = ngx.timer.at(0, function()
    if entry.abandoned then return end
    entry.started = true
    if is_wanted(entry) then
      entry.results = pack(pcall(entry.work, function()
        pause()
        return is_wanted(entry)
      end, SLICE))
    end
    active[entry] = nil
    entry.done:post(1)
    start_next(pause)
  end)
  if set then active[entry] = true end
  return set
end

-- Starts the entries of the queue, as far as their limits allow.
function start_next(pause)
  while first <= last do
    local entry = queue[first]
    if is_wanted(entry) and count() >= entry.limit then return end
    queue[first] = nil
    first = first + 1
    if is_wanted(entry) and not start(entry, pause) then
      entry.set = nil
      return
    end
  end
end

-- Runs the work in the thread of the caller.
local function run_here(work, pause)
  return work(function()
    pause()
    return true
  end, SLICE)
end

-- Waits for the results; false: the timer cannot be used.
local function wait(entry, pause)
  while not entry.results do
    if not entry.done:wait(TIMER_LOST) then
      local late = entry.set and core.monotonic() - entry.set > TIMER_LOST
      if late and not entry.started then
        entry.abandoned, active[entry] = true, nil
        start_next(pause)
        return false
      end
      if not entry.set then start_next(pause) end -- a lost timer did not start it
    end
  end
  return true
end

--- Returns the function `long_work` of the runtime: see runtime/long_work.lua.
---@param may_wait fun(): boolean whether threads can wait in this phase
---@param pause fun() gives the turn to others
---@return fun(limit: integer, work: function): ...
function long_work.new(may_wait, pause)
  return function(limit, work)
    if not may_wait() then return work(function() return true end, 0) end
    local entry = { limit = limit, work = work, done = assert(require("ngx.semaphore").new(0)) }
    if first <= last or count() >= limit then
      last = last + 1
      queue[last] = entry
    elseif not start(entry, pause) then
      return run_here(work, pause)
    end
    if not wait(entry, pause) then return run_here(work, pause) end
    if not entry.results[1] then error(entry.results[2], 0) end
    return unpack(entry.results, 2, entry.results.n)
  end
end

return long_work
