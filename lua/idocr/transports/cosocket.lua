--- Requests over nginx's own sockets: the worker serves everybody else while one waits. This file and its siblings
--- `cosocket_*.lua` are the only ones that know `ngx`.

local core = require "idocr.core"
local errors = require "idocr.errors"
local http1 = require "idocr.transports.http1"
local inflate = require "idocr.transports.cosocket_inflate"
local proxies = require "idocr.transports.cosocket_proxy"
local runtime = require "idocr.transports.cosocket_runtime"

local semaphore = require "ngx.semaphore"

local ngx = ngx
local cosocket = {}

-- 64 KB: smaller chunks cost a call each (16 KB: 1.3 times the processor time of an upload); from 128 KB on LuaJIT maps
-- and unmaps memory for each string (1.6 times).
local CHUNK = 64 * 1024
local CHUNKS = 3 -- sent at once: four cost 5 % more at 5 MB
local WHOLE_UP_TO = 5 * CHUNK -- a body of this size is sent in one go: the peer wakes up once (200 KB: 6 % less)
local IDLE = 50 * 1000 -- ms; the services close idle connections after 60 s
local POOL_SIZE = 64 -- idle connections kept per worker and pool
local DEAD_ON_ARRIVAL = 1 -- seconds; see `Transport:send`
local LARGEST_PEM = 1024 * 1024 -- bytes
local EARLY_REPLY = 1000 -- ms to wait for the answer of a server that stopped listening

--- Whether a request can be made here and now.
---@return boolean
---@return string phase
function cosocket.available()
  local phase = ngx.get_phase()
  return runtime.may_wait(), phase
end

local RETRYABLE = { connect = true, timeout = true, network = true }

local function fail(state, category, code, message)
  return nil, errors.new(category, code, message, { sent = state.sent, retryable = RETRYABLE[category] == true })
end

local function is_address(host) return host:find("^%d+%.%d+%.%d+%.%d+$") ~= nil or host:find(":", 1, true) ~= nil end

-- nginx can only compare a certificate with a name, so where an address is dialled the logical host counts.
local function name_to_verify(url, request)
  if not is_address(url.host) then return url.host end
  local logical = (request.host or ""):gsub(":%d+$", "")
  if logical ~= "" and not is_address(logical) then return logical end
  return (url.host:find("^127%.") or url.host == "::1") and "localhost" or url.host
end

local function connect_timeout(state)
  if state.deadline_first then return fail(state, "timeout", "DeadlineExceeded", "no connection before the deadline") end
  return fail(state, "connect", "ConnectTimeout", "no connection in time")
end

local function connect_error(state, message)
  message = tostring(message)
  if message:find("no resolver defined", 1, true) then
    return fail(state, "connect", "ResolveFailed", "nginx has no resolver: it needs a line like `resolver 127.0.0.53;` in its http block")
  elseif message:find("could not be resolved", 1, true) then
    return fail(state, "connect", "ResolveFailed", "the host's name could not be resolved by nginx's resolver: "
      .. (message:match("%((%d+: [%w ]+)%)") or "no answer"))
  elseif message == "timeout" then
    return connect_timeout(state)
  elseif message:find("too many waiting connect", 1, true) then
    return fail(state, "connect", "PoolExhausted", "all connections are in use and too many requests wait for one")
  elseif message:find("phase", 1, true) or message:find("API disabled", 1, true) then
    return fail(state, "unsupported", "WrongPhase", "nginx allows no sockets here")
  end
  return fail(state, "connect", "ConnectFailed", "no connection: " .. errors.scrub(message))
end

local function broken(state, message, code)
  if message == "timeout" then return fail(state, "timeout", "DeadlineExceeded", "no answer before the deadline") end
  if message == "closed" then return fail(state, "network", "ConnectionClosed", "the connection was closed before a whole reply came") end
  if message:find("reset", 1, true) then return fail(state, "network", "ConnectionReset", "the connection was reset") end
  return fail(state, "network", code, errors.scrub(message))
end

