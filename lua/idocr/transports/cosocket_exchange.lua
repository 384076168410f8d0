--- One request and its response on a connection: two light threads, so that the response is read while the request is
--- still being sent.

local failure = require "idocr.transports.cosocket_failure"
local runtime = require "idocr.transports.cosocket_runtime"
local wire = require "idocr.transports.cosocket_wire"

local exchange = {}

-- 64 KB: smaller chunks cost a call each (16 KB: 1.3 times the processor time of an upload); from 128 KB on LuaJIT maps
-- and unmaps memory for each string (1.6 times).
local CHUNK = 64 * 1024
local CHUNKS = 3 -- sent at once: four cost 5 % more at 5 MB
local WHOLE_UP_TO = 5 * CHUNK -- a body of this size is sent in one go: the peer wakes up once (200 KB: 6 % less)
local EARLY_RESPONSE = 1 -- seconds for the response of a server that no longer takes the request

-- Where there is no way to look at a plain connection, none is used twice: nginx does not read from it what came while
-- the worker was busy.
exchange.keeps_plain = wire.available

-- The threads do not make errors: what of the request has left is known only once both have ended. They return nil, a
-- function of `failure` and its arguments.

-- Reads until the response is complete. A connection that says anything before the request is sent is not clean.
local function read_response(call, sock, reader)
  while not reader.done do
    local bytes, message, partial = sock:receiveany(CHUNK)
    if call.looking then return false end
    bytes = bytes or partial
    if bytes and bytes ~= "" then
      if reader.sunk then runtime.pause() end -- decoding takes its time too
      local done, code, text = reader:feed(bytes)
      if done == nil then return nil, failure.new, code == "ReceiveFailed" and "network" or "protocol", code, text end
    elseif message == "closed" then
      -- nginx calls a TLS connection that was reset "closed" too.
      if call.url.scheme == "https" and wire.available and wire.standing(sock) == "reset" then
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

-- Sends head and body. `call.sent` is true once the kernel has the last byte.
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
    call.sent = "part"
    local ok, message = sock:send(pieces)
    if not ok then return nil, failure.broken, message, "SendFailed" end
    pieces, count = {}, 0
  until left <= 0
  call.sent = true
  return true
end

-- Whether a connection out of the pool carries nothing yet: no unread bytes, no end of file. Starts to read.
local function clean(call, sock, reader, reused)
  if reused and call.url.scheme == "http" and wire.unread(sock) ~= "nothing" then return false end
  -- Over TLS the first read asks OpenSSL and the kernel at once, and takes session tickets for what they are.
  call.looking = reused
  call:start("read", read_response, sock, reader)
  call.looking = false
  return not (reused and call.results.read)
end

-- The error of a thread; nil where it has not failed.
local function error_of(call, name)
  if not call.results[name] then return nil end
  local ran, done, make, a, b, c = call:result(name)
  if not ran then return select(2, failure.raised(call, done)) end
  if not done then return select(2, make(call, a, b, c)) end
end

-- Why there is no response.
local function why(call, reader, reused)
  call:stop "send" -- from here on nothing leaves any more
  local err, sending = error_of(call, "read"), error_of(call, "send")
  -- A response that breaks off says more than a failed send, an end before any response says less.
  if sending and (not err or err.category == "network" and not reader.started) then err = sending end
  err = err or select(2, failure.overdue(call))
  -- Certain: the server's kernel cannot have a request of which the last byte did not leave.
  if reused and call.sent ~= true and err.category == "network" and not reader.started then err.dead_connection = true end
  return nil, err
end

--- Sends the request and reads the response.
---@param call idocr.CosocketCall
---@param reader idocr.http1.Reader
---@param reused boolean
---@return boolean? complete nil: failed; false: the connection was not clean, nothing was sent
---@return idocr.Error?
function exchange.run(call, reader, reused)
  local sock = call.sock
  if not clean(call, sock, reader, reused) then return false end
  if not call.results.read then
    call:start("send", send_request, sock)
    -- A request that is sent wakes nobody. One that cannot be sent does: then the response, if there is one, says more
    -- than a broken pipe, as of a server that refuses early and closes.
    if not call:wait(call.ends, "read", "send") and not call.cancelled then call:stop "send" end
    if call.results.send and not call.results.read then
      local _, done, _, category = call:result "send"
      local picture_changed = not done and category == "image"
      if not picture_changed then
        call:wait(done and call.ends or math.min(call.ends, runtime.now() + EARLY_RESPONSE), "read")
      end
    end
  end
  if call.cancelled then
    call:stop "send"
    return failure.cancelled(call)
  end
  if not reader.done then return why(call, reader, reused) end
  if call.sent ~= true then reader.keepalive = false end
  return true
end

return exchange
