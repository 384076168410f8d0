--- Sends a request and reads its response on one connection.
---
--- The response is read while the request is still being sent: one light thread connects and reads, a second one sends. A
--- request that fits into the socket buffer needs one thread only, which sends and then reads.

local connect = require "idocr.transports.cosocket_connect"
local failure = require "idocr.transports.cosocket_failure"
local runtime = require "idocr.nginx.runtime"
local wire = require "idocr.transports.cosocket_wire"

local ngx = ngx
local exchange = {}

-- 64 KB: smaller chunks cost a call each (16 KB: 1.3 times the processor time of an upload); from 128 KB on LuaJIT maps
-- and unmaps memory for each string (1.6 times).
local CHUNK = 64 * 1024
local CHUNKS = 3 -- sent at once: four cost 5 % more at 5 MB
local WHOLE_UP_TO = 5 * CHUNK -- a body up to this size is sent at once: the peer wakes up once (200 KB: 6 % less)
local EARLY_RESPONSE = 1 -- seconds for the response of a server that no longer takes the request

-- The threads do not make errors, because how much was sent is known only when both have ended. They store a function of
-- `failure` and its arguments in `call.not_read` and `call.not_sent`.

-- Reads until the response is complete. Returns false for an unclean connection of the pool: it received data before the
-- first byte of the request was sent.
local function read_response(call, sock, reader)
  while not reader.done do
    local bytes, message, partial = sock:receiveany(CHUNK)
    if call.reused and call.sent == false then return false end
    bytes = bytes or partial
    if bytes and bytes ~= "" then
      if reader.sunk then runtime.pause() end -- decoding takes CPU time
      local done, code, text = reader:feed(bytes)
      if done == nil then return nil, failure.new, code == "ReceiveFailed" and "network" or "protocol", code, text end
    elseif message == "closed" then
      -- nginx also reports a reset TLS connection as "closed".
      if call.url.scheme == "https" and wire.available and wire.was_reset(sock) then
        return nil, failure.broken, "connection reset", "ReceiveFailed"
      end
      local done, code, text = reader:finish()
      if not done then return nil, failure.new, "network", code, text end
    elseif message then
      return nil, failure.broken, message, "ReceiveFailed"
    end
  end
  return true
end

-- Returns whether a connection of the pool has neither unread bytes nor an end of file. A cosocket reads only after an event,
-- so this asks the kernel. Bytes that OpenSSL has decrypted already are detected by the reading thread, which starts first
-- over TLS.
local function clean(call, sock)
  if not wire.available then -- an older module: the reading thread detects everything after an event-loop iteration
    for _ = 1, 2 do ngx.sleep(0.001) end
    return not call.dirty
  end
  return not call.dirty and wire.unread(sock) == "nothing"
end

-- Sends head and body, and sets `call.sent` to true once the kernel has the last byte. Returns false where the connection was
-- unclean and nothing was sent.
local function send_request(call, sock)
  local body = call.body
  local left = body and body:length() or 0
  local at_once = left <= WHOLE_UP_TO and left or CHUNKS * CHUNK
  local pieces, count = { call.head }, 1
  repeat
    local room = at_once
    while left > 0 and room > 0 do
      runtime.pause()
      local chunk = body:read(CHUNK)
      if not chunk then
        return nil, failure.new, "image", "PictureChanged", "the picture's file changed while it was being sent"
      end
      count = count + 1
      pieces[count] = chunk
      left, room = left - #chunk, room - #chunk
    end
    if call.sent == false and call.reused and not clean(call, sock) then return false end
    call.sent = "part"
    local ok, message = sock:send(pieces)
    if not ok then return nil, failure.broken, message, "SendFailed" end
    pieces, count = {}, 0
  until left <= 0
  call.sent = true
  return true
end

local function reading(call)
  local ran, complete, make, a, b, c = pcall(read_response, call, call.sock, call.reader)
  if not ran then
    call.not_read = { failure.raised, complete }
  elseif complete == false then
    call.dirty = true
  elseif not complete then
    call.not_read = { make, a, b, c }
  end
  call.read = true
  call:notify()
end

local function sending(call)
  local ran, sent, make, a, b, c = pcall(send_request, call, call.sock)
  if ran and sent then return end -- the calling thread does not wait for this
  if ran and sent == false then
    call.dirty = true
    return call:notify()
  end
  call.not_sent = ran and { make, a, b, c } or { failure.raised, sent }
  call:notify()
end

-- The first light thread: connects, then sends (a request that fits into the socket buffer) or reads.
local function first(call, transport, request, fresh)
  local ran, reused, err = pcall(connect.open, call, transport, request, fresh)
  if not ran or reused == nil then
    call.not_connected = ran and err or select(2, failure.raised(call, reused))
    return call:notify()
  end
  call.reused, call.connected = reused, true
  call:notify()
  if call.sends_first then
    sending(call)
    if call.second or call.sent ~= true then return end -- it blocked or failed: the second thread reads the response
  end
  reading(call)
end

local function error_of(call, fault) return fault and select(2, fault[1](call, fault[2], fault[3], fault[4])) end

-- Makes the error of a call without a complete response.
local function why(call)
  call:stop() -- nothing is sent from here on
  local started = call.reader.started
  local err, unsent = error_of(call, call.not_read), error_of(call, call.not_sent)
  -- A response that breaks off is a better reason than a failed send; an end before any response is a worse one.
  if unsent and (not err or err.category == "network" and not started) then err = unsent end
  err = err or select(2, failure.overdue(call))
  -- Certain: the server cannot have a request whose last byte was not sent.
  if call.reused and call.sent ~= true and err.category == "network" and not started then err.dead_connection = true end
  return nil, err
end

-- Sends the request and waits for the response.
local function send_and_wait(call)
  if not call.sends_first then
    call:start("second", sending)
  elseif call.sent ~= true then -- the first send blocked: the server may respond meanwhile
    call:start("second", reading)
  end
  local ends = call.ends
  while not call.read and not call.dirty do
    -- When sending fails, waits a moment for a response, which explains more than a broken pipe; not where the picture is unreadable.
    if call.not_sent then
      if call.not_sent[2] == "image" then return end
      ends = math.min(ends, runtime.now() + EARLY_RESPONSE)
    end
    if not call:wait(ends) then return end
  end
end

--- Connects, sends the request and reads the response.
---@param call idocr.CosocketCall
---@param transport table
---@param request table
---@param fresh boolean use a new connection
---@return boolean? complete nil: failed; false: the connection was unclean, nothing was sent
---@return idocr.Error?
function exchange.run(call, transport, request, fresh)
  call.sends_first = call.url.scheme == "http" and wire.available and not (call.body and call.body:length() > WHOLE_UP_TO)
  call.connected, call.read, call.dirty, call.notified = false, false, false, false
  if call.body and not call.body:rewind() then
    return failure.new(call, "image", "PictureChanged", "the picture cannot be read again")
  end
  call:start("first", first, transport, request, fresh)
  while not call.connected and not call.not_connected do
    if not call:wait(call.connect_ends) then
      if call.cancelled then return failure.cancelled(call) end
      return failure.connect_timeout(call)
    end
  end
  if call.not_connected then return nil, call.not_connected end
  call.notified = false
  if not call.read and not call.dirty then send_and_wait(call) end
  if call.cancelled then
    call:stop()
    return failure.cancelled(call)
  end
  if call.dirty and call.sent == false then return false end
  if not call.read or not call.reader.done then return why(call) end
  if call.sent ~= true then call.reader.keepalive = false end
  return true
end

return exchange
