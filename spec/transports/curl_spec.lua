--- Tests the curl transport: requests, responses, options and memory.

local core = require "idocr.core"
local errors = require "idocr.errors"
local process = require "spec.support.process"
local transports = require "idocr.transports"
local web = require "spec.support.web"

describe("the curl transport", function()
  local server, transport

  setup(function() server = web.start() end)
  teardown(function() server.stop() end)
  before_each(function() transport = transports.new("curl", { ca_file = server.certs.ca, proxy = false }) end)
  after_each(function() transport:close() end)

  local function post(url, body, more)
    local request = { method = "POST", url = url, headers = { { "Content-Type", "text/plain" } }, body = body }
    for name, value in pairs(more or {}) do request[name] = value end
    return transport:send(request, 10)
  end

  for _, scheme in ipairs { "http", "https", "h2" } do
    describe("over " .. scheme, function()
      it("sends bodies of all sizes around the buffer sizes", function()
        for _, size in ipairs { 0, 1, 47, 48, 16384, 65535, 65536, 65537, 1000003 } do
          local body = core.body { '{"a":"', { image = core.image_bytes(("x"):rep(size > 0 and size or 1)), encoding = "base64" }, '"}' }
          local response = assert(post(server[scheme] .. "/echo", body))
          assert.equal(200, response.status)
          assert.equal(tostring(body:length()), response.headers["x-length"])
          assert.equal(body:sha256(), response.headers["x-sha256"])
        end
      end)

      it("uses one connection for sequential calls", function()
        local first = assert(post(server[scheme] .. "/echo", core.body { "one" }))
        for count = 2, 5 do
          local next_one = assert(post(server[scheme] .. "/echo", core.body { "more" }))
          assert.equal(first.headers["x-connection"], next_one.headers["x-connection"])
          assert.equal(tostring(count), next_one.headers["x-request"])
        end
      end)

      it("decompresses a response", function()
        local response = assert(transport:send({ method = "GET", url = server[scheme] .. "/gzip", headers = {} }, 10))
        assert.equal("gzip", response.headers["content-encoding"])
        assert.equal(("0123456789abcdef"):rep(64 * 200), response.body)
      end)

      it("stops a decompression bomb at max_response", function()
        local response, err = transport:send({ method = "GET", url = server[scheme] .. "/bomb", headers = {}, max_response = 1e6 }, 10)
        assert.is_nil(response)
        assert.same({ "protocol", "ResponseTooLarge", true }, { err.category, err.code, err.sent })
      end)
    end)
  end

  it("negotiates HTTP/2, except with http1 = true", function()
    assert.equal("HTTP/2.0", assert(post(server.h2 .. "/echo", core.body { "x" })).headers["x-protocol"])
    assert.equal("HTTP/1.1", assert(post(server.https .. "/echo", core.body { "x" })).headers["x-protocol"])
    local plain = transports.new("curl", { ca_file = server.certs.ca, http1 = true, proxy = false })
    local response = assert(plain:send({ method = "POST", url = server.h2 .. "/echo", headers = {}, body = core.body { "x" } }, 10))
    assert.equal("HTTP/1.1", response.headers["x-protocol"])
    plain:close()
  end)

  it("sends the given headers and none of libcurl's defaults", function()
    local response = assert(transport:send({
      method = "POST", url = server.http .. "/echo", body = core.body { ("x"):rep(2000000) },
      headers = {
        { "Host", "ocr.test" }, { "X-Empty", "" }, { "X-Long", ("y"):rep(3000) }, { "Content-Length", "7" }, { "Expect", "100-continue" },
      },
    }, 10))
    local seen = response.body
    assert.equal("2000000", response.headers["x-length"])
    assert.truthy(seen:find("host: ocr.test\n", 1, true))
    assert.truthy(seen:find("x-empty: \n", 1, true))
    assert.truthy(seen:find("x-long: " .. ("y"):rep(3000) .. "\n", 1, true))
    assert.truthy(seen:find("content-length: 2000000\n", 1, true))
    assert.falsy(seen:find("expect:", 1, true))
    assert.falsy(seen:find("content-type:", 1, true))
    assert.falsy(seen:find("user-agent:", 1, true))
  end)

  it("sends different methods one after the other on one handle", function()
    for _, method in ipairs { "GET", "POST", "PUT", "DELETE", "POST", "GET" } do
      local body = (method == "POST" or method == "PUT") and core.body { "abc" } or nil
      local response = assert(transport:send({ method = method, url = server.http .. "/echo?q=1", headers = {}, body = body }, 10))
      assert.equal(method, response.headers["x-method"])
      assert.equal(body and "3" or "0", response.headers["x-length"])
      assert.equal("q=1", response.headers["x-query"])
    end
    assert.equal(200, assert(transport:send({ method = "HEAD", url = server.http .. "/gzip", headers = {} }, 10)).status)
    assert.equal("0", assert(transport:send({ method = "POST", url = server.http .. "/echo", headers = {} }, 10)).headers["x-length"])
  end)

  it("returns lower-case header names and joins repeated headers", function()
    local response = assert(transport:send({ method = "GET", url = server.http .. "/repeated", headers = {} }, 10))
    assert.equal("a, b", response.headers["x-two"])
    assert.equal("c", response.headers.mixed)
    assert.equal("", response.body)
  end)

  it("ignores headers of interim responses and trailers", function()
    local response = assert(transport:send({ method = "GET", url = server.http .. "/interim", headers = {} }, 10))
    assert.same({ 200, "1", "ok" }, { response.status, response.headers["x-late"], response.body })
    assert.is_nil(response.headers["x-early"])
    response = assert(transport:send({ method = "GET", url = server.http .. "/trailer", headers = {} }, 10, { fresh = true }))
    assert.same({ "1", "ok" }, { response.headers["x-real"], response.body })
  end)

  it("returns every status and follows no redirect", function()
    assert.equal(302, assert(post(server.http .. "/redirect", core.body { "x" })).status)
    local response = assert(post(server.http .. "/status?s=500", core.body { "x" }))
    assert.same({ 500, "said" }, { response.status, response.body })
  end)

  it("raises for a header with a line break", function()
    for _, value in ipairs { "a\r\nX-Evil: 1", "a\nb", "a\0b" } do
      assert.has_error(function() transport:send({ method = "GET", url = server.http .. "/echo", headers = { { "X-A", value } } }, 10) end)
    end
    assert.has_error(function() transport:send({ method = "GET", url = server.http, headers = { { "X-A: b\r\nX-B", "c" } } }, 10) end)
    assert.has_error(function() transport:send({ method = "GET", url = server.http, headers = {}, body = 7 }, 10) end)
    assert.equal(200, assert(post(server.http .. "/echo", core.body { "x" })).status)
  end)

  it("returns closed after close, which may be called again", function()
    transport:close()
    transport:close()
    local response, err = post(server.http .. "/echo", core.body { "x" })
    assert.is_nil(response)
    assert.same({ "closed", false, false }, { err.category, err.sent, err.billed })
    assert.is_true(errors.is(err))
  end)

  it("names the option of a wrong type", function()
    for name, text in pairs { connect_timeout = "a number", max_response = "a number", method = "a string" } do
      local request = { method = "GET", url = server.http .. "/echo", headers = {} }
      request[name] = {}
      assert.error_matches(function() transport:send(request, 1) end, name .. " must be " .. text)
    end
  end)

  it("refuses missing files when the transport is made", function()
    for _, name in ipairs { "ca_file", "ca_path", "client_cert", "client_key" } do
      assert.error_matches(function() transports.new("curl", { [name] = "/nowhere/at/all" }) end, "^" .. name .. ": ")
    end
  end)

  it("uploads 5 MB with the memory of 20 KB", function()
    if os.getenv "SPEC_SANITIZED" then pending "a sanitizer keeps what was freed" end
    local script = process.tempdir() .. "/upload.lua"
    process.write(script, [[
      local core = require "idocr.core"
      local transport = require("idocr.transports").new("curl", { ca_file = arg[3], proxy = false })
      local body = core.body { { image = assert(core.image_file(arg[2])), encoding = "base64" } }
      local response = assert(transport:send({ method = "POST", url = arg[1], headers = {}, body = body }, 20))
      assert(response.headers["x-sha256"] == body:sha256())
      io.write(io.open("/proc/self/status"):read("*a"):match("VmHWM:%s*(%d+)"))
    ]])
    local dir = process.tempdir()
    local function peak(size, scheme)
      local path = dir .. "/" .. size
      process.run(("head -c %d /dev/urandom > %s"):format(size, path))
      return tonumber(process.run(("%s %s %s/echo %s %s"):format(process.lua, script, server[scheme], path, server.certs.ca)))
    end
    for _, scheme in ipairs { "http", "https", "h2" } do
      local small, large = peak(20 * 1024, scheme), peak(5 * 1024 * 1024, scheme)
      assert.is_true(large - small < 1024, scheme .. ": " .. small .. " KB against " .. large .. " KB")
    end
  end)
end)
