--- One request on its way: its light threads, and the wait for them until a deadline or until the caller gives up.
---
--- Socket timeouts alone keep no deadline: they start again with every byte, and a name's look-up has its own. So what
--- may block runs in light threads, while the calling thread watches the clock. It starts all of them: nginx lets only
--- the parent end a thread, or free what a finished one leaves behind.

local runtime = require "idocr.transports.cosocket_runtime"
local semaphore = require "ngx.semaphore"

local ngx = ngx

---@class idocr.CosocketCall
---@field sent boolean|"part"    how much of the request was handed to the kernel
---@field ends number            runtime.now() of the deadline
---@field cancelled boolean?
---@field sock table?            the connection in use
local Call = {}
Call.__index = Call

local unused = {} -- semaphores: a new one is memory of nginx and a finalizer

--- Makes a call.
---@param fields table its members: sent, ends and what the threads need
---@return idocr.CosocketCall
function Call.new(fields)
  fields.threads, fields.results = {}, {}
  fields.changed = table.remove(unused) or semaphore.new(0)
  return setmetatable(fields, Call)
end

local function pack(...) return { n = select("#", ...), ... } end

local function run(call, name, fn, ...)
  local results = pack(pcall(fn, call, ...))
  call.results[name] = results
  call:wake()
end

--- Ends a wait.
function Call:wake()
  if not self.waiting then return end
  self.waiting = false
  self.changed:post(1)
end

--- Starts `fn(call, ...)` in a light thread.
---@param name string
---@param fn function
function Call:start(name, fn, ...)
  self.results[name] = nil
  self.threads[name] = ngx.thread.spawn(run, self, name, fn, ...)
end

--- Waits until one of two threads has ended or the call was cancelled.
---@param ends number  runtime.now()
---@param name string
---@param other string?
---@return boolean ended false: it is too late, or the call was cancelled
function Call:wait(ends, name, other)
  local results = self.results
  while not self.cancelled do
    if results[name] or other and results[other] then return true end
    local left = ends - runtime.now()
    if left <= 0 then return false end
    self.waiting = true
    self.changed:wait(math.max(left, 0.001))
    self.waiting = false
  end
  return false
end

--- What a thread that has ended returned, as `pcall` does.
function Call:result(name)
  local results = self.results[name]
  return unpack(results, 1, results.n)
end

--- Ends a thread, or frees one that has ended.
function Call:stop(name)
  local thread = self.threads[name]
  if not thread then return end
  self.threads[name] = nil
  ngx.thread.kill(thread)
end

--- Ends all threads and closes the connection.
function Call:close()
  for name in pairs(self.threads) do self:stop(name) end
  if self.sock then pcall(self.sock.close, self.sock) end -- a killed thread has closed it already
  self.sock = nil
end

--- Frees what the call holds. The connection stays as it is.
function Call:finish()
  for name in pairs(self.threads) do self:stop(name) end
  if self.changed:count() == 0 then unused[#unused + 1] = self.changed end
end

return Call
