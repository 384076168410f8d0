--- Checks the TCP socket of a cosocket for unread bytes, end of file and reset, without reading from it.
---
--- ngx_lua 0.10.21 and later export a function that returns the descriptor; a negative second argument makes it read-only.
--- Where it is missing, `available` is false.

local wire = { available = false }

local found, ffi = pcall(require, "ffi")
if not found or ffi.os ~= "Linux" then return wire end

local DECLARATIONS = {
  "int ngx_http_lua_ffi_socket_tcp_hack_fd(void *u, int fd, unsigned char *message, size_t *length);",
  "ssize_t recv(int fd, void *buffer, size_t length, int flags);",
  "int getsockopt(int fd, int level, int name, void *value, void *length);",
}
for _, text in ipairs(DECLARATIONS) do pcall(ffi.cdef, text) end

local C = ffi.C
local descriptor_of, peek, getsockopt
wire.available = pcall(function()
  descriptor_of, peek, getsockopt = C.ngx_http_lua_ffi_socket_tcp_hack_fd, C.recv, C.getsockopt
end)
if not wire.available then return wire end

local PEEK_AT_ONCE = 0x42 -- MSG_PEEK | MSG_DONTWAIT
local EAGAIN, EINTR = 11, 4
local TCP, TCP_INFO = 6, 11
local TCP_CLOSE = 7 -- tcpi_state, the first byte, of a connection that was reset

local message, length = ffi.new "unsigned char[256]", ffi.new "size_t[1]"
local info, info_length = ffi.new "unsigned char[256]", ffi.new "unsigned int[1]"
local byte = ffi.new "unsigned char[1]"
-- Other modules may have declared the same functions with other pointers: void * fits them all. It keeps nothing alive.
local to_byte, to_info, to_length = ffi.cast("void *", byte), ffi.cast("void *", info), ffi.cast("void *", info_length)
wire.buffers = { byte, info, info_length } -- keeps them alive

local function descriptor(sock)
  local inside = sock[1]
  if type(inside) ~= "userdata" then return nil end
  length[0] = 256
  local fd = descriptor_of(inside, -1, message, length)
  return fd >= 0 and fd or nil
end

--- Returns what can be read without waiting: "bytes", "nothing", or "end" (end of file or an error). One system call.
---@param sock table a TCP cosocket
---@return "bytes"|"nothing"|"end"
function wire.unread(sock)
  local fd = descriptor(sock)
  if not fd then return "end" end
  local count
  repeat count = tonumber(peek(fd, to_byte, 1, PEEK_AT_ONCE)) until count >= 0 or ffi.errno() ~= EINTR
  if count > 0 then return "bytes" end
  return count < 0 and ffi.errno() == EAGAIN and "nothing" or "end"
end

--- Returns whether the connection was reset instead of closed.
---@param sock table a TCP cosocket
---@return boolean
function wire.was_reset(sock)
  local fd = descriptor(sock)
  info_length[0] = ffi.sizeof(info)
  return fd ~= nil and getsockopt(fd, TCP, TCP_INFO, to_info, to_length) == 0 and info[0] == TCP_CLOSE
end

return wire
