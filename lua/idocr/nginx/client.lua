--- Detects that the client of the current nginx request has disconnected.
---
--- With `lua_check_client_abort on` nginx ends a request whose client disconnects, but it does not check again after it has read
--- a body at once (unless the body was read before the content phase, as with `lua_need_request_body on`). Calls check here
--- before they wait and before they are billed.

local client = {}

--- Returns whether the client has disconnected and the configuration ends such requests.
---@return boolean
function client.left() return false end

local found, ffi = pcall(require, "ffi")
local base_found, base = pcall(require, "resty.core.base")
if not found or not base_found or not base.get_request or ffi.os ~= "Linux" or ffi.abi "32bit" then return client end

pcall(ffi.cdef, "int poll(void *fds, unsigned long count, int milliseconds);")
local available, poll = pcall(function() return ffi.C.poll end)
if not available then return client end

local SIGNATURE = 0x50545448 -- "HTTP": how ngx_http_request_t begins; its second member is the connection
local DESCRIPTOR = 24 / 4 -- ngx_connection_t: data, read, write, fd
local CLOSED = 0x2000 + 8 + 16 -- POLLRDHUP, POLLERR, POLLHUP

-- struct pollfd { int fd; short events; short revents; }
local watched = ffi.new "int[2]"
local as_shorts, as_pointer = ffi.cast("short *", watched), ffi.cast("void *", watched)

local function is_closed()
  local request = base.get_request()
  if not request or ffi.cast("uint32_t *", request)[0] ~= SIGNATURE then return false end
  local connection = ffi.cast("int **", request)[1]
  if connection == nil then return false end
  watched[0] = connection[DESCRIPTOR]
  if watched[0] < 0 then return false end -- the fake connection of a timer
  as_shorts[2], as_shorts[3] = 0x2000, 0
  if poll(as_pointer, 1, 0) <= 0 then return false end
  return bit.band(as_shorts[3], CLOSED) ~= 0
end

-- ngx.on_abort refuses a C function but checks the directive first, so this call registers nothing.
local function ends_request()
  local taken, _, message = pcall(ngx.on_abort, print)
  return not taken or message == "duplicate call"
end

function client.left() return is_closed() and ends_request() end

return client
