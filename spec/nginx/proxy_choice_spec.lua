--- Tests the selection of a proxy from options and environment, without nginx.

describe("the proxy of a request in nginx", function()
  local urls = require "idocr.url"
  local real_getenv, real_ngx = os.getenv, rawget(_G, "ngx")
  local environment
  local chooser

  setup(function()
    rawset(_G, "ngx", { encode_base64 = require("idocr.core").base64_encode })
    package.loaded["idocr.transports.cosocket_proxy"] = nil
    chooser = require("idocr.transports.cosocket_proxy").chooser
  end)

  before_each(function()
    environment = {}
    os.getenv = function(name) return environment[name] end -- luacheck: ignore
  end)

  after_each(function() os.getenv = real_getenv end) -- luacheck: ignore

  teardown(function()
    rawset(_G, "ngx", real_ngx)
    package.loaded["idocr.transports.cosocket_proxy"] = nil
  end)

  local function chosen(choose, url)
    local proxy = choose(urls.parse(url))
    return proxy and proxy.host .. ":" .. proxy.port or nil
  end

  it("is that of the option, or none with proxy = false", function()
    environment.https_proxy = "http://env:1"
    assert.equal("given:3128", chosen(chooser "http://given:3128", "https://ocr.test/"))
    assert.equal("given:80", chosen(chooser "given", "https://ocr.test/"))
    assert.is_nil(chosen(chooser(false), "https://ocr.test/"))
    assert.is_nil(chosen(chooser "", "https://ocr.test/"))
  end)

  it("is that of the environment by scheme, never HTTP_PROXY", function()
    environment = { HTTPS_PROXY = "http://secure:1", HTTP_PROXY = "http://evil:1" }
    assert.equal("secure:1", chosen(chooser(nil), "https://ocr.test/"))
    assert.is_nil(chosen(chooser(nil), "http://ocr.test/"))
    environment = { all_proxy = "http://all:2", http_proxy = "http://plain:3" }
    assert.equal("all:2", chosen(chooser(nil), "https://ocr.test/"))
    assert.equal("plain:3", chosen(chooser(nil), "http://ocr.test/"))
  end)

  it("is not used for hosts in no_proxy and loopback hosts", function()
    environment = { all_proxy = "http://all:2", no_proxy = "internal, .corp.test,10.0.0.7" }
    local choose = chooser(nil)
    for _, url in ipairs {
      "https://internal/", "https://a.internal/", "https://x.corp.test/", "https://10.0.0.7:8443/", "https://127.0.0.1/",
      "http://localhost/", "http://[::1]/", "http://169.254.169.254/",
    } do
      assert.is_nil(chosen(choose, url), url)
    end
    for _, url in ipairs { "https://ocr.test/", "https://notinternal/", "https://corp.test.evil/" } do
      assert.equal("all:2", chosen(choose, url), url)
    end
    environment.no_proxy = "*"
    assert.is_nil(chosen(chooser(nil), "https://ocr.test/"))
  end)

  it("is not used for link-local hosts unless it is local", function()
    environment = { all_proxy = "http://all:2" }
    for _, url in ipairs {
      "http://localhost./", "http://a.localhost/", "http://127.9.9.9/", "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/",
    } do
      assert.is_nil(chosen(chooser(nil), url), url)
    end
    environment = { all_proxy = "http://127.0.0.1:2" }
    assert.equal("127.0.0.1:2", chosen(chooser(nil), "http://127.0.0.1:8080/"))
    assert.equal("given:1", chosen(chooser "http://given:1", "http://127.0.0.1:8080/"))
  end)

  it("is not used for networks and ports in no_proxy, except an explicit proxy", function()
    environment = { all_proxy = "http://all:2", NO_PROXY = "10.0.0.0/8,ocr.test:8443" }
    assert.is_nil(chosen(chooser(nil), "https://10.9.8.7/"))
    assert.is_nil(chosen(chooser(nil), "https://ocr.test:8443/"))
    assert.equal("all:2", chosen(chooser(nil), "https://ocr.test/"))
    assert.equal("given:1", chosen(chooser "http://given:1", "https://10.9.8.7/"))
    environment.no_proxy = "other"
    assert.equal("all:2", chosen(chooser(nil), "https://10.9.8.7/"))
  end)

  it("is refused without repeating the value of the variable", function()
    for value, wanted in pairs {
      ["socks5://u:visible@p:1"] = "unsupported proxy scheme socks5: use http:// only",
      ["https://u:visible@p:1"] = "scheme https",
      ["visible://p:1"] = "unsupported proxy scheme: use", ["http://u:visible/x@p:1"] = "URL of a proxy must be",
      ["http://u:visible@p:99999"] = "URL of a proxy must be", ["http://u:visi ble@p:1"] = "blanks",
    } do
      environment = { https_proxy = value }
      local ran, message = pcall(chooser, nil)
      assert.is_false(ran)
      assert.truthy(message:find("https_proxy: ", 1, true) and message:find(wanted, 1, true), message)
      assert.is_nil(message:find("visi", 1, true))
    end
    environment = { https_proxy = " ", no_proxy = " " }
    assert.is_nil(chosen(chooser(nil), "https://ocr.test/"))
  end)

  it("has decoded credentials, and is refused where nginx does not support its scheme", function()
    local proxy = chooser "http://us%40er:p%3Aw@given:1"(urls.parse "https://ocr.test/")
    assert.equal("Basic " .. require("idocr.core").base64_encode "us@er:p:w", proxy.authorization)
    assert.has_error(function() chooser "https://given:1" end)
    assert.has_error(function() chooser "socks5://given:1" end)
  end)
end)
