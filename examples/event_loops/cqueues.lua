-- Reads pictures inside a cqueues program while its other coroutines go on.
--
--   lua5.4 examples/event_loops/cqueues.lua passport one.jpg two.jpg three.jpg

local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local idocr = require "idocr"

local client = idocr.new { endpoint = os.getenv "IDOCR_ENDPOINT" } -- without an endpoint: the service
local loop = cqueues.new()
local unpack = table.unpack or unpack

-- Drives the started calls of a client in a separate coroutine. Returns read(kind, params), which waits in a coroutine.
local function drive(idocr_client)
  local begun = condition.new()

  loop:wrap(function()
    while true do
      idocr_client:step(0)
      local fds, seconds = idocr_client:fds()
      local events = { begun, seconds } -- cqueues takes a number as a timeout
      for _, entry in ipairs(fds) do
        events[#events + 1] = { pollfd = entry.fd, events = (entry.read and "r" or "") .. (entry.write and "w" or "") }
      end
      cqueues.poll(unpack(events))
      for _, entry in ipairs(fds) do cqueues.cancel(entry.fd) end -- before the step, which may close them
    end
  end)

  return function(kind, params)
    local ended = condition.new()
    local call = idocr_client:start(kind, params, function() ended:signal() end)
    begun:signal()
    while not call:done() do ended:wait() end
    return call:result()
  end
end

local read = drive(client)
local left = #arg - 1

loop:wrap(function() -- stands for the other work of the program
  while left > 0 do
    io.stderr:write(("waiting for %d\n"):format(left))
    cqueues.sleep(0.05)
  end
end)

for index = 2, #arg do
  loop:wrap(function()
    local card, err = read(arg[1], arg[index])
    print(arg[index], card and card.number or err)
    left = left - 1
  end)
end

while left > 0 do assert(loop:step()) end
client:close()
