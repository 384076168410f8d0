--- The runtime of the cosocket transport: clock, sleeping, locks and concurrency in nginx.

local client = require "idocr.nginx.client"
local core = require "idocr.core"

local ngx = ngx
local runtime = { name = "nginx", now = core.monotonic, wall = core.wall }

--- Bytes to hash or encode between two calls of `pause`: some 70 us with SHA instructions, 250 us without.
runtime.slice = 128 * 1024

--- The reason why this runtime has no `loop`.
runtime.no_loop = "nginx is the event loop here, and calls do not block it: call client:read, several at once with client:each or "
  .. "ngx.thread.spawn"

local YIELDS = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, ssl_cert = true,
  ssl_session_fetch = true, ssl_client_hello = true,
}

--- Returns whether threads can wait in this phase; in other phases nothing here waits, and requests are refused.
local function may_wait() return YIELDS[ngx.get_phase()] == true end

runtime.may_wait = may_wait

runtime.pause = require("idocr.nginx.turns").new(may_wait)

runtime.long_work = require("idocr.nginx.long_work").new(may_wait, runtime.pause)

-- Coroutine of a pool's task -> its slot. Both are weak: a slot holds its coroutine, and LuaJIT never collects a weak key that
-- its own value holds. The running coroutine holds the slot.
local tasks = setmetatable({}, { __mode = "kv" })

--- Returns whether the current task was cancelled, or its client has disconnected: nothing new may be started for it.
---@return boolean
function runtime.cancelled()
  local slot = tasks[coroutine.running()]
  return slot ~= nil and slot.cancelled == true or client.left()
end

--- Sets the function that wakes the current task on cancellation; nil: the task may be killed. A task that waits for a light
--- thread must not be killed, because nginx would let that thread run on.
---@param wake fun()?
function runtime.on_cancel(wake)
  local slot = tasks[coroutine.running()]
  if slot then slot.wake = wake end
end

local SWEEP_INTERVAL = 0.1 -- seconds between two searches for sleepers whose thread has ended
local RECLAIM_INTERVAL = 0.02 -- seconds between two searches on demand
local TIMER_LOST = 1 -- seconds; nginx drops a timer above lua_max_running_timers, so one that is this late was dropped

local sleepers = {} -- semaphore -> function to call when its thread has ended
local sweep_due = nil -- time of the next search, nil: none is scheduled
local swept = 0 -- time of the last search
local unused = {} -- semaphores

