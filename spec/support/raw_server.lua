--- Mock server inside nginx for `connection_spec.lua` that sends raw responses over http and https. nginx parses the first
--- request of a connection, this module the following ones. `?script=` names the behaviour, `?count=` a counter of complete
--- requests, `?signal=` a file that is created when the script has caused its fault.

local raw = {}

local function count()
  local name = ngx.var.arg_count
  if name then ngx.shared.seen:incr(name, 1, 0) end
end

local function write_signal(path)
  local file = path and io.open(path, "wb")
  if file then file:close() end
end

local function response(body, more) return ("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s"):format(more or "", #body, body) end

-- Reads a complete request. Returns its header X-Who, or nil at the end of the connection.
local function next_request(sock)
  local marker, length, line
  repeat
    line = sock:receive "*l"
    if not line then return nil end
    marker = line:match "^X%-Who: (.*)$" or marker
    length = tonumber(line:match "^Content%-Length: (%d+)") or length
  until line == ""
  if length and length > 0 and not sock:receive(length) then return nil end
  count()
  return marker or "?"
end

local function answer_all(sock)
  repeat
    local marker = next_request(sock)
  until not marker or not sock:send(response(marker))
end

-- Unexpected data on an idle connection.
local DIRT = {
  response = response "OTHER", status = "HTTP/1.1 408 Request Time-out\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  part = "HTTP/1.1 200", byte = "\n", interim = "HTTP/1.1 100 Continue\r\n\r\n", close = "",
}

local scripts = {}

-- Sends one valid response, then unexpected data.
function scripts.dirt(sock, marker)
  sock:send(response(marker))
  local dirt = DIRT[ngx.var.arg_dirt]
  if dirt ~= "" then sock:send(dirt) end
  local signal = ngx.var.arg_signal
  if dirt == "" or ngx.var.arg_close then
    ngx.timer.at(0.05, function() write_signal(signal) end) -- after this connection is closed
    return
  end
  write_signal(signal)
  answer_all(sock)
end

-- Sends two responses at once.
function scripts.together(sock, marker)
  sock:send(response(marker, ("X-Pad: %s\r\n"):format(("p"):rep(tonumber(ngx.var.arg_pad or 0)))) .. response "OTHER")
  answer_all(sock)
end

-- Sends one valid response, reads the complete second request and closes the connection.
function scripts.second_is_lost(sock, marker)
  sock:send(response(marker))
  next_request(sock)
  ngx.sleep(tonumber(ngx.var.arg_after or 0))
end

-- Sends one valid response, and reads only part of the second request.
function scripts.second_is_cut(sock, marker)
  sock:send(response(marker))
  sock:receive(tonumber(ngx.var.arg_take))
end

--- Handles the request that nginx has parsed. Does not read the body of a request for `/early`.
function raw.serve()
  local early = ngx.var.uri == "/early"
  if not early then ngx.req.read_body() end
  local sock = assert(ngx.req.socket(true))
  sock:settimeouts(20000, 20000, 20000)
  if early then
    local text = ngx.unescape_uri(ngx.var.arg_say)
    sock:send((text:gsub("\\r\\n", "\r\n")))
    if not ngx.var.arg_close then ngx.sleep(20) end -- stops reading
    return
  end
  count()
  scripts[ngx.var.arg_script](sock, ngx.var.http_x_who)
end

raw.HTTP = [[
  lua_shared_dict seen 1m;
  lua_socket_log_errors off;
  keepalive_timeout 60s;
  server {
    listen 127.0.0.1:$plain rcvbuf=8k;
    listen 127.0.0.1:$tls ssl rcvbuf=8k;
    client_body_buffer_size 1m;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $cert;
    ssl_certificate_key $key;
    location / { content_by_lua_block { require("spec.support.raw_server").serve() } }
    location = /count { content_by_lua_block { ngx.print(ngx.shared.seen:get(ngx.var.arg_name) or 0) } }
    location = /echo { content_by_lua_block {
      ngx.req.read_body()
      local reply = require("cjson").encode { nth = tonumber(ngx.var.connection_requests), protocol = ngx.var.ssl_protocol }
      ngx.header.content_length = #reply
      ngx.print(reply)
    } }
  }
]]

return raw
