--- Tests the client inside nginx: phases, concurrent calls, and temporary credentials shared by the workers.

local cjson = require "cjson"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

local CONFIG = [[
  lua_shared_dict idocr 1m;
  lua_shared_dict seen 1m;
  lua_check_client_abort on;
  init_by_lua_block {
    idocr = require "idocr"
    local function endpoint() return "http://127.0.0.1:$service" end
    plain = idocr.new { endpoint = endpoint(), credentials = { secret_id = "AKIDexample", secret_key = "example" }, rate = false }
    role = idocr.new {
      endpoint = endpoint(), rate = false, shared = "idocr",
      credentials = idocr.credentials.assume_role {
        role_arn = "qcs::cam::uin/1:roleName/x", endpoint = "http://127.0.0.1:$service/sts", insecure = true,
        credentials = { secret_id = "AKIDbase", secret_key = "base" },
      },
    }
    path = "$root/lua/idocr/sandbox/specimens/passport.jpg"
    function tell(card, err)
      if card then return "ok " .. card.number end
      return err.category .. " " .. err.code .. " " .. err.message
    end
    function note(name, text) ngx.shared.seen:set(name, text) end
    in_init = pcall(function() note("init", tell(plain:passport(path))) end)
    in_init_prepare = plain:prepare("passport", path) ~= nil
  }
  init_worker_by_lua_block { note("init_worker", tell(plain:passport(path))) }
  server {
    listen 127.0.0.1:$front;
    location = /content { content_by_lua_block { ngx.print(tell(plain:passport(path))) } }
    location = /who { content_by_lua_block { ngx.print(ngx.worker.pid(), " ", tell(plain:passport(path))) } }
    location = /access { access_by_lua_block { ngx.print(tell(plain:passport(path))) ngx.exit(200) } }
    location = /rewrite { rewrite_by_lua_block { ngx.print(tell(plain:passport(path))) ngx.exit(200) } }
    location = /timer { content_by_lua_block { ngx.timer.at(0, function() note("timer", tell(plain:passport(path))) end) } }
    location = /log { content_by_lua_block { ngx.print("x") } log_by_lua_block { note("log", tell(plain:passport(path))) } }
    location = /header {
      content_by_lua_block { ngx.print("x") }
      header_filter_by_lua_block { note("header_filter", tell(plain:passport(path))) }
    }
    location = /set { set_by_lua_block $x { note("set", tell(plain:passport(path))) } return 200; }
    location = /seen { content_by_lua_block { ngx.print(tostring(ngx.shared.seen:get(ngx.unescape_uri(ngx.var.arg_name)))) } }
    location = /prepared { content_by_lua_block { ngx.print(tostring(in_init), " ", tostring(in_init_prepare)) } }
    location = /each { content_by_lua_block {
      local inputs, seen, failed = {}, 0, 0
      for i = 1, 24 do inputs[i] = { image = path } end
      inputs[7] = { image = "/nonexistent" }
      for input, card, err in plain:each("passport", inputs, { concurrency = 8 }) do
        if card then seen = seen + 1 else failed = failed + 1 end
      end
      ngx.print(require("cjson").encode { seen = seen, failed = failed, most = ngx.shared.seen:get "most" })
    } }
    location = /each_left { content_by_lua_block {
      local inputs = {}
      for i = 1, 24 do inputs[i] = { image = path } end
      inputs[1] = { image = "/nonexistent" } -- ends at once, while the others wait
      ngx.shared.seen:set("wait", 20)
      local each = plain:each("passport", inputs, { concurrency = 8 })
      each()
      ngx.sleep(0.1)
      each:close()
      ngx.shared.seen:set("wait", 0.1)
      ngx.print("left")
    } }
    location = /role { content_by_lua_block { ngx.print(tell(role:passport(path))) } }
  }
  server {
    listen 127.0.0.1:$service;
    client_max_body_size 20m;
    location = / { content_by_lua_block {
      ngx.req.discard_body()
      ngx.shared.seen:incr("calls", 1, 0)
      local id = (ngx.var.http_authorization or ""):match("Credential=(%w+)/")
      ngx.shared.seen:set("last id", id)
      local seen = ngx.shared.seen
      local here = seen:incr("here", 1, 0)
      seen:set("most", math.max(seen:get "most" or 0, here))
      -- The first eight wait for each other: they are here together, or never.
      local from = ngx.now()
      while seen:get "meet" and seen:get "most" < seen:get "meet" and ngx.now() - from < 15 do ngx.sleep(0.005) end
      ngx.sleep(seen:get("wait") or 0.1)
      seen:incr("here", -1)
      local reply = '{"Response":{"ID":"X00000000","RequestId":"r"}}'
      ngx.header.content_length = #reply
      ngx.print(reply)
    } }
    location /sts { content_by_lua_block {
      ngx.req.discard_body()
      local n = ngx.shared.seen:incr("sts", 1, 0)
      ngx.sleep(ngx.shared.seen:get("sts wait") or 0)
      ngx.shared.seen:incr("sts done", 1, 0)
      local life = ngx.shared.seen:get("sts life") or 3600
      local credentials = { TmpSecretId = "AKIDtemp" .. n, TmpSecretKey = "k", Token = "t" }
      local reply = require("cjson").encode {
        Response = { Credentials = credentials, ExpiredTime = ngx.time() + life, RequestId = "r" },
      }
      ngx.header.content_length = #reply
      ngx.print(reply)
    } }
    location = /put { content_by_lua_block { ngx.shared.seen:set(ngx.unescape_uri(ngx.var.arg_name), tonumber(ngx.var.arg_value)) } }
    location = /forget { content_by_lua_block { ngx.shared.idocr:flush_all() } }
  }
]]

