--- Starts the process of a contestant, which runs over all rounds, and sends it orders through a named pipe.

local process = require "spec.support.process"

local peer = {}
peer.__index = peer

local q = process.quote

--- Starts a contestant, on the client's processor where processes can be pinned.
---@param bench table
---@param contestant table  of spec.bench.peers
---@param name string?      of its pipe and in error messages (the contestant's)
function peer.start(bench, contestant, name)
  name = name or contestant.name
  local core, command = bench.client_core, contestant.command .. " " .. bench.certs.ca
  local file = (bench.folder .. "/" .. name:gsub("[^%w]+", "-"))
  local fifo, log = file .. ".orders", file .. ".log"
  os.remove(fifo)
  process.run("mkfifo " .. q(fifo))
  if core then command = ("taskset -c %d %s"):format(core, command) end
  local answers = assert(io.popen(("echo $$; exec %s <%s 2>%s"):format(command, q(fifo), q(log)), "r"))
  local self = setmetatable({ name = name, answers = answers, log = log }, peer)
  self.pid = tonumber(answers:read("*l"))
  self.orders = assert(io.open(fifo, "w"))
  self.orders:setvbuf("line")
  os.remove(fifo)
  return self
end

--- Sends one order and returns its answer as numbers.
function peer:ask(order)
  self.orders:write(order, "\n")
  self.orders:flush()
  local line = self.answers:read("*l")
  if not line then error(("%s gave up:\n%s"):format(self.name, process.read(self.log) or ""), 0) end
  local numbers = {}
  for number in line:gmatch("%S+") do numbers[#numbers + 1] = tonumber(number) or error(self.name .. " said: " .. line, 0) end
  return numbers
end

--- Highest memory so far, KB.
function peer:peak()
  return tonumber(process.read(("/proc/%d/status"):format(self.pid)):match("VmHWM:%s+(%d+)"))
end

--- The end: by signal, because later processes hold the pipe open too.
function peer:stop()
  process.capture("kill -TERM " .. self.pid)
  self.orders:close()
  self.answers:close()
end

return peer
