--- Runs functions as concurrent tasks (coroutines) in a plain Lua program. While all tasks wait, the driver moves bytes.

local core = require "idocr.core"
local tasks = require "idocr.runtime.tasks"

local pack = table.pack or function(...) return { n = select("#", ...), ... } end
local unpack = table.unpack or unpack

local LONGEST_WAIT = 1 -- seconds; signals are handled between two waits
local PUMP_EVERY = 0.002 -- seconds between two polls of the driver while tasks compute
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
---@field cancelled true?
local Pool = {}
Pool.__index = Pool

local pool = { LONGEST_WAIT = LONGEST_WAIT }

-- Resumes a task and stores its results when it ends.
local function resume(self, task)
  local results = pack(coroutine.resume(task.thread))
  if coroutine.status(task.thread) ~= "dead" then
    if not task.asleep then -- the task yielded by itself: it continues after the other tasks
      task.asleep = true
      tasks.wake(task)
    end
    return
  end
  self.tasks[task] = nil
  self.timers[task] = nil
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

--- Starts a task, which runs until it first waits. The caller keeps at most `limit` tasks in flight.
---@param fn function
---@param tag any returned by `next`; default true, because nil from `next` means that no task is left
function Pool:submit(fn, tag)
  if self.cancelled then error("the pool was cancelled", 2) end
  if tag == nil then tag = true end
  local task = { pool = self, tag = tag, thread = coroutine.create(fn), asleep = false }
  tasks.register(task)
  self.tasks[task] = true
  self.in_flight = self.in_flight + 1
  resume(self, task)
  pump(self)
end

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

--- Runs one iteration of the event loop: resumes the ready tasks, else waits for one.
---@param longest number most seconds to wait
function Pool:turn(longest)
  if #self.ready == 0 then
    local wait = math.min(wake_due(self), longest, LONGEST_WAIT)
    if #self.ready == 0 then
      if self.driver then self.driver.poll(wait) else core.sleep(math.max(wait, 0)) end
      self.pumped = core.monotonic()
      wake_due(self)
    end
  end
  local ready = self.ready
  if #ready == 0 then return end
  self.ready = {}
  for index = 1, #ready do
    local owner = ready[index].pool
    if owner.tasks[ready[index]] then resume(self, ready[index]) end
    if index < #ready then pump(self) end
  end
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

--- Cancels all tasks. Their pending operations end with closed/Cancelled, sleeps end early, and results are discarded.
function Pool:cancel()
  self.cancelled = true
  for _ = 1, LAST_ROUNDS do
    local any = false
    for task in pairs(self.tasks) do
      if coroutine.status(task.thread) == "suspended" then
        any = true
        if task.cancel then task.cancel() end
        tasks.wake(task)
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
---@return idocr.Pool
function pool.new(limit, driver)
  return setmetatable({
    limit = limit, driver = driver, in_flight = 0, tasks = {}, timers = {}, ready = {}, done = {}, taken = 0, pumped = 0,
  }, Pool)
end

return pool
