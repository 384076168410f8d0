--- Mock OCR and metadata service inside nginx for started calls: holds its answers until a condition is true.
---
---   GET /set?count=3&log=FILE   answers only when 3 requests have come, and FILE, to which the program under test writes, has
---                               grown since; without `log` only the first. Forgets the requests seen so far.
---   GET /seen                   number of complete requests
---   POST /throttled             refuses the first request for the rate, then answers
---   /role/…                     a metadata service, held by the same `log`

local gate = {}

gate.HTTP = [[
  lua_shared_dict gate 64k;
  server {
    listen 127.0.0.1:$http;
    client_body_buffer_size 16m;
    location = /set { content_by_lua_block { require("spec.support.gate").set() } }
    location = /seen { content_by_lua_block { ngx.print(ngx.shared.gate:get "seen" or 0) } }
    location /role/ { content_by_lua_block { require("spec.support.gate").role() } }
    location = /throttled { content_by_lua_block { require("spec.support.gate").throttled() } }
    location / { content_by_lua_block { require("spec.support.gate").answer() } }
  }
]]

local function size(path)
  local file = path and io.open(path, "rb")
  if not file then return 0 end
  local bytes = file:seek "end"
  file:close()
  return bytes
end

function gate.set()
  local dict = ngx.shared.gate
  dict:flush_all()
  for name, value in pairs(ngx.req.get_uri_args()) do dict:set(name, tonumber(value) or value) end
end

local function wait_for_log(dict)
  local log = dict:get "log"
  local before = size(log)
  while log and size(log) <= before do ngx.sleep(0.01) end
end

--- Answers a request with the number under which it came.
function gate.answer()
  ngx.req.read_body()
  local dict = ngx.shared.gate
  local n = dict:incr("seen", 1, 0)
  while dict:get "seen" < (dict:get "count" or 1) do ngx.sleep(0.01) end
  wait_for_log(dict)
  ngx.print('{"Response":{"ID":"N', n, '","RequestId":"r"}}')
end

function gate.throttled()
  ngx.req.read_body()
  local n = ngx.shared.gate:incr("seen", 1, 0)
  if n > 1 then return ngx.print '{"Response":{"ID":"again","RequestId":"r"}}' end
  ngx.print '{"Response":{"Error":{"Code":"RequestLimitExceeded","Message":"no"},"RequestId":"r"}}'
end

function gate.role()
  wait_for_log(ngx.shared.gate)
  if ngx.var.uri:find "/$" then return ngx.say "MyRole" end
  ngx.print('{"Code":"Success","TmpSecretId":"AKIDtmp","TmpSecretKey":"key","Token":"token","ExpiredTime":', ngx.time() + 7200, "}")
end

return gate
