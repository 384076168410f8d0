--- Tests that the tasks of a request that ended are freed with it.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

local HTTP = [[
init_by_lua_block { watched = setmetatable({}, { __mode = "k" }) }
server {
  listen 127.0.0.1:$http;
  location = /start { content_by_lua_block {
    local runtime = require "idocr.nginx.runtime"
    for _ = 1, 20 do
      local held, pool = {}, runtime.pool(1)
      watched[held] = true
      pool:submit(function()
        ngx.sleep(10)
        return held
      end)
    end
    ngx.say "started"
    ngx.exit(200) -- ends the threads of the request, as a disconnected client does
  } }
  location = /left { content_by_lua_block {
    for _ = 1, 4 do collectgarbage() end
    local count = 0
    for _ in pairs(watched) do count = count + 1 end
    ngx.print(count)
  } }
}
]]

describe("the tasks of a request that ended", function()
  it("are freed", function()
    local server = nginx.start { http = HTTP }
    local function get(path) return process.run(("curl -sS --max-time 30 http://127.0.0.1:%d%s"):format(server.port.http, path)) end
    assert.equal("started", get "/start")
    local left = get "/left"
    server.stop()
    assert.equal("0", left)
  end)
end)
