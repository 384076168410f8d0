--- What every contestant in Lua does: takes orders from standard input, a line each (URL PICTURE BODY-FILE IN-FLIGHT
--- COUNT), and answers with "CPU WALL", microseconds per call.

local contestant = {}

---@param wall fun(): number  seconds of a clock that only goes forward
---@param run fun(url: string, picture: string, in_flight: integer, count: integer)
function contestant.serve(wall, run)
  for line in io.lines() do
    local url, picture, in_flight, count = line:match("^(%S+) (%S+) %S+ (%d+) (%d+)$")
    in_flight, count = math.floor(tonumber(in_flight)), math.floor(tonumber(count))
    run(url, picture, in_flight, in_flight) -- connections, first-time work
    collectgarbage()
    local cpu, began = os.clock(), wall()
    run(url, picture, in_flight, count)
    cpu, began = os.clock() - cpu, wall() - began
    io.write(("%.3f %.3f\n"):format(cpu / count * 1e6, began / count * 1e6))
    io.flush()
  end
end

function contestant.load(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

return contestant
