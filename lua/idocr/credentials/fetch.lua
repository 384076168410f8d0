--- One small exchange for credentials, through whatever transport the client has.

local core = require "idocr.core"
local errors = require "idocr.errors"
local urls = require "idocr.url"

local fetch = {}

local LARGEST = 64 * 1024 -- bytes of a reply

--- Sends a request and gives its whole reply.
---@param transport table
---@param request { method: string, url: string, host: string?, headers: table?, text: string?, connect_timeout: number }
---@param left number seconds
---@return table? response, idocr.Error?
function fetch.send(transport, request, left)
  if left <= 0 then
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
    connect_timeout = math.min(request.connect_timeout, left),
    max_response = LARGEST,
  }, left)
  if response then return response end
  if not errors.is(err) then err = errors.sent("network", "TransportFailed", errors.describe(err)) end
  return nil, err
end

return fetch
