--- Tests certificates and TLS versions of the curl transport.

local core = require "idocr.core"
local process = require "spec.support.process"
local transports = require "idocr.transports"
local web = require "spec.support.web"

describe("the curl transport verifies TLS:", function()
  local server

  setup(function() server = web.start() end)
  teardown(function() server.stop() end)

  local function call(url, options, more)
    options = options or { ca_file = server.certs.ca }
    options.proxy = false
    local transport = transports.new("curl", options)
    local request = { method = "POST", url = url, headers = {}, body = core.body { "picture" } }
    for name, value in pairs(more or {}) do request[name] = value end
    local response, err = transport:send(request, 10)
    transport:close()
    return response, err
  end

  local function rejected(response, err)
    assert.is_nil(response)
    assert.same({ "tls", "CertificateRejected", false, false }, { err.category, err.code, err.sent, err.retryable })
    return err.message
  end

  it("refuses an expired certificate", function()
    assert.truthy(rejected(call(server.tls.expired .. "/echo")):find("expired", 1, true))
  end)

  it("refuses a certificate of another name", function()
    assert.truthy(rejected(call(server.tls.wrong_name .. "/echo")):find("another name", 1, true))
    rejected(call("https://127.0.0.1:" .. server.port.wrong_name .. "/echo"))
  end)

  it("refuses a self-signed certificate", function()
    assert.truthy(rejected(call(server.tls.self_signed .. "/echo")):find("self-signed", 1, true))
  end)

  it("refuses a certificate of another CA than the given one", function()
    rejected(call(server.https .. "/echo", {}))
    rejected(call(server.https .. "/echo", { ca_file = server.certs.self_signed.cert }))
    local none = process.tempdir()
    rejected(call(server.https .. "/echo", { ca_path = none }))
  end)

  it("accepts a folder of CAs", function()
    local dir = process.tempdir()
    local ca = server.certs.ca
    process.run(("cp %s %s/ca.pem && ln -s ca.pem %s/$(openssl x509 -hash -noout -in %s).0"):format(ca, dir, dir, ca))
    assert.equal(200, assert(call(server.https .. "/echo", { ca_path = dir })).status)
  end)

  it("uses SSL_CERT_FILE without an option", function()
    local said = process.run(("SSL_CERT_FILE=%s %s -e %s"):format(server.certs.ca, process.lua, process.quote([[
      local transport = require("idocr.transports").new("curl", { proxy = false })
      io.write(assert(transport:send({ method = "GET", url = "]] .. server.https .. [[/echo", headers = {} }, 10)).status)]])))
    assert.equal("200", said)
  end)

  it("refuses a file without a certificate", function()
    local path = process.tempdir() .. "/ca.pem"
    process.write(path, "nothing")
    local response, err = call(server.https .. "/echo", { ca_file = path })
    assert.is_nil(response)
    assert.same({ "tls", "HandshakeFailed", false }, { err.category, err.code, err.sent })
  end)

  it("refuses TLS 1.1", function()
    local response, err = call(server.tls.old .. "/echo")
    assert.is_nil(response)
    assert.same({ "tls", "HandshakeFailed", false }, { err.category, err.code, err.sent })
  end)

  it("sends a client certificate on request", function()
    local c = server.certs
    local response = assert(call(server.tls.client .. "/echo", { ca_file = c.ca, client_cert = c.client.cert, client_key = c.client.key }))
    assert.equal("CN=client", response.headers["x-client"])
    assert.equal(400, assert(call(server.tls.client .. "/echo")).status) -- nginx's own page: the client sent no certificate
    assert.equal(400, assert(call(server.tls.client .. "/echo",
      { ca_file = c.ca, client_cert = c.stranger.cert, client_key = c.stranger.key })).status)
    local response2, err = call(server.tls.client .. "/echo", { ca_file = c.ca, client_cert = c.client.cert, client_key = c.good.key })
    assert.is_nil(response2)
    assert.same({ "tls", "HandshakeFailed", false }, { err.category, err.code, err.sent })
  end)

  it("verifies the signed host where the URL has an IP address", function()
    local dialled = "https://127.0.0.1:" .. server.port.wrong_name .. "/echo?x=1"
    local host = { { "Host", "other.test" } }
    local response = assert(call(dialled, nil, { host = "other.test", headers = host }))
    assert.equal("other.test", response.headers["x-server-name"])
    assert.equal("x=1", response.headers["x-query"])
    assert.truthy(response.body:find("host: other.test\n", 1, true))
    assert.equal(200, assert(call(dialled, nil, { host = "other.test:8443", headers = host })).status)
    rejected(call(dialled, nil, { host = "ocr.test", headers = { { "Host", "ocr.test" } } }))
    -- a named gateway is verified by its own name
    response = assert(call(server.https .. "/echo", nil, { host = "ocr.intl.test", headers = { { "Host", "ocr.intl.test" } } }))
    assert.equal("localhost", response.headers["x-server-name"])
    -- and an address by its address
    assert.equal(200, assert(call("https://127.0.0.1:" .. server.port.https .. "/echo", nil, { host = "127.0.0.1:1" })).status)
  end)
end)
