--- Runs functions as concurrent tasks (coroutines) in a plain Lua program. While all tasks wait, the driver moves bytes.

local core = require "idocr.core"
local tasks = require "idocr.runtime.tasks"

local pack = table.pack or function(...) return { n = select("#", ...), ... } end
local unpack = table.unpack or unpack

local LONGEST_WAIT = 1 -- seconds; signals are handled between two waits
local PUMP_EVERY = 0.002 -- seconds between two polls of the driver while tasks compute
local STEP = 0.002 -- seconds of computing after which `step` returns to the event loop that called it
local LAST_ROUNDS = 100 -- number of times a cancelled task is resumed to finish before it is dropped

---@class idocr.Pool
---@field limit integer             most tasks in flight
---@field driver idocr.Driver?
---@field in_flight integer         tasks whose result was not yet taken by `next`
---@field tasks table<idocr.Task, true>
---@field timers table<idocr.Task, number>  monotonic time at which to wake a task
---@field ready idocr.Task[]        to resume
---@field done table[]              results; those up to `taken` were taken
---@field taken integer
---@field pumped number             monotonic time of the last poll
---@field shared boolean?           another event loop calls `step`: tasks that compute yield after STEP seconds
---@field step_ends number          monotonic time at which they yield
---@field cancelled true?
local Pool = {}
Pool.__index = Pool

local pool = { LONGEST_WAIT = LONGEST_WAIT }