describe("the client inside nginx", function()
  local server

  local function start(workers)
    return nginx.start { ports = { "front", "service" }, http = CONFIG, workers = workers, log_level = "error" }
  end

  setup(function() server = start(1) end)

  teardown(function() server.stop() end)

  local function get(path, which, port)
    return process.run(("curl -sS --max-time 30 'http://127.0.0.1:%d%s'"):format((which or server).port[port or "front"], path))
  end

  it("works in phases with sockets", function()
    for _, phase in ipairs { "content", "access", "rewrite" } do assert.equal("ok X00000000", get("/" .. phase), phase) end
    get "/timer"
    process.wait_for(function() return get("/seen?name=timer") == "ok X00000000" end, 5)
  end)

  it("returns an error in other phases", function()
    for path, phase in pairs { ["/log"] = "log", ["/header"] = "header_filter", ["/set"] = "set" } do
      get(path)
      local text = process.wait_for(function()
        local text = get("/seen?name=" .. phase)
        return text ~= "nil" and text
      end, 5)
      assert.matches("^unsupported WrongPhase .*phase " .. phase, text)
    end
    for _, phase in ipairs { "init", "init_worker" } do
      assert.matches("^unsupported WrongPhase .*phase " .. phase .. ":", get("/seen?name=" .. phase))
    end
  end)

  it("signs in every phase", function() assert.equal("true true", get "/prepared") end)

  it("returns concurrent calls in the order of completion", function()
    get("/put?name=meet&value=8", server, "service")
    assert.same({ seen = 23, failed = 1, most = 8 }, cjson.decode(get "/each"))
    get("/put?name=meet", server, "service")
    local left = process.run(("curl -sS -w ' %%{time_total}' 'http://127.0.0.1:%d/each_left'"):format(server.port.front))
    assert.is_true(tonumber(left:match("^left ([%d.]+)$")) < 15, left) -- not one waits the 20 s for what it gave up
    assert.equal("ok X00000000", get "/content")
  end)

  describe("with temporary credentials", function()
    local many

    setup(function() many = start(4) end)

    teardown(function() many.stop() end)

    local function put(name, value) get(("/put?name=%s&value=%s"):format(name:gsub(" ", "%%20"), value), many, "service") end

    local function seen(name) return get("/seen?name=" .. name:gsub(" ", "%%20"), many) end

    -- Each of these connections may reach another worker.
    local function at_once(count)
      local each = ("curl -sS --max-time 20 -w '\\n' 'http://127.0.0.1:%d/role'"):format(many.port.front)
      local out = process.run(("for i in $(seq %d); do %s & done; wait"):format(count, each))
      local good = select(2, out:gsub("ok X00000000", ""))
      assert.equal(count, good, out)
    end

    it("is made before the fork and works in each worker", function()
      local pids, count = {}, 0
      for _ = 1, 300 do
        local pid, text = get("/who", many):match "^(%d+) (.*)$"
        assert.equal("ok X00000000", text)
        if not pids[pid] then count = count + 1 end
        pids[pid] = true
        if count >= 3 then break end
      end
      assert.is_true(count >= 2)
    end)

    it("fetches them once for all workers", function()
      put("sts wait", 0.3)
      at_once(40)
      assert.equal("1", seen "sts")
      assert.equal("AKIDtemp1", seen "last id")
    end)

    it("refreshes them once in the background while the old ones are valid", function()
      get("/forget", many, "service")
      many.reload() -- workers that know none
      put("sts life", 200) -- less than the five minutes before the end at which they are renewed
      put("sts wait", 0)
      process.wait_for(function()
        get("/role", many)
        return tonumber(seen "sts") >= 2
      end, 10)
      put("sts wait", 8)
      put("sts life", 3600)
      local before, done = tonumber(seen "sts"), seen "sts done"
      for _ = 1, 6 do
        get("/role", many)
        assert.equal(done, seen "sts done") -- none waits for the eight seconds that the token service takes
      end
      process.wait_for(function() return seen "last id" == "AKIDtemp" .. (before + 1) or get("/role", many) == "" end, 25)
      assert.equal(before + 1, tonumber(seen "sts"))
    end)

    it("completes the fetch when the client disconnects", function()
      get("/forget", many, "service")
      local old = {}
      for pid in process.run("ps --ppid " .. many.pid .. " -o pid="):gmatch("%d+") do old[#old + 1] = pid end
      many.reload()
      put("sts wait", 0.5)
      process.wait_for(function() -- the old workers are gone
        for _, pid in ipairs(old) do
          if process.alive(pid) then return false end
        end
        return true
      end, 30)
      local before, done = tonumber(seen "sts"), tonumber(seen "sts done")
      process.wait_for(function() -- until a client that leaves after 0.2 s has begun the fetch
        process.capture(("curl -sS --max-time 0.2 'http://127.0.0.1:%d/role'"):format(many.port.front))
        return tonumber(seen "sts") == before + 1
      end, 10)
      process.wait_for(function() return tonumber(seen "sts done") == done + 1 end, 10)
      at_once(8)
      assert.equal(before + 1, tonumber(seen "sts"))
    end)
  end)

  it("writes nothing to the error log", function() assert.equal("", server.errors()) end)
end)