local function handshake(state, sock, name)
  -- lua-resty-core 0.1.25 throws for some rejected certificates; with `false` instead of nil it would return true.
  local no_throw, session, message = pcall(sock.sslhandshake, sock, nil, name, true)
  if no_throw and (session or message == nil) then return true end
  if not no_throw then
    message = tostring(session):find("assertion", 1, true) and "the certificate was rejected" or tostring(session)
  end
  message = tostring(message)
  if message == "timeout" then return connect_timeout(state) end
  if message:find("certificate", 1, true) or message:find("^%d+: ") then
    local hint = ""
    if message:find("issuer", 1, true) or message:find("self.signed") then
      hint = " (nginx trusts only what the directive lua_ssl_trusted_certificate names)"
    elseif is_address(name) then
      hint = " (nginx cannot verify a certificate for an address: use the name, or give signed_host)"
    end
    return fail(state, "tls", "CertificateRejected", "the server's certificate: " .. errors.scrub(message) .. hint)
  end
  return fail(state, "tls", "HandshakeFailed", "no TLS handshake: " .. errors.scrub(message))
end

local Transport = { name = "cosocket", runtime = runtime }
Transport.__index = Transport

local unused = {} -- semaphores: a new one is memory of nginx and a finalizer

local function receive_reply(sock, reader, state)
  while not reader.done do
    local bytes, message, partial = sock:receiveany(CHUNK)
    bytes = bytes or partial
    if bytes and bytes ~= "" then
      if reader.sunk then runtime.pause() end -- decoding takes its time too
      local done, code, text = reader:feed(bytes)
      if done == nil then return fail(state, code == "ReceiveFailed" and "network" or "protocol", code, text) end
    elseif message == "closed" then
      local done, _, text = reader:finish()
      if not done then return fail(state, "network", "ConnectionClosed", text) end
    elseif message then
      return broken(state, message, "ReceiveFailed")
    end
  end
  return true
end

-- Asks the proxy for a tunnel.
local function tunnel(state, sock, url, proxy)
  local authority = (url.host:find(":", 1, true) and "[%s]:%d" or "%s:%d"):format(url.host, url.port)
  local head = assert(http1.head({ method = "CONNECT", host = authority }, authority, nil, proxy.authorization))
  local ok, message = sock:send(head)
  local reader = http1.reader("CONNECT", 64 * 1024)
  local err
  if ok then
    repeat
      local bytes, why = sock:receiveany(CHUNK)
      if not bytes then message = why break end
      local done, _, text = reader:feed(bytes)
      if done == nil then message = text break end
    until reader.status
  end
  if reader.status and reader.status < 300 and reader.done then return true end
  if reader.status == 407 then err = "the proxy wants other credentials" end
  if reader.status and not err then err = "the proxy refused the tunnel with status " .. reader.status end
  return fail(state, "connect", "ProxyFailed", err or "no tunnel through the proxy: " .. errors.scrub(tostring(message)))
end

-- Everything that changes whom we talk to or whom we trust is in the pool's name.
local function pool_name(url, proxy, name)
  local peer = proxy or url
  local text = "idocr|" .. url.scheme .. "|" .. peer.host .. "|" .. peer.port .. "|" .. name .. "|"
  if proxy then
    text = text .. (url.scheme == "https" and url.host .. ":" .. url.port or "") .. "|"
      .. (proxy.authorization and ngx.md5(proxy.authorization) or "") .. "|"
  end
  return text
end

-- A connection ready for the request's head, fresh or out of the pool.
function Transport:connect(request, state, fresh)
  local url, proxy = state.url, state.proxy
  local peer = proxy or url
  local name = url.scheme == "https" and name_to_verify(url, request) or ""
  local pool = pool_name(url, proxy, name) .. self.identity
  -- A pool that keeps nothing: the one way to be sure of a new connection.
  if fresh then pool = pool .. "|fresh" end
  state.keep = not fresh
  local sock = ngx.socket.tcp()
  state.sock = sock
  sock:settimeouts(state.connect_ms, state.total_ms, state.total_ms)
  local host = peer.host:lower() == "localhost" and "127.0.0.1" or peer.host -- nginx never reads /etc/hosts
  if host:find(":", 1, true) then host = "[" .. host .. "]" end
  local ok, message = sock:connect(host, peer.port, { pool = pool, pool_size = self.pool_size, backlog = self.backlog })
  if not ok then return connect_error(state, message) end
  state.reused = sock:getreusedtimes() > 0
  if url.scheme == "https" and not state.reused then
    local err
    if proxy then
      ok, err = tunnel(state, sock, url, proxy)
      if not ok then sock:close() return nil, err end
    end
    if self.certificate then sock:setclientcert(self.certificate, self.private_key) end
    ok, err = handshake(state, sock, name)
    if not ok then sock:close() return nil, err end
  end
  state.connected = true
  return sock
