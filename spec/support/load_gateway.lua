--- nginx configurations for `load_spec.lua`: a small gateway, a slow mock upstream, and the load generator.

local conf = {}

conf.GATEWAY = [[
  lua_shared_dict idocr 1m;
  lua_check_client_abort on;
  lua_socket_log_errors off;
  keepalive_requests 1000000;
  init_by_lua_block {
    sampling = false
    local idocr = require "idocr"
    local function new(more)
      local options = {
        endpoint = "http://127.0.0.1:$upstream", credentials = { secret_id = "AKIDexample", secret_key = "example" },
        rate = false, retry = { attempts = 1 }, timeout = { connect = 5, total = 60 },
      }
      for name, value in pairs(more or {}) do options[name] = value end
      return idocr.new(options)
    end
    client = new()
    limited = new { rate = 5, shared = "idocr" }
    refused = new { rate = { MLIDPassportOCR = 5, wait = false }, shared = "idocr" }
    function serve(which)
      local picture, why = idocr.request_image()
      if not picture then ngx.status = 422 ngx.print(tostring(why)) return end
      local card, err = which:passport { image = picture }
      if card then ngx.print("ok ", card.number) return end
      ngx.status = err.category == "throttled" and 429 or 502
      ngx.print(err.code)
    end
  }
  server {
    listen 127.0.0.1:$gateway rcvbuf=64k;
    client_max_body_size 20m;
    client_body_buffer_size 64k;
    location = /read { content_by_lua_block { serve(client) } }
    location = /limited { content_by_lua_block { serve(limited) } }
    location = /refused { content_by_lua_block { serve(refused) } }
    location = /large { content_by_lua_block {
      ngx.req.read_body()
      local card, err = client:passport { image = "$large" }
      if not card then ngx.status = 502 end
      ngx.print(card and "ok" or err.code)
    } }
    location = /burn { content_by_lua_block {
      local pause = require("idocr.transports.cosocket").runtime.pause
      for _ = 1, 200 do
        pause()
        local till = os.clock() + 0.0003
        repeat until os.clock() > till
      end
      ngx.print("burnt")
    } }
    location = /ping { return 204; }
    # Measures the CPU time of each event-loop iteration until it is stopped: total, p90, p99 and maximum.
    location = /lag { content_by_lua_block {
      local times = {}
      sampling = true
      while sampling do
        local from = os.clock()
        ngx.sleep(0.001)
        times[#times + 1] = os.clock() - from
      end
      table.sort(times)
      local function at(share) return times[math.max(1, math.ceil(#times * share))] end
      local total = 0
      for _, time in ipairs(times) do total = total + time end
      ngx.print(require("cjson").encode { total = total, p90 = at(0.9), p99 = at(0.99), max = at(1), count = #times })
    } }
    location = /lag_stop { content_by_lua_block { sampling = false } }
    location = /memory { content_by_lua_block {
      if ngx.var.arg_collect then collectgarbage() collectgarbage() end
      local rss = 0
      for line in io.lines("/proc/self/status") do rss = tonumber(line:match("^VmRSS:%s+(%d+)")) or rss end
      local files = 0
      for _ in pairs(require("idocr.core").list_directory("/proc/self/fd")) do files = files + 1 end
      ngx.print(require("cjson").encode {
        lua = math.floor(collectgarbage("count")), rss = rss, files = files, pid = ngx.worker.pid(),
        requests = tonumber(ngx.var.connections_active) - tonumber(ngx.var.connections_waiting),
      })
    } }
  }
]]

conf.UPSTREAM = [[
  lua_shared_dict calls 1m;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:$upstream;
    client_max_body_size 20m;
    location / { content_by_lua_block {
      ngx.req.discard_body()
      ngx.shared.calls:incr("count", 1, 0)
      ngx.shared.calls:rpush("starts", ngx.now())
      local wait = ngx.shared.calls:get("wait") or 0.3
      if wait > 0 then ngx.sleep(wait) end
      local reply = '{"Response":{"ID":"X00000000","Name":"SPECIMEN MIRA","RequestId":"r"}}'
      ngx.header.content_length = #reply
      ngx.print(reply)
    } }
    location = /wait { content_by_lua_block { ngx.shared.calls:set("wait", tonumber(ngx.var.arg_seconds)) ngx.print("ok") } }
    location = /starts { content_by_lua_block {
      local list = {}
      repeat
        local at = ngx.shared.calls:lpop("starts")
        list[#list + 1] = at
      until not at
      ngx.print(require("cjson").encode { starts = list, count = ngx.shared.calls:get("count") })
      ngx.shared.calls:set("count", 0)
    } }
  }
]]

conf.DRIVER = [[
  lua_shared_dict driver 1m;
  lua_socket_buffer_size 64k;
  server {
    listen 127.0.0.1:$driver;
    location = /drive { client_body_buffer_size 1m; content_by_lua_block { require("spec.support.load_driver").drive() } }
    location = /ping { content_by_lua_block { require("spec.support.load_driver").ping() } }
    location = /pings { content_by_lua_block { ngx.print(ngx.shared.driver:get("pings") or 0) } }
    location = /stop { content_by_lua_block { ngx.shared.driver:delete("pinging") } }
  }
]]

return conf
