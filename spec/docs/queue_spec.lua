-- Checks the section "Queue" in docs/reference.md: its example runs, and it has every option and method.

local core = require "idocr.core"
local idocr = require "idocr"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local specimens = require "idocr.sandbox.specimens"

local section = assert(process.read("docs/reference.md"):match("\n## Queue\n(.-)\n## "))

describe('"Queue" in docs/reference.md', function()
  (redis.available() and it or pending)("has an example that runs", function()
    local server, printed = redis.start(), {}
    finally(server.stop)
    local code = section:match("```lua\n(.-)```"):gsub("passport%.jpg", (specimens.path("passport"):gsub("%%", "%%%%")))
      :gsub("redis://127.0.0.1:6379", server.url)
    local environment = {
      key = core.random(32),
      print = function(...) printed[#printed + 1] = { ... } end,
      idocr = { queue = idocr.queue, new = function(options)
        options.transport = "sandbox"
        return idocr.new(options)
      end },
    }
    local chunk
    if setfenv then -- luacheck: globals setfenv loadstring
      chunk = setfenv(assert(loadstring(code)), environment)
    else
      chunk = assert(load(code, "=example", "t", environment))
    end
    chunk()
    assert.same({ { specimens.path "passport", "X00000000" } }, printed)
  end)

  it("has every option and method", function()
    local queue = idocr.queue "redis://127.0.0.1:1/0/none"
    for name, method in pairs(getmetatable(queue)) do
      if type(method) == "function" and not name:find("^__") then
        assert.is_truthy(section:find("queue:" .. name .. "(", 1, true), name)
      end
    end
    for name in process.read("lua/idocr/fleet/options.lua"):match("QueueOptions(.-)\n\n"):gmatch("@field (%l[%w_]+)") do
      assert.is_truthy(section:find("`" .. name .. "`", 1, true), name)
    end
    for name in process.read("lua/idocr/fleet/settings.lua"):match("WorkOptions(.-)\n\n"):gmatch("@field (%l[%w_]+)") do
      assert.is_truthy(section:find("`" .. name .. "`", 1, true), name)
    end
  end)
end)
