local core = require "idocr.core"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local tcp = require "spec.support.tcp"
local transports = require "idocr.transports"
local web = require "spec.support.web"

describe("the curl transport names what goes wrong:", function()
  local server, transport

  setup(function() server = web.start() end)
  teardown(function() server.stop() end)
  before_each(function() transport = transports.new("curl", { ca_file = server.certs.ca, proxy = false }) end)
  after_each(function() transport:close() end)

  local function call(url, more, deadline)
    local request = { method = "POST", url = url, headers = {}, body = core.body { "picture" } }
    for name, value in pairs(more or {}) do request[name] = value end
    return transport:send(request, deadline or 10)
  end

  local function expect(category, code, sent, response, err)
    assert.is_nil(response)
    assert.same({ category, code, sent }, { err.category, err.code, err.sent })
    if sent then assert.is_nil(err.billed) else assert.is_false(err.billed) end
    assert.falsy(tostring(err):find("secret", 1, true))
    return err
  end

  it("nobody listens", function()
    local err = expect("connect", "ConnectFailed", false, call("http://127.0.0.1:" .. ports.free_port() .. "/?token=secret"))
    assert.truthy(tostring(err):find("connection refused", 1, true))
    assert.is_true(err.retryable)
  end)

  it("a name that nobody has", function()
    -- A label beyond 63 characters: the resolver refuses it without asking anybody.
    expect("connect", "ResolveFailed", false, call("http://" .. ("a"):rep(64) .. ".invalid/?token=secret"))
  end)

  it("no URL, or one that is not HTTP", function()
    for _, url in ipairs { "", "nonsense", "http://", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://user:secret@127.0.0.1/" } do
      local response, err = call(url)
      assert.is_nil(response)
      assert.is_false(err.sent)
      assert.falsy(tostring(err):find("secret", 1, true))
      assert.is_true(err.category == "unsupported" or url == "nonsense" and err.category == "connect", url .. ": " .. tostring(err))
    end
  end)

  it("a handshake that stalls ends with the connect timeout", function()
    local silent = tcp.silent()
    expect("connect", "ConnectTimeout", false, call("https://127.0.0.1:" .. silent.port, { connect_timeout = 0.2 }))
    expect("timeout", "DeadlineExceeded", false, call("https://127.0.0.1:" .. silent.port, { connect_timeout = 5 }, 0.2))
    silent.stop()
  end)

  it("a server that never answers, or never ends, meets the deadline", function()
    local drip = tcp.drip()
    for _, url in ipairs { server.http .. "/hang", server.https .. "/hang", server.h2 .. "/hang", "http://127.0.0.1:" .. drip.port } do
      local started = core.monotonic()
      local err = expect("timeout", "DeadlineExceeded", true, call(url, nil, 0.5))
      assert.is_true(core.monotonic() - started >= 0.49, url)
      assert.is_true(err.retryable)
    end
    drip.stop()
  end)

  it("no time left at all", function()
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

  it("a reset in the middle of a large upload, without a signal that kills the process", function()
    for _, scheme in ipairs { "http", "https" } do
      assert.equal(200, assert(call(server[scheme] .. "/echo")).status)
      local response, err = call(server[scheme] .. "/reset", { body = core.body { ("x"):rep(8000000) } })
      assert.is_nil(response)
      assert.equal("network", err.category)
    end
  end)

  it("replies that are no HTTP", function()
    expect("protocol", "BadResponse", true, call(server.http .. "/garbage"))
    expect("protocol", "BadEncoding", true, call(server.http .. "/bad_gzip"))
    expect("protocol", "ResponseTooLarge", true, call(server.http .. "/big_header"))
    expect("protocol", "ResponseTooLarge", true, call(server.http .. "/many_headers"))
    expect("protocol", "ResponseTooLarge", true, call(server.http .. "/gzip", { max_response = 1000 }))
    expect("protocol", "ResponseTooLarge", true, call(server.http .. "/status?s=200", { max_response = 3 }))
    assert.equal("said", assert(call(server.http .. "/status?s=200", { max_response = 4 })).body)
  end)

  it("a plain port where TLS was expected", function()
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

  describe("a connection that dies between two calls", function()
    it("is replaced, and the body sent again from its start, while the server cannot have had all of it", function()
      -- More than the two socket buffers hold, so that it cannot all be out.
      local body = core.body { { image = core.image_bytes(("q"):rep(18000000)), encoding = "base64" } }
      local once = tcp.once()
      local url = "http://127.0.0.1:" .. once.port .. "/"
      for _ = 1, 2 do
        assert.equal("ok", assert(call(url, { body = body })).body)
        assert.equal(body:sha256(), core.sha256(once.log()))
      end
      once.stop()
    end)

    -- A small body goes out with the head, a large one is pulled: libcurl asks in different ways before it sends again.
    for _, length in ipairs { 7, 200000 } do
      local function again(query, repeatable)
        return call(server.http .. "/second" .. query, { body = core.body { ("p"):rep(length) }, repeatable = repeatable })
      end

      it("is replaced where it ends at once: the server had closed it before; with a body of " .. length, function()
        assert.equal(tostring(length), assert(again "").body)
        assert.equal(tostring(length), assert(again "").body)
      end)

      it("is an error when it ends later: the call may be billed; with a body of " .. length, function()
        assert.equal(tostring(length), assert(again "?wait=1.3").body)
        expect("network", "ConnectionClosed", true, again "?wait=1.3")
        -- the same with leave to repeat
        assert.equal(tostring(length), assert(again "?wait=1.3").body)
        assert.equal(tostring(length), assert(again("?wait=1.3", true)).body)
      end)
    end

    it("is not even tried when the server had closed it in good time", function()
      assert.equal(200, assert(call(server.http .. "/echo")).status)
      server.reload() -- the old worker closes its idle connections
      process.wait_for(function()
        local first = assert(call(server.http .. "/echo"))
        return first.headers["x-request"] == "1"
      end, 5)
    end)
  end)
end)
