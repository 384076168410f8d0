--- nginx configuration of a mock upstream with all kinds of faults, for `transport_spec.lua`.

local upstream = {}

upstream.PORTS = { "front", "plain", "tls", "expired", "wrong_name", "self_signed", "mutual", "old" }

-- Sends raw bytes as the response. Reads the request first, so that closing does not reset the connection.
local function raw(bytes)
  return ([[content_by_lua_block {
    ngx.req.read_body()
    local sock = ngx.req.socket(true)
    sock:send(%s)
    ngx.flush(true)
  }]]):format(bytes)
end

local LOCATIONS = [[
  location = /echo { content_by_lua_block {
    ngx.req.read_body()
    local data = ngx.req.get_body_data()
    if not data then
      local name = ngx.req.get_body_file()
      local file = name and io.open(name, "rb")
      data = file and file:read("*a") or ""
      if file then file:close() end
    end
    local reply = require("cjson").encode {
      hash = require("idocr.core").sha256(data), length = #data, method = ngx.req.get_method(), uri = ngx.var.request_uri,
      host = ngx.var.http_host, nth = tonumber(ngx.var.connection_requests), sni = ngx.var.ssl_server_name,
      verified = ngx.var.ssl_client_verify, expect = ngx.var.http_expect, coding = ngx.var.http_transfer_encoding,
      proxy_authorization = ngx.var.http_proxy_authorization,
    }
    if not ngx.var.arg_chunked then ngx.header.content_length = #reply end
    ngx.print(reply)
  } }
  location = /large { content_by_lua_block {
    local size = tonumber(ngx.var.arg_size)
    if not ngx.var.arg_chunked then ngx.header.content_length = size end
    local piece = ("y"):rep(65536)
    while size > 0 do
      if not ngx.print(#piece <= size and piece or piece:sub(1, size)) then return end
      size = size - #piece
      if not ngx.flush(true) then return end
    end
  } }
  location = /gzip { gzip on; gzip_min_length 1; gzip_types *; gzip_proxied any; content_by_lua_block {
    ngx.req.set_header("Accept-Encoding", "gzip") -- as a gateway would
    ngx.header.content_type = "text/plain"
    ngx.print(("z"):rep(tonumber(ngx.var.arg_size)))
  } }
  location = /portrait { gzip on; gzip_types *; gzip_proxied any; content_by_lua_block {
    ngx.req.set_header("Accept-Encoding", ngx.var.arg_gzip and "gzip" or "")
    local core = require "idocr.core"
    local size = tonumber(ngx.var.arg_size)
    local front = core.base64_encode(("portrait"):rep(size / 8)):gsub("/", "\\/")
    local text = '{"Response":{"Image":"' .. front .. '","Name":"A","Small":"QUJD","Card":"'
      .. core.base64_encode(("\255\254\253"):rep(1000)):gsub("/", "\\/") .. '"}}'
    ngx.header.content_type = "application/json"
    if not ngx.var.arg_chunked and not ngx.var.arg_gzip then ngx.header.content_length = #text end
    for at = 1, #text, 50001 do
      ngx.print(text:sub(at, at + 50000))
      ngx.flush(true)
    end
  } }
  location = /brotli { content_by_lua_block { ngx.header["Content-Encoding"] = "br" ngx.print("xyz") } }
  location = /two_packs { content_by_lua_block {
    ngx.header["Content-Encoding"] = "gzip"
    local o = "\031\139\008\000\000\000\000\000\002\003\203\007\000\068\147\015\015\001\000\000\000"
    ngx.print(o, o)
  } }
  location = /bad_gzip { content_by_lua_block { ngx.header["Content-Encoding"] = "gzip" ngx.print("this is not packed at all") } }
  location = /status { content_by_lua_block { ngx.status = tonumber(ngx.var.arg_code) ngx.print("said") } }
  location = /stall { content_by_lua_block { ngx.req.read_body() ngx.sleep(20) } }
  location = /wait { content_by_lua_block { ngx.req.read_body() ngx.sleep(tonumber(ngx.var.arg_seconds)) ngx.print("done") } }
  location = /meet { content_by_lua_block { -- responds when `count` requests have arrived
    ngx.req.read_body()
    local seen, wanted = ngx.shared.seen, tonumber(ngx.var.arg_count)
    seen:incr("here", 1, 0)
    local from = ngx.now()
    while seen:get("here") < wanted and ngx.now() - from < 15 do ngx.sleep(0.01) end
    ngx.print(seen:get("here") == wanted and "all are here" or "alone")
  } }
  location = /drip { content_by_lua_block {
    ngx.header.content_length = 1000
    for _ = 1, 1000 do
      ngx.print("d")
      if not ngx.flush(true) then return end
      ngx.sleep(0.05)
    end
  } }
  location = /no_reader { client_max_body_size 100m; content_by_lua_block { ngx.req.socket() ngx.sleep(20) } }
  location = /refuses_early { client_max_body_size 1k; return 200; }
  location = /empty { content_by_lua_block { ngx.req.read_body() ngx.exit(444) } }
  location = /reset { reset_timedout_connection on; content_by_lua_block { ngx.req.read_body() ngx.exit(444) } }
  location = /cut { ]] .. raw [["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"]] .. [[ }
  location = /cut_chunk { ]] .. raw [["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"]] .. [[ }
  location = /bad_chunk { ]] .. raw [["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nab"]] .. [[ }
  location = /garbage { ]] .. raw [["\1\2\3 what is this\r\n\r\n"]] .. [[ }
  location = /long_head { ]] .. raw [["HTTP/1.1 200 OK\r\nX: " .. ("x"):rep(400000) .. "\r\n\r\n"]] .. [[ }
  location = /two_lengths { ]] .. raw [["HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"]] .. [[ }
  location = /until_close { ]] .. raw [["HTTP/1.1 200 OK\r\n\r\nhello"]] .. [[ }
  location = /interim { ]] .. raw [["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]] .. [[ }
  location = /too_much { ]] .. raw [["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n"]] .. [[ }
]]

local function tls(name, more)
  return ("server { listen 127.0.0.1:$%s ssl; ssl_certificate $%s_cert; ssl_certificate_key $%s_key; %s %s }")
    :format(name, name, name, more or "", LOCATIONS)
end

upstream.HTTP = [[
  lua_shared_dict seen 1m;
  lua_ssl_trusted_certificate $ca;
  lua_ssl_verify_depth 3;
  lua_ssl_protocols TLSv1.2 TLSv1.3;
  lua_socket_log_errors off;
  keepalive_timeout 60s;
  keepalive_requests 100000;
  init_by_lua_block { in_init = require("idocr.transports.cosocket").new() }
  server {
    listen 127.0.0.1:$front;
    client_body_buffer_size 1m;
    location = /call { content_by_lua_block { require("spec.support.cosocket_caller").call() } }
    location = /call_dead_resolver {
      resolver 127.0.0.1:9 ipv6=off;
      content_by_lua_block { require("spec.support.cosocket_caller").call() }
    }
    location = /call_resolver {
      resolver 127.0.0.1:$dns ipv6=off;
      content_by_lua_block { require("spec.support.cosocket_caller").call() }
    }
    location = /log_phase {
      content_by_lua_block { ngx.print("ok") }
      log_by_lua_block {
        local front = require("spec.support.cosocket_caller")
        local result = front.one { url = "http://127.0.0.1:$plain/echo" }
        ngx.shared.seen:set("log", require("cjson").encode(result))
      }
    }
    location = /log_result { content_by_lua_block { ngx.print(ngx.shared.seen:get("log") or "{}") } }
  }
  server { listen 127.0.0.1:$plain; client_max_body_size 100m; ]] .. LOCATIONS .. [[ }
]] .. tls("tls", "client_max_body_size 100m;") .. tls "expired" .. tls "wrong_name" .. tls "self_signed"
  .. tls("mutual", "ssl_client_certificate $ca; ssl_verify_client on;")
  .. tls("old", "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;")

return upstream
