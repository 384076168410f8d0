--- Tests the Redis client of a plain program against a real server: values, errors, scripts, broken connections, deadlines.

local certs = require "spec.support.certs"
local core = require "idocr.core"
local fork = require "spec.support.fork"
local redis = require "spec.support.redis"
local redis_client = require "idocr.stores.redis_client"
local redis_url = require "idocr.stores.redis_url"
local runtime = require "idocr.runtime"
local tcp = require "spec.support.tcp"

local test = redis.available() and it or pending

local function client(url, settings) return assert(redis_client.new(assert(redis_url.parse(url)), runtime.new(), settings)) end

local function code_of(_, err) return err.category .. " " .. err.code end

describe("the Redis client", function()
  local server, made

  setup(function()
    if not redis.available() then return end
    server = redis.start { password = "p@ss/w%1" }
  end)
  teardown(function() if server then server.stop() end end)
  before_each(function() if server then made = client(server.url .. "/1") end end)
  after_each(function() if made then made:close() end end)

  test("sends and receives any bytes, numbers, nil and nested lists", function()
    local bytes = "a\0b\r\n*3\r\n$-1\r\n\255" .. ("x"):rep(300000)
    assert.equal("OK", made:call("SET", "k", bytes))
    assert.equal(bytes, made:call("GET", "k"))
    assert.same({ nil, nil }, { made:call("GET", "absent") })
    assert.equal("", made:call("SET", "k", "") and made:call("GET", "k"))
    assert.equal(7, made:call("INCRBY", "n", 7))
    assert.equal("2.5", made:call("SET", "k", 2.5) and made:call("GET", "k"))
    assert.equal("1790000000000000", made:call("SET", "k", 1.79e15) and made:call("GET", "k"))
    assert.same({ 1, false, "x", { "k", {} } }, made:script("return { 1, false, ARGV[1], { KEYS[1], {} } }", { "k" }, { "x" }))
    assert.equal("n", server.call "-n 1 --scan --pattern n") -- in database 1
  end)

  test("sends many commands together, each with its value or error", function()
    local values = assert(made:pipeline { { "SET", "a", 1 }, { "LPUSH", "a", 1 }, { "GET", "absent" }, { "GET", "a" } })
    assert.same({ "OK", false, "1" }, { values[1], values[3], values[4] })
    assert.equal("store error StoreRefused: Redis at 127.0.0.1:" .. server.port
      .. " refused a command: WRONGTYPE, a key holds another type of value", tostring(values[2]))
    local many = {}
    for index = 1, 5000 do many[index] = { "SET", "many" .. index, ("y"):rep(1000) } end
    assert.equal(5000, #assert(made:pipeline(many)))
    assert.same({}, made:pipeline {})
  end)

  test("runs a script by its hash, and sends it again after the server has lost it", function()
    local source = "return redis.call('INCR', KEYS[1])"
    for index = 1, 3 do assert.equal(index, made:script(source, { "count" }, {})) end
    assert.equal("OK", made:call("SCRIPT", "FLUSH"))
    for index = 4, 6 do assert.equal(index, made:script(source, { "count" }, {})) end
    assert.matches("cmdstat_evalsha:calls=%d+", server.call "info commandstats")
  end)

  test("never repeats what a server says about arguments", function()
    local _, err = made:call("NOSUCHCOMMAND", "person-42")
    assert.same({ "store", "StoreRefused", false, false, false, "ERR" },
      { err.category, err.code, err.sent, err.billed, err.retryable, err.reply })
    assert.is_nil(tostring(err):find("person", 1, true))
    _, err = made:script("return redis.error_reply('OOPS person-42')", {}, {})
    assert.equal("OOPS", err.reply)
    assert.is_nil(tostring(err):find("person", 1, true))
  end)

  test("refuses a wrong password without showing it", function()
    for _, url in ipairs { "redis://:WRONG@127.0.0.1:", "redis://user:WRONG@127.0.0.1:", "redis://127.0.0.1:" } do
      local _, err = client(url .. server.port):call "PING"
      assert.same({ "StoreRefused", false }, { err.code, err.retryable })
      assert.matches(url:find("WRONG") and "wrong user or password" or "a password is needed", tostring(err))
      assert.is_nil(tostring(err):find("WRONG@", 1, true))
    end
    local _, err = client(server.url .. "/999"):call "PING"
    assert.equal("StoreRefused", err.code)
  end)

  test("connects over a Unix socket", function()
    local over = client(("redis+unix://:p%%40ss%%2Fw%%251@%s?db=1"):format(server.socket))
    assert.equal("PONG", over:call "PING")
    assert.equal("OK", made:call("SET", "k", "same"))
    assert.equal("same", over:call("GET", "k"))
    local _, err = client("redis+unix:///nowhere/socket"):call "PING"
    assert.equal("StoreUnavailable", err.code)
  end)

  test("says at once that no server listens", function()
    assert.equal("store StoreUnavailable", code_of(client "redis://127.0.0.1:1":call "PING"))
    assert.equal("store StoreUnavailable", code_of(client "redis://no-such-host.invalid":call "PING"))
  end)

  test("opens a new connection after the server has closed an idle one", function()
    assert.equal("PONG", made:call "PING")
    server.restart()
    assert.equal("PONG", made:call "PING")
    assert.equal("OK", made:call("SET", "k", "before"))
    server.call "client kill type normal"
    assert.equal("before", made:call("GET", "k"))
    assert.equal(1, made:script("return 1", {}, {}))
    server.stop()
    assert.equal("store StoreUnavailable", code_of(made:call("GET", "k")))
    server.start()
    assert.equal("before", made:call("GET", "k"))
  end)

  test("keeps its deadline where the server does not answer, and does not ask it again at once", function()
    local slow = client(server.url, { timeout = 1 })
    assert.equal("PONG", slow:call "PING")
    server.pause()
    finally(server.resume)
    local start = core.monotonic()
    local _, err = slow:call("INCR", "n")
    assert.same({ "StoreUnavailable", true, true }, { err.code, err.retryable, err.uncertain })
    local seconds = core.monotonic() - start
    assert.is_true(seconds >= 1)
    for _ = 1, 100 do assert.equal("store StoreUnavailable", code_of(slow:call "PING")) end
    assert.is_true(core.monotonic() - start < seconds + 60) -- a hundred deadlines would be 100 s
    _, err = client(server.url):command({ "PING" }, { timeout = 0.05 })
    assert.equal("StoreUnavailable", err.code)
  end)

  test("survives a server that closes or resets the connection while it sends", function()
    local large = {}
    for index = 1, 50 do large[index] = { "SET", "k", ("x"):rep(1000000) } end
    for _, way in ipairs { "closes", "resets" } do
      local other = tcp.shy(way)
      local _, err = client("redis://127.0.0.1:" .. other.port):pipeline(large)
      assert.same({ "StoreUnavailable", true }, { err.code, err.uncertain })
      other.stop()
    end
    for index = 51, 80 do large[index] = large[1] end
    local _, err = made:pipeline(large)
    assert.same({ "StoreRefused", false }, { err.code, err.retryable })
    assert.equal("PONG", made:call "PING")
  end)

  test("waits for a blocking command as long as its own timeout allows", function()
    local value, err = made:command({ "BLPOP", "nothing", "0.1" }, { timeout = 30 })
    assert.same({ nil, nil }, { value, err })
  end)

  test("uses its own connection in a forked child", function()
    assert.equal("OK", made:call("SET", "k", "parent"))
    local mine = made:call("CLIENT", "ID")
    local child = fork.fork()
    if child == 0 then
      local good = true
      for index = 1, 200 do good = good and made:call("ECHO", "child" .. index) == "child" .. index end
      fork.leave(good and made:call("CLIENT", "ID") ~= mine and 0 or 1)
    end
    for index = 1, 200 do assert.equal("parent" .. index, (made:call("ECHO", "parent" .. index))) end
    assert.equal(0, fork.wait(child))
    assert.equal(mine, (made:call("CLIENT", "ID")))
  end)
end)

describe("rediss:// in a plain program", function()
  local found, module = pcall(require, "idocr.redis")
  local with_tls = found and module.tls and it or pending
  local without_tls = found and not module.tls and it or pending

  without_tls("is unsupported where hiredis has no TLS, and the error says what helps", function()
    local made, err = redis_client.new(assert(redis_url.parse "rediss://:SECRET@h"), runtime.new())
    assert.is_nil(made)
    assert.same({ "unsupported", "RedisUnsupported", false }, { err.category, err.code, err.sent })
    for _, word in ipairs { "hiredis 1.0", "tunnel", "nginx" } do assert.matches(word, tostring(err), 1, true) end
    assert.is_nil(tostring(err):find("SECRET", 1, true))
  end)

  with_tls("verifies the certificate and its host name", function()
    local made = certs.make()
    local function call(identity, ca)
      local server = redis.start { append = false, tls = { cert = identity.cert, key = identity.key, ca = made.ca } }
      finally(server.stop)
      local address = assert(redis_url.parse("rediss://127.0.0.1:" .. server.tls_port))
      address.ca_file = ca
      local value, err = assert(redis_client.new(address, runtime.new())):call("ECHO", ("x"):rep(100000))
      server.stop()
      return value and #value, err
    end
    assert.equal(100000, (call(made.good, made.ca)))
    for _, case in ipairs { { made.good, nil }, { made.expired, made.ca }, { made.wrong_name, made.ca }, { made.self_signed, made.ca } } do
      local _, err = call(case[1], case[2])
      assert.equal("StoreUnavailable", err.code)
      assert.matches("certificate of the Redis server is not trusted", tostring(err))
    end
  end)
end)

describe("a malformed reply of a Redis server", function()
  local cases = {
    { "nothing", "" }, { "garbage", "HTTP/1.1 400 Bad Request\r\n\r\n" }, { "half a reply", "$10\r\nabc" },
    { "a list of a billion", "*1000000000\r\n" }, { "a text of a terabyte", "$1000000000000\r\n" },
    { "lists in lists", ("*1\r\n"):rep(50) .. ":1\r\n" }, { "a negative length", "$-7\r\n" }, { "a long line", ("x"):rep(100000) },
  }
  for _, case in ipairs(cases) do
    test("is an error: " .. case[1], function()
      local server = tcp.eager(case[2]) -- answers after an empty line
      finally(server.stop)
      local _, err = client("redis://127.0.0.1:" .. server.port, { timeout = 0.5 }):call("PING", "\r\n\r\n")
      assert.same({ "store", "StoreUnavailable" }, { err.category, err.code })
    end)
  end
end)
