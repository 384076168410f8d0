--- The service of the soak test: an nginx that responds with the number in the picture, and injects faults.
--- Counts every whole request by that number in its access log.
---
---   local service = require("spec.soak.service").start()
---   service.http, service.https     URLs        service.ca          path of the certificate to trust
---   service.counts()                -> number in the picture -> whole requests that arrived; after service.stop()
---   service.allows_repeat(number)   whether the first fault of a number is one that the client may repeat

local certs = require "spec.support.certs"
local nginx = require "spec.support.nginx"

local service = {}

-- One of the faults for 3 of 10 first requests of a number; a repeat is answered well, so that calls can succeed.
local ANSWER = [[
  ngx.req.read_body()
  local text = ngx.req.get_body_data() or ""
  local picture = text:match('"ImageBase64": *"([^"]+)"') or ""
  local id = tonumber((ngx.decode_base64(picture) or ""):match("soak%-(%d+)%-"))
  if not id then ngx.status = 400 return ngx.print("no number in the picture") end
  ngx.var.soak_id = id -- the access log counts whole requests: a dictionary forgets when it is full
  local seen = ngx.shared.counts:incr(id, 1, 0)
  local body = ('{"Response":{"ID":"S%d","RequestId":"r%d"}}'):format(id, id)
  local function raw(answer)
    local socket = ngx.req.socket(true)
    if socket then socket:send(answer) end
  end
  local whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
  -- Unexpected bytes after a whole response. A second answer goes out in the same write: one that arrives after
  -- the next request has left cannot be distinguished from its response.
  local function unasked(more, later)
    ngx.header["Content-Length"] = #body
    if not later then return ngx.print(body .. more) end
    ngx.print(body)
    ngx.flush(true)
    ngx.sleep(later)
    ngx.print(more)
  end
  local function refuse(code)
    ngx.print('{"Response":{"Error":{"Code":"' .. code .. '","Message":"soak"},"RequestId":"r' .. id .. '"}}')
  end
  local faults = {
    [0] = function() ngx.exit(444) end,                                             -- closed without an answer
    function() raw(whole:sub(1, 60)) ngx.exit(444) end,                             -- closed inside the head
    function() raw(whole:sub(1, #whole - 5)) ngx.exit(444) end,                     -- closed inside the body
    function() ngx.status = 502 ngx.print("<html>bad gateway</html>") end,
    function() refuse "RequestLimitExceeded" end,
    function() refuse "InternalError" end,
    function() refuse "FailedOperation.ImageBlur" end,
    function() unasked((whole:gsub("S%d+", "S0"))) end,                             -- a second answer on a kept connection
    function() unasked("HTTP/1.1 408 Request Time-out\r\nContent-Length: 0\r\n\r\n", id % 3 / 100) end,
    function() ngx.sleep(3) ngx.print(body) end,                                    -- later than the deadline
    function() raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") ngx.exit(444) end,
    function() ngx.print(body:sub(1, -4)) end,                                      -- JSON that is cut
    function() ngx.header["Connection"] = "close" ngx.print(body) end,
  }
  if seen == 1 and id % 10 < 3 then return faults[math.floor(id / 10) % (#faults + 1)]() end
  ngx.sleep((id % 7) / 500)
  ngx.print(body)
]]

local HTTP = [[
  lua_shared_dict counts 64m;
  keepalive_requests 200;
  log_format soak "$soak_id";

  server { listen 127.0.0.1:$http backlog=512; client_body_buffer_size 1m;
    location / { set $soak_id ""; access_log $prefix/requests.log soak;
      content_by_lua_block { $answer } }
  }
  server { listen 127.0.0.1:$https ssl backlog=512; client_body_buffer_size 1m; ssl_certificate $cert; ssl_certificate_key $key;
    location / { set $soak_id ""; access_log $prefix/requests.log soak;
      content_by_lua_block { $answer } } }
]]

local FREE_OR_ADVISED = { [4] = true, [5] = true } -- RequestLimitExceeded, InternalError

function service.allows_repeat(id) return id % 10 < 3 and FREE_OR_ADVISED[math.floor(id / 10) % 13] == true end

function service.start()
  local made = certs.make()
  local server = nginx.start {
    ports = { "http", "https" }, http = HTTP,
    vars = { answer = ANSWER, cert = made.good.cert, key = made.good.key },
  }
  local self = {
    http = "http://127.0.0.1:" .. server.port.http, https = "https://localhost:" .. server.port.https, ca = made.ca,
    errors = server.errors, stop = server.stop,
  }
  function self.counts()
    local counts = {}
    for line in io.lines(server.prefix .. "/requests.log") do
      local id = tonumber(line)
      if id then counts[id] = (counts[id] or 0) + 1 end
    end
    return counts
  end
  return self
end

return service
