--- Provides time, waiting and concurrency for a plain Lua program: the blocking runtime.
---
--- Outside a task every wait blocks. Inside a task (a function given to `pool:submit`, run as a coroutine) a wait yields to
--- the other tasks, and the event loop in `pool:next` moves the bytes of all of them. The functions are the same in both
--- cases, and the same as those of the nginx runtime.

local core = require "idocr.core"
local long_work = require "idocr.runtime.long_work"
local mutexes = require "idocr.runtime.mutex"
local pools = require "idocr.runtime.pool"
local tasks = require "idocr.runtime.tasks"

local runtime = {}

local LONGEST_WAIT = pools.LONGEST_WAIT

---@class idocr.Driver     moves bytes while all tasks wait: the curl transport
---@field poll fun(seconds: number)   moves bytes for at most `seconds` and calls `op.wake` for finished operations
---@field fds fun(): idocr.Descriptor[], number?  what another event loop waits for, and the seconds until `poll` must be called

---@class idocr.Descriptor  what an event loop waits for
---@field fd integer        a file descriptor
---@field read boolean      wait until it is readable
---@field write boolean     wait until it is writable; with `read`, whichever comes first

---@class idocr.Operation
---@field done boolean                set by the driver
---@field cancel fun()
---@field wake fun()?                 called by the driver

---@class idocr.Runtime
---@field name "blocking"|"nginx"
---@field now fun(): number              monotonic seconds
---@field wall fun(): number             seconds since 1970
---@field sleep fun(seconds: number, lost: fun()?)  nginx calls `lost` when the caller is ended in its sleep
---@field pause fun()                    yields to others during long computations
---@field long_work fun(limit: integer, work: fun(continue: fun(): boolean, microseconds: integer): ...): ...  see runtime/long_work.lua
---@field mutex fun(): idocr.Mutex
---@field pool fun(limit: integer): idocr.Pool
---@field loop (fun(): idocr.Pool)?     a pool that another event loop drives; nil where the runtime has none
---@field no_loop string?                why it has none
---@field in_task fun(): boolean         whether the caller runs in a task of this runtime's driver
---@field cancelled fun(): boolean       whether the running task was cancelled
---@field redis fun(): { missing: function, open: function }  opens connections to Redis: `missing(address)`, `open(address, seconds)`
---@field await fun(op: idocr.Operation) waits until `op.done`; on cancellation calls `op.cancel()` and returns early

-- Blocks for some seconds while the driver moves bytes.
local function block(driver, seconds)
  local until_time, seconds_left = core.monotonic() + seconds, seconds
  while seconds_left > 0 do
    local wait = math.min(seconds_left, LONGEST_WAIT)
    if driver then driver.poll(wait) else core.sleep(wait) end
    seconds_left = until_time - core.monotonic()
  end
end

local function sleep_in_task(task, seconds)
  local until_time = core.monotonic() + seconds
  task.pool.timers[task] = until_time
  repeat tasks.suspend(task) until task.cancelled or core.monotonic() >= until_time
  task.pool.timers[task] = nil
end

local function await_in_task(task, op)
  op.wake = function() tasks.wake(task) end
  task.cancel = op.cancel
  while not op.done and not task.cancelled do tasks.suspend(task) end
  task.cancel = nil
end

-- Returns whether the running task was cancelled, so that no operation may start in it.
local function cancelled()
  local task = tasks.current()
  if not task or not task.cancelled then return false end
  coroutine.yield() -- a task that retries forever is dropped after some rounds
  return true
end

--- Makes a runtime. With a driver, waiting moves bytes.
---@param driver idocr.Driver?
---@return idocr.Runtime
function runtime.new(driver)
  local self = { name = "blocking", now = core.monotonic, wall = core.wall, mutex = mutexes.new, cancelled = cancelled }

  function self.sleep(seconds)
    local task = tasks.current()
    if task then return sleep_in_task(task, seconds) end
    block(driver, seconds)
  end

  -- Yields to the event loop of the program where that drives the task; other tasks have nothing to yield to.
  function self.pause()
    local task = tasks.current()
    if task and not task.cancelled and task.pool:must_yield() then coroutine.yield() end
  end

  self.long_work = long_work.new(self.sleep)

  function self.redis() return require "idocr.runtime.redis" end

  function self.pool(limit) return pools.new(limit, driver) end

  function self.loop() return pools.new(math.huge, driver, true) end

  -- A task of another driver is woken by that driver only, so waiting in it for this one would never end.
  function self.in_task()
    local task = tasks.current()
    return task ~= nil and task.pool.driver == driver
  end

  function self.await(op)
    local task = tasks.current()
    if task then return await_in_task(task, op) end
    while not op.done do driver.poll(LONGEST_WAIT) end
  end

  return self
end

--- Returns whether the program runs in a phase of nginx. The threads of nginx's thread pool have no phases and no sockets;
--- blocking there does not stop the worker.
---@return boolean
function runtime.in_nginx()
  local ngx = package.loaded.ngx
  return type(ngx) == "table" and ngx.get_phase ~= nil
end

--- Returns the runtime for transports without their own: that of nginx, or a new blocking one.
---@return idocr.Runtime
function runtime.current()
  if runtime.in_nginx() then return require "idocr.nginx.runtime" end
  return runtime.new()
end

return runtime
