--- The transport for nginx: sends requests over non-blocking cosockets.
---
--- `cosocket_connect` opens a connection, `cosocket_exchange` sends the request and reads the response, `cosocket_call` manages
--- the two light threads and the deadline.

local Call = require "idocr.transports.cosocket_call"
local constants = require "idocr.constants"
local core = require "idocr.core"
local exchange = require "idocr.transports.cosocket_exchange"
local failure = require "idocr.transports.cosocket_failure"
local http1 = require "idocr.transports.http1"
local http1_head = require "idocr.transports.http1_head"
local inflate = require "idocr.transports.cosocket_inflate"
local proxies = require "idocr.transports.cosocket_proxy"
local runtime = require "idocr.nginx.runtime"
local urls = require "idocr.url"

local ngx = ngx
local cosocket = {}

local IDLE = 50 * 1000 -- ms; the services close idle connections after 60 s
local LARGEST_PEM = 1024 * 1024 -- bytes
local POOL_SIZE = 64 -- idle connections kept per worker and pool
local TRIES = 3 -- connections; the last one is always new, the others may come from the pool and be unclean

--- Returns whether requests are possible in the current phase of nginx.
---@return boolean
---@return string phase
function cosocket.available()
  local phase = ngx.get_phase()
  return runtime.may_wait(), phase
end

local Transport = { name = "cosocket", runtime = runtime }
Transport.__index = Transport

local UNPACKING = {
  ResponseTooLarge = "the decompressed response is larger than max_response",
  BadEncoding = "the response cannot be decompressed",
  ReceiveFailed = "no memory for the response",
}

-- Makes the response: decompresses the body and collects the decoded pictures.
local function response_of(call, reader, max)
  local text, headers = reader.body, reader.headers
  local coding = (headers["content-encoding"] or "identity"):lower()
  if coding ~= "identity" and text ~= "" then
    local known = inflate.available and (coding == "gzip" or coding == "x-gzip" or coding == "deflate")
    local plain, code = nil, "BadEncoding"
    if known then plain, code = inflate.all(text, max, runtime.pause, call.sink) end
    if not plain then return failure.new(call, code == "ReceiveFailed" and "network" or "protocol", code, UNPACKING[code]) end
    text = plain
    headers["content-encoding"] = nil
  end
  local pictures
  if call.sink then
    text, pictures = call.sink:finish()
    if not text then return failure.new(call, "network", "ReceiveFailed", UNPACKING.ReceiveFailed) end
  end
  return { status = reader.status, headers = headers, body = text, pictures = pictures }
end

local function attempt(self, call, request, options)
  local max = request.max_response or self.max_response
  if options.pictures_apart then call.sink = core.reply(max) end
  local reader = http1.reader(request.method, max, call.sink)
  call.reader = reader
  for try = 1, TRIES do
    if call.cancelled then return failure.cancelled(call) end
    local fresh = options.fresh == true or try == TRIES
    call.connect_ends = math.min(runtime.now() + (request.connect_timeout or self.connect_timeout), call.ends)
    call.deadline_first = call.connect_ends >= call.ends
    local complete, err = exchange.run(call, self, request, fresh)
    if complete == nil then return nil, err end
    if complete then
      call.keep = reader.keepalive and not fresh
      return response_of(call, reader, max)
    end
    call:close() -- unclean: nothing was sent over it
  end
end

-- Runs the request, and always ends its threads and closes or pools its connection.
local function conduct(self, call, request, options)
  local ran, response, err = pcall(attempt, self, call, request, options)
  if not ran then response, err = failure.raised(call, response) end
  if call.keep then
    call:stop()
    if not call.sock:setkeepalive(self.idle, self.pool_size) then call:close() end
  else
    call:close()
  end
  call:finish()
  if call.sink and not response then call.sink:close() end -- frees it now: the collector does not count its memory
  return response, err
end

-- Returns the call with the request head, or an error.
local function prepare(self, request, deadline)
  local url = urls.parse(request.url)
  local fields = { sent = false, url = url }
  if not url then return failure.new(fields, "unsupported", "BadUrl", "the URL must start with http:// or https://") end
  local body = request.body
  if type(body) == "string" then body = core.body { body } end
  fields.body, fields.proxy = body, self.choose_proxy(url)
  local plain_proxy = fields.proxy and url.scheme == "http"
  local length = body and body:length()
  local why
  fields.head, why = http1_head(request, plain_proxy and "http://" .. url.authority .. url.target or url.target,
    length or (request.method ~= "GET" and 0 or nil), plain_proxy and fields.proxy.authorization or nil)
  if not fields.head then return failure.new(fields, "unsupported", "BadHeader", why) end
  fields.ends = runtime.now() + deadline
  fields.socket_timeout = math.ceil(deadline * 1000) + 1000 -- ms; the deadline of the call comes first
  return Call.new(fields)
