--- Time, waiting and concurrency inside nginx: the runtime of the cosocket transport.

local client = require "idocr.nginx.client"
local core = require "idocr.core"

local ngx = ngx
local runtime = { name = "nginx", now = core.monotonic, wall = core.wall }

--- Bytes to hash or encode between two calls of `pause`: some 70 us with SHA instructions, 250 us without.
runtime.slice = 128 * 1024

local YIELDS = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, ssl_cert = true,
  ssl_session_fetch = true, ssl_client_hello = true,
}

--- Whether the phase lets a thread wait; in the others nothing here waits, and a request is refused anyway.
local function may_wait() return YIELDS[ngx.get_phase()] == true end

runtime.may_wait = may_wait

runtime.pause = require("idocr.nginx.turns").new(may_wait)

-- Coroutine of a pool's task -> its slot.
local tasks = setmetatable({}, { __mode = "k" })

--- Whether the task that asks was given up, or the client that wanted it has left: nothing new may be started for it.
---@return boolean
function runtime.cancelled()
  local slot = tasks[coroutine.running()]
  return slot ~= nil and slot.cancelled == true or client.left()
end

--- While a task waits for a thread of its own it cannot simply be killed: nginx would let that thread run on. `wake` ends
--- the wait; nil: it may be killed again.
---@param wake fun()?
function runtime.on_cancel(wake)
  local slot = tasks[coroutine.running()]
  if slot then slot.wake = wake end
end

local LOOK = 0.1 -- seconds between two looks for sleepers who are no more
local RECLAIM = 0.02 -- seconds between two that are made because their places are wanted

local START = 1 -- seconds; a timer that is so late was dropped: nginx runs no more than lua_max_running_timers

local sleepers, due = {}, nil -- semaphore -> what to do when nobody waits at it any more; when the next look is
local looked = 0 -- when
local unused = {} -- semaphores

local function look()
  looked = core.monotonic()
  local gone = {}
  for waiter, lost in pairs(sleepers) do
    if waiter:count() == 0 then
      sleepers[waiter] = nil
      gone[#gone + 1] = lost
    end
  end
  for _, lost in ipairs(gone) do pcall(lost) end -- may wait itself: not while the table is walked through
end

local look_again

local function look_later()
  local now = core.monotonic()
  if due and now < due + START then return end
  due = ngx.timer.at(LOOK, look_again) and now + LOOK
end

function look_again(premature)
  due = nil
  look()
  if next(sleepers) and not premature then look_later() end
end

--- Finds sleepers who are no more at once: what they held is wanted.
function runtime.reclaim()
  if next(sleepers) and core.monotonic() - looked > RECLAIM then look() end
end

--- `lost` is called when the client went away meanwhile: its thread ends in its sleep and can give nothing back itself.
---@param seconds number
---@param lost fun()?
function runtime.sleep(seconds, lost)
  if not may_wait() then return end
  seconds = math.max(seconds, 0.001)
  if not lost then return ngx.sleep(seconds) end
  local waiter = table.remove(unused) or assert(require("ngx.semaphore").new(0))
  sleepers[waiter] = lost
  look_later()
  waiter:wait(seconds)
  sleepers[waiter] = nil
  unused[#unused + 1] = waiter -- nobody posts it
end

-- A holder whose client went away never comes back to release: after this long the lock is taken from it, seconds.
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
  if self.holder ~= coroutine.running() then return end -- it was taken away meanwhile
  self.since, self.holder = nil, nil
  if self.waiting:count() < 0 then self.waiting:post(1) end
end

--- A lock for the requests of one worker.
function runtime.mutex()
  return setmetatable({ waiting = assert(require("ngx.semaphore").new(0)) }, Mutex)
end

--- Runs a function apart from this request and waits for it. When the request's client goes away only the waiting
--- ends: what the function does for everybody is done to its end.
---@param fn function
---@param timeout number seconds to wait
---@return boolean ran false with a message when it raised or took too long
function runtime.detached(fn, timeout)
  if not may_wait() then return pcall(fn) end
  local done = assert(require("ngx.semaphore").new(0))
  local results
  local ok, message = ngx.timer.at(0, function()
    results = pack(pcall(fn))
    done:post(1)
  end)
  if not ok then return false, message end
  if not done:wait(math.max(timeout, 0.001)) then return false, "timeout" end
  return unpack(results, 1, results.n)
end

--- Runs a function in a context of its own, a timer's, and waits for its end. What nginx allocates for it (light
--- threads, connections) is freed then, and not only when the context of the caller ends.
---@param fn function
---@return any ... what `fn` returns; what it raises is raised
function runtime.apart(fn, ...)
  local done = assert(require("ngx.semaphore").new(0))
  local arguments, results, started, given_up = pack(...), nil, false, false
  local set = ngx.timer.at(0, function()
    if given_up then return end
    started = true
    results = pack(pcall(fn, unpack(arguments, 1, arguments.n)))
    done:post(1)
  end)
  while set and not results do
    if not done:wait(START) and not started then set = nil end
  end
  if not results then
    given_up = true
    return fn(...)
  end
  if not results[1] then error(results[2], 0) end
  return unpack(results, 2, results.n)
end

--- Starts a function apart from this request; nobody waits for it.
---@param fn function
---@return boolean started
function runtime.background(fn)
  return (ngx.timer.at(0, function() pcall(fn) end)) ~= nil
end

local Pool = {}
Pool.__index = Pool

-- A thread waits this long for another task, seconds. Only in a timer: its threads take memory until it ends, which may be
-- never. A request ends when its last thread does, so there a thread ends with its task.
local LINGER = 1

-- Runs tasks in a light thread until none comes any more.
local function work(pool, slot)
  tasks[coroutine.running()] = slot
  while slot.fn do
    local results = pack(slot.tag, pcall(slot.fn))
    slot.fn, slot.tag, slot.wake = nil, nil, nil
    if not pool.flying[slot] then return end -- given up
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
---@param tag any comes back from `next`
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

---@return boolean
function Pool:full() return self.count >= self.limit end

--- The next task that ended: its tag, whether it ran to its end, its results or its error.
function Pool:next()
  if self.count == 0 then return nil end
  while not self.done:wait(60) do end -- a semaphore waits for a bounded time only
  free_ended(self)
  self.count = self.count - 1
  local results = table.remove(self.ready, 1)
  return unpack(results, 1, results.n)
end

--- Ends all tasks that still run, and the pool.
function Pool:cancel()
  self.closed = true
  for slot in pairs(self.flying) do
    self.flying[slot] = nil
    self.count = self.count - 1
    slot.cancelled = true
    local wake = slot.wake
    if wake then wake() end
    -- In a timer the call that is woken has its own context, elsewhere it must still end its threads.
    if not wake or self.lingers then ngx.thread.kill(slot.thread) end
  end
  for slot in pairs(self.idle) do
    self.idle[slot] = nil
    ngx.thread.kill(slot.thread)
  end
  free_ended(self)
end

--- A pool of light threads of this request.
---@param limit integer
function runtime.pool(limit)
  return setmetatable({
    limit = limit, count = 0, flying = {}, ready = {}, idle = {}, ended = {}, lingers = ngx.get_phase() == "timer",
    done = assert(require("ngx.semaphore").new(0)),
  }, Pool)
end

return runtime
