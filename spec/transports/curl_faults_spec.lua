--- Tests the errors of the curl transport against faulty servers.

local core = require "idocr.core"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local tcp = require "spec.support.tcp"
local transports = require "idocr.transports"
local web = require "spec.support.web"

describe("the curl transport returns the right error for", function()
  local server, transport

  setup(function() server = web.start() end)
  teardown(function() server.stop() end)
  before_each(function() transport = transports.new("curl", { ca_file = server.certs.ca, proxy = false }) end)
  after_each(function() transport:close() end)

  local function call(url, more, deadline)
    local request = { method = "POST", url = url, headers = {}, body = core.body { "picture" } }
    for name, value in pairs(more or {}) do request[name] = value end
    return transport:send(request, deadline or 10, more)
  end

  local function expect(category, code, sent, response, err)
    assert.is_nil(response)
    assert.same({ category, code, sent }, { err.category, err.code, err.sent })
    if sent == true then assert.is_nil(err.billed) else assert.is_false(err.billed) end
    assert.falsy(tostring(err):find("secret", 1, true))
    return err
  end

  it("a closed port", function()
    local err = expect("connect", "ConnectFailed", false, call("http://127.0.0.1:" .. ports.free_port() .. "/?token=secret"))
    assert.truthy(tostring(err):find("connection refused", 1, true))
    assert.is_true(err.retryable)
  end)

  it("a host name that does not resolve", function()
    -- A label beyond 63 characters: the resolver refuses it without a query.
    expect("connect", "ResolveFailed", false, call("http://" .. ("a"):rep(64) .. ".invalid/?token=secret"))
  end)

  it("a malformed URL, or one of another scheme", function()
    for _, url in ipairs { "", "nonsense", "http://", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://user:secret@127.0.0.1/" } do
      local response, err = call(url)
      assert.is_nil(response)
      assert.is_false(err.sent)
      assert.falsy(tostring(err):find("secret", 1, true))
      assert.is_true(err.category == "unsupported" or url == "nonsense" and err.category == "connect", url .. ": " .. tostring(err))
    end
  end)

  it("a stalled handshake: the connect timeout", function()
    local silent = tcp.silent()
    expect("connect", "ConnectTimeout", false, call("https://127.0.0.1:" .. silent.port, { connect_timeout = 0.2 }))
    expect("timeout", "DeadlineExceeded", false, call("https://127.0.0.1:" .. silent.port, { connect_timeout = 5 }, 0.2))
    silent.stop()
  end)

  it("a response that never comes or never ends: the deadline", function()
    local drip = tcp.drip()
    for _, url in ipairs { server.http .. "/hang", server.https .. "/hang", server.h2 .. "/hang", "http://127.0.0.1:" .. drip.port } do
      local started = core.monotonic()
      local err = expect("timeout", "DeadlineExceeded", true, call(url, nil, 0.5))
      assert.is_true(core.monotonic() - started >= 0.49, url)
      assert.is_true(err.retryable)
    end
    drip.stop()
  end)

  it("a deadline that has passed already", function()
    expect("timeout", "DeadlineExceeded", false, call(server.http .. "/echo", nil, 0))
    expect("timeout", "DeadlineExceeded", false, call(server.http .. "/echo", nil, -1))
  end)

  it("broken connections", function()
    expect("network", "ConnectionClosed", true, call(server.http .. "/empty?token=secret"))
    expect("network", "ConnectionReset", true, call(server.http .. "/reset"))
    expect("network", "ConnectionClosed", true, call(server.http .. "/truncated"))
    expect("network", "ConnectionClosed", true, call(server.http .. "/chunk_cut"))
    local response, err = call(server.https .. "/empty")
    assert.is_nil(response)
    assert.same({ "network", true }, { err.category, err.sent })
    expect("network", "ConnectionReset", true, call(server.h2 .. "/empty"))
  end)

  it("a reset during a large upload, without SIGPIPE", function()
    for _, scheme in ipairs { "http", "https" } do
      assert.equal(200, assert(call(server[scheme] .. "/echo")).status)
      local response, err = call(server[scheme] .. "/reset", { body = core.body { ("x"):rep(8000000) } })
      assert.is_nil(response)
      assert.equal("network", err.category)
    end
  end)

  it("a response that is not HTTP", function()
    expect("protocol", "BadResponse", true, call(server.http .. "/garbage"))
    expect("protocol", "BadEncoding", true, call(server.http .. "/bad_gzip"))
    expect("protocol", "ResponseTooLarge", true, call(server.http .. "/big_header"))
    expect("protocol", "ResponseTooLarge", true, call(server.http .. "/many_headers"))
    expect("protocol", "ResponseTooLarge", true, call(server.http .. "/gzip", { max_response = 1000 }))
    expect("protocol", "ResponseTooLarge", true, call(server.http .. "/status?s=200", { max_response = 3 }))
    assert.equal("said", assert(call(server.http .. "/status?s=200", { max_response = 4 })).body)
  end)

  it("a connection closed during the TLS handshake: retryable", function()
    for _, way in ipairs { "closes", "resets" } do
      local shy = tcp.shy(way)
      local err = expect("connect", "ConnectFailed", false, call("https://127.0.0.1:" .. shy.port .. "/"))
      assert.is_true(err.retryable)
      shy.stop()
    end
  end)

  it("a server without TLS", function()
    expect("tls", "HandshakeFailed", false, call("https://localhost:" .. server.port.http .. "/echo"))
  end)

  it("a picture that changed after it was hashed", function()
    local path = process.tempdir() .. "/picture"
    process.write(path, ("p"):rep(500000))
    local body = core.body { { image = assert(core.image_file(path)), encoding = "base64" } }
    assert(body:sha256())
    process.write(path, ("p"):rep(400000))
    local response, err = call(server.http .. "/echo", { body = body })
    assert.is_nil(response)
    assert.same({ "image", "PictureChanged" }, { err.category, err.code })
    assert.is_false(err.retryable)
    assert.equal(200, assert(call(server.http .. "/echo")).status)
  end)

  describe("a reused connection", function()
    it("that breaks during the upload: the request was sent in part and is not sent again", function()
      -- More than the two socket buffers hold, so that it cannot all be out.
      local body = core.body { { image = core.image_bytes(("q"):rep(18000000)), encoding = "base64" } }
      local once = tcp.once()
      local url = "http://127.0.0.1:" .. once.port .. "/"
      assert.equal("ok", assert(call(url, { body = body })).body)
      local response, err = call(url, { body = body })
      assert.is_nil(response)
      assert.same({ "network", "part", false, true, true },
        { err.category, err.sent, err.billed, err.retryable, err.dead_connection })
      assert.equal("ok", assert(call(url, { body = body, fresh = true })).body)
      assert.equal(body:sha256(), core.sha256(once.log()))
      once.stop()
    end)

    it("is not used when the server has closed it", function()
      assert.equal(200, assert(call(server.http .. "/echo")).status)
      server.reload() -- the old worker closes its idle connections
      process.wait_for(function()
        local first = assert(call(server.http .. "/echo"))
        return first.headers["x-request"] == "1"
      end, 5)
    end)
  end)

  describe("malformed responses:", function()
    local card = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n%s\r\n{}"
    local chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for name, text in pairs {
      ["a status of four digits"] = "HTTP/1.1 2000 x\r\nContent-Length: 0\r\n\r\n",
      ["a status of two digits"] = "HTTP/1.1 20 x\r\nContent-Length: 0\r\n\r\n",
      ["HTTP/2 in a status line"] = "HTTP/2 200\r\nContent-Length: 0\r\n\r\n",
      ["two lengths that differ"] = card:format "Content-Length: 3\r\n",
      ["a length with a sign"] = "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}",
      ["a list of lengths"] = "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}",
      ["a blank before the colon"] = card:format "X-Name : x\r\n",
      ["a folded line"] = card:format "X-Name: x\r\n y\r\n",
      ["a line without a colon"] = card:format "nothing\r\n",
      ["an empty name"] = card:format ": x\r\n",
      ["an unknown transfer coding"] = card:format "Transfer-Encoding: zebra\r\n",
      ["another protocol"] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" .. card:format "",
      ["interim responses without end"] = ("HTTP/1.1 102 Processing\r\n\r\n"):rep(50) .. card:format "",
      ["a chunk size that is no number"] = chunked .. "zz\r\n{}\r\n0\r\n\r\n",
      ["a chunk size with a prefix"] = chunked .. "0x2\r\n{}\r\n0\r\n\r\n",
      ["a chunk longer than its size"] = chunked .. "1\r\n{}\r\n0\r\n\r\n",
    } do
      it(name, function()
        for _, scheme in ipairs { "http", "https" } do
          local err = expect("protocol", "BadResponse", true, call(server[scheme] .. "/say", { body = core.body { text } }))
          assert.is_false(err.retryable)
        end
      end)
    end

    it("a compression that was not offered, or data after its end", function()
      local plain = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\n\11\1{}"
      expect("protocol", "BadEncoding", true, call(server.http .. "/say", { body = core.body { plain } }))
      local dir = process.tempdir()
      process.write(dir .. "/text", "{}")
      process.run("gzip -n " .. dir .. "/text")
      local packed = process.read(dir .. "/text.gz") .. ("junk"):rep(10)
      local text = ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s"):format(#packed, packed)
      expect("protocol", "BadEncoding", true, call(server.http .. "/say", { body = core.body { text } }))
    end)

    it("more trailers than the limit", function()
      local text = chunked .. "2\r\n{}\r\n0\r\n" .. ("X-Many: y\r\n"):rep(1000) .. "\r\n"
      expect("protocol", "ResponseTooLarge", true, call(server.http .. "/say", { body = core.body { text } }))
    end)

    it("an end inside the head: a lost connection", function()
      local whole = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r"
      for _, text in ipairs { "H", whole:sub(1, 11), whole:sub(1, 17), whole:sub(1, 27), whole, "HTTP/1.1 100 Continue\r\n\r\n" } do
        for _, scheme in ipairs { "http", "https" } do
          expect("network", "ConnectionClosed", true, call(server[scheme] .. "/say", { body = core.body { text } }))
        end
      end
    end)
  end)

  describe("a response before the whole request was sent:", function()
    local picture = core.body { { image = core.image_bytes(("q"):rep(18000000)), encoding = "base64" } }
    local function early(text)
      local eager = tcp.eager(text)
      local response, err = call("http://127.0.0.1:" .. eager.port .. "/", { body = picture }, 20)
      eager.stop()
      return response, err
    end

    it("is accepted where Content-Length shows the end", function()
      local response = assert(early "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\":[1]}")
      assert.equal('{"a":[1]}', response.body)
      assert.equal(200, assert(early "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").status)
    end)

    it("is accepted where the complete JSON shows the end", function()
      local text = '{"a":["}",{"b":"\\"}"}]}'
      local response = assert(early("HTTP/1.1 200 OK\r\n\r\n" .. text))
      assert.equal(text, response.body)
      response = assert(early(("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"):format(#text, text)))
      assert.equal(text, response.body)
    end)

    it("is accepted at once where it is an HTTP error", function()
      for _, status in ipairs { 500, 413, 403 } do
        local response = assert(early(("HTTP/1.1 %d No\r\nContent-Length: 2\r\n\r\nno"):format(status)))
        assert.same({ status, "no" }, { response.status, response.body })
      end
    end)
  end)
end)
