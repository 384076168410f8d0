-- A transport of one's own: it records size, time and outcome of each request, and hands it on to another transport.
--
--   local recorder = require "own_transport"
--   local client = idocr.new { transport = recorder.new(inner, function(record) … end) }
--
-- examples/own_transport_spec.lua is its unit test. docs/transports.md describes requests, responses and errors.

local recorder = {}

local Recorder = { name = "recorder" }
Recorder.__index = Recorder

--- Makes the transport.
---@param inner fun(request: table, deadline: number): table?, table?  carries the request
---@param record fun(entry: { host: string, bytes: integer, status: integer?, code: string?, sent: boolean|"part"|nil })
---@return table transport for the option `transport`
function recorder.new(inner, record) return setmetatable({ inner = inner, record = record }, Recorder) end

function Recorder:send(request, deadline)
  local bytes = request.body and request.body:length() or 0
  local response, err = self.inner(request, deadline)
  if response then
    self.record { host = request.host, bytes = bytes, status = response.status }
    return response
  end
  self.record { host = request.host, bytes = bytes, code = err.code, sent = err.sent }
  return nil, err -- unchanged: `sent` decides whether the request may be repeated
end

return recorder
