--- Measures this tree and the tree in BENCH_BASE in turn: calls by size and calls in flight, replies decoded, peak memory.
--- Each tree runs its own spec/bench/idocr.lua and decode.lua, so internal names may differ between the two.

local peer = require "spec.bench.peer"
local process = require "spec.support.process"

local COUNTS = { ["20KB"] = 300, ["200KB"] = 100, ["1MB"] = 30, ["5MB"] = 8 }
local ROUNDS, QUICK_ROUNDS = 15, 5

-- name of a variant -> interpreter, mode of spec/bench/idocr.lua
local VARIANTS = { { "memory", "5.4", "memory" }, { "file", "5.4", "file" }, { "memory, LuaJIT", "luajit", "memory" } }

-- The command that runs a script of a tree with that tree's modules.
local function command_in(folder, lua, script)
  return ("env -C %s LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/%s/?.so;%s/%s/?.so;;' %s spec/bench/%s"):format(
    process.quote(folder), lua, process.run "pwd" .. "/build/bench", lua, lua == "5.4" and "lua5.4" or lua, script)
end

-- Both trees, the one that begins changing from round to round.
local function in_turn(trees, round)
  if round % 2 == 1 then return trees[1], trees[2] end
  return trees[2], trees[1]
end

local function calls(bench, trees, rounds)
  local server = bench.server(bench.data.replies["1KB"])
  for _, variant in ipairs(VARIANTS) do
    local name, lua, mode = variant[1], variant[2], variant[3]
    if lua == "5.4" or bench.has(lua) then
      for _, tree in ipairs(trees) do
        tree.peer = peer.start(bench, { name = tree.name, command = command_in(tree.folder, lua, "idocr.lua " .. mode) })
      end
      for round = 1, rounds do
        for _, size in ipairs(bench.quick and { "20KB", "200KB" } or { "20KB", "200KB", "1MB", "5MB" }) do
          for _, in_flight in ipairs { 1, 16 } do
            local order = bench.order(server, "http", size, in_flight, math.max(COUNTS[size], in_flight))
            for _, tree in ipairs { in_turn(trees, round) } do
              bench.row("call, " .. name, tree.name, "http", size, in_flight, round, tree.peer:ask(order)[1])
            end
          end
        end
      end
      for _, tree in ipairs(trees) do tree.peer:stop() end
    end
  end
  server.stop()
end

local function decoding(bench, trees, rounds)
  for _, lua in ipairs { "5.4", "luajit" } do
    if lua == "5.4" or bench.has(lua) then
      local pin = bench.client_core and ("taskset -c %d "):format(bench.client_core) or ""
      for round = 1, rounds do
        for _, tree in ipairs { in_turn(trees, round) } do
          for _, reply in ipairs { "1KB", "200KB" } do
            local out = process.run(pin .. command_in(tree.folder, lua, "decode.lua 1 " .. bench.data.replies[reply]))
            bench.row("decode, " .. lua, tree.name, "", reply, 1, round, tonumber(out:match("idocr\t[^\t]+\t([%d.]+)")))
          end
        end
      end
    end
  end
end

local function memory(bench, trees, rounds)
  for round = 1, math.min(rounds, 3) do
    for _, in_flight in ipairs { 1, 16 } do
      for _, tree in ipairs { in_turn(trees, round) } do
        local server = bench.server(bench.data.replies["1KB"], in_flight)
        local one = peer.start(bench, { name = tree.name, command = command_in(tree.folder, "5.4", "idocr.lua file") }, "memory")
        one:ask(bench.order(server, "http", "5MB", in_flight, in_flight))
        bench.row("peak memory, KB", tree.name, "http", "5MB", in_flight, round, one:peak())
        one:stop()
        server.stop()
      end
    end
  end
end

return function(bench)
  local root = process.run "pwd"
  for _, files in pairs { bench.data.pictures, bench.data.bodies, bench.data.replies } do
    for name, path in pairs(files) do
      if path:sub(1, 1) ~= "/" then files[name] = root .. "/" .. path end
    end
  end
  local base = assert(os.getenv("BENCH_BASE"), "run it by make bench BASE=COMMIT")
  local trees = { { name = "base", folder = root .. "/" .. base }, { name = "this tree", folder = root } }
  local rounds = tonumber(os.getenv("ROUNDS")) or (bench.quick and QUICK_ROUNDS or ROUNDS)
  calls(bench, trees, rounds)
  decoding(bench, trees, rounds)
  memory(bench, trees, rounds)
end
