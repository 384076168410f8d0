--- Parses HTTP/1.1 responses incrementally, without I/O. Framing follows RFC 9112 section 6.3.

local http1 = {}

local MAX_HEAD = 64 * 1024 -- bytes of status line and header lines
local MAX_FIELDS = 128
local MAX_LINE = 4 * 1024 -- bytes of a chunk's size line with its extensions
-- The largest compressed body for a content of `max` bytes that cannot be compressed: max * PACKED + PACKED_EXTRA.
local PACKED, PACKED_EXTRA = 1.01, 1024
local MAX_PARTS = 1000 -- pieces of a body before they are joined
local MAX_INTERIM = 8 -- 1xx responses before the real one

---@class idocr.http1.Reader
---@field started boolean    whether any byte of the response was received
---@field done boolean
---@field status integer?
---@field headers table<string, string>
---@field body string?       body once done, still content-encoded; empty where it went into the sink
---@field sunk boolean?      whether the body went into the sink
---@field keepalive boolean  whether the connection can carry another request
local Reader = {}
Reader.__index = Reader

--- Makes a parser for one response.
---@param method string   of the request: responses to HEAD and CONNECT have no body
---@param max_body integer bytes; a larger body is "ResponseTooLarge"
---@param sink idocr.core.Reply? receives the body unless it is compressed; the caller finishes it
---@return idocr.http1.Reader
function http1.reader(method, max_body, sink)
  return setmetatable({
    method = method, max_body = max_body, most = max_body, sink = sink, state = "head", buffer = "", parts = {}, blocks = {},
    size = 0, interim = 0, started = false, done = false, keepalive = false, headers = {},
  }, Reader)
end

local function bad(message) return nil, "BadResponse", message end

local function too_large(self)
  return nil, "ResponseTooLarge", ("the response is larger than %d bytes"):format(self.max_body)
end

local function head_too_large()
  return nil, "ResponseTooLarge", ("the head of the response is larger than %d bytes or %d lines"):format(MAX_HEAD, MAX_FIELDS)
end

-- Returns the position of the empty line that ends the head.
local function end_of_head(text, from)
  local _, crlf = text:find("\n\r\n", from, true)
  local _, bare = text:find("\n\n", from, true)
  return crlf and bare and math.min(crlf, bare) or crlf or bare
end