-- Resumes a task and stores its results when it ends.
local function resume(self, task)
  local results = pack(coroutine.resume(task.thread))
  if coroutine.status(task.thread) ~= "dead" then
    if not task.asleep then -- the task yielded without waiting for anything: it continues after the other tasks
      task.asleep = true
      tasks.wake(task)
    end
    return
  end
  self.tasks[task] = nil
  self.timers[task] = nil
  if task.ended then
    self.in_flight = self.in_flight - 1
    return task.ended(unpack(results, 1, results.n))
  end
  self.done[#self.done + 1] = { tag = task.tag, results = results }
end

-- Polls the driver without waiting, at most every PUMP_EVERY seconds.
local function pump(self)
  local driver, now = self.driver, core.monotonic()
  if driver and now - self.pumped >= PUMP_EVERY then
    driver.poll(0)
    self.pumped = core.monotonic()
  end
end

local function add(self, fn, task)
  task.pool, task.thread, task.asleep = self, coroutine.create(fn), false
  tasks.register(task)
  self.tasks[task] = true
  self.in_flight = self.in_flight + 1
  resume(self, task)
  return task
end

--- Starts a task, which runs until it first waits. The caller keeps at most `limit` tasks in flight.
---@param fn function
---@param tag any returned by `next`; default true, because nil from `next` means that no task is left
function Pool:submit(fn, tag)
  if self.cancelled then error("the pool was cancelled", 2) end
  if tag == nil then tag = true end
  add(self, fn, { tag = tag })
  pump(self)
end

--- Starts a task that runs until it first waits, and calls `ended` at its end instead of keeping its result for `next`.
---@param fn function
---@param ended fun(ran: boolean, ...)
---@return idocr.Task
function Pool:start(fn, ended)
  self.step_ends = 0 -- yields at its first pause
  return add(self, fn, { ended = ended })
end

--- Returns whether the tasks have computed for so long that another event loop must have its turn.
---@return boolean
function Pool:must_yield() return self.shared == true and core.monotonic() >= self.step_ends end

--- Returns whether `limit` tasks are in flight. A task whose result was not yet taken by `next` counts.
---@return boolean
function Pool:full() return self.in_flight >= self.limit end

-- Wakes the tasks whose timers are due. Returns the seconds until the next timer.
local function wake_due(self)
  local now, nearest = core.monotonic(), nil
  for task, at in pairs(self.timers) do
    if at <= now then
      self.timers[task] = nil
      tasks.wake(task)
    elseif not nearest or at < nearest then
      nearest = at
    end
  end
  return nearest and nearest - now or LONGEST_WAIT
end

-- Moves bytes for at most `wait` seconds and wakes the tasks that can go on.
local function poll(self, wait)
  if self.driver then self.driver.poll(wait) else core.sleep(math.max(wait, 0)) end
  self.pumped = core.monotonic()
  wake_due(self)
end

-- Makes the rest of `ready` the first ones of the next iteration.
local function put_off(self, ready, from)
  local rest = {}
  for index = from, #ready do rest[#rest + 1] = ready[index] end
  for _, task in ipairs(self.ready) do rest[#rest + 1] = task end
  self.ready = rest
end

-- Resumes the ready tasks; where another event loop waits meanwhile, only until STEP seconds have passed.
local function run_ready(self)
  local ready = self.ready
  if #ready == 0 then return end
  self.ready = {}
  if self.shared then self.step_ends = core.monotonic() + STEP end
  for index = 1, #ready do
    local owner = ready[index].pool
    if owner.tasks[ready[index]] then resume(self, ready[index]) end
    if index < #ready then
      if self:must_yield() then return put_off(self, ready, index + 1) end
      pump(self)
    end
  end
end

--- Runs one iteration of the event loop: resumes the ready tasks, else waits for one.
---@param longest number most seconds to wait
function Pool:turn(longest)
  if #self.ready == 0 then
    local wait = math.min(wake_due(self), longest, LONGEST_WAIT)
    if #self.ready == 0 then poll(self, wait) end
  end
  run_ready(self)
end

--- Runs one iteration for another event loop: moves bytes, then resumes the ready tasks once each.
---@param longest number most seconds to wait where no task is ready; 0 never waits
function Pool:step(longest)
  local wait = math.min(wake_due(self), longest, LONGEST_WAIT)
  poll(self, #self.ready == 0 and wait or 0)
  run_ready(self)
end

--- Returns the descriptors that another event loop waits for, and the seconds after which it must call `step` at the latest; nil
--- where no task is in flight.
---@return idocr.Descriptor[]
---@return number? seconds
function Pool:fds()
  if self.in_flight == 0 then return {}, nil end
  local list, seconds = {}, nil
  if self.driver then list, seconds = self.driver.fds() end
  local wait = math.max(wake_due(self), 0)
  if #self.ready > 0 then return list, 0 end
  return list, math.min(wait, seconds or LONGEST_WAIT)
end

--- Waits for the next task that ends. Returns its tag, whether it succeeded, and its results or error; nil when no task
--- is in flight.
function Pool:next()
  while #self.done == self.taken do
    if self.in_flight == 0 then return nil end
    self:turn(LONGEST_WAIT)
  end
  self.taken = self.taken + 1
  local ended = self.done[self.taken]
  self.done[self.taken] = false
  if self.taken == #self.done then self.done, self.taken = {}, 0 end
  self.in_flight = self.in_flight - 1
  return ended.tag, unpack(ended.results, 1, ended.results.n)
end

--- Cancels one task: its pending operation ends with closed/Cancelled, a sleep ends early. Returns whether it has ended; a
--- running task ends when it next waits. A task that does not end after some rounds is dropped.
---@param task idocr.Task
---@return boolean ended
function Pool:cancel_task(task)
  task.cancelled = true
  for _ = 1, LAST_ROUNDS do
    local status = coroutine.status(task.thread)
    if status ~= "suspended" then return status == "dead" end
    tasks.cancel(task)
    for index = #self.ready, 1, -1 do
      if self.ready[index] == task then table.remove(self.ready, index) end
    end
    resume(self, task)
  end
  if coroutine.status(task.thread) == "dead" then return true end
  self.tasks[task], self.timers[task] = nil, nil
  self.in_flight = self.in_flight - 1
  return true
end

--- Cancels all tasks. Their pending operations end with closed/Cancelled, sleeps end early, and results are discarded.
function Pool:cancel()
  self.cancelled = true
  for task in pairs(self.tasks) do task.cancelled = true end
  for _ = 1, LAST_ROUNDS do
    local any = false
    for task in pairs(self.tasks) do
      if coroutine.status(task.thread) == "suspended" then
        any = true
        tasks.cancel(task)
      end
    end
    if not any then break end
    local ready = self.ready
    self.ready = {}
    for _, task in ipairs(ready) do resume(self, task) end
  end
  self.tasks, self.timers, self.ready, self.done, self.taken, self.in_flight = {}, {}, {}, {}, 0, 0
end

--- Makes a pool.
---@param limit integer most tasks in flight
---@param driver idocr.Driver?
---@param shared boolean? another event loop calls `step`
---@return idocr.Pool
function pool.new(limit, driver, shared)
  return setmetatable({
    shared = shared, step_ends = 0, limit = limit, driver = driver, in_flight = 0, tasks = {}, timers = {}, ready = {},
    done = {}, taken = 0, pumped = 0,
  }, Pool)
end

return pool
