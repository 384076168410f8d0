--- Errors of the cosocket transport: what failed, and how much of the request had left by then (`call.sent`).

local errors = require "idocr.errors"

local failure = {}

--- Makes the error of a call.
---@return nil
---@return idocr.Error
function failure.new(call, category, code, message) return nil, errors.after(call.sent, category, code, message) end

--- An error of the way to the server: with a proxy it is the proxy's, and its message says so.
---@return nil
---@return idocr.Error
function failure.on_the_way(call, code, message)
  local proxy = call.proxy
  if not proxy then return failure.new(call, "connect", code, message) end
  return failure.new(call, "connect", "ProxyFailed", ("%s (through the proxy %s:%d)"):format(message, proxy.host, proxy.port))
end

--- No connection in time.
function failure.connect_timeout(call)
  if call.deadline_first then return failure.new(call, "timeout", "DeadlineExceeded", "no connection before the deadline") end
  local through = call.proxy and (" through the proxy %s:%d"):format(call.proxy.host, call.proxy.port) or ""
  return failure.new(call, "connect", "ConnectTimeout", ("no connection%s within the connect timeout"):format(through))
end

--- The error for a message of `sock:connect`.
---@param message string?
function failure.connecting(call, message)
  message = tostring(message)
  if message:find("no resolver defined", 1, true) then
    return failure.on_the_way(call, "ResolveFailed", "nginx has no resolver: add a line like `resolver 127.0.0.53;` to its http block")
  elseif message:find("could not be resolved", 1, true) then
    return failure.on_the_way(call, "ResolveFailed", "the host name could not be resolved by nginx's resolver: "
      .. (message:match("%((%d+: [%w ]+)%)") or "no answer"))
  elseif message == "timeout" then
    return failure.connect_timeout(call)
  elseif message:find("too many waiting connect", 1, true) then
    return failure.new(call, "connect", "PoolExhausted", "all connections are in use and too many requests wait for one")
  elseif message:find("phase", 1, true) or message:find("API disabled", 1, true) then
    return failure.new(call, "unsupported", "WrongPhase", "nginx allows no sockets here")
  end
  return failure.on_the_way(call, "ConnectFailed", "no connection: " .. errors.scrub(message))
end

local function is_reset(message) return message:find("reset", 1, true) ~= nil or message:find("broken pipe", 1, true) ~= nil end

--- The error of a connection that broke.
---@param message string?  of the cosocket
---@param code "SendFailed"|"ReceiveFailed" where the message says nothing better
function failure.broken(call, message, code)
  message = tostring(message)
  if message == "timeout" then return failure.overdue(call) end
  if message == "closed" then
    return failure.new(call, "network", "ConnectionClosed", "the connection was closed before a complete response arrived")
  elseif is_reset(message:lower()) then
    return failure.new(call, "network", "ConnectionReset", "the connection was reset before a complete response arrived")
  end
  local what = code == "SendFailed" and "the request could not be sent: " or "the response could not be received: "
  return failure.new(call, "network", code, what .. errors.scrub(message))
end

--- The deadline passed after the connection was made.
function failure.overdue(call)
  return failure.new(call, "timeout", "DeadlineExceeded", "the deadline passed while "
    .. (call.sent == true and "waiting for the response" or "sending the request"))
end

--- The call was given up by the caller.
function failure.cancelled(call) return failure.new(call, "closed", "Cancelled", "the call was cancelled, or its client left") end

--- A light thread raised an error.
function failure.raised(call, message)
  return failure.new(call, "network", call.sent == false and "SendFailed" or "ReceiveFailed",
    "the request broke off: " .. errors.describe(message))
end

return failure
