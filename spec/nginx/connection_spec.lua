--- Tests kept connections of the cosocket transport against servers that send unexpected data, close early or respond early.

local certs = require "spec.support.certs"
local cjson = require "cjson"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local raw = require "spec.support.raw_server"
local tcp = require "spec.support.tcp"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

local FRONT = [[
  $init
  lua_ssl_trusted_certificate $ca;
  lua_ssl_protocols TLSv1.2 TLSv1.3;
  lua_socket_log_errors off;
  server {
    listen 127.0.0.1:$front;
    lua_check_client_abort on;
    resolver 127.0.0.1:9 ipv6=off; # no name server
    lua_need_request_body on; # else nginx no longer checks whether the client is connected
    location = /call { content_by_lua_block { require("spec.support.cosocket_caller").call() } }
    location = /give_up { content_by_lua_block { require("spec.support.cosocket_caller").give_up() } }
    location = /files { content_by_lua_block { require("spec.support.cosocket_caller").files() } }
  }
]]

describe("kept connections", function()
  local server, front, older
  local counters = 0

  setup(function()
    local c = certs.make()
    server = nginx.start { ports = { "plain", "tls" }, http = raw.HTTP, vars = { cert = c.good.cert, key = c.good.key } }
    front = nginx.start { ports = { "front" }, http = FRONT, vars = { ca = c.ca, init = "" } } -- another process: it may be busy
    -- As in an older nginx module, which gives no access to the descriptor of a cosocket.
    older = nginx.start { ports = { "front" }, http = FRONT, vars = {
      ca = c.ca, init = 'init_by_lua_block { package.loaded["idocr.transports.cosocket_wire"] = { available = false } }',
    } }
  end)

  teardown(function()
    front.stop()
    older.stop()
    server.stop()
  end)

  local function call(list, which)
    which = which or front
    local file = process.write(process.tempdir() .. "/request", cjson.encode(list))
    local text = process.run(("curl -sS --max-time 60 --data-binary @%s http://127.0.0.1:%d/call"):format(file, which.port.front))
    local ok, results = pcall(cjson.decode, text)
    assert(ok, text .. which.errors())
    return (unpack or table.unpack)(results)
  end

  local function url(name, path) return ("%s://127.0.0.1:%d%s"):format(name == "plain" and "http" or "https", server.port[name], path) end

  local function new_counter()
    counters = counters + 1
    return "counter" .. counters
  end

  local function counted(name)
    return tonumber(process.run(("curl -sS 'http://127.0.0.1:%d/count?name=%s'"):format(server.port.plain, name)))
  end

  -- Makes requests that use a separate connection pool.
  local function requests(name, path, people, more)
    local list, options = {}, { pool_size = 10 + counters }
    for i, who in ipairs(people) do
      list[i] = { url = url(name, path), size = 1000, options = options, headers = { { "X-Who", who } } }
      for key, value in pairs(more or {}) do list[i][key] = value end
    end
    return list
  end

  local function both(fn)
    for _, name in ipairs { "plain", "tls" } do fn(name) end
  end

  it("are reused, over TLS 1.3 too", function()
    both(function(name)
      local counter = new_counter()
      local results = { call(requests(name, "/echo?" .. counter, { "A", "B", "C", "D" })) }
      for nth, result in ipairs(results) do
        local seen = cjson.decode(result.body)
        assert.same({ nth, name == "tls" and "TLSv1.3" or nil }, { seen.nth, seen.protocol })
      end
    end)
  end)

  it("are not reused for a request with fresh = true", function()
    local list = requests("plain", "/echo?" .. new_counter(), { "A", "B", "C" })
    list[2].fresh = true
    local a, b, c = call(list)
    assert.same({ 1, 1, 2 }, { cjson.decode(a.body).nth, cjson.decode(b.body).nth, cjson.decode(c.body).nth })
  end)

  it("are checked where nginx exports no descriptor, too", function()
    both(function(name)
      local a, b = call(requests(name, "/echo?" .. new_counter(), { "A", "B" }), older)
      assert.same({ 1, 2 }, { cjson.decode(a.body).nth, cjson.decode(b.body).nth })
      for _, dirt in ipairs { "response", "close", "part" } do
        for _ = 1, 5 do
          new_counter()
          local signal = process.tempdir() .. "/signal"
          local list = requests(name, ("/?script=dirt&dirt=%s&signal=%s"):format(dirt, signal), { "A", "B" })
          list[2].after = signal
          a, b = call(list, older)
          assert.same({ "A", "B" }, { a.body, b.body }, name .. " " .. dirt)
        end
      end
    end)
  end)

  for _, dirt in ipairs { "response", "status", "status&close=1", "part", "byte", "interim", "close" } do
    it("are dropped before a byte is sent where the server sent unexpected data: " .. dirt, function()
      both(function(name)
        for _, busy in ipairs { true, false } do
          local counter, signal = new_counter(), process.tempdir() .. "/signal"
          local path = ("/?script=dirt&dirt=%s&count=%s&signal=%s"):format(dirt, counter, signal)
          local list = requests(name, path, { "A", "B" })
          list[2].after, list[2].idle = signal, not busy
          local a, b = call(list)
          assert.same({ "A", "B" }, { a.body, b.body }, cjson.encode { name, busy, b })
          assert.equal(2, counted(counter))
        end
      end)
    end)
  end

  it("are dropped where two responses arrived in one piece", function()
    both(function(name)
      for _, pad in ipairs { 0, 4000, 4047, 4048, 4049 } do -- nginx reads 4096 bytes at once: 4048 and the rest of it
        local counter = new_counter()
        local a, b = call(requests(name, ("/?script=together&count=%s&pad=%d"):format(counter, pad), { "A", "B" }))
        assert.same({ "A", "B" }, { a.body, b.body })
        assert.equal(2, counted(counter))
      end
    end)
  end)

  it("carry no request twice once the whole request was sent", function()
    both(function(name)
      for _, after in ipairs { 0, 0.5 } do
        local counter = new_counter()
        local a, b = call(requests(name, ("/?script=second_is_lost&count=%s&after=%g"):format(counter, after), { "A", "B" }))
        assert.equal("A", a.body)
        assert.same({ category = "network", code = "ConnectionClosed", sent = true, retryable = true, message = b.error.message }, b.error)
        assert.equal(2, counted(counter))
      end
    end)
  end)

  it("were certainly dead where the whole request could not be sent", function()
    both(function(name)
      local list = requests(name, "/?script=second_is_cut&take=20000", { "A", "B" })
      list[2].size = 8e6
      local a, b = call(list)
      assert.equal("A", a.body)
      assert.same({ "network", "part", false, true, true },
        { b.error.category, b.error.sent, b.error.billed, b.error.retryable, b.error.dead_connection }, b.error.message)
    end)
  end)

  describe("and a response before the whole request", function()
    local function early(say, more, close)
      local results = {}
      both(function(name)
        local path = "/early?say=" .. say:gsub("[^%w]", function(byte) return ("%%%02X"):format(byte:byte()) end) .. (close or "")
        local list = requests(name, path, { "A" }, { size = 8e6, deadline = 10, pictures_apart = true })
        for key, value in pairs(more or {}) do list[1][key] = value end
        new_counter()
        results[#results + 1] = call(list)
      end)
      return results
    end

    it("is accepted while the upload stalls: a card or an HTTP error", function()
      for _, status in ipairs { 200, 500, 413 } do
        for _, framed in ipairs { "Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" } do
          for _, result in ipairs(early(("HTTP/1.1 %d X\r\n%s"):format(status, framed))) do
            assert.same({ status, "{}" }, { result.status, result.body }, cjson.encode(result))
          end
        end
      end
    end)

    it("is accepted where the server closes at once", function()
      for _, result in ipairs(early("HTTP/1.1 413 X\r\nConnection: close\r\n\r\ntoo large", nil, "&close=1")) do
        if result.error then -- a race in the kernel
          assert.same({ "network", "ConnectionReset", "part" }, { result.error.category, result.error.code, result.error.sent })
        else
          assert.equal(413, result.status)
        end
      end
    end)

    it("is an error where it is malformed or empty", function()
      for _, result in ipairs(early "220 mail.example ESMTP\r\n") do
        local err = result.error
        assert.same({ "protocol", "BadResponse", "part", false }, { err.category, err.code, err.sent, err.billed })
      end
      for _, result in ipairs(early("HTTP/1.1 100 Continue\r\n\r\n", { deadline = 0.5 })) do
        assert.same({ "timeout", "DeadlineExceeded", "part" }, { result.error.category, result.error.code, result.error.sent })
      end
    end)
  end)

  describe("and a cancelled call", function()
    local silent

    setup(function() silent = tcp.silent() end)

    teardown(function() silent.stop() end)

    local function where(phase)
      local at = { size = 1000, deadline = 20 }
      if phase == "resolving" then at.url = "http://nowhere.test/" end
      if phase == "handshake" then at.url = ("https://127.0.0.1:%d/"):format(silent.port) end
      if phase == "response" then at.url = ("http://127.0.0.1:%d/"):format(silent.port) end
      if phase == "upload" then at.url, at.size = ("http://127.0.0.1:%d/"):format(silent.port), 20e6 end
      if phase == "upload over TLS" then at.url, at.size = url("tls", "/early?say="), 20e6 end
      return process.write(process.tempdir() .. "/request", cjson.encode(at))
    end

    local function get(path, more)
      return process.capture(("curl -s --max-time 30 %s http://127.0.0.1:%d%s"):format(more or "", front.port.front, path))
    end

    for _, phase in ipairs { "resolving", "handshake", "upload", "upload over TLS", "response" } do
      it("leaves no descriptor where it is cancelled: " .. phase, function()
        local text = get("/give_up", "--data-binary @" .. where(phase))
        local ok, counts = pcall(cjson.decode, text)
        assert(ok, text .. front.errors())
        for _, count in ipairs(counts) do -- eight calls; nginx may have opened one descriptor itself
          assert.is_true(count.after <= count.before + 2, text)
        end
      end)

      it("leaves none where the client of its request leaves: " .. phase, function()
        local before = tonumber((get "/files"))
        local file = process.write(process.tempdir() .. "/list", "[" .. process.read(where(phase)) .. "]")
        for _ = 1, 6 do get("/call", "--max-time 0.3 --data-binary @" .. file) end
        process.wait_for(function() return tonumber((get "/files")) <= before end, 10)
      end)
    end
  end)

  it("write nothing to the error log", function()
    for line in front.errors():gmatch "[^\n]+" do assert.is_truthy(line:find("while resolving", 1, true), line) end
  end)
end)
