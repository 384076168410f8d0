--- Begins calls that the event loop of the program drives, so that no call blocks it: `client:start`, `client:step`, `client:fds`.

local call = require "idocr.client.call"
local errors = require "idocr.errors"
local lifetime = require "idocr.client.lifetime"

local started = {}

--- A call that `client:start` began. It runs to its end whether or not the program keeps this object; only `client:step` moves it.
---@class idocr.StartedCall
---@field kind string          the kind of document
---@field private group idocr.StartedCalls
---@field private task idocr.Task?
---@field private outcome { ran: boolean, card: any, err: idocr.Error? }?
---@field private callback (fun(card: idocr.Card?, err: idocr.Error?))?
---@field private dropped (fun(): idocr.Error)?
local Call = { __name = "idocr.StartedCall" }
Call.__index = Call

--- The started calls of one client.
---@class idocr.StartedCalls
---@field pool idocr.Pool?     nil where the runtime has no event loop that others can drive
---@field running table<idocr.StartedCall, integer>  in the order of their start
---@field ended idocr.StartedCall[]  their callbacks are still to be called
---@field begun integer        number of calls begun so far
---@field finished integer     number of calls finished so far

local function group_of(client)
  if not client.started then
    local loop = client.runtime.loop
    client.started = { pool = loop and loop(), running = {}, ended = {}, begun = 0, finished = 0 }
  end
  return client.started
end

-- Records the outcome of a call: whether it ran without an exception, then its card and error, or the exception.
local function finish(self, ran, card, err)
  local group = self.group
  self.outcome = { ran = ran, card = card, err = err }
  self.task, self.dropped = nil, nil
  group.running[self] = nil
  group.finished = group.finished + 1
  if self.callback then group.ended[#group.ended + 1] = self end
end

--- Returns whether the call has ended.
---@return boolean
function Call:done() return self.outcome ~= nil end

--- Returns the card, or nil and an error, as `client:read` does. Raises while the call is running.
---@return idocr.Card?
---@return idocr.Error?
function Call:result()
  local outcome = self.outcome
  if not outcome then error("the call is still running: drive it with client:step until call:done() is true", 2) end
  if not outcome.ran then error(outcome.card, 0) end
  return outcome.card, outcome.err
end

--- Ends the call with the error `closed`/`Cancelled`, whose `sent` and `billed` say what left before. Nothing more is sent for it.
--- Its callback is called by the next `client:step`.
---@return boolean cancelled  false: the call had ended already, or its answer had arrived, which is then its result
function Call:cancel()
  if self.outcome then return false end
  local ended = self.group.pool:cancel_task(self.task)
  if ended and not self.outcome then finish(self, true, nil, self.dropped()) end
  local err = self.outcome and self.outcome.err
  return self.outcome == nil or err ~= nil and err.code == "Cancelled"
end

function Call:__tostring()
  return ("idocr call (%s, %s)"):format(self.kind, self.outcome and "done" or "running")
end

-- Calls the callbacks of the calls that have ended; those which end meanwhile wait for the next time.
local function deliver(group)
  for _ = 1, #group.ended do
    local ended = table.remove(group.ended, 1)
    if not ended then return end -- a callback has called client:step
    local callback = ended.callback
    ended.callback = nil
    callback(ended:result())
  end
end

local function running(group) return (group.pool and group.pool.in_flight or 0) + #group.ended end

--- Begins a call.
---@param client idocr.ClientInner
---@param kind idocr.Kind
---@param checked idocr.CheckedParams
---@param callback (fun(card: idocr.Card?, err: idocr.Error?))?
---@return idocr.StartedCall
function started.start(client, kind, checked, callback)
  local group = group_of(client)
  local self = setmetatable({ kind = kind.kind, group = group, callback = callback }, Call)
  group.begun = group.begun + 1
  group.running[self] = group.begun
  if not group.pool then
    finish(self, true, nil, errors.unsent("unsupported", "NoEventLoop",
      client.runtime.no_loop or "the runtime of this transport has no event loop"))
    return self
  end
  local call_state = lifetime.start(client)
  self.dropped = function() return lifetime.dropped(client, call_state) end
  local task = group.pool:start(function() return call.read(client, kind, checked, call_state) end,
    function(...) finish(self, ...) end)
  if not self.outcome then self.task = task end
  return self
end

--- Moves the started calls and calls the callbacks of those that ended. Returns when one has ended, or after `seconds`.
---@param client idocr.ClientInner
---@param seconds number  0: does not wait
---@return integer running
function started.step(client, seconds)
  local group, now = client.started, client.runtime.now
  if not group then return 0 end
  local pool, finished, ends = group.pool, group.finished, now() + seconds
  if pool and pool.in_flight > 0 then
    repeat
      pool:step(#group.ended > 0 and 0 or math.max(ends - now(), 0))
    until group.finished > finished or #group.ended > 0 or pool.in_flight == 0 or now() >= ends
  end
  deliver(group)
  return running(group)
end

--- Returns the descriptors to wait for, and the seconds after which `step` must be called at the latest; nil where nothing is to do.
---@param client idocr.ClientInner
---@return idocr.Descriptor[]
---@return number? seconds
function started.fds(client)
  local group = client.started
  if not group then return {}, nil end
  local list, seconds = {}, nil
  if group.pool then list, seconds = group.pool:fds() end
  if #group.ended > 0 then seconds = 0 end
  return list, seconds
end

--- Cancels all started calls, in the order of their start.
---@param client idocr.ClientInner
function started.cancel_all(client)
  local group = client.started
  if not group then return end
  local calls = {}
  for each in pairs(group.running) do calls[#calls + 1] = each end
  table.sort(calls, function(a, b) return (group.running[a] or 0) < (group.running[b] or 0) end)
  for _, each in ipairs(calls) do each:cancel() end
end

--- Calls the callbacks of the calls that have ended.
---@param client idocr.ClientInner
function started.deliver(client)
  if client.started then deliver(client.started) end
end

return started
