--- Picks free TCP ports on the loopback, without a socket library.
---
---   local ports = require "spec.support.ports"
---   local port = ports.free_port()     -> a port on which no program listens; unique in this process
---
--- Ports are below the ephemeral range, so that no outgoing connection takes one. Two processes may still get the same port:
--- a server that cannot bind must try another one (nginx.start does).

local ports = {}

local given = {}
local seed -- of a separate generator, because math.random belongs to the code under test

local function random()
  if not seed then
    local file = assert(io.open("/dev/urandom", "rb"))
    local a, b, c = file:read(3):byte(1, 3)
    file:close()
    seed = a * 65536 + b * 256 + c
  end
  seed = (seed * 1103515 + 12345) % 16777216
  return math.floor(seed / 64) % 12000
end

local function listening()
  local set = {}
  for _, path in ipairs { "/proc/net/tcp", "/proc/net/tcp6" } do
    local file = io.open(path)
    if file then
      for line in file:lines() do
        local hex, st = line:match("^%s*%d+: %x+:(%x+) %x+:%x+ (%x+)")
        if st == "0A" then set[tonumber(hex, 16)] = true end
      end
      file:close()
    end
  end
  return set
end

function ports.free_port()
  local busy = listening()
  for _ = 1, 1000 do
    local port = 20000 + random()
    if not busy[port] and not given[port] then
      given[port] = true
      return port
    end
  end
  error("no free port")
end

return ports
