--- A picture through a queue beside a plain loop, by what the server does before it answers: nothing, or a write to its disk. Wall
--- time, because a worker waits for the server.

local process = require "spec.support.process"
local redis = require "spec.support.redis"

return function(bench)
  if not redis.available() then return bench.say "queue: skipped, redis-server or hiredis is missing" end
  local servers = { ["in memory"] = redis.start { append = false }, ["appendfsync always"] = redis.start() }
  local pin = bench.client_core and ("taskset -c %d "):format(bench.client_core) or ""
  for round = 1, bench.rounds do
    for _, lua in ipairs { "5.4", "luajit" } do
      local program = lua == "5.4" and "lua5.4" or lua
      for _, where in ipairs(bench.has(program) and { "in memory", "appendfsync always" } or {}) do
        local out = process.run(("%senv LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/%s/?.so;;' %s %s %s '%s'"):format(
          pin, lua, program, "spec/bench/queue.lua", servers[where].url, where))
        for what, place, value in out:gmatch("([^\t\n]+)\t([^\t]+)\t([%d.]+)") do
          bench.row("queue", what .. ", " .. place, lua, "", 1, round, tonumber(value))
        end
      end
    end
  end
  for _, server in pairs(servers) do server.stop() end
end
