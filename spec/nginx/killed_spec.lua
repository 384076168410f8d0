--- Tests what outlives a request whose client has disconnected: nginx uses the stack of its thread for other requests, and nothing may
--- write into their variables.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

local HTTP = [[
  lua_check_client_abort on;
  init_worker_by_lua_block {
    runtime = require "idocr.nginx.runtime"
    started, ended = 0, 0
    function work(marker)
      started = started + 1
      while not go do ngx.sleep(0.01) end
      ended = ended + 1
      return marker, marker, marker
    end
  }
  server {
    listen 127.0.0.1:$http;
    location = /detached { content_by_lua_block {
      local a, b, c = "a", "b", "c"
      local ran, one = runtime.detached(30, work, "MARKER")
      ngx.print(a, b, c, tostring(ran), one)
    } }
    location = /apart { content_by_lua_block {
      local a, b, c = "a", "b", "c"
      local one = runtime.apart(work, "MARKER")
      ngx.print(a, b, c, one)
    } }
    location = /other { content_by_lua_block {
      local a, b, c, d, e, f, g, h = "a", "b", "c", "d", "e", "f", "g", "h"
      others = (others or 0) + 1
      while ended < started or not go do ngx.sleep(0.01) end
      ngx.print(a, b, c, d, e, f, g, h)
    } }
    location = /state { content_by_lua_block { ngx.print(started, " ", ended, " ", others or 0) } }
    location = /go { content_by_lua_block { go = true } }
  }
]]

describe("a request that nginx has ended", function()
  for _, way in ipairs { "detached", "apart" } do
    it("leaves the variables of other requests alone: runtime." .. way, function()
      local server = nginx.start { http = HTTP, log_level = "info" }
      finally(server.stop)
      local base = "http://127.0.0.1:" .. server.port.http
      local function state(text)
        process.wait_for(function() return process.capture("curl -s " .. base .. "/state") == text end, 10)
      end
      local leaving, others = {}, {}
      for index = 1, 8 do leaving[index] = process.spawn("exec curl -s " .. base .. "/" .. way) end
      state "8 0 0"
      for _, each in ipairs(leaving) do each.stop "KILL" end
      process.wait_for(function() return select(2, server.errors():gsub("prematurely closed", "")) == 8 end, 10)
      for index = 1, 8 do
        local out = server.prefix .. "/other" .. index
        others[index] = process.spawn("exec curl -s " .. base .. "/other", { stdout = out })
        others[index].out = out
      end
      state "8 0 8"
      process.run("curl -s " .. base .. "/go")
      for _, each in ipairs(others) do
        each.wait(10)
        assert.equal("abcdefgh", process.read(each.out))
      end
      state "8 8 8"
      assert.is_nil(server.errors():find("attempt to", 1, true))
    end)
  end
end)
