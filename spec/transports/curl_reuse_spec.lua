--- Tests the reuse of connections by the curl transport: unclean, closed and broken ones.

local core = require "idocr.core"
local nginx = require "spec.support.nginx"
local certs = require "spec.support.certs"
local process = require "spec.support.process"
local tcp = require "spec.support.tcp"
local transports = require "idocr.transports"

-- /spoil responds, damages the connection in the way of the argument `how`, and responds to what follows.
-- /seen returns the number of whole requests, /spoilt that of damaged connections.
local LOCATIONS = [[
  client_body_buffer_size 16m;
  location = /spoil { content_by_lua_block { spoil(ngx.var.arg_how) } }
  location = /second { content_by_lua_block {
    ngx.req.read_body()
    ngx.shared.counts:incr("seen", 1, 0)
    if tonumber(ngx.var.connection_requests) > 1 then
      ngx.sleep(tonumber(ngx.var.arg_wait) or 0)
      return ngx.exit(444)
    end
    ngx.sleep(0.2) -- so that concurrent calls need separate connections
    ngx.print "first"
  } }
  location = /echo { content_by_lua_block {
    ngx.req.read_body()
    ngx.header["X-Connection"], ngx.header["X-Request"] = ngx.var.connection, ngx.var.connection_requests
    ngx.print(ngx.req.get_body_data() or "")
  } }
  location = /error { content_by_lua_block { ngx.req.read_body() ngx.status = tonumber(ngx.var.arg_status) ngx.print "no" } }
  location = /count { content_by_lua_block { ngx.print(ngx.shared.counts:get(ngx.var.arg_of) or 0) } }
]]

local HTTP = [[
  lua_shared_dict counts 1m;
  init_by_lua_block {
    local function reply(body) return "HTTP/1.1 200 OK\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body end
    local foreign = reply "SOMEBODY ELSE"
    local WAYS = {
      response = function(socket) socket:send(foreign) end,
      timeout = function(socket) socket:send "HTTP/1.1 408 Request Time-out\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" end,
      byte = function(socket) socket:send "\n" end,
      interim = function(socket) socket:send "HTTP/1.1 100 Continue\r\n\r\n" end,
      close = function() return true end,
      response_and_close = function(socket) socket:send(foreign) return true end,
    }
    function spoil(how)
      ngx.req.read_body()
      local own, counts = ngx.req.get_body_data(), ngx.shared.counts
      counts:incr("seen", 1, 0)
      local socket = ngx.req.socket(true)
      local whole = reply(own)
      if how == "record" then
        -- The rest of the reply and the foreign one in one TLS record: libcurl reads no more of it than the reply needs.
        socket:send(whole:sub(1, -3))
        ngx.sleep(0.05)
        socket:send(whole:sub(-2) .. foreign)
      else
        socket:send(whole)
      end
      local stop = WAYS[how] and WAYS[how](socket)
      ngx.timer.at(0, function() counts:incr("spoilt", 1, 0) end) -- after the written bytes are in the kernel
      if stop then return end
      while true do
        local length
        repeat
          local line = socket:receive "*l"
          if not line then return end
          length = line:match "^[Cc]ontent%-[Ll]ength: (%d+)" or length
        until line == ""
        local body = socket:receive(tonumber(length))
        if not body then return end
        counts:incr("seen", 1, 0)
        socket:send(reply(body))
      end
    end
  }
  keepalive_timeout 60s;
  server { listen 127.0.0.1:$http backlog=1024; listen [::1]:$http; $locations }
  server { listen 127.0.0.1:$https ssl; listen [::1]:$https ssl; ssl_certificate $cert; ssl_certificate_key $key; $locations }
  server { listen 127.0.0.1:$tls12 ssl; ssl_protocols TLSv1.2; ssl_certificate $cert; ssl_certificate_key $key; $locations }
  server { listen 127.0.0.1:$h2 ssl http2; keepalive_requests 2; ssl_certificate $cert; ssl_certificate_key $key; $locations }
]]