end

local NO_OPTIONS = {}

--- Sends a request and waits for the complete response.
---@param request table
---@param deadline number seconds left
---@param options { fresh: boolean?, pictures_apart: boolean? }?  `fresh` opens a new connection; `pictures_apart` decodes the
---  pictures of the response while it arrives
---@return table? response  status, headers, body; with `pictures_apart` also `pictures` (see core.reply)
---@return idocr.Error?     `sent`: false, "part" or true; `dead_connection`: a reused connection was dead before the
---  request left whole
function Transport:send(request, deadline, options)
  local nothing = { sent = false }
  local usable, phase = cosocket.available()
  if not usable then
    return failure.new(nothing, "unsupported", "WrongPhase", "nginx has no sockets in the phase " .. phase
      .. ": call from rewrite, access, content or a timer")
  end
  if runtime.cancelled() then return failure.cancelled(nothing) end
  if deadline <= 0 then return failure.new(nothing, "timeout", "DeadlineExceeded", "the deadline passed before the request") end
  local call, err = prepare(self, request, deadline)
  if not call then return nil, err end
  -- nginx timers start at the cached time of this event-loop iteration: update it where the iteration has been long.
  if runtime.wall() - ngx.now() > 0.005 then ngx.update_time() end
  runtime.on_cancel(function() call:cancel() end)
  local response
  -- Light threads allocate from their request until it ends. A timer may run for days, so there each call gets a separate
  -- timer context.
  if phase == "timer" then
    response, err = runtime.apart(conduct, self, call, request, options or NO_OPTIONS)
  else
    response, err = conduct(self, call, request, options or NO_OPTIONS)
  end
  runtime.on_cancel(nil)
  return response, err
end

local function read_pem(path, name)
  local text, message = core.read_file(path, LARGEST_PEM)
  if not text then error(name .. ": " .. path .. ": " .. message, 0) end
  return text
end

---@class idocr.CosocketOptions
---@field proxy string|false|nil URL of an HTTP proxy; false: none, even where the environment sets one
---@field client_cert string?    PEM file
---@field client_key string?     PEM file; default: in `client_cert`
---@field timeout { connect: number? }?  seconds
---@field max_response integer?  bytes
---@field pool_size integer?     idle connections per worker and peer (64)
---@field backlog integer?       limits connections in use to `pool_size`, and requests waiting for one to this number
---@field idle number?           seconds that an unused connection is kept (50)

--- Makes a transport, in `init_by_lua*` too. Raises on options that nginx cannot honour.
---@param options idocr.CosocketOptions?
function cosocket.new(options)
  options = options or {}
  if options.ca_file or options.ca_path then
    error((options.ca_file and "ca_file" or "ca_path") .. ": nginx takes trusted certificates from its configuration only: "
      .. "remove the option and put `lua_ssl_trusted_certificate FILE;` into the http or server block", 0)
  end
  local self = setmetatable({
    connect_timeout = type(options.timeout) == "table" and options.timeout.connect or constants.CONNECT_TIMEOUT,
    max_response = options.max_response or constants.MAX_RESPONSE,
    pool_size = options.pool_size or POOL_SIZE,
    backlog = options.backlog,
    idle = options.idle and math.floor(options.idle * 1000) or IDLE,
    choose_proxy = proxies.chooser(options.proxy),
  }, Transport)
  -- nginx takes the sizes of a pool from its first use, so they are part of its name.
  self.identity = self.pool_size .. "|" .. (self.backlog or "")
  if options.client_cert then
    local ssl = require "ngx.ssl"
    local certificate = read_pem(options.client_cert, "client_cert")
    local key = options.client_key and read_pem(options.client_key, "client_key") or certificate
    local why
    self.certificate, why = ssl.parse_pem_cert(certificate)
    if not self.certificate then error("client_cert: " .. tostring(why), 0) end
    self.private_key, why = ssl.parse_pem_priv_key(key)
    if not self.private_key then error("client_key: " .. tostring(why), 0) end
    self.identity = self.identity .. "|" .. ngx.md5(certificate)
  end
  return self
end

cosocket.runtime = runtime

return cosocket
