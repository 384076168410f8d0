--- Ports of the loopback for the sandbox's server. Below the range that the system gives to outgoing connections; whether
--- one is really free is only known when nginx has bound it, so the server asks again.

local shell = require "idocr.sandbox.server.shell"

local ports = {}

local FIRST, COUNT = 20000, 12000

local function listening()
  local set = {}
  for _, path in ipairs { "/proc/net/tcp", "/proc/net/tcp6" } do
    for port, state in (shell.read(path) or ""):gmatch("%d+: %x+:(%x+) %x+:%x+ (%x+)") do
      if state == "0A" then set[tonumber(port, 16)] = true end
    end
  end
  return set
end

--- A port that seems free.
---@param other integer? not this one
---@return integer
function ports.pick(other)
  local busy = listening()
  while true do
    local port = FIRST + tonumber(shell.random_hex(3), 16) % COUNT
    if not busy[port] and port ~= other then return port end
  end
end

return ports
