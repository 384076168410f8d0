--- Tests the curl transport with proxies.

local core = require "idocr.core"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local tcp = require "spec.support.tcp"
local transports = require "idocr.transports"
local web = require "spec.support.web"

describe("the curl transport goes through a proxy", function()
  local server, proxy

  setup(function() server = web.start() end)
  teardown(function() server.stop() end)
  before_each(function() proxy = tcp.proxy() end)
  after_each(function() proxy.stop() end)

  local function call(url, option)
    local transport = transports.new("curl", { ca_file = server.certs.ca, proxy = option })
    local response, err = transport:send({ method = "POST", url = url, headers = {}, body = core.body { "picture" } }, 10)
    transport:close()
    return response, err
  end

  it("with a tunnel for https, verifying the certificate of the server", function()
    local response = assert(call("https://ocr.test:" .. server.port.https .. "/echo?token=t", "http://127.0.0.1:" .. proxy.port))
    assert.equal(core.sha256("picture"), response.headers["x-sha256"])
    assert.is_nil(response.headers["proxy-agent"])
    assert.equal("CONNECT ocr.test:" .. server.port.https .. " HTTP/1.1\n", proxy.log())
  end)

  it("with the absolute form for http", function()
    local response = assert(call("http://ocr.test:" .. server.port.http .. "/echo", "http://127.0.0.1:" .. proxy.port))
    assert.equal(core.sha256("picture"), response.headers["x-sha256"])
    assert.equal("POST http://ocr.test:" .. server.port.http .. "/echo HTTP/1.1\n", proxy.log())
  end)

  it("that requires a password", function()
    local guarded = tcp.proxy { auth = "user:pass" }
    local url = "https://ocr.test:" .. server.port.https .. "/echo"
    assert.equal(200, assert(call(url, "http://user:pass@127.0.0.1:" .. guarded.port)).status)
    local response, err = call(url, "http://user:other@127.0.0.1:" .. guarded.port)
    assert.is_nil(response)
    assert.same({ "connect", "ProxyFailed", false }, { err.category, err.code, err.sent })
    assert.truthy(err.message:find("407", 1, true))
    assert.falsy(tostring(err):find("other", 1, true))
    guarded.stop()
  end)

  it("that refuses, is not reachable or does not resolve", function()
    local url = "https://ocr.test:" .. server.port.https .. "/echo"
    local refusing = tcp.proxy { refuse = 403 }
    local _, err = call(url, "http://127.0.0.1:" .. refusing.port)
    assert.same({ "connect", "ProxyFailed", false }, { err.category, err.code, err.sent })
    refusing.stop()
    local dead = "127.0.0.1:" .. ports.free_port()
    _, err = call(url, "http://user:visible@" .. dead)
    assert.same({ "connect", "ProxyFailed", false }, { err.category, err.code, err.sent })
    assert.truthy(err.message:find("ocr.test:" .. server.port.https .. " through the proxy " .. dead, 1, true), err.message)
    assert.is_nil(err.message:find("visible", 1, true))
    _, err = call(url, "http://" .. ("a"):rep(64) .. ".invalid:3128")
    assert.same({ "connect", "ProxyFailed", false }, { err.category, err.code, err.sent })
  end)

  it("of the option, even where no_proxy excludes the host, with an escaped password", function()
    local guarded = tcp.proxy { auth = "us@er:p:/w" }
    local url = "http://127.0.0.1:" .. server.port.http .. "/echo"
    assert.equal(200, assert(call(url, "http://us%40er:p:%2Fw@127.0.0.1:" .. guarded.port)).status)
    assert.matches("^POST http://127", guarded.log())
    guarded.stop()
    for _, wrong in ipairs { "ftp://u:visible@p:1", "http://u:visible/@p:1", "http://u:visible@", "http://u:vis ible@p:1" } do
      local ran, message = pcall(call, url, wrong)
      assert.is_false(ran)
      assert.truthy(message:find("^proxy: "), message)
      assert.is_nil(message:find("vis", 1, true))
    end
  end)

  it("of the environment, unless no_proxy or the option excludes it", function()
    local dir = process.tempdir()
    process.write(dir .. "/call.lua", [[
      local options = { ca_file = arg[2] }
      if arg[3] == "off" then options.proxy = false end
      local transport = require("idocr.transports").new("curl", options)
      local response, err = transport:send({ method = "GET", url = arg[1], headers = {} }, 10)
      io.write(response and response.status or err.category)
    ]])
    local here = "http://127.0.0.1:" .. proxy.port
    local function run(environment, url, option)
      local before = #proxy.log()
      local said = process.run(("env -u no_proxy -u NO_PROXY -u http_proxy -u https_proxy -u HTTPS_PROXY -u all_proxy -u ALL_PROXY "
        .. "%s %s %s/call.lua %s %s %s"):format(environment, process.lua, dir, process.quote(url), server.certs.ca, option or ""))
      return said, proxy.log():sub(before + 1)
    end
    local http, https = server.http .. "/echo", server.https .. "/echo"
    assert.same({ "200", "GET " .. http .. " HTTP/1.1\n" }, { run("http_proxy=" .. here, http) })
    assert.same({ "200", "CONNECT localhost:" .. server.port.https .. " HTTP/1.1\n" }, { run("https_proxy=" .. here, https) })
    assert.same({ "200", "" }, { run("http_proxy=" .. here .. " https_proxy=" .. here, https, "off") })
    assert.same({ "200", "" }, { run("no_proxy=localhost,127.0.0.1 https_proxy=" .. here, https) })
    assert.same({ "200", "" }, { run("no_proxy=localhost,127.0.0.1 http_proxy=" .. here, http) })
    -- The target is reachable without a proxy too: the log shows which way the request took.
    local address = "http://127.0.0.1:" .. server.port.http .. "/echo"
    for list, through in pairs {
      ["127.0.0.0/8"] = false, ["10.0.0.0/8"] = true, ["127.0.0.1:" .. server.port.http] = false, ["127.0.0.1:1"] = true, ["*"] = false,
      ["*:" .. server.port.http] = false, ["0.1"] = true, ["::ffff:127.0.0.1"] = false, ["a.test ,, 127.0.0.1"] = false,
    } do
      local said, log = run(("no_proxy=%s all_proxy=%s"):format(process.quote(list), here), address)
      assert.same({ "200", through and "GET " .. address .. " HTTP/1.1\n" or "" }, { said, log }, list)
    end
    for list, through in pairs {
      ["ocr.test"] = false, [".TEST."] = false, ["*.test"] = false, ["cr.test"] = true, ["ocr.test:1"] = true,
    } do
      local url = "https://ocr.test:" .. server.port.https .. "/echo"
      local _, log = run(("NO_PROXY=%s HTTPS_PROXY=%s"):format(process.quote(list), here), url)
      assert.equal(through and "CONNECT ocr.test:" .. server.port.https .. " HTTP/1.1\n" or "", log, list)
    end
    assert.same({ "200", "" }, { run("HTTP_PROXY=" .. here, address) }) -- what a request header can set in a CGI program
  end)
end)
