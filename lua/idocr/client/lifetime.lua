--- The lifetime of a call: its deadline, its cancellation, and the process that it belongs to.

local core = require "idocr.core"
local errors = require "idocr.errors"
local money = require "idocr.client.money"

local lifetime = {}

--- One call: the deadline and the number of requests, shared by all providers that it asks.
---@class idocr.CallState: idocr.Spending
---@field started number     runtime.now()
---@field ends number        runtime.now() of the deadline
---@field total number       seconds
---@field process integer    id of the process that started the call
---@field reconnected boolean? a dead connection has been replaced
---@field fresh boolean?     the next request needs a new connection
---@field last_error idocr.Error?  of the attempt before
---@field snapshot table?    credentials of the last attempt, as their source returned them
---@field temporary boolean? the credentials can be renewed
---@field before_send (fun(): any, idocr.Error?)?  called before each request leaves; anything but true stops it
---@field sending { account: idocr.Account, plan: idocr.Plan }?  the request that a transport has now

--- Starts the deadline of a call.
---@param client idocr.ClientInner
---@return idocr.CallState
function lifetime.start(client)
  local now, total = client.runtime.now(), client.options.timeout.total
  return { started = now, ends = now + total, total = total, attempts = 0, process = core.process_id() }
end

--- Returns an error in a forked child: a call in flight at a fork goes on in the parent, and the child must not send for it.
---@param call_state idocr.CallState
---@return idocr.Error?
function lifetime.fork_error(call_state)
  if call_state.process == core.process_id() then return nil end
  return errors.unsent("closed", "Forked", "the call belongs to the process that this one was forked from")
end

--- Returns the error of a call whose deadline has passed; it names the last error before.
---@param call_state idocr.CallState
---@return idocr.Error
function lifetime.deadline_error(call_state)
  local message = ("not finished within %g s"):format(call_state.total)
  local last = call_state.last_error
  if last then message = message .. "; the last error was " .. last.category .. " error " .. last.code end
  return errors.after(call_state.sent or false, "timeout", "DeadlineExceeded", message)
end

--- Returns an error where the call was cancelled, so that nothing more is done for it. In nginx the transport checks this.
---@param client idocr.ClientInner
---@param call_state idocr.CallState
---@return idocr.Error?
function lifetime.cancelled(client, call_state)
  local runtime = client.runtime
  if not runtime.loop or not runtime.cancelled() then return nil end
  local last = call_state.last_error
  local message = "the call was cancelled" .. (last and "; the last error was " .. last.category .. " error " .. last.code or "")
  return errors.unsent("closed", "Cancelled", message)
end

--- Returns an error where nothing more may be done for a call: it was cancelled, or its deadline has passed.
---@param client idocr.ClientInner
---@param call_state idocr.CallState
---@return idocr.Error?
function lifetime.ended(client, call_state)
  if client.runtime.now() >= call_state.ends then return lifetime.deadline_error(call_state) end
  return lifetime.cancelled(client, call_state)
end

--- Returns the error of a cancelled call whose coroutine was dropped because it does not end.
---@param client idocr.ClientInner
---@param call_state idocr.CallState
---@return idocr.Error
function lifetime.dropped(client, call_state)
  local sending = call_state.sending
  local err = errors.after(sending ~= nil, "closed", "Cancelled", "the call was cancelled")
  if sending then
    money.add(call_state, err, sending.plan)
    if client.ledger then client.ledger:record(sending.account.name, sending.plan, call_state.attempts, err) end
  end
  return money.settle(err, call_state)
end

return lifetime
