--- Tests no_proxy, which both transports use.

local no_proxy = require "idocr.transports.no_proxy"

describe("no_proxy", function()
  -- list -> hosts (and ports) that it matches, and hosts that it does not match
  local cases = {
    ["*"] = { { "a.test", "10.0.0.1", "::1" }, {} },
    ["*:8443"] = { { "a.test:8443", "[::1]:8443" }, { "a.test:443" } },
    ["ocr.test"] = { { "ocr.test", "OCR.Test.", "a.b.ocr.test" }, { "notocr.test", "test", "ocr.test.evil" } },
    [".ocr.test"] = { { "ocr.test", "a.ocr.test" }, { "notocr.test" } },
    ["*.ocr.test."] = { { "a.ocr.test" }, { "notocr.test" } },
    ["ocr.test:8443"] = { { "ocr.test:8443", "a.ocr.test:8443" }, { "ocr.test:443" } },
    ["10.0.0.7."] = { { "10.0.0.7", "10.0.0.7." }, { "10.0.0.70" } },
    ["10.0.0.7"] = { { "10.0.0.7", "::ffff:10.0.0.7", "::ffff:a00:7" }, { "10.0.0.70", "110.0.0.7", "10.0.0.7.test" } },
    ["10.0.0.7:8443"] = { { "10.0.0.7:8443" }, { "10.0.0.7:443" } },
    ["10.0.0.0/8"] = { { "10.0.0.0", "10.255.255.255" }, { "11.0.0.0", "9.255.255.255", "a00::" } },
    ["10.1.2.3/8"] = { { "10.9.9.9" }, { "11.1.2.3" } },
    ["192.168.1.128/25"] = { { "192.168.1.128", "192.168.1.255" }, { "192.168.1.127" } },
    ["192.168.1.1/32"] = { { "192.168.1.1" }, { "192.168.1.2" } },
    ["0.0.0.0/0"] = { { "8.8.8.8" }, { "2001:db8::1", "a.test" } },
    ["::/0"] = { { "2001:db8::1" }, { "8.8.8.8" } },
    ["10.0.0.0/8:8443"] = { { "10.1.1.1:8443" }, { "10.1.1.1:443" } },
    ["2001:db8::a"] = { { "2001:DB8:0:0::A", "[2001:db8::a]" }, { "2001:db8::b" } },
    ["[2001:db8::a]:8443"] = { { "[2001:db8::a]:8443" }, { "[2001:db8::a]:443" } },
    ["fd00::/8"] = { { "fd12:3456::1" }, { "fe00::1" } },
    ["[fd00::]/8"] = { { "fd12::1" }, { "fe00::1" } },
    ["[fd00::/9]:8443"] = { { "[fd12::1]:8443" }, { "[fd12::1]:443", "[fd80::1]:8443" } },
    ["::ffff:10.0.0.0/104"] = { { "10.1.1.1" }, { "11.1.1.1" } },
    [" a.test ,,b.test\tc.test\n"] = { { "a.test", "b.test", "c.test" }, { "d.test" } },
    ["A.TEST,10.0.0.0/33,10.0.0.0/,1:2:3,[::1,:80,a.test:99999"] = { { "a.test" }, { "10.0.0.0", "1.2.3.4", "::1" } },
    ["0.1,.1"] = { {}, { "10.0.0.1" } },
    ["."] = { {}, { "a.test", "test" } },
    [""] = { {}, { "a.test" } },
  }

  local function split(text)
    local host, port = text:match("^(%[.*%]):(%d+)$")
    if not host then host, port = text:match("^([^:]*):(%d+)$") end
    return host or text, tonumber(port) or 443
  end

  for list, hosts in pairs(cases) do
    it(("%q is what it says"):format(list), function()
      local direct = no_proxy.parse(list)
      for _, host in ipairs(hosts[1]) do assert.is_true(direct(split(host)), host) end
      for _, host in ipairs(hosts[2]) do assert.is_false(direct(split(host)), host) end
    end)
  end

  it("parses a long list in linear time", function()
    local dots, colons = ("."):rep(60000), (":"):rep(60000)
    local list = { dots, colons, "[" .. colons, dots .. "/8", ("a."):rep(60000), (" "):rep(60000), "a.test" }
    local direct = no_proxy.parse(table.concat(list, ","))
    assert.is_true(direct("a.test", 443))
    assert.is_false(direct(("b."):rep(60000), 443))
  end)
end)
