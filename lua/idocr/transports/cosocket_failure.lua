--- Makes the errors of the cosocket transport, with how much of the request was sent (`call.sent`).

local errors = require "idocr.errors"
local redact = require "idocr.redact"

local failure = {}

--- Makes the error of a call.
---@return nil
---@return idocr.Error
function failure.new(call, category, code, message) return nil, errors.after(call.sent, category, code, message) end

--- Makes an error of connecting; with a proxy it is an error of the proxy.
---@return nil
---@return idocr.Error
function failure.on_the_way(call, code, message)
  local proxy = call.proxy
  if not proxy then return failure.new(call, "connect", code, message) end
  return failure.new(call, "connect", "ProxyFailed", ("%s (through the proxy %s:%d)"):format(message, proxy.host, proxy.port))
end

--- Makes the error of a connect timeout.
function failure.connect_timeout(call)
  if call.deadline_first then return failure.new(call, "timeout", "DeadlineExceeded", "no connection before the deadline") end
  local through = call.proxy and (" through the proxy %s:%d"):format(call.proxy.host, call.proxy.port) or ""
  return failure.new(call, "connect", "ConnectTimeout", ("no connection%s within the connect timeout"):format(through))
end

--- Makes the error for a message of `sock:connect`.
---@param message string?
function failure.connecting(call, message)
  message = tostring(message)
  if message:find("no resolver defined", 1, true) then
    return failure.on_the_way(call, "ResolveFailed", "nginx has no resolver: add a line like `resolver 127.0.0.53;` to its http block")
  elseif message:find("could not be resolved", 1, true) then
    return failure.on_the_way(call, "ResolveFailed", "the host name could not be resolved by nginx's resolver: "
      .. (message:match("%((%d+: [%w ]+)%)") or "no response"))
  elseif message == "timeout" then
    return failure.connect_timeout(call)
  elseif message:find("too many waiting connect", 1, true) then
    return failure.new(call, "connect", "PoolExhausted", "all connections are in use and too many requests wait for one")
  elseif message:find("phase", 1, true) or message:find("API disabled", 1, true) then
    return failure.new(call, "unsupported", "WrongPhase", "nginx has no sockets in this phase")
  end
  return failure.on_the_way(call, "ConnectFailed", "no connection: " .. redact.scrub(message))
end

local function is_reset(message) return message:find("reset", 1, true) ~= nil or message:find("broken pipe", 1, true) ~= nil end

--- Makes the error of a broken connection.
---@param message string?  of the cosocket
---@param code "SendFailed"|"ReceiveFailed" used where the message is not known
function failure.broken(call, message, code)
  message = tostring(message)
  if message == "timeout" then return failure.overdue(call) end
  if message == "closed" then
    return failure.new(call, "network", "ConnectionClosed", "the connection was closed before a complete response arrived")
  elseif is_reset(message:lower()) then
    return failure.new(call, "network", "ConnectionReset", "the connection was reset before a complete response arrived")
  end
  local what = code == "SendFailed" and "the request could not be sent: " or "the response could not be received: "
  return failure.new(call, "network", code, what .. redact.scrub(message))
end

--- Makes the error of a deadline that passed after the connection was open.
function failure.overdue(call)
  return failure.new(call, "timeout", "DeadlineExceeded", "the deadline passed while "
    .. (call.sent == true and "waiting for the response" or "sending the request"))
end

--- Makes the error of a cancelled call.
function failure.cancelled(call) return failure.new(call, "closed", "Cancelled", "the call was cancelled, or its client disconnected") end

--- Makes the error of a light thread that raised.
function failure.raised(call, message)
  return failure.new(call, "network", call.sent == false and "SendFailed" or "ReceiveFailed",
    "the request failed: " .. redact.describe(message))
end

return failure
