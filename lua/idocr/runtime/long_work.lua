--- Runs long computations in a plain Lua program. Outside a task they run straight to their end. In a task they yield between slices,
--- so that the transfers of other tasks proceed, and only some of them run at a time, because each needs memory.

local tasks = require "idocr.runtime.tasks"

local long_work = {}

local SLICE = 1000 -- microseconds of work between two yields
local WAIT = 0.005 -- seconds between two checks whether an earlier task has ended

-- Returns the number of tasks that run. A task whose pool was collected does not remove itself.
local function count(running)
  local number = 0
  for task in pairs(running) do
    if coroutine.status(task.thread) == "dead" then running[task] = nil else number = number + 1 end
  end
  return number
end

--- Returns the function `long_work` of a runtime.
---
--- `long_work(limit, work)` returns what `work(continue, microseconds)` returns. `work` computes for about `microseconds` (0: to its
--- end) and then calls `continue`, which lets others proceed and returns false where the work must stop, because its caller was
--- cancelled.
---@param sleep fun(seconds: number)
---@return fun(limit: integer, work: function): ...
function long_work.new(sleep)
  local running = setmetatable({}, { __mode = "k" })

  local function continue_in(task)
    return function()
      if not task.cancelled then coroutine.yield() end
      return not task.cancelled
    end
  end

  return function(limit, work)
    local task = tasks.current()
    if not task then return work(function() return true end, 0) end
    while count(running) >= limit and not task.cancelled do sleep(WAIT) end
    running[task] = true
    local function ended(...)
      running[task] = nil
      return ...
    end
    return ended(work(continue_in(task), SLICE))
  end
end

return long_work
