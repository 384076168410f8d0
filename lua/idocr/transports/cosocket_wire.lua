--- Looks at the TCP socket below a cosocket, which can only read, never look: unread bytes, end of file, reset.
---
--- ngx_lua 0.10.21 and later export a function that returns the descriptor (with a negative second argument it changes
--- nothing). Where it is missing, `available` is false.

local wire = { available = false }

local found, ffi = pcall(require, "ffi")
if not found or ffi.os ~= "Linux" then return wire end

local DECLARATIONS = {
  "int ngx_http_lua_ffi_socket_tcp_hack_fd(void *u, int fd, unsigned char *message, size_t *length);",
  "ssize_t recv(int fd, void *buffer, size_t length, int flags);",
  "int getsockopt(int fd, int level, int name, void *value, unsigned int *length);",
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
local BYTES_RECEIVED = 128 / 8 -- tcpi_bytes_received, in units of 8 bytes; tcpi_state is the first byte
local STATES = { [1] = "open", [7] = "reset", [8] = "ended" } -- TCP_ESTABLISHED, TCP_CLOSE, TCP_CLOSE_WAIT

local message, length = ffi.new "unsigned char[256]", ffi.new "size_t[1]"
local byte = ffi.new "unsigned char[1]"
local info, info_length = ffi.new "uint64_t[32]", ffi.new "unsigned int[1]"
local info_bytes = ffi.cast("unsigned char *", info)

local function descriptor(sock)
  local inside = sock[1]
  if type(inside) ~= "userdata" then return nil end
  length[0] = 256
  local fd = descriptor_of(inside, -1, message, length)
  return fd >= 0 and fd or nil
end

--- What can be read at once: "bytes", "nothing", or "end" (end of file or an error). One system call.
---@param sock table a TCP cosocket
---@return "bytes"|"nothing"|"end"
function wire.unread(sock)
  local fd = descriptor(sock)
  if not fd then return "end" end
  local count
  repeat count = tonumber(peek(fd, byte, 1, PEEK_AT_ONCE)) until count >= 0 or ffi.errno() ~= EINTR
  if count > 0 then return "bytes" end
  return count < 0 and ffi.errno() == EAGAIN and "nothing" or "end"
end

--- How the connection stands: "open", "ended" (the server closed it), "reset"; nil where that cannot be known. Second:
--- bytes received so far.
---@param sock table a TCP cosocket
---@return "open"|"ended"|"reset"|nil standing
---@return number? received
function wire.standing(sock)
  local fd = descriptor(sock)
  info_length[0] = ffi.sizeof(info)
  if not fd or getsockopt(fd, TCP, TCP_INFO, info, info_length) ~= 0 then return nil end
  local received = info_length[0] >= 136 and tonumber(info[BYTES_RECEIVED]) or nil
  return STATES[info_bytes[0]], received
end

return wire
