--- The sandbox transport: passes requests to the mock server in this process. Used only when selected; its cards have
--- `sandbox = true`.

local core = require "idocr.core"
local errors = require "idocr.errors"
local runtime = require "idocr.runtime"
local urls = require "idocr.url"

local Transport = {}
Transport.__index = Transport
Transport.name = "sandbox"

local function failure(category, code, message, sent)
  return nil, errors.after(sent, category, code, message)
end

local function text_of(body)
  if body == nil then return "" end
  if type(body) == "string" then return body end
  local rewound, message, code = body:rewind()
  local parts = {}
  while rewound do
    local part
    part, message, code = body:read(65536)
    if part == nil then break end
    parts[#parts + 1] = part
  end
  if code then return nil, message, code end
  return table.concat(parts)
end

local function headers_of(request)
  local headers = {}
  for _, header in ipairs(request.headers) do headers[header[1]:lower()] = tostring(header[2]) end
  headers.host = headers.host or request.host
  return headers
end

-- Returns path and query of a URL.
local function target_of(url)
  local _, _, rest = urls.split(url)
  return (rest or ""):match("^/[^#]*") or "/"
end

--- Passes a request to the handler.
---@param request table
---@param deadline number remaining seconds
---@return table? response
---@return idocr.Error?
function Transport:send(request, deadline)
  if not self.handler then return failure("closed", "Cancelled", "the client is closed", false) end
  local body, message, code = text_of(request.body)
  if not body then return failure("image", code == "changed" and "PictureChanged" or "PictureUnreadable", message, false) end
  local reply = self.handler:handle {
    method = request.method,
    uri = target_of(request.url),
    headers = headers_of(request),
    body = body,
    now = core.wall(),
  }
  if reply.fault == "reset" then return failure("network", "ConnectionReset", "the sandbox reset the connection (injected)", true) end
  if reply.fault == "cut" then return failure("network", "ConnectionClosed", "the sandbox cut its reply (injected)", true) end
  if reply.fault == "slow" then
    self.runtime.sleep(math.min(reply.delay, deadline))
    if reply.delay >= deadline then return failure("timeout", "DeadlineExceeded", "the sandbox delayed its reply (injected)", true) end
  end
  if request.max_response and #reply.body > request.max_response then
    return failure("protocol", "ResponseTooLarge", "the reply is larger than max_response", true)
  end
  local headers = {}
  for _, header in ipairs(reply.headers) do headers[header[1]:lower()] = header[2] end
  return { status = reply.status, headers = headers, body = reply.body }
end

--- Closes the transport: later requests are `closed` errors.
function Transport:close() self.handler = nil end

local sandbox = {}

--- Makes the transport. Its `credentials`, by provider, are used by clients without credentials.
---@param options table? ignored
---@return table transport
function sandbox.new(options) -- luacheck: no unused args
  local handler = require "idocr.sandbox.handler"
  local keys = handler.KEYS
  return setmetatable({
    runtime = runtime.current(),
    handler = handler.new(),
    credentials = {
      tencent = { secret_id = keys.secret_id, secret_key = keys.secret_key },
      ekycpro = { api_key = keys.api_key },
    },
  }, Transport)
end

return sandbox
