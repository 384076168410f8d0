--- The transport for plain Lua programs: sends requests over libcurl.
---
--- One instance has one libcurl multi handle, whose connections all calls of a client share, sequential or concurrent. A forked
--- process opens new connections.

local constants = require "idocr.constants"
local core = require "idocr.core"
local curl = require "idocr.curl"
local errors = require "idocr.errors"
local proxies = require "idocr.transports.proxies"
local runtime = require "idocr.runtime"
local urls = require "idocr.url"

local LARGEST_PEM = 16 * 1024 * 1024 -- bytes
local LONGEST_WAIT = 1 -- seconds; Lua handles signals between two waits

local Transport = {}
Transport.__index = Transport
Transport.name = "curl"

local function failure(url, proxy, category, code, message, sent, dead_connection)
  local where = urls.authority(url)
  if proxy then where = where .. " through the proxy " .. proxy.authority end
  if where ~= "" then message = where .. ": " .. message end
  local err = errors.after(sent, category, code, message)
  if dead_connection then err.dead_connection = true end
  return err
end

local function closed(url, message) return nil, failure(url, nil, "closed", "Cancelled", message, false) end

local PROXY_SCHEMES = { http = true, https = true, socks4 = true, socks4a = true, socks5 = true, socks5h = true }

local function proxy_for(self, url)
  local parsed = self.choose_proxy and urls.parse(url)
  return parsed and self.choose_proxy(parsed) or nil
end

-- Returns the URL and the CONNECT_TO value for libcurl. Where the URL has an IP address and `host` a name, the certificate must
-- be valid for the name: the URL then gets the name, and CONNECT_TO the address.
local function route(url, host)
  local scheme, authority, rest = urls.split(url)
  if scheme ~= "https" or not host then return url end
  local address, port = urls.split_host(authority)
  local name = urls.split_host(host)
  if not address or not name or not urls.is_address(address) or urls.is_address(name) then return url end
  port = port or 443
  return ("https://%s:%d%s"):format(name, port, rest), ("::%s:%d"):format(address, port)
end

--- Sends a request and waits for the response. Never sends it twice: the error reports how much was sent, and whether the peer
--- certainly did not act on it.
---@param request table  method, url, host, headers, body, connect_timeout, max_response
---@param deadline number  seconds that are left
---@param options { fresh: boolean?, pictures_apart: boolean?, direct: boolean? }?  `fresh` opens a new connection; `pictures_apart`
---  decodes the pictures of the response while it arrives; `direct` uses no proxy
---@return table? response  status, headers (lower-case names), body; with `pictures_apart` also `pictures` (see core.reply)
---@return idocr.Error? err  `sent`: false (no byte left), "part" (not all of the request), true (all of it, or unknown);
---  `dead_connection`: true where the request was lost on a connection that was dead before, or refused unread
function Transport:send(request, deadline, options)
  local url = request.url
  if self.handle == nil then return closed(url, "the client is closed") end
  if self.runtime.cancelled() then return closed(url, "the call was cancelled") end
  local proxy = not (options and options.direct) and proxy_for(self, url) or nil
  local dialled, connect_to = route(url, request.host)
  local body = request.body
  if type(body) == "string" then body = core.body { body } end
  local max_response = request.max_response or self.max_response
  local sink = options and options.pictures_apart and core.reply(max_response) or nil
  local transfer, category, code, message, sent = self.handle:start(request, dialled, body, sink,
    request.connect_timeout or self.connect_timeout, deadline or constants.TOTAL_TIMEOUT, max_response, connect_to,
    proxy and proxy.url or "", options and options.fresh)
  if not transfer then return nil, failure(url, proxy, category, code, message, sent) end

  if self.runtime.in_task() then
    local op = { done = false, cancel = function() transfer:cancel() end }
    self.pending[transfer] = op
    self.runtime.await(op)
    self.pending[transfer] = nil
    if not transfer:finished() then transfer:cancel() end
  else
    while not transfer:wait(LONGEST_WAIT) do end
  end

  local status, second, third, why, was_sent, dead_connection = transfer:result()
  if not status then
    if sink then sink:close() end -- frees it now: the collector does not count its memory
    return nil, failure(url, proxy, second, third, why, was_sent, dead_connection)
  end
  local response = { status = status, headers = second, body = third }
  if sink then
    response.body, response.pictures = sink:finish()
    sink:close()
    if not response.body then return nil, failure(url, nil, "network", "ReceiveFailed", "no memory for the response", true) end
  end
  return response
end

--- Returns this transport without its proxies: for addresses in the network of the machine. Shares connections and the event loop.
---@return table transport
function Transport:direct()
  return { send = function(_, request, deadline) return self:send(request, deadline, { direct = true }) end }
end

--- Cancels unfinished calls with closed/Cancelled and closes all connections. May be called again.
function Transport:close()
  local handle = self.handle
  if not handle then return end
  self.handle = nil
  handle:close()
  for _, op in pairs(self.pending) do
    op.done = true
    if op.wake then op.wake() end
  end
end

local function readable(options, name)
  local path = options[name]
  if path == nil then return end
  if type(path) ~= "string" then error(name .. " must be a path", 0) end
  local read, why
  if name == "ca_path" then read, why = core.list_directory(path) else read, why = core.read_file(path, LARGEST_PEM) end
  if not read then error(("%s: %s: %s"):format(name, path, why), 0) end
end

-- Returns the trusted certificates: of the options, else of the environment variables of OpenSSL.
local function trust(options)
  if options.ca_file or options.ca_path then return options.ca_file, options.ca_path end
  local file, path = os.getenv("SSL_CERT_FILE"), os.getenv("SSL_CERT_DIR")
  -- Refuses a pipe, which would block; libcurl reports other errors.
  if file and select(3, core.read_file(file, LARGEST_PEM)) == "not_a_file" then error("SSL_CERT_FILE must be a regular file", 0) end
  return file ~= "" and file or nil, path ~= "" and path or nil
end

local module = {}

--- Makes a transport. Raises where an option cannot be used.
---@param options table?  ca_file, ca_path, client_cert, client_key, proxy (URL, or false for none at all), timeout.connect,
---  max_response; http1 = true never negotiates HTTP/2
function module.new(options)
  options = options or {}
  for _, name in ipairs { "ca_file", "ca_path", "client_cert", "client_key" } do readable(options, name) end
  local ca_file, ca_path = trust(options)
  local choose_proxy = proxies.chooser(options.proxy, PROXY_SCHEMES)
  local handle, why = curl.new {
    ca_file = ca_file, ca_path = ca_path, client_cert = options.client_cert, client_key = options.client_key,
    http1 = options.http1,
  }
  if not handle then error("libcurl: " .. why, 0) end

  -- transfer -> the operation that a task waits for. Weak, so that the transfer of a dropped task is collected and thereby
  -- cancelled.
  local pending = setmetatable({}, { __mode = "kv" })
  local function poll(seconds)
    if handle:wait(seconds) == 0 then return end
    local transfer = handle:next()
    while transfer do
      local op = pending[transfer]
      if op then
        op.done = true
        if op.wake then op.wake() end
      end
      transfer = handle:next()
    end
  end

  return setmetatable({
    handle = handle,
    choose_proxy = choose_proxy,
    pending = pending,
    runtime = runtime.new { poll = poll, fds = function() return handle:fds() end },
    connect_timeout = options.timeout and options.timeout.connect or constants.CONNECT_TIMEOUT,
    max_response = options.max_response or constants.MAX_RESPONSE,
  }, Transport)
end

return module
