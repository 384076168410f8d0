--- Measures peak memory with n calls of 5 MB in flight: the server keeps its answers until all n requests are there. Each number
--- has a separate process; the value is its peak in KB.

local peer = require "spec.bench.peer"
local peers = require "spec.bench.peers"

return function(bench)
  local flights = bench.quick and { 1, 16 } or { 1, 4, 16, 64, 256 }
  for _, contestant in ipairs((peers(bench))) do
    for _, scheme in ipairs { "http", "https" } do
      for _, in_flight in ipairs(flights) do
        local fits = contestant.slow and in_flight <= 16 or not contestant.slow
        local wanted = not (contestant.single and in_flight > 1) and not (contestant.https and scheme == "http")
        -- A picture that the program itself holds would hide what its sending needs.
        local telling = contestant.name:find("^idocr") == nil or contestant.name == "idocr, from a file"
        if fits and wanted and telling and contestant.name ~= "libcurl + SHA-256" then
          local server = bench.server(bench.data.replies["1KB"], in_flight)
          local one = peer.start(bench, contestant, "memory")
          one:ask(bench.order(server, scheme, "5MB", in_flight, in_flight))
          bench.row("memory", contestant.name, scheme, "5MB", in_flight, 1, one:peak())
          one:stop()
          server.stop()
        end
      end
    end
  end
end
