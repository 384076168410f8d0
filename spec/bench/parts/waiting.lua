--- Measures calls of 20 KB at a slow service, as the real ones are: many connections are open and few of them have data.

local peer = require "spec.bench.peer"
local peers = require "spec.bench.peers"

local DELAY = 200 -- ms, on average
local ROUNDS = 3 -- a round takes its time too

local WANTED = { ["libcurl"] = true, ["idocr"] = true, ["idocr, LuaJIT"] = true, ["Node SDK"] = true }

return function(bench)
  local server = bench.server(bench.data.replies["1KB"], 0, DELAY)
  local list = {}
  for _, contestant in ipairs((peers(bench))) do
    if WANTED[contestant.name] then
      contestant.peer = peer.start(bench, contestant)
      list[#list + 1] = contestant
    end
  end
  for round = 1, math.min(ROUNDS, bench.rounds) do
    for _, scheme in ipairs(bench.quick and { "http" } or { "http", "https" }) do
      for _, in_flight in ipairs(bench.quick and { 256 } or { 16, 64, 256 }) do
        for _, contestant in ipairs(list) do
          local got = contestant.peer:ask(bench.order(server, scheme, "20KB", in_flight, 4 * math.max(in_flight, 32)))
          bench.row("waiting", contestant.name, scheme, "20KB", in_flight, round, got[1], got[2])
        end
      end
    end
  end
  for _, contestant in ipairs(list) do contestant.peer:stop() end
  server.stop()
end
