--- Tests that a long-running timer frees the memory of each call when the call ends.

local cjson = require "cjson"
local nginx = require "spec.support.nginx"
local ports = require "spec.support.ports"
local process = require "spec.support.process"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

local CONFIG = [[
  lua_shared_dict seen 1m;
  lua_socket_log_errors off;
  keepalive_requests 1000000;
  init_by_lua_block {
    idocr = require "idocr"
    local function client(endpoint, more)
      local options = { endpoint = endpoint, credentials = { secret_id = "AKIDexample", secret_key = "example" }, rate = false }
      for name, value in pairs(more or {}) do options[name] = value end
      return idocr.new(options)
    end
    local kept, closing = client "http://127.0.0.1:$service", client "http://127.0.0.1:$service/close"
    local nobody = client("http://127.0.0.1:$closed", { retry = { attempts = 1 } })
    local image = idocr.bytes(("\255\216\255\224"):rep(2000))
    local params = { image = image, precheck = false }
    ways = {
      kept = function(count) for _ = 1, count do assert(kept:malaysia_id(params)) end end,
      closing = function(count) for _ = 1, count do assert(closing:malaysia_id(params)) end end,
      failing = function(count) for _ = 1, count do assert(not nobody:malaysia_id(params)) end end,
      each = function(count)
        local list = {}
        for i = 1, count do list[i] = params end
        for _, card, err in kept:each("malaysia_id", list, { concurrency = 4 }) do assert(card, err) end
      end,
    }
    function measure()
      collectgarbage()
      collectgarbage()
      local rss = io.open("/proc/self/status"):read("*a"):match("VmRSS:%s+(%d+)")
      return { heap = collectgarbage("count"), rss = tonumber(rss) }
    end
  }
  server {
    listen 127.0.0.1:$front;
    location = /start { content_by_lua_block {
      local way = ways[ngx.var.arg_way]
      ngx.timer.at(0, function()
        local ran, message = pcall(function()
          way(500)
          local before = measure()
          way(4500)
          local after = measure()
          ngx.shared.seen:set("result", require("cjson").encode { heap = after.heap - before.heap, rss = after.rss - before.rss })
        end)
        if not ran then ngx.shared.seen:set("result", message) end
      end)
    } }
    location = /result { content_by_lua_block { ngx.print(ngx.shared.seen:get("result") or "") } }
    location = /files { content_by_lua_block {
      local count = 0
      for _ in io.popen("ls /proc/self/fd"):lines() do count = count + 1 end
      ngx.print(count)
    } }
  }
  server {
    listen 127.0.0.1:$service;
    location / { content_by_lua_block {
      ngx.req.discard_body()
      local reply = '{"Response":{"ID":"X00000000","RequestId":"r"}}'
      if ngx.var.uri == "/close" then ngx.header.connection = "close" end
      ngx.header.content_length = #reply
      ngx.print(reply)
    } }
  }
]]

describe("a timer that makes 5,000 calls", function()
  for _, way in ipairs { "kept", "closing", "failing", "each" } do
    it("does not grow: " .. way, function()
      local server = nginx.start {
        ports = { "front", "service" }, http = CONFIG, vars = { closed = ports.free_port() }, log_level = "error",
      }
      local function get(path) return process.run(("curl -sS 'http://127.0.0.1:%d%s'"):format(server.port.front, path)) end
      get("/start?way=" .. way)
      local text = process.wait_for(function()
        local said = get "/result"
        return said ~= "" and said
      end, 120)
      local errors = server.errors()
      server.stop()
      local ok, grown = pcall(cjson.decode, text)
      assert(ok, text .. errors)
      -- Kilobytes. One light thread for each call that is not freed: 2,500 of Lua's heap and 1,100 of nginx's pools.
      assert.is_true(grown.heap < 300, text)
      assert.is_true(grown.rss < (way == "each" and 3000 or 1000), text)
      assert.equal("", errors)
    end)
  end
end)

describe("more timers than lua_max_running_timers", function()
  it("make their calls, and later calls of the worker are made as before", function()
    local service = nginx.start { ports = { "service" }, http = [[
      server { listen 127.0.0.1:$service; location / { content_by_lua_block {
        ngx.req.discard_body()
        ngx.print '{"Response":{"ID":"X00000000","RequestId":"r"}}'
      } } }
    ]] }
    local server = nginx.start { ports = { "front" }, log_level = "emerg", vars = { service = service.port.service }, http = [[
      lua_max_running_timers 4;
      init_by_lua_block {
        client = require("idocr").new { endpoint = "http://127.0.0.1:$service", rate = false, timeout = { connect = 10, total = 30 },
          credentials = { secret_id = "AKIDexample", secret_key = "example" } }
        params = { image = require("idocr").bytes(("\255\216\255\224"):rep(100000)), precheck = false }
      }
      server { listen 127.0.0.1:$front; location / { content_by_lua_block {
        local running, done, fine = 0, 0, 0
        for _ = 1, 12 do -- nginx drops all but the first four
          ngx.timer.at(0, function()
            running = running + 1
            if client:malaysia_id(params) then fine = fine + 1 end
            done = done + 1
          end)
        end
        ngx.sleep(0.1)
        while done < running do ngx.sleep(0.01) end
        for _ = 1, 4 do assert(client:malaysia_id(params)) end
        ngx.print(running > 0 and fine == running and "fine" or fine .. " of " .. running)
      } } }
    ]] }
    local said = process.run(("curl -sS --max-time 60 http://127.0.0.1:%d/"):format(server.port.front))
    server.stop()
    service.stop()
    assert.equal("fine", said)
  end)
end)