end

local function send_body(sock, head, body, state)
  local left = body and body:length() or 0
  local at_once = left <= WHOLE_UP_TO and left or CHUNKS * CHUNK
  local pieces, count = { head }, 1
  repeat
    local room = at_once
    while left > 0 and room > 0 do
      runtime.pause()
      local chunk = body:read(CHUNK)
      if not chunk then
        sock:close()
        state.broken_body = true
        return fail(state, "image", "PictureChanged", "the picture could not be read again as it was hashed")
      end
      count = count + 1
      pieces[count] = chunk
      left, room = left - #chunk, room - #chunk
    end
    state.sent = true
    local ok, why = sock:send(pieces)
    if not ok then return nil, why end
    pieces, count = {}, 0
  until left <= 0
  return true
end

local function exchange(self, request, state, fresh)
  local sock, err = self:connect(request, state, fresh)
  if not sock then return nil, err end
  local reused = state.reused
  local max = request.max_response or self.max_response
  if request.pictures_apart then state.sink = core.reply(max) end
  local reader = http1.reader(request.method, max, state.sink)
  local ok, why = send_body(sock, state.head, state.body, state)
  if not ok and state.broken_body then return nil, why end
  local sent_at = runtime.now()
  local failure
  if not ok then
    -- A server that refuses early answers and closes: its answer says more than a broken pipe.
    sock:settimeouts(nil, nil, EARLY_REPLY)
    ok = receive_reply(sock, reader, state)
    reader.keepalive = false
    if not ok then failure = select(2, broken(state, tostring(why), "SendFailed")) end
  else
    ok, failure = receive_reply(sock, reader, state)
  end
  if not ok then
    sock:close()
    -- A connection out of the pool that the server had closed meanwhile dies at once. One that dies later may have
    -- carried a call that was read and billed: that is for the caller's retry rules to judge.
    local dead = reused and not reader.started and failure.category == "network"
      and (request.repeatable or runtime.now() - sent_at < DEAD_ON_ARRIVAL)
    return nil, failure, dead
  end
  if reader.keepalive and state.keep then
    sock:setkeepalive(self.idle, self.pool_size)
  else
    sock:close()
  end
  return reader
end

local UNPACKING = {
  ResponseTooLarge = "the reply is larger than allowed once unpacked",
  BadEncoding = "the reply is packed in a way that cannot be undone here",
  ReceiveFailed = "no memory for the reply",
}

function Transport:attempt(request, state)
  local reader, err, dead = exchange(self, request, state, false)
  if dead and (not state.body or state.body:rewind()) then
    state.reconnected = true
    state.connected = false
    reader, err = exchange(self, request, state, true)
  end
  if not reader then return nil, err end
  local text, headers = reader.body, reader.headers
  local coding = (headers["content-encoding"] or "identity"):lower()
  if coding ~= "identity" and text ~= "" then
    local known = inflate.available and (coding == "gzip" or coding == "x-gzip" or coding == "deflate")
    local plain, code = nil, "BadEncoding"
    if known then plain, code = inflate.all(text, request.max_response or self.max_response, runtime.pause, state.sink) end
    if not plain then return fail(state, code == "ReceiveFailed" and "network" or "protocol", code, UNPACKING[code]) end
    text = plain
    headers["content-encoding"] = nil
  end
  local pictures
  if state.sink then
    text, pictures = state.sink:finish()
    if not text then return fail(state, "network", "ReceiveFailed", "no memory for the reply") end
  end
  return { status = reader.status, headers = headers, body = text, pictures = pictures }
end

