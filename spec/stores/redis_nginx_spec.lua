--- Tests Redis inside nginx: the behaviour of every store, connections that the pool keeps, and what is missing.

local cases = require "spec.support.store_cases"
local certs = require "spec.support.certs"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local redis = require "spec.support.redis"

local test = redis.available() and redis.in_nginx() and it or pending

local HTTP = [[
  lua_check_client_abort on;
  lua_ssl_trusted_certificate $ca; lua_ssl_verify_depth 2;
  init_worker_by_lua_block {
    function open(url)
      local stores = require "idocr.stores"
      local ok, checked = stores.check(url)
      return stores.open(checked, require "idocr.nginx.runtime")
    end
    store = open "$url"
    function report(value, err) ngx.print(err and err.category .. " " .. err.code .. " " .. tostring(err) or tostring(value)) end
  }
  server {
    listen 127.0.0.1:$http;
    location = /case { content_by_lua_block {
      assert(store.client:call "FLUSHDB")
      local case = require("spec.support.store_cases")[tonumber(ngx.var.arg_n)]
      local ran, message = pcall(case.run, store, ngx.sleep)
      ngx.print(ran and "ok" or message)
    } }
    location = /id { content_by_lua_block { report(store.client:call("CLIENT", "ID")) } }
    location = /values { content_by_lua_block {
      local reply = assert(store.client:script("return { 1, false, ARGV[1], { KEYS[1], {} } }", { "k" }, { "x" }))
      local many = assert(store.client:pipeline { { "SET", "a", 1 }, { "LPUSH", "a", 1 }, { "GET", "absent" }, { "GET", "a" } })
      ngx.print(require("cjson").encode { reply, many[1], many[2].reply, many[3], many[4] })
    } }
    location = /wrong { content_by_lua_block { report(open("redis://:WRONG@127.0.0.1:$redis"):get "k") } }
    location = /away { content_by_lua_block { report(open("redis://127.0.0.1:1"):get "k") } }
    location = /slow { content_by_lua_block { report(store.client:command({ "PING" }, { timeout = 0.1 })) } }
    location = /tls { content_by_lua_block {
      local client = open("rediss://:p%40ss%2Fw%251@127.0.0.1:" .. ngx.var.arg_port).client
      for _ = 1, 2 do report(client:call("ECHO", "x")) end
    } }
    location = /limited { content_by_lua_block {
      limited = limited or require("idocr").new {
        transport = { send = function() return { status = 200, headers = {}, body = '{"Response":{"ID":"A","RequestId":"r"}}' } end },
        credentials = { secret_id = "AKIDleaving", secret_key = "k" }, rate = 0.1, shared = "$url", timeout = { total = 3600 },
      }
      local card, err = limited:call("DescribeRegions", {})
      report(card and "started", err)
    } }
    location = /phase { content_by_lua_block { ngx.say "x" } log_by_lua_block {
      local value, err = store:get "k"
      ngx.log(ngx.ERR, "in log: ", tostring(value), " ", tostring(err))
    } }
    location = /missing { content_by_lua_block {
      for _, name in ipairs { "resty.redis", "nginx.redis" } do
        package.loaded[name] = nil
        package.preload[name] = function() error "hidden" end
      end
      ngx.print(select(2, pcall(open, "$url")))
      package.preload["resty.redis"], package.preload["nginx.redis"] = nil, nil
    } }
  }
]]

describe("Redis inside nginx", function()
  local server, front, made

  setup(function()
    if test == pending then return end
    made = certs.make()
    local identity = certs.issue("redis", { san = "DNS:127.0.0.1" }) -- nginx compares names only
    server = redis.start { password = "p@ss/w%1", tls = { cert = identity.cert, key = identity.key, ca = made.ca } }
    front = nginx.start { http = HTTP, vars = { url = server.url .. "/1", redis = server.port, ca = made.ca } }
  end)
  teardown(function()
    if front then front.stop() end
    if server then server.stop() end
  end)

  local function get(path) return process.run(("curl -s 'http://127.0.0.1:%d%s'"):format(front.port.http, path)) end

  for index, case in ipairs(cases) do
    test(case.name, function() assert.equal("ok", get("/case?n=" .. index)) end)
  end

  test("gives replies the form that they have in a plain program", function()
    assert.equal('[[1,false,"x",["k",{}]],"OK","WRONGTYPE",false,"1"]', get "/values")
  end)

  test("uses a connection again, and another one after the server has closed it", function()
    local id = get "/id"
    assert.matches("^%d+$", id)
    for _ = 1, 5 do assert.equal(id, get "/id") end
    server.call "client kill type normal"
    assert.not_equal(id, get "/id")
    server.restart()
    assert.matches("^%d+$", get "/id")
  end)

  test("reports a wrong password, a server that is away or hangs, and a phase without sockets", function()
    assert.matches("^store StoreRefused .*wrong user or password", get "/wrong")
    assert.matches("^store StoreUnavailable", get "/away")
    server.pause()
    assert.matches("^store StoreUnavailable", get "/slow")
    server.resume()
    get "/phase"
    process.wait_for(function() return front.errors():find("in log: nil store error StoreUnavailable", 1, true) end, 5)
    assert.is_nil(front.errors():find("WRONG@", 1, true))
  end)

  test("gives up the places of clients that disconnect while they wait", function()
    local out = server.folder .. "/monitor"
    local monitor = process.spawn(("REDISCLI_AUTH=%s exec redis-cli -p %d monitor"):format(process.quote "p@ss/w%1", server.port),
      { stdout = out })
    finally(monitor.stop)
    process.wait_for(function() return (process.read(out) or ""):find("^OK") end, 10)
    assert.equal("started", get "/limited")
    local waiting = {}
    for index = 1, 9 do
      waiting[index] = process.spawn(("exec curl -s http://127.0.0.1:%d/limited"):format(front.port.http))
    end
    local function tickets(command) -- in the queue's commands
      local seen, count = {}, 0
      for line in process.read(out):gmatch("[^\n]+") do
        local words = line:match('"' .. command .. '" "idocr:{rate:[^"]*:queue"(.*)') or ""
        for ticket in words:gmatch('"(%x+)"') do
          if #ticket == 24 and not seen[ticket] then seen[ticket], count = true, count + 1 end
        end
      end
      return count
    end
    process.wait_for(function() return tickets "ZADD" == 9 end, 10)
    local before = tickets "ZREM" -- of the call that started
    for _, each in ipairs(waiting) do each.stop "KILL" end
    process.wait_for(function() return tickets "ZREM" == before + 9 end, 10)
  end)

  test("verifies the certificate of a server over TLS", function()
    assert.equal("xx", get("/tls?port=" .. server.tls_port))
    for _, identity in ipairs { made.wrong_name, made.self_signed } do
      local other = redis.start {
        password = "p@ss/w%1", append = false, tls = { cert = identity.cert, key = identity.key, ca = made.ca },
      }
      finally(other.stop)
      local said = get("/tls?port=" .. other.tls_port)
      assert.matches("^store StoreUnavailable", said)
      assert.matches("TLS handshake failed", said)
      other.stop()
    end
  end)

  test("says what to install where nginx has no Redis client", function()
    assert.matches("option shared: nginx has no Redis client: install lua-resty-redis", get "/missing", 1, true)
  end)
end)
