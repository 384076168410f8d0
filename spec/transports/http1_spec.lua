--- Tests the HTTP/1.1 parser and formatter without sockets.

local growth = require "spec.support.growth"
local http1 = require "idocr.transports.http1"
local http1_head = require "idocr.transports.http1_head"

local function read(text, options)
  options = options or {}
  local reader = http1.reader(options.method or "POST", options.max or 1000, options.sink)
  local step = math.max(options.step or #text, 1)
  for i = 1, #text, step do
    local done, code, message = reader:feed(text:sub(i, i + step - 1))
    if done == nil then return nil, code, message end
  end
  if options.close or not reader.done then
    local done, code, message = reader:finish()
    if not done then return nil, code, message end
  end
  return reader
end

describe("http1_head", function()
  local request = {
    method = "POST", url = "http://a.test/x",
    headers = { { "Host", "b.test" }, { "X-A", "1" }, { "Content-Length", "9" }, { "Connection", "close" } },
  }

  it("writes the lines and sets Content-Length itself", function()
    assert.equal("POST /x HTTP/1.1\r\nHost: b.test\r\nX-A: 1\r\nContent-Length: 12\r\n\r\n", http1_head(request, "/x", 12))
    assert.equal("GET / HTTP/1.1\r\nHost: a.test:81\r\n\r\n", http1_head({ method = "GET", url = "http://a.test:81/", headers = {} }, "/"))
  end)

  it("refuses header injection", function()
    for _, header in ipairs { { "X-A", "1\r\nX-B: 2" }, { "X A", "1" }, { "", "1" }, { "X-A\n", "1" }, { "X-A", "a\0b" } } do
      assert.is_nil(http1_head({ method = "GET", url = "http://a/", headers = { header } }, "/"))
    end
  end)
end)

describe("http1.reader", function()
  local replies = {
    length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a:  2 \r\n\r\nhello",
    chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1, 2\r\n\r\n3;x=y\r\nhel\r\n002\r\nlo\r\n0\r\nT: t\r\n\r\n",
    interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
      .. "HTTP/1.1 200 OK\r\nX-A: 1, 2\r\nContent-Length: 5\r\n\r\nhello",
    bare_lines = "HTTP/1.1 200\nX-A: 1, 2\nContent-Length: 5\n\nhello",
    mixed_lines = "HTTP/1.1 200 \r\nX-A: 1, 2\nContent-Length: 5\n\r\nhello",
    close = "HTTP/1.1 200 OK\r\nX-A: 1, 2\r\n\r\nhello",
  }

  it("parses every framing, in pieces of every size", function()
    for name, text in pairs(replies) do
      for step = 1, #text do
        local reader, code, message = read(text, { step = step })
        assert.is_not_nil(reader, ("%s in steps of %d: %s %s"):format(name, step, tostring(code), tostring(message)))
        assert.equal("hello", reader.body, name)
        assert.equal(200, reader.status)
        assert.equal("1, 2", reader.headers["x-a"], name)
        assert.equal(name ~= "close", reader.keepalive, name)
      end
    end
  end)

  it("parses responses without a body", function()
    for _, status in ipairs { "204 No Content", "304 Not Modified" } do
      assert.equal("", read("HTTP/1.1 " .. status .. "\r\n\r\n").body)
    end
    assert.equal("", read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", { method = "HEAD" }).body)
    assert.equal("", read("HTTP/1.1 200 Established\r\n\r\n", { method = "CONNECT" }).body)
    assert.equal("", read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").body)
  end)

  it("keeps a connection alive only where that is safe", function()
    assert.is_false(read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").keepalive)
    assert.is_false(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keepalive)
    assert.is_true(read("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n").keepalive)
    assert.is_false(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1").keepalive)
    assert.is_false(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").keepalive)
  end)

  it("returns an error for malformed responses", function()
    local bad = {
      "SSH-2.0-OpenSSH\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
      "HTTP/1.1 200 OK\r\n folded\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n 5\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 x\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" .. ("x"):rep(5000) .. "\r\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" .. ("T: t\r\n"):rep(200) .. "\r\n",
      "HTTP/1.1 2000 x\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n", "HTTP/1.1 200OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
      "HTTP/1.1 200 O\rK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: y\r\n\tfolded\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "HTTP/1.1 200 OK\r\n: y\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
      ("HTTP/1.1 100 Continue\r\n\r\n"):rep(20),
    }
    for _, text in ipairs(bad) do
      local reader, code, message = read(text)
      assert.is_nil(reader, text:sub(1, 60))
      assert.equal("BadResponse", code, text:sub(1, 60))
      assert.is_string(message)
    end
  end)

  it("limits the size of the head", function()
    for _, text in ipairs {
      "HTTP/1.1 200 OK\r\n" .. ("X: " .. ("y"):rep(1000) .. "\r\n"):rep(70), "HTTP/1.1 200 " .. ("y"):rep(70000),
      "HTTP/1.1 200 OK\r\n" .. ("X: y\r\n"):rep(200) .. "\r\n", "HTTP/1.1 200 OK\r\nX: " .. ("y"):rep(70000) .. "\r\n\r\n",
    } do
      for _, step in ipairs { 1000, #text } do
        local reader, code = read(text, { step = step })
        assert.is_nil(reader)
        assert.equal("ResponseTooLarge", code)
      end
    end
  end)

  it("joins a body that arrives byte by byte", function()
    local reader = http1.reader("POST", 1e6)
    reader:feed "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ = 1, 20000 do reader:feed "1\r\nx\r\n" end
    assert.is_true(#reader.parts + #reader.blocks < 1100)
    reader:feed "0\r\n\r\n"
    assert.equal(("x"):rep(20000), reader.body)
  end)

  it("allows a compressed body to be slightly larger than its content", function()
    for _, size in ipairs { 1000, 1800 } do
      assert.equal(size, #read(("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"):format(size)
        .. ("x"):rep(size)).body)
    end
    local _, code = read "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n"
    assert.equal("ResponseTooLarge", code)
  end)

  it("parses long runs of blanks in linear time", function()
    local blanks = (" "):rep(60000)
    for value, expected in pairs {
      [""] = "", [" \t "] = "", ["\ta b\t"] = "a b", [" a" .. blanks .. "b "] = "a" .. blanks .. "b", [blanks] = "", [blanks .. "a"] = "a",
    } do
      assert.equal(expected, read("HTTP/1.1 204 No\r\nX:" .. value .. "\r\n\r\n").headers.x)
    end
    assert.equal("BadResponse", select(2, read("HTTP/1.1 204 No\r\nX:" .. blanks .. "\0a\r\n\r\n")))
    assert.is_true(growth.is_linear(function(n) read("HTTP/1.1 204 No\r\nX:a" .. (" "):rep(n) .. "b\r\n\r\n") end, 2000))
  end)

  it("detects a truncated response", function()
    for _, text in pairs { replies.length, replies.chunked } do
      for cut = 0, #text - 1 do
        local reader, code = read(text:sub(1, cut), { close = true })
        assert.is_nil(reader)
        assert.equal("ConnectionClosed", code)
      end
    end
  end)

  it("enforces max_response, with and without Content-Length", function()
    for _, text in ipairs {
      "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
      "HTTP/1.1 200 OK\r\n\r\n" .. ("x"):rep(1001), "HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\n",
    } do
      local reader, code = read(text)
      assert.is_nil(reader)
      assert.equal("ResponseTooLarge", code)
    end
  end)

  it("passes the body to a sink while it arrives, unless it is compressed", function()
    local core = require "idocr.core"
    local picture = ("picture!"):rep(60)
    local text = '{"A":"' .. core.base64_encode(picture) .. '"}'
    for _, framed in ipairs {
      ("Content-Length: %d\r\n\r\n%s"):format(#text, text),
      ("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"):format(300, text:sub(1, 300), #text - 300, text:sub(301)),
      "\r\n" .. text,
    } do
      for _, step in ipairs { 1, 7, 100000 } do
        local sink = core.reply(1000)
        local reader = read("HTTP/1.1 200 OK\r\n" .. framed, { step = step, close = true, sink = sink })
        assert.same({ "", true }, { reader.body, reader.sunk })
        local rest, pictures = sink:finish()
        assert.same({ '{"A":"\2550"}', picture }, { rest, pictures[1] })
      end
    end
    local reader = read("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz", { sink = core.reply(1000) })
    assert.same({ "xyz", false }, { reader.body, reader.sunk })
    local _, code = read("HTTP/1.1 200 OK\r\n\r\n" .. text, { max = 1000, sink = core.reply(100) })
    assert.equal("ResponseTooLarge", code)
  end)
end)
