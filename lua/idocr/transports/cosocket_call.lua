--- One request on its way: its two light threads, and the wait for them until a deadline or until the caller gives up.
---
--- Socket timeouts alone keep no deadline: they start again with every byte, and a name's look-up has its own. So what
--- may block runs in light threads, while the calling thread watches the clock. It starts all of them: nginx lets only
--- the parent end a thread, or free what a finished one leaves behind.

local runtime = require "idocr.nginx.runtime"
local semaphore = require "ngx.semaphore"

local ngx = ngx

---@class idocr.CosocketCall
---@field url idocr.Url
---@field proxy idocr.Url?
---@field head string
---@field body idocr.Body?
---@field sink idocr.core.Reply?
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
  fields.changed = table.remove(unused) or semaphore.new(0)
  return setmetatable(fields, Call)
end

--- Ends the wait of the calling thread, or the next one.
function Call:tell()
  self.told = true
  if not self.waiting then return end
  self.waiting = false
  self.changed:post(1)
end

--- Waits until a thread tells something.
---@param ends number  runtime.now()
---@return boolean told false: it is too late, or the call was cancelled
function Call:wait(ends)
  while not self.told do
    local left = ends - runtime.now()
    if left <= 0 or self.cancelled then return false end
    self.waiting = true
    self.changed:wait(math.max(left, 0.001))
    self.waiting = false
  end
  self.told = false
  return not self.cancelled
end

--- Gives the call up. Its calling thread ends the others.
function Call:cancel()
  self.cancelled = true
  self:tell()
end

--- Starts the first thread or the second one: `fn(call, ...)`.
---@param name "first"|"second"
---@param fn function
function Call:start(name, fn, ...) self[name] = ngx.thread.spawn(fn, self, ...) end

--- Ends both threads, or frees them where they have ended. A thread that waits for the connection closes it thereby.
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

--- Says that the call is over; its threads have been stopped.
function Call:finish()
  if self.changed:count() == 0 then unused[#unused + 1] = self.changed end
end

return Call
