--- The main loop of the contestants in Lua: reads one order per line from standard input (URL PICTURE BODY-FILE IN-FLIGHT
--- COUNT), runs it, and prints "CPU WALL" in microseconds per call.

local contestant = {}

--- Runs orders until standard input ends.
---@param wall fun(): number  seconds of a monotonic clock
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

--- Returns the bytes of a file.
function contestant.load(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

return contestant
