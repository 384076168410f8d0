--- Picks loopback ports for the mock server, below the range of ephemeral ports. Another program may take a port before
--- nginx binds it; the server then tries another one.

local shell = require "idocr.sandbox.server.shell"

local ports = {}

local FIRST, COUNT = 20000, 12000

local function listening()
  local set = {}
  for _, path in ipairs { "/proc/net/tcp", "/proc/net/tcp6" } do
    for port, status in (shell.read(path) or ""):gmatch("%d+: %x+:(%x+) %x+:%x+ (%x+)") do
      if status == "0A" then set[tonumber(port, 16)] = true end
    end
  end
  return set
end

--- Returns a port on which no program listens.
---@param other integer? a port to exclude
---@return integer
function ports.pick(other)
  local busy = listening()
  while true do
    local port = FIRST + tonumber(shell.random_hex(3), 16) % COUNT
    if not busy[port] and port ~= other then return port end
  end
end

return ports
