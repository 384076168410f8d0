-- Reads pictures inside a copas program while its other threads go on.
--
--   luajit examples/event_loops/copas.lua passport one.jpg two.jpg three.jpg

local copas = require "copas"
local idocr = require "idocr"
local socket = require "socket"

local client = idocr.new { endpoint = os.getenv "IDOCR_ENDPOINT" } -- without an endpoint: the service

local left = #arg - 1

-- Represents the other work of the program: a server that returns the number of missing cards, and a thread that queries it.
local server = assert(socket.bind("127.0.0.1", 0))
copas.addserver(server, function(peer)
  peer = copas.wrap(peer)
  while peer:receive() do peer:send(("waiting for %d\n"):format(left)) end
end)
copas.addthread(function()
  local peer = socket.tcp()
  copas.connect(peer, server:getsockname())
  peer = copas.wrap(peer)
  local next_question = 0
  while left > 0 do
    peer:send("?\n")
    local line = peer:receive()
    if socket.gettime() >= next_question then
      io.stderr:write(line, "\n")
      next_question = socket.gettime() + 0.05
    end
  end
end)

for index = 2, #arg do
  client:start(arg[1], arg[index], function(card, err)
    print(arg[index], card and card.number or err)
    left = left - 1
  end)
end

-- Instead of copas.loop(): copas waits for LuaSocket's sockets only, so it returns every 10 ms while calls are running. A newer
-- copas that has nothing to do returns at once: the client waits then.
repeat
  local nothing_else = copas.finished and copas.finished()
  local running = client:step(nothing_else and 0.01 or 0)
  copas.step(running > 0 and 0.01 or nil)
until left == 0
client:close()
