-- Tests URLs, hosts and addresses: one table of cases for each function.

local url = require "idocr.url"
local unpack = table.unpack or unpack

describe("url.parse", function()
  -- text -> scheme, host, port, authority, target
  local CASES = {
    { "https://ocr.example:8443/a/b?c=d#e", "https", "ocr.example", 8443, "ocr.example:8443", "/a/b?c=d" },
    { "HTTP://ocr.example", "http", "ocr.example", 80, "ocr.example", "/" },
    { "https://ocr.example:/", "https", "ocr.example", 443, "ocr.example:", "/" },
    { "http://[::1]:81?x", "http", "::1", 81, "[::1]:81", "/?x" },
    { "http://u:p@w@proxy:3128", "http", "proxy", 3128, "proxy:3128", "/" },
    { "https://bücher.example#top", "https", "bücher.example", 443, "bücher.example", "/" },
  }

  it("splits the URL of a request", function()
    for _, case in ipairs(CASES) do
      local parsed = assert(url.parse(case[1]), case[1])
      assert.same({ unpack(case, 2) },
        { parsed.scheme, parsed.host, parsed.port, parsed.authority, parsed.target }, case[1])
    end
    assert.equal("u:p@w", url.parse("http://u:p@w@proxy:3128").userinfo)
    assert.is_nil(url.parse("http://proxy").userinfo)
  end)

  it("refuses a text that is not an http or https URL", function()
    for _, text in ipairs {
      "", "ocr.example", "ftp://x/", "http://", "http://a b/", "http://a\r\nb/", "http://a:99999/", "http://a:0/", "http://a:123456/",
      "http://[::1/", "http://[::1]x/", "http:///x", "http://a:b:c/", "http://" .. ("a"):rep(301),
    } do
      assert.is_nil(url.parse(text), text)
    end
    assert.is_nil(url.parse(nil))
    assert.is_nil(url.parse {})
  end)
end)

describe("url.endpoint", function()
  it("normalises the URL of a service", function()
    for text, expected in pairs {
      ["ocr.example"] = "https://ocr.example/", ["OCR.Example:443"] = "https://ocr.example/", ["HTTP://a:80/x"] = "http://a/x",
      ["https://a:8443/x/"] = "https://a:8443/x/", ["http://[::1]:8080"] = "http://[::1]:8080/", ["a_b.c:1"] = "https://a_b.c:1/",
    } do
      local parsed = assert(url.endpoint(text))
      assert.equal(expected, parsed.url)
      assert.equal(parsed.authority, expected:match("://([^/]+)"))
    end
    assert.is_nil(url.endpoint("https://a:443").port)
    assert.equal(80, url.endpoint("https://a:80").port)
  end)

  it("reports what is wrong", function()
    for text, complaint in pairs {
      ["ftp://a"] = "must start with https://", ["https://u:p@a"] = "user name", ["https://a/?q"] = "query", ["https://a/#f"] = "query",
      ["https://a b"] = "blanks", ["https://"] = "names no host", ["https://a:0"] = "port", ["https://a:65536"] = "port", ["a:x"] = "port",
      ["a:"] = "port", ["https://ü"] = "names no host",
    } do
      local parsed, why = url.endpoint(text)
      assert.is_nil(parsed, text)
      assert.matches(complaint, why, 1, true)
    end
  end)

  it("allows unencrypted HTTP only to this machine, or where it is asked for", function()
    assert.equal("http", url.checked_endpoint("http://127.0.0.1:8080", false).scheme)
    assert.equal("https", url.checked_endpoint("a.example", false).scheme)
    assert.equal("http", url.checked_endpoint("http://a.example", true).scheme)
    assert.matches("unencrypted", select(2, url.checked_endpoint("http://a.example", false)))
    assert.matches("not a number", select(2, url.checked_endpoint(1, false)))
  end)
end)

describe("a host", function()
  -- host -> loopback, link-local, address
  local HOSTS = {
    ["localhost"] = { true, false, false }, ["LOCALHOST"] = { true, false, false }, ["a.localhost."] = { true, false, false },
    ["localhost.example"] = { false, false, false }, ["notlocalhost"] = { false, false, false },
    ["127.0.0.1"] = { true, false, true }, ["127.255.1.2"] = { true, false, true }, ["127.0.0.256"] = { false, false, false },
    ["127.0.0.1.example"] = { false, false, false }, ["128.0.0.1"] = { false, false, true }, ["1.2.3"] = { false, false, false },
    ["[::1]"] = { true, false, true }, ["::1"] = { true, false, true }, ["0:0:0:0:0:0:0:1"] = { true, false, true },
    ["::ffff:127.0.0.1"] = { true, false, true }, ["::2"] = { false, false, true }, ["::"] = { false, false, true },
    ["169.254.0.23"] = { false, true, true }, ["fe80::1%eth0"] = { false, true, true }, ["[fe80::1]"] = { false, true, true },
    ["1::2::3"] = { false, false, false }, ["12345::1"] = { false, false, false }, [""] = { false, false, false },
  }

  it("is loopback, link-local, an address or a name", function()
    for host, expected in pairs(HOSTS) do
      assert.same(expected, { url.is_loopback(host), url.is_link_local(host), url.is_address(host) }, host)
    end
  end)

  it("is split from its port", function()
    assert.same({ "a.b", 8443 }, { url.split_host "A.b:8443" })
    assert.same({ "[::1]", 1 }, { url.split_host "[::1]:1" })
    assert.same({ "a" }, { url.split_host "a" })
    assert.same({ "::1", 65535 }, { url.host_and_port "[::1]:65535" })
    assert.same({ "ü b", 3128 }, { url.host_and_port "ü b:3128" })
    assert.is_nil((url.host_and_port "a:b"))
    assert.is_nil((url.host_and_port ""))
    assert.equal("[::1]:80", url.join("::1", 80))
    assert.equal("a:80", url.join("a", 80))
  end)
end)

describe("url.authority", function()
  it("gives host and port for messages, and no secret", function()
    for text, expected in pairs {
      ["https://u:p@a:1/secret?token"] = "a:1", ["http://u:p@b@a"] = "a", ["socks5://a:1"] = "a:1", ["a"] = "", [""] = "",
    } do
      assert.equal(expected, url.authority(text))
    end
    assert.equal("", url.authority(nil))
  end)
end)
