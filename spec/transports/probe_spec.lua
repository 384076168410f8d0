--- Tests the TLS probe: the reason of a failed handshake, from the response to a ClientHello.

local probe = require "idocr.transports.cosocket_probe"

local function message(kind, body) return string.char(kind, 0, math.floor(#body / 256), #body % 256) .. body end

local function record(kind, content) return string.char(kind, 3, 3, math.floor(#content / 256), #content % 256) .. content end

local function server_hello(minor) return message(2, "\3" .. string.char(minor) .. ("r"):rep(32) .. "\0\0\47\0") end

describe("the TLS probe", function()
  -- Returns a text, true (incomplete) or nil (nothing wrong), whatever the pieces in which the response arrives.
  local function verdict(answer)
    for cut = 0, #answer - 1 do
      local early = probe.read(answer:sub(1, cut))
      if early ~= true then return early, cut end
    end
    return probe.read(answer), #answer
  end

  it("detects servers without TLS", function()
    for _, answer in ipairs { "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH\r\n", ("\0"):rep(10), "\22\1\1", record(23, "data") } do
      assert.equal("the server does not speak TLS", (verdict(answer)))
    end
  end)

  it("names alerts", function()
    assert.equal("the server sent the TLS alert 70 (protocol version)", verdict(record(21, "\2\70")))
    assert.equal("the server sent the TLS alert 99", verdict(record(21, "\2\99")))
    local late = record(22, server_hello(3)) .. record(21, "\2\40")
    assert.equal("the server sent the TLS alert 40 (handshake failure)", verdict(late))
  end)

  it("detects old servers and required client certificates, in one record or several", function()
    assert.equal("the server does not support TLS 1.2", verdict(record(22, server_hello(2))))
    local messages = server_hello(3) .. message(11, ("c"):rep(600)) .. message(13, "\1\1") .. message(14, "")
    assert.equal("the server requires a client certificate", verdict(record(22, messages)))
    assert.equal("the server requires a client certificate", verdict(record(22, messages:sub(1, 300)) .. record(22, messages:sub(301))))
  end)

  it("returns nil for other responses", function()
    assert.is_nil((verdict(record(22, server_hello(3) .. message(11, "c") .. message(14, "")))))
    assert.is_nil((verdict(record(22, server_hello(3)) .. record(20, "\1"))))
    assert.is_true((verdict(record(22, server_hello(3)))))
    assert.is_true((verdict "\22\3\3\1\0"))
  end)

  it("builds a ClientHello with correct lengths", function()
    for _, name in ipairs { false, "ocr.test" } do
      local hello = probe.hello(name or nil, ("r"):rep(32))
      assert.equal(#hello - 5, hello:byte(4) * 256 + hello:byte(5))
      assert.equal(#hello - 9, hello:byte(8) * 256 + hello:byte(9))
      assert.equal(name ~= false, hello:find("ocr.test", 1, true) ~= nil)
    end
  end)
end)
