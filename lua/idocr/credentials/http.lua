--- Sends one HTTP request for credentials through a transport of the client.

local core = require "idocr.core"
local errors = require "idocr.errors"
local redact = require "idocr.redact"
local urls = require "idocr.url"

local http = {}

local LARGEST = 64 * 1024 -- bytes of a response body

--- Sends a request and returns the response with its whole body.
---@param transport table
---@param request { method: string, url: string, host: string?, headers: table?, text: string?, connect_timeout: number }
---@param seconds_left number
---@return table? response, idocr.Error?
function http.send(transport, request, seconds_left)
  if seconds_left <= 0 then
    return nil, errors.unsent("timeout", "DeadlineExceeded", "no time left to fetch credentials")
  end
  local target = assert(urls.endpoint(request.url))
  local host = request.host or target.authority
  local headers = { { "Host", host } }
  for _, header in ipairs(request.headers or {}) do headers[#headers + 1] = header end
  local response, err = transport:send({
    method = request.method,
    url = target.url,
    host = host,
    headers = headers,
    body = request.text and core.body { request.text } or nil,
    connect_timeout = math.min(request.connect_timeout, seconds_left),
    max_response = LARGEST,
  }, seconds_left)
  if response then return response end
  if not errors.is(err) then err = errors.sent("network", "TransportFailed", redact.describe(err)) end
  return nil, err
end

return http
