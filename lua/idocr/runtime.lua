--- Time, waiting and concurrency for a plain Lua program: the blocking runtime.
---
--- Outside a task everything blocks. Inside one (a function given to `pool:submit`, run as a coroutine) whatever has to
--- wait gives way to the other tasks, and the loop in `pool:next` moves the bytes of all of them. The functions are the
--- same in both places, so that what is built on a runtime need not know where it runs.

local core = require "idocr.core"

local runtime = {}

local pack = table.pack or function(...) return { n = select("#", ...), ... } end
local unpack = table.unpack or unpack

local LONGEST_WAIT = 1 -- seconds; a signal is seen only between two waits
local PUMP_EVERY = 0.002 -- seconds; between two tasks that compute, bytes in flight get their turn this often
local LAST_ROUNDS = 100 -- how often a cancelled task is woken to end by itself before it is dropped

---@class idocr.Driver     what moves bytes while all wait: the curl transport
---@field poll fun(seconds: number)   moves bytes for at most that long and calls `op.wake` for what is finished

---@class idocr.Runtime
---@field name "blocking"|"nginx"
---@field now fun(): number              monotonic seconds
---@field wall fun(): number             seconds since 1970
---@field sleep fun(seconds: number, lost: fun()?)  `lost` is for callers that can vanish in their sleep: those of nginx
---@field pause fun()                    lets others run between two pieces of computing
---@field mutex fun(): idocr.Mutex
---@field pool fun(limit: integer): idocr.Pool

-- Who runs: coroutine -> task. Both weak: a pool that its owner dropped vanishes with its tasks, and the transfers that
-- only they held are cancelled by the collector.
local tasks = setmetatable({}, { __mode = "kv" })

local isyieldable = coroutine.isyieldable or function() return coroutine.running() ~= nil end

local function current_task()
  local thread = coroutine.running()
  local task = thread and tasks[thread]
  return task and isyieldable() and task or nil
end

