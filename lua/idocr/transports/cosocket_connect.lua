--- Opens a connection for a request, from the pool or new: TCP, the proxy tunnel, and TLS.

local failure = require "idocr.transports.cosocket_failure"
local http1 = require "idocr.transports.http1"
local http1_head = require "idocr.transports.http1_head"
local probe = require "idocr.transports.cosocket_probe"
local redact = require "idocr.redact"
local runtime = require "idocr.nginx.runtime"
local urls = require "idocr.url"

local ngx = ngx

local connect = {}

local CHUNK = 16 * 1024
local PROBE = 1 -- seconds for the answer to a probe

-- nginx can compare a certificate with a name only: for an IP address this is the signed host.
local function name_to_verify(url, request)
  if url.scheme ~= "https" then return "" end
  if not urls.is_address(url.host) then return url.host end
  local logical = (request.host or ""):gsub(":%d+$", "")
  if logical ~= "" and not urls.is_address(logical) then return logical end
  return urls.is_loopback(url.host) and "localhost" or url.host
end

-- The pool name holds everything that determines the peer and the trusted certificates.
local function pool_of(transport, call, name, kind)
  local url, proxy = call.url, call.proxy
  local peer = proxy or url
  local text = "idocr|" .. url.scheme .. "|" .. peer.host .. "|" .. peer.port .. "|" .. name .. "|"
  if proxy then
    text = text .. (url.scheme == "https" and url.host .. ":" .. url.port or "") .. "|"
      .. (proxy.authorization and ngx.md5(proxy.authorization) or "") .. "|"
  end
  return { pool = text .. transport.identity .. kind, pool_size = transport.pool_size, backlog = transport.backlog }
end

-- Opens a tunnel through the proxy with CONNECT.
local function tunnel(call, sock)
  local url, proxy = call.url, call.proxy
  local authority = urls.join(url.host, url.port)
  local head = assert(http1_head({ method = "CONNECT", host = authority }, authority, nil, proxy.authorization))
  local sent, message = sock:send(head)
  local reader = http1.reader("CONNECT", 64 * 1024)
  if sent then
    repeat
      local bytes, why = sock:receiveany(CHUNK)
      if not bytes then message = why break end
      local done, _, text = reader:feed(bytes)
      if done == nil then message = text break end
    until reader.status and reader.status >= 200
  end
  local status = reader.status
  if status and status >= 200 and status < 300 and reader.done then return true end
  if status == 407 then return failure.on_the_way(call, "ProxyFailed", "the proxy wants other credentials (status 407)") end
  if status and status >= 200 then
    return failure.on_the_way(call, "ProxyFailed", ("the proxy refused the tunnel with status %d"):format(status))
  end
  if message == "timeout" then return failure.connect_timeout(call) end
  return failure.on_the_way(call, "ProxyFailed", "the proxy made no tunnel: " .. redact.scrub(tostring(message)))
end

-- Opens a TCP connection to the server, or to the proxy and through it.
local function open(call, pool)
  local url, proxy = call.url, call.proxy
  local peer = proxy or url
  local sock = ngx.socket.tcp()
  call.sock = sock
  local to_connect = math.max(math.ceil((call.connect_ends - runtime.now()) * 1000), 1)
  sock:settimeouts(to_connect, call.socket_timeout, call.socket_timeout)
  local host = peer.host:lower() == "localhost" and "127.0.0.1" or peer.host -- nginx never reads /etc/hosts
  if host:find(":", 1, true) then host = "[" .. host .. "]" end
  local ok, message = sock:connect(host, peer.port, pool)
  if not ok then return failure.connecting(call, message) end
  local reused = sock:getreusedtimes() > 0
  if proxy and url.scheme == "https" and not reused then
    local err
    ok, err = tunnel(call, sock)
    if not ok then return nil, err end
  end
  return sock, reused
end

-- Finds out why a handshake failed, over another connection: nginx does not tell.
local function handshake_failed(transport, call, name)
  pcall(call.sock.close, call.sock)
  call.connect_ends = math.min(call.connect_ends, runtime.now() + PROBE)
  local sock = open(call, pool_of(transport, call, name, "|probe"))
  local reason, answers
  if sock then
    sock:settimeouts(PROBE * 1000, PROBE * 1000, PROBE * 1000)
    local random = ngx.md5(name .. runtime.now())
    reason, answers = probe.ask(sock, not urls.is_address(name) and name or nil, random)
  end
  if reason then return failure.new(call, "tls", "HandshakeFailed", "no TLS handshake: " .. reason) end
  return failure.new(call, "connect", "ConnectFailed", answers
    and "the TLS handshake failed, but the server accepts another one (does lua_ssl_protocols allow its versions?)"
    or "the connection was closed during the TLS handshake")
end

local function handshake(transport, call, sock, name)
  if transport.certificate then sock:setclientcert(transport.certificate, transport.private_key) end
  -- lua-resty-core 0.1.25 throws for some rejected certificates; with `false` instead of nil it would return true.
  local no_throw, session, message = pcall(sock.sslhandshake, sock, nil, name, true)
  if no_throw and (session or message == nil) then return true end
  if not no_throw then
    message = tostring(session):find("assertion", 1, true) and "the certificate was rejected" or tostring(session)
  end
  message = tostring(message)
  if message == "timeout" then return failure.connect_timeout(call) end
  -- A leading number may be an error code of another connection.
  if message:find("handshake failed", 1, true) then return handshake_failed(transport, call, name) end
  if message:find("certificate", 1, true) or message:find("^%d+: ") then
    local hint = ""
    if message:find("issuer", 1, true) or message:find("self.signed") then
      hint = " (nginx trusts only the certificates in lua_ssl_trusted_certificate)"
    elseif urls.is_address(name) then
      hint = " (nginx cannot verify a certificate for an address: use the name, or give signed_host)"
    end
    return failure.new(call, "tls", "CertificateRejected", "the server's certificate: " .. redact.scrub(message) .. hint)
  end
  return failure.new(call, "tls", "HandshakeFailed", "no TLS handshake: " .. redact.scrub(message))
end

--- Opens a connection and stores it in `call.sock`.
---@param call idocr.CosocketCall
---@param transport table
---@param request table
---@param fresh boolean use a new connection and do not pool it
---@return boolean? reused nil: failed
---@return idocr.Error?
function connect.open(call, transport, request, fresh)
  local name = name_to_verify(call.url, request)
  -- The pool "fresh" is never filled, so this is always a new connection.
  local pool = pool_of(transport, call, name, fresh and "|fresh" or "")
  local sock, reused = open(call, pool)
  if not sock then return nil, reused end
  if call.url.scheme == "https" and not reused then
    local ok, err = handshake(transport, call, sock, name)
    if not ok then return nil, err end
  end
  return reused
end

return connect
