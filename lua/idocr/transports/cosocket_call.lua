--- A call in nginx: manages its two light threads, its deadline and its cancellation.
---
--- Socket timeouts cannot enforce a deadline: they restart with every byte, and a DNS query has its own. So blocking operations
--- run in light threads, while the calling thread waits until the deadline. The calling thread starts both, because nginx lets
--- only the parent kill a thread or free a finished one.

local runtime = require "idocr.nginx.runtime"
local semaphore = require "ngx.semaphore"

local ngx = ngx

---@class idocr.CosocketCall
---@field url idocr.Url
---@field proxy idocr.Url?
---@field head string
---@field body idocr.core.Body?
---@field sink idocr.core.Reply?
---@field sent boolean|"part"    how much of the request was handed to the kernel
---@field ends number            runtime.now() of the deadline
---@field cancelled boolean?
---@field sock table?            the connection in use
local Call = {}
Call.__index = Call

local unused = {} -- unused semaphores: a new one costs an allocation and a finalizer

--- Makes a call.
---@param fields table initial members: sent, ends and those that the threads need
---@return idocr.CosocketCall
function Call.new(fields)
  fields.changed = table.remove(unused) or semaphore.new(0)
  return setmetatable(fields, Call)
end

--- Wakes the calling thread, or makes its next wait return at once.
function Call:notify()
  self.notified = true
  if not self.waiting then return end
  self.waiting = false
  self.changed:post(1)
end

--- Waits until a thread calls `notify`.
---@param ends number  runtime.now()
---@return boolean notified false: the deadline passed, or the call was cancelled
function Call:wait(ends)
  while not self.notified do
    local left = ends - runtime.now()
    if left <= 0 or self.cancelled then return false end
    self.waiting = true
    self.changed:wait(math.max(left, 0.001))
    self.waiting = false
  end
  self.notified = false
  return not self.cancelled
end

--- Cancels the call. The calling thread then ends the light threads.
function Call:cancel()
  self.cancelled = true
  self:notify()
end

--- Starts a light thread that runs `fn(call, ...)`.
---@param name "first"|"second"
---@param fn function
function Call:start(name, fn, ...) self[name] = ngx.thread.spawn(fn, self, ...) end

--- Kills both threads, or frees finished ones. Killing a thread that waits on the connection closes the connection.
function Call:stop()
  if self.first then ngx.thread.kill(self.first) end
  if self.second then ngx.thread.kill(self.second) end
  self.first, self.second = nil, nil
end

--- Ends both threads and closes the connection.
function Call:close()
  self:stop()
  if self.sock then pcall(self.sock.close, self.sock) end
  self.sock = nil
end

--- Ends the call after `stop`, and returns its semaphore.
function Call:finish()
  if self.changed:count() == 0 then unused[#unused + 1] = self.changed end
end

return Call