local function wake(task)
  if not task.asleep then return end
  task.asleep = false
  local ready = task.pool.ready
  ready[#ready + 1] = task
end

-- Ends when somebody wakes the task; who asked must look why.
local function suspend(task)
  task.asleep = true
  coroutine.yield()
end

---@class idocr.Pool
local Pool = {}
Pool.__index = Pool

local function resume(pool, task)
  local results = pack(coroutine.resume(task.thread))
  if coroutine.status(task.thread) ~= "dead" then
    if not task.asleep then -- the task yielded on its own account: it goes on when the others had their turn
      task.asleep = true
      wake(task)
    end
    return
  end
  pool.tasks[task] = nil
  pool.timers[task] = nil
  pool.done[#pool.done + 1] = { tag = task.tag, results = results }
end

local function pump(pool)
  local driver, now = pool.driver, core.monotonic()
  if driver and now - pool.pumped >= PUMP_EVERY then
    driver.poll(0)
    pool.pumped = core.monotonic()
  end
end

--- Starts a task at once; it runs until it first waits. The caller keeps at most `limit` in flight.
---@param fn function
---@param tag any comes back from `next`; true where none is given, since nil there means that all are done
function Pool:submit(fn, tag)
  if self.cancelled then error("the pool was cancelled", 2) end
  if tag == nil then tag = true end
  local task = { pool = self, tag = tag, thread = coroutine.create(fn), asleep = false }
  tasks[task.thread] = task
  self.tasks[task] = true
  self.flying = self.flying + 1
  resume(self, task)
  pump(self)
end

--- Whether `limit` tasks are in flight (those that ended but were not taken by `next` count).
---@return boolean
function Pool:full() return self.flying >= self.limit end

local function wake_due(pool)
  local now, nearest = core.monotonic(), nil
  for task, at in pairs(pool.timers) do
    if at <= now then
      pool.timers[task] = nil
      wake(task)
    elseif not nearest or at < nearest then
      nearest = at
    end
  end
  return nearest and nearest - now or LONGEST_WAIT
end

-- One turn: resumes what is ready, else waits until something is, at most `longest` seconds.
local function turn(pool, longest)
  local ready = pool.ready
  if #ready == 0 then
    local wait = math.min(wake_due(pool), longest, LONGEST_WAIT)
    if #ready == 0 then
      if pool.driver then pool.driver.poll(wait) else core.sleep(math.max(wait, 0)) end
      pool.pumped = core.monotonic()
      wake_due(pool)
    end
  end
  if #ready == 0 then return end
  pool.ready = {}
  for index = 1, #ready do
    if ready[index].pool.tasks[ready[index]] then resume(pool, ready[index]) end
    if index < #ready then pump(pool) end
  end
end

--- Waits for the next task that ends: its tag, whether it ran to its end, and its results or its error. nil when none
--- is in flight.
function Pool:next()
  while #self.done == self.taken do
    if self.flying == 0 then return nil end
    turn(self, LONGEST_WAIT)
  end
  self.taken = self.taken + 1
  local ended = self.done[self.taken]
  self.done[self.taken] = false
  if self.taken == #self.done then self.done, self.taken = {}, 0 end
  self.flying = self.flying - 1
  return ended.tag, unpack(ended.results, 1, ended.results.n)
end

--- Ends all tasks: what they wait for ends with closed/Cancelled (a sleep just ends), and they run out. No results come.
function Pool:cancel()
  self.cancelled = true
  for _ = 1, LAST_ROUNDS do
    local any = false
    for task in pairs(self.tasks) do
      if coroutine.status(task.thread) == "suspended" then
        any = true
        if task.cancel then task.cancel() end
        wake(task)
      end
    end
    if not any then break end
    local ready = self.ready
    self.ready = {}
    for _, task in ipairs(ready) do resume(self, task) end
  end
  self.tasks, self.timers, self.ready, self.done, self.taken, self.flying = {}, {}, {}, {}, 0, 0
end

---@class idocr.Mutex
local Mutex = {}
Mutex.__index = Mutex

-- A holder that can never release: its pool was dropped or it died.
local function abandoned(self)
  if not self.by_task then return false end
  local holder = self.holder.task
  return holder == nil or coroutine.status(holder.thread) == "dead"
end

local function take(self, task)
  self.held, self.by_task = true, task ~= nil
  self.holder.task = task
end

--- Takes the lock, waiting for at most `timeout` seconds.
---@param timeout number
---@return boolean taken
function Mutex:acquire(timeout)
  local task = current_task()
  if not self.held or abandoned(self) then
    take(self, task)
    return true
  end
  local until_time = core.monotonic() + timeout
  if task then
    local waiter = { task = task }
    self.waiters[#self.waiters + 1] = waiter
    task.pool.timers[task] = until_time
    while not waiter.granted and not task.pool.cancelled and core.monotonic() < until_time do suspend(task) end
    task.pool.timers[task] = nil
    if waiter.granted then return true end
    waiter.task = nil
    return false
  end
  -- Blocking while a task holds it: that task's pool must go on, or it would never be released.
  while self.held and not abandoned(self) do
    local left = until_time - core.monotonic()
    local holder = self.by_task and self.holder.task
    if left <= 0 or not holder or coroutine.status(holder.thread) == "normal" then return false end
    turn(holder.pool, left)
  end
  take(self, nil)
  return true
end

--- Gives the lock to whoever has waited longest.
function Mutex:release()
  while true do
    local waiter = table.remove(self.waiters, 1)
    if not waiter then break end
    if waiter.task and not waiter.task.pool.cancelled then
      waiter.granted = true
      take(self, waiter.task)
      wake(waiter.task)
      return
    end
  end
  self.held = false
  self.holder.task = nil
end

--- A runtime; with a driver its waiting moves bytes.
---@param driver idocr.Driver?
---@return idocr.Runtime
function runtime.new(driver)
  local self = { name = "blocking", now = core.monotonic, wall = core.wall }

  function self.sleep(seconds)
    local until_time = core.monotonic() + seconds
    local task = current_task()
    if task then
      task.pool.timers[task] = until_time
      repeat suspend(task) until task.pool.cancelled or core.monotonic() >= until_time
      task.pool.timers[task] = nil
      return
    end
    local left = seconds
    while left > 0 do
      if driver then driver.poll(math.min(left, LONGEST_WAIT)) else core.sleep(math.min(left, LONGEST_WAIT)) end
      left = until_time - core.monotonic()
    end
  end

  --- Nobody else waits for the processor in a plain program.
  function self.pause() end

  function self.mutex()
    return setmetatable({ held = false, waiters = {}, holder = setmetatable({}, { __mode = "v" }) }, Mutex)
  end

  function self.pool(limit)
    return setmetatable({
      limit = limit, driver = driver, flying = 0, tasks = {}, timers = {}, ready = {}, done = {}, taken = 0, pumped = 0,
    }, Pool)
  end

  --- Whether a task of this runtime asks: whoever waits then must give way to the others. A task of another one is woken by what
  --- that one moves, so that waiting for us in it would never end.
  ---@return boolean
  function self.in_task()
    local task = current_task()
    return task ~= nil and task.pool.driver == driver
  end

  --- Whether the task that asks was cancelled: nothing new may be started for it.
  ---@return boolean
  function self.cancelled()
    local task = current_task()
    if not task or not task.pool.cancelled then return false end
    suspend(task) -- one that tries again for ever is dropped after some rounds
    return true
  end

  --- Waits until `op.done`, which the driver sets; `op.wake` is there for it to call. Ends early when the task is
  --- cancelled, after `op.cancel()`.
  ---@param op { done: boolean, cancel: fun(), wake: fun()? }
  function self.await(op)
    local task = current_task()
    if task then
      op.wake = function() wake(task) end
      task.cancel = op.cancel
      while not op.done and not task.pool.cancelled do suspend(task) end
      task.cancel = nil
    else
      while not op.done do driver.poll(LONGEST_WAIT) end
    end
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