-- Calls the functions of sleepers whose thread has ended.
local function sweep()
  swept = core.monotonic()
  local gone = {}
  for waiter, lost in pairs(sleepers) do
    if waiter:count() == 0 then
      sleepers[waiter] = nil
      gone[#gone + 1] = lost
    end
  end
  for _, lost in ipairs(gone) do pcall(lost) end -- may yield, so not while iterating over the table
end

local sweep_timer

local function schedule_sweep()
  local now = core.monotonic()
  if sweep_due and now < sweep_due + TIMER_LOST then return end
  sweep_due = ngx.timer.at(SWEEP_INTERVAL, sweep_timer) and now + SWEEP_INTERVAL
end

function sweep_timer(premature)
  sweep_due = nil
  sweep()
  if next(sleepers) and not premature then schedule_sweep() end
end

--- Searches for ended sleepers at once, so that what they held can be used.
function runtime.reclaim()
  if next(sleepers) and core.monotonic() - swept > RECLAIM_INTERVAL then sweep() end
end

--- Sleeps. Calls `lost` when the client disconnects meanwhile: the thread then ends in its sleep and cannot release anything.
--- `lost` is called when the stack of the thread is cleared: it must be made by a function that has returned.
---@param seconds number
---@param lost fun()?
function runtime.sleep(seconds, lost)
  if not may_wait() then return end
  seconds = math.max(seconds, 0.001)
  if not lost then return ngx.sleep(seconds) end
  local waiter = table.remove(unused) or assert(require("ngx.semaphore").new(0))
  sleepers[waiter] = lost
  schedule_sweep()
  waiter:wait(seconds)
  sleepers[waiter] = nil
  unused[#unused + 1] = waiter -- it is never posted
end

-- Seconds after which a lock is taken from its holder, whose client may have disconnected without releasing it.
local LEASE = 15

local function pack(...) return { n = select("#", ...), ... } end

local Mutex = {}
Mutex.__index = Mutex

--- Waits for the lock, at most `timeout` seconds.
---@param timeout number
---@return boolean
function Mutex:acquire(timeout)
  local deadline = core.monotonic() + timeout
  while true do
    local now = core.monotonic()
    if not self.since or now - self.since >= LEASE then
      self.since, self.holder = now, coroutine.running()
      return true
    end
    if now >= deadline or not may_wait() then return false end
    self.waiting:wait(math.max(math.min(deadline - now, LEASE - (now - self.since)), 0.001))
  end
end

function Mutex:release()
  if self.holder ~= coroutine.running() then return end -- the lease expired meanwhile
  self.since, self.holder = nil, nil
  if self.waiting:count() < 0 then self.waiting:post(1) end
end

--- Makes a lock for the requests of one worker.
function runtime.mutex()
  return setmetatable({ waiting = assert(require("ngx.semaphore").new(0)) }, Mutex)
end

-- What a timer shares with the thread that waits for it. nginx clears and reuses the stack of a thread that it kills (its client has
-- disconnected), and functions that were made in the thread then read and write the variables of another request: so a job is a
-- table, its function takes arguments, and none of them is made in the waiting thread.
local function run_job(_, job)
  if job.abandoned then return end
  job.started = true
  job.results = pack(pcall(job.fn, unpack(job.arguments, 1, job.arguments.n)))
  job.done:post(1)
end

local function start_job(fn, ...)
  local job = { fn = fn, arguments = pack(...), done = assert(require("ngx.semaphore").new(0)) }
  local set, message = ngx.timer.at(0, run_job, job)
  return set and job, message
end

--- Runs a function in a timer and waits for it. When the client of this request disconnects, only the wait ends; the function
--- completes. It must not be made in the calling thread: what it needs are its arguments.
---@param timeout number seconds to wait
---@param fn function
---@return boolean ran false with a message when it raised or took too long
function runtime.detached(timeout, fn, ...)
  if not may_wait() then return pcall(fn, ...) end
  local job, message = start_job(fn, ...)
  if not job then return false, message end
  if not job.done:wait(math.max(timeout, 0.001)) then return false, "timeout" end
  return unpack(job.results, 1, job.results.n)
end

--- Runs a function in a timer context and waits for its end. nginx then frees the memory of its light threads and connections,
--- instead of when the context of the caller ends. The function must not be made in the calling thread.
---@param fn function
---@return any ... what `fn` returns; what it raises is raised
function runtime.apart(fn, ...)
  local job = start_job(fn, ...)
  while job and not job.results do
    if not job.done:wait(TIMER_LOST) and not job.started then
      job.abandoned = true
      job = nil
    end
  end
  if not job then return fn(...) end
  if not job.results[1] then error(job.results[2], 0) end
  return unpack(job.results, 2, job.results.n)
end

local function run_alone(_, fn, ...) pcall(fn, ...) end

--- Starts a function in a timer and does not wait for it. It must not be made in the calling thread.
---@param fn function
---@return boolean started
function runtime.background(fn, ...) return (ngx.timer.at(0, run_alone, fn, ...)) ~= nil end

--- Returns the module that opens connections to Redis.
function runtime.redis() return require "idocr.nginx.redis" end

local Pool = {}
Pool.__index = Pool

-- Seconds that an idle thread waits for another task. Only in a timer, whose threads take memory until it ends, possibly never. A
-- request ends with its last thread, so there a thread ends with its task.
local LINGER = 1

-- Runs tasks in a light thread until none comes.
local function work(pool, slot)
  tasks[coroutine.running()] = slot
  while slot.fn do
    local results = pack(slot.tag, pcall(slot.fn))
    slot.fn, slot.tag, slot.wake = nil, nil, nil
    if not pool.flying[slot] then return end -- cancelled
    pool.flying[slot] = nil
    pool.ready[#pool.ready + 1] = results
    pool.done:post(1)
    if not pool.lingers or pool.closed then break end
    pool.idle[slot] = true
    slot.more:wait(LINGER)
  end
  pool.idle[slot] = nil
  pool.ended[#pool.ended + 1] = coroutine.running()
end

local function free_ended(pool)
  for i = #pool.ended, 1, -1 do
    ngx.thread.kill(pool.ended[i])
    pool.ended[i] = nil
  end
end

--- Starts a task. The caller keeps at most `n` in flight.
---@param fn function
---@param tag any returned by `next`
function Pool:submit(fn, tag)
  free_ended(self)
  local slot = next(self.idle)
  self.count = self.count + 1
  if slot then
    self.idle[slot], self.flying[slot] = nil, true
    slot.fn, slot.tag = fn, tag
    slot.more:post(1)
    return
  end
  slot = { fn = fn, tag = tag, more = self.lingers and assert(require("ngx.semaphore").new(0)) or nil }
  self.flying[slot] = true
  slot.thread = ngx.thread.spawn(work, self, slot)
end

--- Returns whether the pool has as many tasks as its limit.
---@return boolean
function Pool:full() return self.count >= self.limit end

--- Waits for the next finished task. Returns its tag, whether it succeeded, and its results or its error.
function Pool:next()
  if self.count == 0 then return nil end
  while not self.done:wait(60) do end -- a semaphore waits for a bounded time only
  free_ended(self)
  self.count = self.count - 1
  local results = table.remove(self.ready, 1)
  return unpack(results, 1, results.n)
end

--- Cancels all running tasks and closes the pool.
function Pool:cancel()
  self.closed = true
  for slot in pairs(self.flying) do
    self.flying[slot] = nil
    self.count = self.count - 1
    slot.cancelled = true
    local wake = slot.wake
    if wake then wake() end
    -- In a timer the woken call has a separate context; elsewhere it must still end its threads.
    if not wake or self.lingers then ngx.thread.kill(slot.thread) end
  end
  for slot in pairs(self.idle) do
    self.idle[slot] = nil
    ngx.thread.kill(slot.thread)
  end
  free_ended(self)
end

--- Makes a pool of light threads of this request.
---@param limit integer
function runtime.pool(limit)
  return setmetatable({
    limit = limit, count = 0, flying = {}, ready = {}, idle = {}, ended = {}, lingers = ngx.get_phase() == "timer",
    done = assert(require("ngx.semaphore").new(0)),
  }, Pool)
end

return runtime
