--- Tests the cosocket transport in nginx against faulty servers.

local certs = require "spec.support.certs"
local cjson = require "cjson"
local nginx = require "spec.support.nginx"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local upstream = require "spec.support.faulty_upstream"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

describe("the cosocket transport", function()
  local server, at
  local names -- a name server, where there is node to run it

  setup(function()
    local c = certs.make()
    local vars = { ca = c.ca, dns = 9 }
    if select(2, process.capture "command -v node") == 0 then
      local out = process.tempdir() .. "/port"
      names = process.spawn("exec node spec/support/dns_server.js", { stdout = out })
      vars.dns = process.wait_for(function() return tonumber(process.read(out)) end, 10)
    end
    for _, name in ipairs { "tls", "expired", "wrong_name", "self_signed", "mutual", "old" } do
      local pair = c[name] or c.good
      vars[name .. "_cert"], vars[name .. "_key"] = pair.cert, pair.key
    end
    server = nginx.start { ports = upstream.PORTS, http = upstream.HTTP, vars = vars, main = nil }
    at = function(name, path)
      return ("%s://127.0.0.1:%d%s"):format(name == "plain" and "http" or "https", server.port[name], path)
    end
  end)

  teardown(function()
    server.stop()
    if names then names.stop() end
  end)

  local function call(list, path)
    if not list[1] then list = { list } end
    local file = process.tempdir() .. "/request"
    process.write(file, cjson.encode(list))
    local text = process.run(("curl -sS --max-time 60 --data-binary @%s http://127.0.0.1:%d%s")
      :format(file, server.port.front, path or "/call"))
    local ok, results = pcall(cjson.decode, text)
    assert(ok, text .. server.errors())
    return (unpack or table.unpack)(results)
  end

  local function fails(what, category, code, sent, path)
    local result = call(what, path)
    assert.is_table(result.error, cjson.encode(result))
    assert.same({ category, code }, { result.error.category, result.error.code }, result.error.message)
    if sent ~= nil then assert.equal(sent, result.error.sent) end
    return result
  end

  describe("sends requests", function()
    it("of every size unchanged, over http and https", function()
      for _, size in ipairs { 0, 1, 20480, 48000, 49152, 200000, 5 * 1024 * 1024 } do
        for _, scheme in ipairs { "plain", "tls" } do
          local result = call { url = at(scheme, "/echo"), host = "ocr.test", size = size, deadline = 20 }
          assert.equal(200, result.status, cjson.encode(result))
          local seen = cjson.decode(result.body)
          assert.equal(result.sent_hash, seen.hash)
          assert.equal("POST", seen.method)
          assert.is_nil(seen.expect)
          assert.is_nil(seen.coding)
          if scheme == "tls" then assert.equal("ocr.test", seen.sni) end
        end
      end
    end)

    it("with GET and no body", function()
      local seen = cjson.decode(call({ url = at("plain", "/echo?a=b"), host = "logical.test:99" }).body)
      assert.same({ "GET", 0, "/echo?a=b", "logical.test:99" }, { seen.method, seen.length, seen.uri, seen.host })
    end)

    it("to localhost without a resolver", function()
      assert.equal(200, call({ url = ("http://localhost:%d/echo"):format(server.port.plain) }).status)
      assert.equal(200, call({ url = ("https://localhost:%d/echo"):format(server.port.tls) }).status)
      assert.equal(200, call({ url = at("tls", "/echo") }).status) -- an address of this machine is verified as localhost
    end)

    it("to resolved names, and verifies their certificates", function()
      if not names then return pending "node is not installed" end
      local function url(scheme, host, name) return ("%s://%s:%d/echo"):format(scheme, host, server.port[name]) end
      assert.equal(200, call({ url = url("http", "ocr.test", "plain"), size = 100 }, "/call_resolver").status)
      local result = call({ url = url("https", "a.ocr.test", "tls"), size = 100 }, "/call_resolver")
      assert.equal("a.ocr.test", cjson.decode(result.body).sni)
      fails({ url = url("https", "a.b.ocr.test", "tls"), size = 1 }, "tls", "CertificateRejected", false, "/call_resolver")
      -- The certificate must be valid for the gateway's name, whatever host is signed.
      fails({ url = url("https", "a.b.ocr.test", "tls"), host = "ocr.test", size = 1 }, "tls", "CertificateRejected", false,
        "/call_resolver")
      fails({ url = url("http", "nobody.example", "plain"), size = 1 }, "connect", "ResolveFailed", false, "/call_resolver")
    end)

    it("and parses responses of every framing", function()
      for _, path in ipairs { "/until_close", "/interim", "/too_much" } do
        assert.equal("hello", call({ url = at("plain", path), size = 10 }).body, path)
        assert.equal("hello", call({ url = at("tls", path), host = "ocr.test", size = 10 }).body, path)
      end
      for _, chunked in ipairs { "", "&chunked=1" } do
        assert.equal(3000001, call({ url = at("plain", "/large?size=3000001" .. chunked), size = 10 }).length)
        assert.equal(3000001, call({ url = at("tls", "/large?size=3000001" .. chunked), host = "ocr.test", size = 10 }).length)
      end
      assert.equal(503, call({ url = at("plain", "/status?code=503"), size = 1 }).status)
    end)

    it("over kept connections, separate for different trust settings", function()
      local url, tls = at("plain", "/echo"), at("tls", "/echo")
      local function nth(result) return cjson.decode(result.body).nth end
      local options = { pool_size = 9 } -- a transport of this test
      local a, b, c = call {
        { url = url, size = 1, options = options }, { url = url, size = 1, options = options },
        { url = url .. "?chunked=1", size = 1, options = options },
      }
      assert.same({ 1, 2, 3 }, { nth(a), nth(b), nth(c) })
      a, b, c = call {
        { url = tls, host = "ocr.test", size = 1, options = options }, { url = tls, host = "ocr.test", size = 1, options = options },
        { url = tls, host = "a.ocr.test", size = 1, options = options },
      }
      assert.same({ 1, 2 }, { nth(a), nth(b) })
      assert.equal(1, nth(c))
      assert.equal("CertificateRejected", call({ url = tls, host = "evil.test", size = 1 }).error.code)
    end)

    it("and decompresses gzip", function()
      local result = call { url = at("plain", "/gzip?size=200000"), size = 1 }
      assert.equal(200000, result.length)
      assert.is_nil(result.headers["content-encoding"])
      fails({ url = at("plain", "/gzip?size=200000"), size = 1, max_response = 100000 }, "protocol", "ResponseTooLarge", true)
      fails({ url = at("plain", "/bad_gzip"), size = 1 }, "protocol", "BadEncoding", true)
      fails({ url = at("plain", "/two_packs"), size = 1 }, "protocol", "BadEncoding", true)
      fails({ url = at("plain", "/brotli"), size = 1 }, "protocol", "BadEncoding", true)
    end)

    it("and decodes the pictures of a response while it arrives", function()
      local core = require "idocr.core"
      for _, how in ipairs { "", "&chunked=1", "&gzip=1" } do
        local what = { url = at("plain", "/portrait?size=1000000" .. how), size = 1, pictures_apart = true }
        local result = call(what)
        assert.equal('{"Response":{"Image":"\2550","Name":"A","Small":"QUJD","Card":"\2551"}}', result.body, how)
        assert.same({ core.sha256(("portrait"):rep(125000)), core.sha256(("\255\254\253"):rep(1000)) }, result.pictures)
        what.max_response = 1000000
        fails(what, "protocol", "ResponseTooLarge", true)
      end
      local plain = call { url = at("plain", "/status?code=500"), size = 1, pictures_apart = true }
      assert.same({ 500, "said", {} }, { plain.status, plain.body, plain.pictures })
      fails({ url = at("plain", "/cut"), size = 10, pictures_apart = true }, "network", "ConnectionClosed", true)
    end)

    it("with a client certificate", function()
      local c = certs.make()
      local options = { client_cert = c.client.cert, client_key = c.client.key }
      local result = call { url = at("mutual", "/echo"), host = "ocr.test", size = 1, options = options }
      assert.equal("SUCCESS", cjson.decode(result.body).verified)
      assert.equal(400, call({ url = at("mutual", "/echo"), host = "ocr.test", size = 1 }).status)
      local raised = call { url = at("mutual", "/echo"), options = { client_cert = c.dir .. "/none" } }
      assert.matches("client_cert", raised.raised)
    end)

    it("concurrently in one worker", function()
      local list = {}
      for i = 1, 50 do list[i] = { url = at("plain", "/meet?count=50"), size = 1000 } end
      for _, result in ipairs { call(list, "/call?at_once=1") } do assert.equal("all are here", result.body) end
    end)
  end)

  describe("returns the right error", function()
    it("of the connection", function()
      fails({ url = ("http://127.0.0.1:%d/"):format(ports.free_port()), size = 1 }, "connect", "ConnectFailed", false)
      local none = fails({ url = "https://ocr.tencentcloudapi.com/", size = 1 }, "connect", "ResolveFailed", false)
      assert.matches("resolver", none.error.message)
    end)

    it("of a dead resolver, within the connect timeout", function()
      local result = fails({ url = "http://nowhere.test/", size = 1, connect_timeout = 0.3 },
        "connect", "ConnectTimeout", false, "/call_dead_resolver")
      assert.is_true(result.seconds < 20) -- nginx's own limit: 30 s
      result = fails({ url = "http://nowhere.test/", size = 1, deadline = 0.2 },
        "timeout", "DeadlineExceeded", false, "/call_dead_resolver")
      assert.is_true(result.seconds < 20) -- nginx's own limit: 30 s
    end)

    it("of the certificate, every time and before a byte was sent", function()
      for _, name in ipairs { "expired", "wrong_name", "self_signed" } do
        local list = {}
        for i = 1, 40 do list[i] = { url = at(name, "/echo"), host = "ocr.test", size = 1 } end
        for _, result in ipairs { call(list) } do
          assert.same({ "tls", "CertificateRejected", false }, { result.error.category, result.error.code, result.error.sent })
        end
      end
      local hint = fails({ url = at("self_signed", "/echo"), host = "ocr.test", size = 1 }, "tls", "CertificateRejected")
      assert.is_string(hint.error.message)
    end)

    it("of the handshake", function()
      local result = fails({ url = ("https://localhost:%d/"):format(server.port.plain), size = 1 }, "tls", "HandshakeFailed", false)
      assert.matches("does not speak TLS", result.error.message)
      -- lua-resty-core keeps the error number of an earlier rejected certificate.
      call { url = at("expired", "/echo"), host = "ocr.test", size = 1 }
      result = fails({ url = at("old", "/echo"), host = "ocr.test", size = 1 }, "tls", "HandshakeFailed", false)
      assert.matches("alert 70", result.error.message)
    end)

    it("of a response that never comes or never ends", function()
      for _, path in ipairs { "/stall", "/drip", "/no_reader" } do
        for _, name in ipairs { "plain", "tls" } do
          local stalled = path == "/no_reader" -- the upload, not the response
          local what = { url = at(name, path), host = "ocr.test", size = stalled and 20e6 or 10, deadline = 0.4 }
          local result = fails(what, "timeout", "DeadlineExceeded", not stalled and true or "part")
          assert.is_true(result.seconds >= 0.39, path .. result.seconds)
        end
      end
    end)

    it("of an incomplete response", function()
      for _, name in ipairs { "plain", "tls" } do
        local host = "ocr.test"
        fails({ url = at(name, "/empty"), host = host, size = 10 }, "network", "ConnectionClosed", true)
        fails({ url = at(name, "/cut"), host = host, size = 10 }, "network", "ConnectionClosed", true)
        fails({ url = at(name, "/cut_chunk"), host = host, size = 10 }, "network", "ConnectionClosed", true)
      end
      fails({ url = at("plain", "/reset"), size = 10 }, "network", "ConnectionReset", true)
    end)

    it("of a malformed response", function()
      for _, path in ipairs { "/garbage", "/bad_chunk", "/two_lengths" } do
        fails({ url = at("plain", path), size = 10 }, "protocol", "BadResponse", true)
      end
      fails({ url = at("plain", "/long_head"), size = 10 }, "protocol", "ResponseTooLarge", true)
      fails({ url = at("plain", "/large?size=2000000"), size = 1, max_response = 1000000 }, "protocol", "ResponseTooLarge", true)
      fails({ url = at("plain", "/large?size=2000000&chunked=1"), size = 1, max_response = 1000000 }, "protocol", "ResponseTooLarge", true)
    end)

    it("of a server that refuses before it has read the request", function()
      assert.equal(413, call({ url = at("plain", "/refuses_early"), size = 3e6 }).status)
    end)

    it("of a phase without sockets", function()
      process.run(("curl -sS http://127.0.0.1:%d/log_phase"):format(server.port.front))
      local result = process.wait_for(function()
        local text = process.capture(("curl -sS http://127.0.0.1:%d/log_result"):format(server.port.front))
        return text ~= "{}" and cjson.decode(text)
      end, 3)
      assert.same({ "unsupported", "WrongPhase", false }, { result.error.category, result.error.code, result.error.sent })
      assert.matches("phase log", result.error.message)
    end)

    it("of options that nginx cannot honour", function()
      assert.matches("lua_ssl_trusted_certificate", call({ url = at("tls", "/echo"), options = { ca_file = "/x" } }).raised)
      assert.matches("http:// only", call({ url = at("tls", "/echo"), options = { proxy = "https://127.0.0.1:1" } }).raised)
    end)
  end)

  it("limits the connections in use with backlog", function()
    local options = { pool_size = 2, backlog = 1 }
    local list = {}
    for i = 1, 5 do list[i] = { url = at("plain", "/wait?seconds=0.3"), size = 1, options = options, deadline = 20 } end
    local done, refused = 0, 0
    for _, result in ipairs { call(list, "/call?at_once=1") } do
      if result.body == "done" then done = done + 1 end
      if result.error then
        assert.same({ "connect", "PoolExhausted", false }, { result.error.category, result.error.code, result.error.sent })
        refused = refused + 1
      end
    end
    assert.same({ 3, 2 }, { done, refused })
    local late = { url = at("plain", "/wait?seconds=1.5"), size = 1, options = { pool_size = 1, backlog = 5 }, connect_timeout = 0.2 }
    local _, second = call({ late, late }, "/call?at_once=1")
    assert.same({ "connect", "ConnectTimeout", false }, { second.error.category, second.error.code, second.error.sent })
  end)

  it("ends a stalled handshake and a silent port with the connect timeout", function()
    -- A stopped nginx: the kernel takes connections for it until its queue is full, and no process answers them.
    local stopped = nginx.start { ports = { "http" }, http = "server { listen 127.0.0.1:$http backlog=1; return 200; }" }
    local children = process.run("cat /proc/" .. stopped.pid .. "/task/" .. stopped.pid .. "/children")
    process.run("kill -STOP " .. children)
    local url = ("https://localhost:%d/"):format(stopped.port.http)
    local ok, why = pcall(function()
      local results = { call({
        { url = url, size = 1, connect_timeout = 0.3 }, { url = url, size = 1, deadline = 0.3 },
        { url = url, size = 1, connect_timeout = 0.3 }, { url = url, size = 1, connect_timeout = 0.3 },
      }, "/call?at_once=1") }
      for i, result in ipairs(results) do
        assert.equal(i == 2 and "DeadlineExceeded" or "ConnectTimeout", result.error.code)
        assert.is_false(result.error.sent)
      end
    end)
    process.run("kill -CONT " .. children)
    stopped.stop()
    assert(ok, why)
  end)

  describe("uses a proxy", function()
    local proxy, port

    setup(function()
      if select(2, process.capture "command -v node") ~= 0 then return end
      local out = process.tempdir() .. "/port"
      proxy = process.spawn("exec node spec/support/proxy_server.js", { stdout = out })
      port = process.wait_for(function() return tonumber(process.read(out)) end, 10)
    end)

    teardown(function() if proxy then proxy.stop() end end)

    it("with the whole URL for http and a tunnel for https", function()
      if not proxy then return pending "node is not installed" end
      local options = { proxy = ("http://user:pass@127.0.0.1:%d"):format(port) }
      local result = call { url = at("plain", "/echo"), size = 5000, options = options }
      assert.equal("proxy", result.headers["x-through"])
      assert.equal(result.sent_hash, cjson.decode(result.body).hash)
      for nth = 1, 2 do
        result = call { url = at("tls", "/echo"), host = "ocr.test", size = 200000, options = options }
        local seen = cjson.decode(result.body)
        assert.same({ result.sent_hash, "ocr.test", nth }, { seen.hash, seen.sni, seen.nth })
        assert.is_nil(seen.proxy_authorization)
      end
      fails({ url = at("expired", "/echo"), host = "ocr.test", size = 1, options = options }, "tls", "CertificateRejected", false)
    end)

    it("and returns errors of the proxy", function()
      if not proxy then return pending "node is not installed" end
      local wrong = { proxy = ("http://user:wrong@127.0.0.1:%d"):format(port) }
      local result = fails({ url = at("tls", "/echo"), host = "ocr.test", size = 1, options = wrong }, "connect", "ProxyFailed", false)
      assert.matches("credentials", result.error.message)
      local right = { proxy = ("http://user:pass@127.0.0.1:%d"):format(port) }
      fails({ url = "https://ocr.test:1/", size = 1, options = right }, "connect", "ProxyFailed", false)
      local dead = "127.0.0.1:" .. ports.free_port()
      for _, name in ipairs { "plain", "tls" } do
        result = fails({ url = at(name, "/echo"), size = 1, options = { proxy = dead } }, "connect", "ProxyFailed", false)
        assert.matches("through the proxy " .. dead, result.error.message, 1, true)
      end
    end)
  end)

  it("writes no unexpected line to the error log", function()
    local text = server.errors()
    assert.is_nil(text:find("lua entry thread aborted", 1, true), text)
    assert.is_nil(text:find("%[alert%]"), text)
    assert.is_nil(text:find("%[emerg%]"), text)
  end)
end)
