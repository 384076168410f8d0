--- Mock HTTP server for the transports: an nginx with an echo location and faults of all kinds.
---
---   local web = require "spec.support.web"
---   local server = web.start()
---   server.http .. "/echo"      URL prefix of the plain port; server.https (HTTP/1.1) and server.h2 with a good certificate
---   server.tls.expired, .wrong_name, .self_signed, .old (TLS 1.1 only), .client (requires a client certificate), .reset
---   server.certs                certificates of spec.support.certs
---   server.seen("/path")        number of complete requests for a path
---   server.stop()
---
--- /echo        x-length and x-sha256 of the body, x-connection and x-request (number of the request on it), x-protocol,
---              x-method, x-query; the request's headers as lines of the body
--- /mirror      the request body
--- /gzip        200 KB of text, compressed if accepted; /bomb the same with 64 MB
--- /slow?s=0.2  responds after that time; /hang never
--- /together?n=20&key=x  responds when n requests with this key have arrived, so that all are concurrent
--- /second?wait=s  responds to the first request of a connection; for the next one reads the body, waits and closes
--- /empty /reset /garbage /truncated /chunk_cut /bad_gzip /big_header /many_headers /redirect /status?s=500 /repeated
--- /interim /trailer
--- /say         sends the request body as the raw response, and closes

local certs = require "spec.support.certs"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

local web = {}

