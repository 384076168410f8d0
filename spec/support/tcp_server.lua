-- Small TCP server, started by spec/support/tcp.lua: luajit tcp_server.lua MODE LOG AUTH REFUSE. Prints its port. AUTH is the
-- argument of the mode: user and password of a proxy, a text, or a way to end. One child per connection; children end with
-- their parent.

local ffi = require "ffi"

ffi.cdef [[
struct address { uint16_t family; uint16_t port; uint32_t host; uint8_t zero[8]; };
struct pollfd { int fd; short events; short revents; };
int socket(int, int, int); int bind(int, const struct address *, uint32_t); int listen(int, int);
int accept(int, void *, void *); int connect(int, const struct address *, uint32_t);
int getsockname(int, struct address *, uint32_t *);
ssize_t read(int, void *, size_t); ssize_t send(int, const void *, size_t, int);
int close(int); int ioctl(int, unsigned long, int *);
int setsockopt(int, int, int, const int *, uint32_t); int poll(struct pollfd *, unsigned long, int); int fork(void);
int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long); uint16_t htons(uint16_t);
void _exit(int); void (*signal(int, void (*)(int)))(int); int usleep(unsigned);
]]
local C = ffi.C

local mode, log_path, auth, refuse = arg[1], arg[2], arg[3], tonumber(arg[4])
local buffer = ffi.new("char[65536]")

local function loopback(port)
  local address = ffi.new("struct address")
  address.family, address.port, address.host = 2, C.htons(port), 0x0100007f
  return address
end

local function send_all(fd, text)
  local at = 0
  while at < #text do
    local n = C.send(fd, ffi.cast("const char *", text) + at, #text - at, 0x4000) -- MSG_NOSIGNAL
    if n <= 0 then return false end
    at = at + tonumber(n)
  end
  return true
end

local function receive(fd)
  local n = C.read(fd, buffer, 65536)
  return n > 0 and ffi.string(buffer, n) or nil
end

local function log(line)
  local file = assert(io.open(log_path, "a"))
  file:write(line, "\n")
  file:close()
end

local function splice(a, b)
  local fds = ffi.new("struct pollfd[2]", { { a, 1, 0 }, { b, 1, 0 } })
  while C.poll(fds, 2, -1) > 0 do
    for i = 0, 1 do
      if fds[i].revents ~= 0 then
        local bytes = receive(fds[i].fd)
        if not bytes or not send_all(fds[1 - i].fd, bytes) then return end
      end
    end
  end
end

local function base64(text)
  local alphabet, out = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local n = a * 65536 + (b or 0) * 256 + (c or 0)
    for k = 0, 3 do
      local index = math.floor(n / 64 ^ (3 - k)) % 64 + 1
      out[#out + 1] = (k == 2 and not b or k == 3 and not c) and "=" or alphabet:sub(index, index)
    end
  end
  return table.concat(out)
end

local function read_head(fd)
  local head = ""
  repeat
    local bytes = receive(fd)
    if not bytes then return nil end
    head = head .. bytes
  until head:find("\r\n\r\n", 1, true)
  return head
end

local function proxy(fd)
  local head = read_head(fd)
  if not head then return end
  log(head:match("^[^\r]*"))
  if auth ~= "" and not head:find("Proxy-Authorization: Basic " .. base64(auth), 1, true) then
    return send_all(fd, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n")
  end
  local tunnel = head:match("^CONNECT [^ ]-:(%d+) ")
  if tunnel and refuse > 0 then return send_all(fd, ("HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n"):format(refuse)) end
  local port = tonumber(tunnel or head:match("^%u+ http://[^/ ]-:(%d+)") or 80)
  local upstream = C.socket(2, 1, 0)
  if C.connect(upstream, loopback(port), 16) ~= 0 then return send_all(fd, "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n") end
  if tunnel then
    send_all(fd, "HTTP/1.1 200 Connection established\r\n\r\n")
    local rest = head:match("\r\n\r\n(.*)$")
    if rest ~= "" then send_all(upstream, rest) end
  else
    send_all(upstream, head) -- nginx accepts the absolute form
  end
  splice(fd, upstream)
end

local function drip(fd)
  if not read_head(fd) or not send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n") then return end
  while send_all(fd, "x") do C.usleep(50000) end
end

-- Responds to the first request of a connection and logs its body. Reads only the beginning of the second one, waits until the
-- client's send buffer is full, so that the reset does not hit it while sending, and resets the connection.
local function once(fd)
  local head = read_head(fd)
  if not head then return end
  local length = tonumber(head:match("[cC]ontent%-[lL]ength: (%d+)"))
  local body = { head:match("\r\n\r\n(.*)$") }
  local got = #body[1]
  while got < length do
    local bytes = receive(fd)
    if not bytes then return end
    body[#body + 1], got = bytes, got + #bytes
  end
  local file = assert(io.open(log_path, "w"))
  file:write(table.concat(body))
  file:close()
  send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
  if not receive(fd) then return end
  local before
  local now = ffi.new("int[1]")
  repeat
    before = now[0]
    C.usleep(100000)
    C.ioctl(fd, 0x541B, now) -- FIONREAD: unread bytes
  until now[0] == before -- closing with unread bytes resets the connection
end

local function option(fd, level, name, ...)
  local value = ffi.new("int[2]", ...)
  return C.setsockopt(fd, level, name, value, 4 * select("#", ...)) == 0
end

local function reset(fd) option(fd, 1, 13, 1, 0) end -- SO_LINGER, 0 s: closing resets

local function eager(fd)
  if read_head(fd) and send_all(fd, auth) then C.poll(nil, 0, -1) end
end

local function shy(fd)
  receive(fd)
  if auth == "resets" then reset(fd) end
end

local function read_request(fd)
  local head = read_head(fd)
  if not head then return false end
  local got, length = #head:match("\r\n\r\n(.*)$"), tonumber(head:match("[cC]ontent%-[lL]ength: (%d+)"))
  while got < length do
    local bytes = receive(fd)
    if not bytes then return false end
    got = got + #bytes
  end
  log("whole")
  return true
end

local function fickle(fd)
  if not read_request(fd) then return end
  send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
  if auth == "vanishes" then
    C.usleep(100000) -- until the client has acknowledged the response
    log(option(fd, 6, 19, 1) and "gone" or "not permitted") -- TCP_REPAIR: closing sends no packet
  elseif read_request(fd) then
    reset(fd)
  end
end

local listener = C.socket(2, 1, 0)
if mode == "once" or mode == "eager" then option(listener, 1, 8, 65536) end -- SO_RCVBUF: fills up quickly
assert(C.bind(listener, loopback(0), 16) == 0 and C.listen(listener, 256) == 0)
local mine, size = ffi.new("struct address"), ffi.new("uint32_t[1]", 16)
C.getsockname(listener, mine, size)
io.stdout:write(C.htons(mine.port), "\n")
io.stdout:flush()

if mode == "silent" then
  while true do C.poll(nil, 0, -1) end -- the system accepts connections up to the backlog
end
C.signal(17, ffi.cast("void (*)(int)", 1)) -- SIGCHLD, SIG_IGN: no zombies
while true do
  local fd = C.accept(listener, nil, nil)
  if fd >= 0 then
    if C.fork() == 0 then
      C.prctl(1, 9, 0, 0, 0) -- PR_SET_PDEATHSIG, SIGKILL
      C.close(listener)
      local handlers = { proxy = proxy, drip = drip, once = once, eager = eager, shy = shy, fickle = fickle }
      handlers[mode](fd)
      C.close(fd)
      C._exit(0)
    end
    C.close(fd)
  end
end
