--- Measures whole calls end to end: CPU of the client's process and wall time, by size, calls in flight and scheme; then whole
--- rounds with a large answer.

local peer = require "spec.bench.peer"
local peers = require "spec.bench.peers"

local COUNTS = { ["20KB"] = 300, ["200KB"] = 100, ["1MB"] = 30, ["5MB"] = 8 }
local SLOW_COUNTS = { ["20KB"] = 60, ["200KB"] = 24, ["1MB"] = 8, ["5MB"] = 3 }

local function cells(bench)
  local list = {}
  local schemes = bench.quick and { "http" } or { "http", "https" }
  local flights = bench.quick and { 1, 16 } or { 1, 16, 64 }
  local sizes = bench.quick and { "20KB", "5MB" } or { "20KB", "200KB", "1MB", "5MB" }
  for _, scheme in ipairs(schemes) do
    for _, in_flight in ipairs(flights) do
      for _, size in ipairs(sizes) do list[#list + 1] = { scheme = scheme, in_flight = in_flight, size = size } end
    end
  end
  return list
end

local function takes_part(contestant, cell, round)
  if contestant.https and cell.scheme ~= "https" then return false end
  if contestant.single and cell.in_flight > 1 then return false end
  -- Fewer rounds: these need gigabytes of memory and seconds for one number.
  if contestant.slow and round > (cell.in_flight == 64 and 2 or 3) then return false end
  return true
end

local function how_many(contestant, cell)
  local counts = contestant.slow and SLOW_COUNTS or COUNTS
  return math.max(counts[cell.size], cell.in_flight)
end

local function start_all(bench)
  local list, skipped = peers(bench)
  for _, why in ipairs(skipped) do bench.say("skipped %s", why) end
  for _, contestant in ipairs(list) do
    contestant.peer = peer.start(bench, contestant)
  end
  return list
end

local function uploads(bench, list, server)
  for round = 1, bench.rounds do
    bench.say("calls: round %d of %d", round, bench.rounds)
    for _, cell in ipairs(cells(bench)) do
      for _, contestant in ipairs(list) do
        if takes_part(contestant, cell, round) then
          local got = contestant.peer:ask(bench.order(server, cell.scheme, cell.size, cell.in_flight, how_many(contestant, cell)))
          bench.row("calls", contestant.name, cell.scheme, cell.size, cell.in_flight, round, got[1], got[2])
        end
      end
    end
  end
end

-- 20 KB up, a portrait of megabytes down.
local function rounds_with_portraits(bench, list)
  for _, reply in ipairs(bench.quick and { "3MB" } or { "200KB", "3MB" }) do
    local server = bench.server(bench.data.replies[reply])
    for round = 1, bench.rounds do
      for _, in_flight in ipairs { 1, 16 } do
        for _, contestant in ipairs(list) do
          if takes_part(contestant, { scheme = "http", in_flight = in_flight }, round) then
            local count = math.max(contestant.slow and 10 or 60, in_flight)
            local got = contestant.peer:ask(bench.order(server, "http", "20KB", in_flight, count))
            bench.row("round", contestant.name, "http", reply, in_flight, round, got[1], got[2])
          end
        end
      end
    end
    server.stop()
  end
end

return function(bench)
  local server = bench.server(bench.data.replies["1KB"])
  local list = start_all(bench)
  uploads(bench, list, server)
  rounds_with_portraits(bench, list)
  for _, contestant in ipairs(list) do contestant.peer:stop() end
  server.stop()
end