describe("a connection that is used again by libcurl", function()
  local server, transport, c

  local function count(of)
    return tonumber((process.capture(("curl -s --noproxy '*' 'http://127.0.0.1:%d/count?of=%s'"):format(server.port.http, of))))
  end

  setup(function()
    c = certs.make()
    server = nginx.start {
      ports = { "http", "https", "tls12", "h2" }, http = HTTP,
      vars = { locations = LOCATIONS, cert = c.good.cert, key = c.good.key },
    }
    server.url = { http = "http://127.0.0.1:" .. server.port.http, ["http over IPv6"] = "http://[::1]:" .. server.port.http }
    for _, name in ipairs { "https", "tls12", "h2" } do server.url[name] = "https://localhost:" .. server.port[name] end
  end)
  teardown(function() server.stop() end)
  before_each(function() transport = transports.new("curl", { ca_file = c.ca, proxy = false }) end)
  after_each(function() transport:close() end)

  local function call(url, text, more)
    local request = { method = "POST", url = url, headers = {}, body = core.body { text } }
    for name, value in pairs(more or {}) do request[name] = value end
    return transport:send(request, 10, more)
  end

  for _, scheme in ipairs { "http", "http over IPv6", "https", "tls12" } do
    describe("over " .. scheme, function()
      for how, does in pairs {
        response = "brought a response that no call asked for", timeout = "brought a 408", byte = "brought one byte",
        interim = "brought an interim response", close = "was closed", response_and_close = "brought a response and was closed",
        record = "brought a response in the TLS record of the last one",
      } do
        it("is replaced before the request leaves where it " .. does, function()
          local url = server.url[scheme] .. "/spoil?how=" .. how
          local seen, spoilt = count "seen", count "spoilt"
          for turn = 1, 3 do
            assert.equal("card " .. turn, assert(call(url, "card " .. turn)).body)
            process.wait_for(function() return count "spoilt" == spoilt + turn end, 5)
          end
          assert.equal(3, count "seen" - seen)
        end)
      end

      it("is reused where it is clean", function()
        for turn = 1, 5 do
          local response = assert(call(server.url[scheme] .. "/echo", "card " .. turn))
          assert.same({ "card " .. turn, tostring(turn) }, { response.body, response.headers["x-request"] })
        end
      end)

      it("is not reused after an HTTP error", function()
        for _, status in ipairs { 408, 502, 404 } do
          local first = assert(call(server.url[scheme] .. "/echo", "a")).headers["x-connection"]
          assert.equal(status, assert(call(server.url[scheme] .. "/error?status=" .. status, "b")).status)
          assert.are_not.equal(first, assert(call(server.url[scheme] .. "/echo", "c")).headers["x-connection"])
        end
      end)

      it("is not reused for a request with fresh = true, and is reused afterwards", function()
        local url = server.url[scheme] .. "/echo"
        local first = assert(call(url, "a")).headers["x-connection"]
        local fresh = assert(call(url, "b", { fresh = true })).headers
        assert.are_not.equal(first, fresh["x-connection"])
        assert.equal("1", fresh["x-request"])
        assert.are_not.equal("1", assert(call(url, "c")).headers["x-request"])
      end)

      for _, length in ipairs { 7, 200000 } do
        for _, wait in ipairs { 0, 0.3 } do
          it(("took %d bytes and closed %g s later: the request is lost and not sent again"):format(length, wait), function()
            local url, seen = server.url[scheme] .. "/second?wait=" .. wait, count "seen"
            assert.equal("first", assert(call(url, ("p"):rep(length))).body)
            local response, err = call(url, ("p"):rep(length))
            assert.is_nil(response)
            assert.same({ "network", "ConnectionClosed", true }, { err.category, err.code, err.sent })
            assert.is_nil(err.billed)
            assert.is_nil(err.dead_connection)
            assert.equal(2, count "seen" - seen)
          end)
        end
      end
    end)
  end

  it("fails one request only where eight idle connections close", function()
    local url, seen = server.url.http .. "/second", count "seen"
    local pool = transport.runtime.pool(8)
    for _ = 1, 8 do pool:submit(function() return assert(call(url, "card")).body end) end
    for _, ok, body in pool.next, pool do assert.same({ true, "first" }, { ok, body }) end
    local response, err = call(url, "card")
    assert.is_nil(response)
    assert.same({ "network", true }, { err.category, err.sent })
    assert.equal(9, count "seen" - seen)
  end)

  it("is skipped where eight are idle and all are unclean", function()
    local url, seen, spoilt = server.url.http .. "/spoil?how=response", count "seen", count "spoilt"
    local pool = transport.runtime.pool(8)
    for index = 1, 8 do
      pool:submit(function() return assert(call(url, "card " .. index)).body == "card " .. index end)
    end
    for _, ok, same in pool.next, pool do assert.same({ true, true }, { ok, same }) end
    process.wait_for(function() return count "spoilt" == spoilt + 8 end, 5)
    assert.equal("ninth", assert(call(url, "ninth")).body)
    assert.equal(9, count "seen" - seen)
  end)

  it("is checked through proxies too", function()
    for scheme, path in pairs { http = "/spoil?how=response", https = "/spoil?how=timeout" } do
      local proxy = tcp.proxy()
      local through = transports.new("curl", { ca_file = c.ca, proxy = "http://127.0.0.1:" .. proxy.port })
      local spoilt = count "spoilt"
      for turn = 1, 3 do
        local url = server.url[scheme]:gsub("localhost", "ocr.test") .. path
        local response = assert(through:send({ method = "POST", url = url, headers = {}, body = core.body { "card " .. turn } }, 10))
        assert.equal("card " .. turn, response.body)
        process.wait_for(function() return count "spoilt" == spoilt + turn end, 5)
        core.sleep(0.05) -- until the proxy has passed it on
      end
      through:close()
      proxy.stop()
    end
  end)

  it("is replaced after GOAWAY over HTTP/2 without a failed call", function()
    for turn = 1, 7 do assert.equal("card " .. turn, assert(call(server.url.h2 .. "/echo", "card " .. turn)).body) end
  end)

  -- Only the kernel knows, and only where enough was sent to be acknowledged at once.
  it("that was dead before the request gives an error with dead_connection", function()
    local fickle = tcp.fickle "vanishes"
    local url = "http://127.0.0.1:" .. fickle.port .. "/"
    assert.equal("ok", assert(call(url, "card")).body)
    local word = process.wait_for(function() return fickle.log():match "\n([^\n]+)\n$" end, 5)
    if word ~= "gone" then pending "needs CAP_NET_ADMIN" end
    local response, err = call(url, ("p"):rep(200000))
    assert.is_nil(response)
    assert.same({ "network", "ConnectionReset", true }, { err.category, err.code, err.dead_connection })
    assert.equal("ok", assert(call(url, ("p"):rep(200000), { fresh = true })).body)
    fickle.stop()
  end)

  it("that a server resets after the whole request gives an error without dead_connection", function()
    for _, length in ipairs { 7, 200000 } do
      local fickle = tcp.fickle "resets"
      local url = "http://127.0.0.1:" .. fickle.port .. "/"
      assert.equal("ok", assert(call(url, "card")).body)
      local response, err = call(url, ("p"):rep(length))
      assert.is_nil(response)
      assert.same({ "network", "ConnectionReset", true }, { err.category, err.code, err.sent })
      assert.is_nil(err.dead_connection)
      assert.equal("whole\nwhole\n", fickle.log())
      fickle.stop()
    end
  end)
end)