-- Joins the pieces, so that a body that arrives byte by byte does not need a table entry for each byte.
local function join(self)
  self.blocks[#self.blocks + 1] = table.concat(self.parts)
  self.parts = {}
end

local function complete(self)
  join(self)
  self.body = table.concat(self.blocks)
  self.parts, self.blocks, self.buffer, self.done = nil, nil, nil, true
  return true
end

-- One header line. The pattern has no ambiguous repetition: backtracking over 60 KB of blanks would take seconds.
local FIELD = "^([%w!#$%%&'*+%-.^_`|~]+): ?([^%z\r\n]*)\r?\n()"

local BLANK = { [9] = true, [32] = true } -- bytes

local function trimmed(value)
  if not BLANK[value:byte(1)] and not BLANK[value:byte(-1)] then return value end
  local first = value:find("[^ \t]")
  return first and value:match("^.*[^ \t]", first) or ""
end

local function parse_fields(self, text)
  local headers, count, position = {}, 0, 1
  while true do
    local name, value, after = text:match(FIELD, position)
    if not name then break end
    count = count + 1
    if count > MAX_FIELDS then return head_too_large() end
    name, value = name:lower(), trimmed(value)
    if headers[name] then
      if name ~= "content-length" then
        value = headers[name] .. ", " .. value
      elseif headers[name] ~= value then
        return bad("two different Content-Lengths")
      end
    end
    headers[name] = value
    position = after
  end
  if not text:find("^\r?\n", position) then return bad("malformed header line") end
  self.headers = headers
  return true
end

-- Determines how the body ends, and whether the connection can be reused. Returns true where there is no body.
local function frame(self, version)
  local headers = self.headers
  local connection = (headers.connection or ""):lower()
  self.keepalive = not connection:find("close", 1, true)
    and (version == "1.1" or connection:find("keep-alive", 1, true) ~= nil)
  -- After an HTTP error further responses may follow, such as a load balancer's 408 for an idle connection. Errors of the
  -- service have status 200.
  if self.status >= 300 then self.keepalive = false end
  local coding, length = headers["transfer-encoding"], headers["content-length"]
  local plain = (headers["content-encoding"] or "identity"):lower() == "identity"
  self.sunk = self.sink ~= nil and plain
  if not plain then self.most = math.floor(self.max_body * PACKED) + PACKED_EXTRA end
  if self.method == "HEAD" or self.status == 204 or self.status == 304 or (self.method == "CONNECT" and self.status < 300) then
    return complete(self)
  elseif coding then
    if coding:lower() ~= "chunked" then return bad("unknown transfer coding") end
    if length then self.keepalive = false end -- both headers: RFC 9112 6.1 requires closing the connection
    self.state = "size"
  elseif length then
    if not length:find("^%d+$") or #length > 15 then return bad("malformed Content-Length") end
    self.left = tonumber(length)
    if self.left > self.most then return too_large(self) end
    if self.left == 0 then return complete(self) end
    self.state = "length"
  else
    self.keepalive = false
    self.state = "until_close"
  end
  return false
end

-- Parser states: function(self, bytes, position) -> next position | nil, code, message. nil without a code: needs more bytes.
local states = {}

function states.head(self, bytes, position)
  local before = #self.buffer
  local text = self.buffer .. (position > 1 and bytes:sub(position) or bytes)
  local stop = end_of_head(text, math.max(before - 1, 1))
  if not stop then
    if not (text:sub(1, 5) == "HTTP/" or ("HTTP/"):sub(1, #text) == text) then return bad("the response is not HTTP") end
    if #text > MAX_HEAD then return head_too_large() end
    self.buffer = text
    return nil
  end
  if stop > MAX_HEAD then return head_too_large() end
  local version, status, reason, first = text:match("^HTTP/(1%.[01]) ([1-9]%d%d)([^\r\n]*)\r?()\n")
  if not version or not (reason == "" or reason:byte() == 32) then return bad("malformed status line") end
  self.buffer = ""
  self.status = tonumber(status)
  local ok, code, message = parse_fields(self, text:sub(first + 1, stop))
  if not ok then return nil, code, message end
  local after = position + stop - before
  if self.status < 200 then
    self.interim = self.interim + 1
    if self.status == 101 or self.interim > MAX_INTERIM then
      return bad("too many interim responses, or a status 101 without an Upgrade request")
    end
    return after
  end
  ok, code, message = frame(self, version)
  if ok == nil then return nil, code, message end
  return after
end

-- Passes bytes of the body to the sink, or collects them.
local function keep(self, bytes)
  if not self.sunk then
    self.parts[#self.parts + 1] = bytes
    if #self.parts >= MAX_PARTS then join(self) end
    return true
  end
  local ok, message, code = self.sink:feed(bytes)
  if ok then return true end
  if code == "too_large" then return too_large(self) end
  return nil, "ReceiveFailed", message
end

-- Takes the rest of a body or chunk of known length.
local function take(self, bytes, position)
  local count = math.min(self.left, #bytes - position + 1)
  if count > 0 then
    local ok, code, message = keep(self, count == #bytes and bytes or bytes:sub(position, position + count - 1))
    if not ok then return nil, code, message end
    self.left = self.left - count
  end
  return position + count
end

function states.length(self, bytes, position)
  local after, code, message = take(self, bytes, position)
  if self.left == 0 then complete(self) end
  return after, code, message
end

function states.until_close(self, bytes, position)
  self.size = self.size + #bytes - position + 1
  if self.size > self.most then return too_large(self) end
  local ok, code, message = keep(self, bytes:sub(position))
  if not ok then return nil, code, message end
  return #bytes + 1
end

-- Reads a line without its line break; it may arrive in pieces.
local function line(self, bytes, position)
  local stop = bytes:find("\n", position, true)
  self.buffer = self.buffer .. bytes:sub(position, (stop or #bytes + 1) - 1)
  if #self.buffer > MAX_LINE then return bad("the line of a chunk size is too long") end
  if not stop then return nil end
  local text = self.buffer:gsub("\r$", "")
  self.buffer = ""
  return stop + 1, text
end

function states.size(self, bytes, position)
  local after, text, message = line(self, bytes, position)
  if not after then return nil, text, message end
  local digits = text:match("^(%x+)[ \t]*$") or text:match("^(%x+)[ \t]*;")
  if not digits or #digits > 12 then return bad("malformed chunk size") end
  self.left = tonumber(digits, 16)
  self.size = self.size + self.left
  if self.size > self.most then return too_large(self) end
  self.state = self.left == 0 and "trailer" or "chunk"
  return after
end

function states.chunk(self, bytes, position)
  local after, code, message = take(self, bytes, position)
  if self.left == 0 then self.state = "chunk_end" end
  return after, code, message
end

function states.chunk_end(self, bytes, position)
  local after, text, message = line(self, bytes, position)
  if not after then return nil, text, message end
  if text ~= "" then return bad("a chunk is longer than its size") end
  self.state = "size"
  return after
end

function states.trailer(self, bytes, position)
  local after, text, message = line(self, bytes, position)
  if not after then return nil, text, message end
  self.trailers = (self.trailers or 0) + 1
  if self.trailers > MAX_FIELDS then return bad("too many trailer lines") end
  if text == "" then complete(self) end
  return after
end

--- Parses the next received bytes.
---@param bytes string
---@return boolean? done  nil: malformed response
---@return string? code   "BadResponse", "ResponseTooLarge", "ReceiveFailed" (no memory)
---@return string? message
function Reader:feed(bytes)
  if bytes == "" then return self.done end
  self.started = true
  local position = 1
  while position <= #bytes do
    if self.done then
      self.keepalive = false -- bytes after the response: the connection cannot be reused
      return true
    end
    local after, code, message = states[self.state](self, bytes, position)
    if not after then
      if code then return nil, code, message end
      return false
    end
    position = after
  end
  return self.done
end

--- Ends parsing because the peer closed the connection.
---@return boolean? done nil: the response is incomplete
---@return string? code "ConnectionClosed"
---@return string? message
function Reader:finish()
  self.keepalive = false
  if self.done then return true end
  if self.state == "until_close" then return complete(self) end
  return nil, "ConnectionClosed", self.started and "the connection was closed in the middle of the response"
    or "the connection was closed before a response"
end

return http1