local LOCATIONS = [[
  client_body_buffer_size 16m;
  keepalive_timeout 60s;
  location = /echo { content_by_lua_block {
    ngx.req.read_body()
    local core = require "idocr.core"
    local body = ngx.req.get_body_data() or ""
    local header = ngx.header
    header["X-Length"], header["X-Sha256"] = #body, core.sha256(body)
    header["X-Connection"], header["X-Request"] = ngx.var.connection, ngx.var.connection_requests
    header["X-Protocol"], header["X-Method"], header["X-Query"] = ngx.var.server_protocol, ngx.req.get_method(), ngx.var.args
    header["X-Client"], header["X-Server-Name"] = ngx.var.ssl_client_s_dn, ngx.var.ssl_server_name
    for name, value in pairs(ngx.req.get_headers(0)) do
      ngx.say(name, ": ", type(value) == "table" and table.concat(value, "|") or value)
    end
  } }
  location = /gzip { gzip on; gzip_types *; gzip_http_version 1.0; content_by_lua_block {
    for _ = 1, 200 do ngx.print(("0123456789abcdef"):rep(64)) end
  } }
  location = /bomb { gzip on; gzip_types *; content_by_lua_block {
    local block = ("\0"):rep(65536)
    for _ = 1, 1024 do if not ngx.print(block) then return end ngx.flush(true) end
  } }
  location = /slow { content_by_lua_block { ngx.req.read_body() ngx.sleep(tonumber(ngx.var.arg_s)) ngx.print("done") } }
  location = /together { content_by_lua_block {
    ngx.req.read_body()
    local here, key = ngx.shared.together, ngx.var.arg_key
    here:incr(key, 1, 0)
    while here:get(key) < tonumber(ngx.var.arg_n) do ngx.sleep(0.01) end
    ngx.print("done")
  } }
  location = /hang { content_by_lua_block { ngx.req.read_body() ngx.sleep(60) } }
  location = /mirror { content_by_lua_block {
    ngx.req.read_body()
    local body = ngx.req.get_body_data()
    ngx.header.content_length = #body
    ngx.print(body)
  } }
  location = /second { content_by_lua_block {
    ngx.req.read_body()
    if tonumber(ngx.var.connection_requests) > 1 then
      ngx.sleep(tonumber(ngx.var.arg_wait) or 0)
      return ngx.exit(444)
    end
    ngx.print(#(ngx.req.get_body_data() or ""))
  } }
  location = /empty { content_by_lua_block { ngx.req.read_body() ngx.exit(444) } }
  location = /reset { reset_timedout_connection on; content_by_lua_block { ngx.req.read_body() ngx.exit(444) } }
  location = /garbage { content_by_lua_block { raw("this is no HTTP at all\r\n\r\n") } }
  location = /truncated { content_by_lua_block { raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this") } }
  location = /picture_cut { content_by_lua_block {
    raw("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n{\"Image\":\"" .. ("/9j/"):rep(700000)) } }
  location = /chunk_cut { content_by_lua_block {
    raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n50\r\nonly") } }
  location = /bad_gzip { content_by_lua_block {
    raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 11\r\n\r\nnot gzipped") } }
  location = /big_header { content_by_lua_block {
    raw("HTTP/1.1 200 OK\r\nX-Big: " .. ("x"):rep(400000) .. "\r\nContent-Length: 0\r\n\r\n") } }
  location = /many_headers { content_by_lua_block {
    raw("HTTP/1.1 200 OK\r\n" .. ("X-Many: " .. ("y"):rep(90) .. "\r\n"):rep(1000) .. "Content-Length: 0\r\n\r\n") } }
  location = /interim { content_by_lua_block {
    raw("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Late: 1\r\nContent-Length: 2\r\n\r\nok") } }
  location = /trailer { content_by_lua_block {
    raw("HTTP/1.1 200 OK\r\nX-Real: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Real: 2\r\n\r\n") } }
  location = /say { content_by_lua_block {
    ngx.req.read_body()
    raw(ngx.req.get_body_data())
  } }
  location = /redirect { return 302 /echo; }
  location = /status { content_by_lua_block { ngx.req.read_body() ngx.status = tonumber(ngx.var.arg_s) ngx.print("said") } }
  location = /repeated { content_by_lua_block { ngx.header["X-Two"] = { "a", "b" } ngx.header["MiXeD"] = "  c  " ngx.print("") } }
]]

local HTTP = [[
  lua_shared_dict seen 1m;
  lua_shared_dict together 1m;
  large_client_header_buffers 4 64k;
  init_by_lua_block {
    function raw(text)
      ngx.req.read_body()
      local socket = ngx.req.socket(true)
      socket:send(text)
    end
  }
  log_by_lua_block { ngx.shared.seen:incr(ngx.var.uri, 1, 0) }
  server { listen 127.0.0.1:$http backlog=1024; $locations
    location = /seen { content_by_lua_block { ngx.print(ngx.shared.seen:get(ngx.var.arg_path) or 0) } } }
  server { listen 127.0.0.1:$https ssl backlog=1024; ssl_certificate $good_cert; ssl_certificate_key $good_key; $locations }
  server { listen 127.0.0.1:$h2 ssl http2; ssl_certificate $good_cert; ssl_certificate_key $good_key; $locations }
  server { listen 127.0.0.1:$expired ssl; ssl_certificate $expired_cert; ssl_certificate_key $expired_key; $locations }
  server { listen 127.0.0.1:$wrong_name ssl; ssl_certificate $wrong_name_cert; ssl_certificate_key $wrong_name_key; $locations }
  server { listen 127.0.0.1:$self_signed ssl; ssl_certificate $self_signed_cert; ssl_certificate_key $self_signed_key; $locations }
  server { listen 127.0.0.1:$old ssl; ssl_certificate $good_cert; ssl_certificate_key $good_key;
    ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0; $locations }
  server { listen 127.0.0.1:$client ssl; ssl_certificate $good_cert; ssl_certificate_key $good_key;
    ssl_client_certificate $ca; ssl_verify_client on; $locations }
]]

function web.start()
  local c = certs.make()
  local vars = { locations = LOCATIONS, ca = c.ca }
  for _, name in ipairs { "good", "expired", "wrong_name", "self_signed" } do
    vars[name .. "_cert"], vars[name .. "_key"] = c[name].cert, c[name].key
  end
  local server = nginx.start {
    ports = { "http", "https", "h2", "expired", "wrong_name", "self_signed", "old", "client" },
    vars = vars, http = HTTP,
  }
  server.certs = c
  server.http = "http://127.0.0.1:" .. server.port.http
  server.https = "https://localhost:" .. server.port.https
  server.h2 = "https://localhost:" .. server.port.h2
  server.tls = {}
  for _, name in ipairs { "expired", "wrong_name", "self_signed", "old", "client" } do
    server.tls[name] = "https://localhost:" .. server.port[name]
  end
  -- Requests are counted when they have ended, shortly after the response.
  function server.seen(path)
    return tonumber((process.capture(("curl -s '%s/seen?path=%s'"):format(server.http, path))))
  end
  return server
end

return web
