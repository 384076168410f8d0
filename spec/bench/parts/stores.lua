--- Measures a rate limit and a cached call by the store: this process or a Redis server on this machine. Wall time, because a
--- caller waits for the server.

local process = require "spec.support.process"
local redis = require "spec.support.redis"

return function(bench)
  if not redis.available() then return bench.say "stores: skipped, redis-server or hiredis is missing" end
  local server = redis.start { append = false }
  local pin = bench.client_core and ("taskset -c %d "):format(bench.client_core) or ""
  for round = 1, bench.rounds do
    for _, lua in ipairs { "5.4", "luajit" } do
      local program = lua == "5.4" and "lua5.4" or lua
      if bench.has(program) then
        local out = process.run(("%senv LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/%s/?.so;;' %s %s %s %d%s"):format(
          pin, lua, program, "spec/bench/stores.lua", server.url, round, lua == "5.4" and 1 or 2))
        for what, where, value, trips in out:gmatch("([^\t\n]+)\t([^\t]+)\t([%d.]+)\t([%d.]+)") do
          bench.row("stores", what .. ", " .. where, lua, "", 1, round, tonumber(value), tonumber(trips))
        end
      end
    end
  end
  server.stop()
end