--- Sends a request and waits for its whole reply.
---@param request table `pictures_apart`: the pictures of the reply are decoded while it arrives, and come beside it
---@param deadline number seconds left
---@return table? response  status, headers, body; with `pictures_apart` also `pictures` (see core.reply)
---@return idocr.Error?
function Transport:send(request, deadline)
  local state = { sent = false }
  local usable, phase = cosocket.available()
  if not usable then
    return fail(state, "unsupported", "WrongPhase", "nginx allows no sockets in its phase " .. phase
      .. ": call from rewrite, access, content or a timer")
  end
  if deadline <= 0 then return fail(state, "timeout", "DeadlineExceeded", "no time left") end
  local url = self.url_text == request.url and self.url or http1.url(request.url)
  self.url_text, self.url = request.url, url -- mostly the same as before
  if not url then return fail(state, "unsupported", "BadUrl", "this URL is none of http or https") end
  local body = request.body
  if type(body) == "string" then body = core.body { body } end
  state.url, state.body = url, body
  state.proxy = self.choose_proxy(url)
  local plain_proxy = state.proxy and url.scheme == "http"
  local length = body and body:length()
  local head, why = http1.head(request, plain_proxy and "http://" .. url.authority .. url.target or url.target,
    length or (request.method ~= "GET" and 0 or nil), plain_proxy and state.proxy.authorization or nil)
  if not head then return fail(state, "unsupported", "BadHeader", why) end
  state.head = head
  if body and not body:rewind() then return fail(state, "image", "PictureChanged", "the picture cannot be read again") end

  -- nginx counts its timers from the start of this turn of its loop: look at the clock where the turn has been long.
  if runtime.wall() - ngx.now() > 0.005 then ngx.update_time() end
  local to_connect = math.min(request.connect_timeout or self.connect_timeout, deadline)
  state.deadline_first = to_connect >= deadline
  state.total_ms = math.max(math.ceil(deadline * 1000), 1)
  state.connect_ms = math.max(math.ceil(to_connect * 1000), 1)
  -- Socket timeouts alone keep no deadline: they start anew with every byte, and a name's look-up has its own. So the
  -- work is done by a light thread of its own (it costs half a microsecond), while this one watches the clock.
  local done = table.remove(unused) or semaphore.new(0)
  local ran, response, err
  local work = ngx.thread.spawn(function()
    ran, response, err = pcall(self.attempt, self, request, state)
    done:post(1)
  end)
  local cancelled = false
  runtime.on_cancel(function()
    cancelled = true
    done:post(1)
  end)
  local woken = done:wait(state.deadline_first and deadline + 0.005 or to_connect + 0.005)
  if not woken and not state.deadline_first and state.connected then done:wait(deadline - to_connect) end
  runtime.on_cancel(nil)
  if woken and not cancelled then unused[#unused + 1] = done end -- posted once, waited for once
  if state.sink and not response then state.sink:close() end -- the collector does not see how much is in there
  if ran == nil then
    ngx.thread.kill(work)
    if state.sock then pcall(state.sock.close, state.sock) end
    if cancelled then return fail(state, "closed", "Cancelled", "the call was given up") end
    if not state.connected and not state.reconnected then return connect_timeout(state) end
    return fail(state, "timeout", "DeadlineExceeded", "no answer before the deadline")
  elseif not ran then
    return fail(state, "network", "ReceiveFailed", "the request broke off: " .. errors.scrub(tostring(response)))
  end
  return response, err
end

local function read_pem(path, name)
  local text, message = core.read_file(path, LARGEST_PEM)
  if not text then error(name .. ": " .. path .. ": " .. message, 0) end
  return text
end

---@class idocr.CosocketOptions
---@field proxy string|false|nil URL of an HTTP proxy; false: none, whatever the environment says
---@field client_cert string?    PEM file
---@field client_key string?     PEM file; default: in `client_cert`
---@field timeout { connect: number? }?  seconds
---@field max_response integer?  bytes
---@field pool_size integer?     idle connections per worker and peer (64)
---@field backlog integer?       given: at most `pool_size` connections in use, so many requests wait for one
---@field idle number?           seconds that an unused connection is kept (50)

--- Makes a transport. Works in `init_by_lua*` too, where nothing can be sent yet. Raises on what nginx cannot do.
---@param options idocr.CosocketOptions?
function cosocket.new(options)
  options = options or {}
  if options.ca_file or options.ca_path then
    error((options.ca_file and "ca_file" or "ca_path") .. ": nginx takes trusted certificates from its configuration only: "
      .. "remove the option and put `lua_ssl_trusted_certificate FILE;` into the http or server block", 0)
  end
  local self = setmetatable({
    connect_timeout = type(options.timeout) == "table" and options.timeout.connect or 5,
    max_response = options.max_response or 32 * 1024 * 1024,
    pool_size = options.pool_size or POOL_SIZE,
    backlog = options.backlog,
    idle = options.idle and math.floor(options.idle * 1000) or IDLE,
    choose_proxy = proxies.chooser(options.proxy),
  }, Transport)
  -- nginx takes a pool's sizes from whoever uses it first.
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
