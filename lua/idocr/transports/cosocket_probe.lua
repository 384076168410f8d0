--- Finds out why a TLS handshake failed. nginx reports "handshake failed" both where the server refuses it and where the
--- connection broke; this sends a ClientHello over a second connection and parses the response.

local probe = {}

local LARGEST = 64 * 1024 -- bytes of the server's response that are parsed

local function u16(number) return string.char(math.floor(number / 256), number % 256) end

local function hex(text) return (text:gsub("%s", ""):gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)) end

local function extension(kind, body) return u16(kind) .. u16(#body) .. body end

-- The suites and groups that OpenSSL offers.
local SUITES = hex "1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c009 c013 c00a c014 009c 009d 002f 0035"
local EXTENSIONS = extension(10, hex "0006 001d 0017 0018") .. extension(11, hex "0100")
  .. extension(13, hex "0014 0403 0804 0401 0503 0805 0501 0806 0601 0203 0201") .. extension(23, "")
  .. extension(43, hex "04 0304 0303") .. extension(45, hex "0101") .. extension(0xff01, "\0")

--- Builds a ClientHello for TLS 1.2 and 1.3.
---@param name string? server name (SNI); nil: none
---@param random string 32 bytes
---@return string
function probe.hello(name, random)
  local extensions = EXTENSIONS .. extension(51, hex "0024 001d 0020" .. random)
  if name then extensions = extension(0, u16(#name + 3) .. "\0" .. u16(#name) .. name) .. extensions end
  local body = "\3\3" .. random .. "\32" .. random .. u16(#SUITES) .. SUITES .. "\1\0" .. u16(#extensions) .. extensions
  local message = "\1\0" .. u16(#body) .. body
  return "\22\3\1" .. u16(#message) .. message
end

local ALERTS = {
  [40] = "handshake failure", [42] = "bad certificate", [70] = "protocol version", [71] = "insufficient security",
  [80] = "internal error", [112] = "unrecognized name", [116] = "certificate required",
}

local CERTIFICATE_REQUEST, HELLO_DONE = 13, 14

-- Parses the handshake messages of a server. Returns true: incomplete; a text: the reason of the refusal; nil: no refusal.
local function handshake(messages)
  local position = 1
  while #messages - position >= 3 do
    local kind, a, b, c = messages:byte(position, position + 3)
    local length = (a * 256 + b) * 256 + c
    if kind == 2 and #messages - position >= 5 then
      local major, minor = messages:byte(position + 4, position + 5)
      if major == 3 and minor < 3 then return "the server does not support TLS 1.2" end
    end
    if kind == CERTIFICATE_REQUEST then return "the server requires a client certificate" end
    if kind == HELLO_DONE then return nil end
    position = position + 4 + length
  end
  return true
end

--- Parses the response to a ClientHello.
---@param answer string bytes received so far
---@return string|boolean|nil reason a text: why the server refuses; true: incomplete; nil: no refusal
function probe.read(answer)
  local messages, position = "", 1
  while true do
    local kind, major, _, high, low = answer:byte(position, position + 4)
    if kind and kind ~= 21 and kind ~= 22 and position == 1 or major and major ~= 3 then return "the server does not speak TLS" end
    if not low then return true end
    local length = high * 256 + low
    local content = answer:sub(position + 5, position + 4 + length)
    if kind == 21 then
      if #content < 2 then return true end
      local alert = content:byte(2)
      return ("the server sent the TLS alert %d%s"):format(alert, ALERTS[alert] and " (" .. ALERTS[alert] .. ")" or "")
    elseif kind ~= 22 then
      return nil -- TLS 1.3 is encrypted from here on
    end
    messages = messages .. content
    local verdict = handshake(messages)
    if verdict ~= true then return verdict end
    if #content < length then return true end
    position = position + 5 + length
  end
end

--- Sends a ClientHello and parses the response.
---@param sock table a connected cosocket
---@param name string?
---@param random string 32 bytes
---@return string? reason nil: no refusal
---@return boolean? answers the server responded; else it closed the connection
function probe.ask(sock, name, random)
  if not sock:send(probe.hello(name, random)) then return nil, false end
  local answer = ""
  repeat
    local bytes, _, partial = sock:receiveany(LARGEST)
    bytes = bytes or partial
    if not bytes or bytes == "" then return nil, false end
    answer = answer .. bytes
    local verdict = probe.read(answer)
    if verdict ~= true then return verdict, true end
  until #answer > LARGEST
  return nil, true
end

return probe
