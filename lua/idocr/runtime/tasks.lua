--- Keeps track of the tasks of pools: finds the running one, suspends it and wakes it.

local tasks = {}

---@class idocr.Task
---@field pool idocr.Pool
---@field tag any
---@field thread thread
---@field asleep boolean         suspended until `tasks.wake`
---@field cancel (fun())?        cancels the operation that it waits for
---@field cancelled true?        it must end: no operation may start in it
---@field ended (fun(...))?      receives what `coroutine.resume` returned at its end

-- Coroutine -> task. Both are weak, so that a dropped pool is collected with its tasks, which cancels their transfers.
local task_of = setmetatable({}, { __mode = "kv" })

local isyieldable = coroutine.isyieldable or function() return coroutine.running() ~= nil end

--- Registers a task under its coroutine.
---@param task idocr.Task
function tasks.register(task) task_of[task.thread] = task end

--- Returns the running task; nil outside a task, or where it cannot yield.
---@return idocr.Task?
function tasks.current()
  local thread = coroutine.running()
  local task = thread and task_of[thread]
  return task and isyieldable() and task or nil
end

--- Makes a suspended task ready to run.
---@param task idocr.Task
function tasks.wake(task)
  if not task.asleep then return end
  task.asleep = false
  local ready = task.pool.ready
  ready[#ready + 1] = task
end

--- Marks a task as cancelled, cancels the operation that it waits for, and makes it ready to run.
---@param task idocr.Task
function tasks.cancel(task)
  task.cancelled = true
  if task.cancel then task.cancel() end
  tasks.wake(task)
end

--- Suspends the running task until `tasks.wake`. It may be woken for another reason: the caller checks its condition.
---@param task idocr.Task
function tasks.suspend(task)
  task.asleep = true
  coroutine.yield()
end

return tasks
