-- Reads pictures inside a luv (libuv) program while its timers go on.
--
--   lua5.4 examples/event_loops/luv.lua passport one.jpg two.jpg three.jpg

local idocr = require "idocr"
local uv = require "luv"

local client = idocr.new { endpoint = os.getenv "IDOCR_ENDPOINT" } -- without an endpoint: the service

-- Drives the started calls of a client. Returns a function to call after each client:start. (luv itself prints "EBADF" when a
-- peer resets a connection; the error of the call says what happened.)
local function drive(idocr_client)
  local timer, polls = uv.new_timer(), {}
  local function step()
    for _, poll in ipairs(polls) do poll:close() end -- before the step, which may close their descriptors
    polls = {}
    idocr_client:step(0)
    local fds, seconds = idocr_client:fds()
    for index, entry in ipairs(fds) do
      polls[index] = uv.new_poll(entry.fd)
      polls[index]:start((entry.read and "r" or "") .. (entry.write and "w" or ""), step)
    end
    if seconds then timer:start(math.ceil(seconds * 1000), 0, step) else timer:stop() end
  end
  return function() timer:start(0, 0, step) end
end

local wake = drive(client)
local kind, left = arg[1], #arg - 1

local ticks = uv.new_timer() -- stands for the other work of the program
ticks:start(0, 50, function() io.stderr:write(("waiting for %d\n"):format(left)) end)

for index = 2, #arg do
  client:start(kind, arg[index], function(card, err)
    print(arg[index], card and card.number or err)
    left = left - 1
    if left == 0 then ticks:close() end
  end)
end
wake()

uv.run()
client:close()
