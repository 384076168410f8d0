--- Connects the mock server's handler to nginx: reads the request from `ngx`, sends the response, injects its fault.

local handler = require "idocr.sandbox.handler"
local json = require "idocr.json"

local content = {}

local server -- the handler of this worker

-- Keeps counters and texts in shared memory, so that they survive a reload and are common to all workers.
local Store = {}
Store.__index = Store

function Store:hit(key, ttl)
  local count, message = self.dict:incr(key, 1, 0, ttl)
  if not count then error("cannot count in the sandbox's shared dict: " .. tostring(message), 0) end
  return count
end

function Store:set(key, text, ttl) self.dict:set(key, text, ttl) end

function Store:get(key) return self.dict:get(key) end

--- Creates the handler, in init_by_lua.
---@param path string  options.json
function content.init(path)
  local file = assert(io.open(path, "rb"))
  local options = assert(json.decode(file:read("*a")))
  file:close()
  options.store = setmetatable({ dict = ngx.shared.idocr_sandbox }, Store)
  options.seed = tostring({}) .. ngx.time() .. options.keys.secret_key
  server = handler.new(options)
end

local function body_of()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  local path = not body and ngx.req.get_body_file()
  if path then -- nginx buffered it in a file
    local file = assert(io.open(path, "rb"))
    body = file:read("*a")
    file:close()
  end
  return body or ""
end

local function headers_of()
  local headers = {}
  for name, value in pairs(ngx.req.get_headers()) do
    headers[name:lower()] = type(value) == "table" and table.concat(value, ", ") or value
  end
  return headers
end

local function send(reply)
  ngx.status = reply.status
  for _, header in ipairs(reply.headers) do
    if header[1] ~= "Date" then ngx.header[header[1]] = header[2] end -- nginx adds it
  end
  ngx.header.content_length = #reply.body
  if reply.fault == "cut" then
    ngx.print(reply.body:sub(1, math.floor(#reply.body / 2)))
    ngx.flush(true)
    return ngx.exit(ngx.ERROR)
  end
  ngx.print(reply.body)
end

local function answer(request)
  local reply = server:handle(request)
  ngx.var.sandbox_action = reply.action or "-"
  ngx.var.sandbox_outcome = reply.fault and reply.outcome .. "+" .. reply.fault or reply.outcome
  if reply.fault == "reset" then return ngx.exit(444) end -- with reset_timedout_connection: RST
  if reply.fault == "slow" then ngx.sleep(reply.delay) end
  return send(reply)
end

--- Handles a request, in content_by_lua.
function content.serve()
  ngx.update_time()
  return answer {
    method = ngx.req.get_method(), uri = ngx.var.request_uri, headers = headers_of(), body = body_of(), now = ngx.now(),
  }
end

--- Handles a request whose body nginx refused to read. The handler gets a body of the same excessive size.
function content.too_large()
  local oversized = ("x"):rep(10 * 1024 * 1024 + 1)
  return answer {
    method = ngx.req.get_method(), uri = ngx.var.request_uri, headers = headers_of(), body = oversized, now = ngx.now(),
  }
end

return content
