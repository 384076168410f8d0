--- Provides a lock for tasks and for blocking callers.

local core = require "idocr.core"
local tasks = require "idocr.runtime.tasks"

---@class idocr.Mutex
---@field held boolean
---@field by_task boolean            whether a task holds it
---@field holder { task: idocr.Task? }  weak: a dropped task releases the lock
---@field waiters table[]            in the order of their arrival
local Mutex = {}
Mutex.__index = Mutex

local mutex = {}

-- Returns whether the holder can no longer release the lock: its pool was dropped, or it ended.
local function abandoned(self)
  if not self.by_task then return false end
  local holder = self.holder.task
  return holder == nil or coroutine.status(holder.thread) == "dead"
end

local function take(self, task)
  self.held, self.by_task = true, task ~= nil
  self.holder.task = task
end

-- Suspends a task until it gets the lock or the time has come.
local function wait_in_task(self, task, until_time)
  local waiter = { task = task }
  self.waiters[#self.waiters + 1] = waiter
  task.pool.timers[task] = until_time
  while not waiter.granted and not task.cancelled and core.monotonic() < until_time do tasks.suspend(task) end
  task.pool.timers[task] = nil
  if waiter.granted then return true end
  waiter.task = nil
  return false
end

--- Takes the lock, waiting at most `timeout` seconds.
---@param timeout number
---@return boolean taken
function Mutex:acquire(timeout)
  local task = tasks.current()
  if not self.held or abandoned(self) then
    take(self, task)
    return true
  end
  local until_time = core.monotonic() + timeout
  if task then return wait_in_task(self, task, until_time) end
  -- A blocking caller runs the pool of the task that holds the lock, so that the task can release it.
  while self.held and not abandoned(self) do
    local seconds_left = until_time - core.monotonic()
    local holder = self.by_task and self.holder.task
    if seconds_left <= 0 or not holder or coroutine.status(holder.thread) == "normal" then return false end
    holder.pool:turn(seconds_left)
  end
  take(self, nil)
  return true
end

--- Releases the lock to the task that has waited longest.
function Mutex:release()
  while true do
    local waiter = table.remove(self.waiters, 1)
    if not waiter then break end
    if waiter.task and not waiter.task.cancelled then
      waiter.granted = true
      take(self, waiter.task)
      tasks.wake(waiter.task)
      return
    end
  end
  self.held = false
  self.holder.task = nil
end

--- Makes a mutex.
---@return idocr.Mutex
function mutex.new()
  return setmetatable({ held = false, by_task = false, waiters = {}, holder = setmetatable({}, { __mode = "v" }) }, Mutex)
end

return mutex
