--- Runs cells one after the other until all are done; several workers share them. In nginx it is called from a timer, else
--- it is a program: lua worker.lua JOB NAME, where JOB is the file that spec/faults/run.lua wrote.

local process = require "spec.support.process"

local worker = {}

-- What a cell needs of the place where it runs.
local function environment(job, probe, pause)
  local env = { ask = job.ask, ca = job.ca, pause = pause, params = require("spec.faults.cell").params }
  function env.port(id, port) return job.ports[id .. " " .. port] end
  --- Waits until `done()` is true, five seconds at most.
  function env.settle(done)
    for _ = 1, 500 do
      if done() then return end
      collectgarbage() -- a socket of nginx that failed both ways is closed by the collector alone
      pause(0.01)
    end
  end
  --- Lets the scripts that wait at a gate go on.
  function env.go(id) assert(probe.ask(job.ask, "go " .. id) == "ok") end
  --- Waits until the server has set so many marks. The process is blocked meanwhile, an nginx worker with it.
  function env.wait_mark(id, count) assert(probe.ask(job.ask, ("wait %d %d"):format(id, count)) == "ok") end
  return env
end

local function work(job_path, queue, pause, file)
  local cell = require "spec.faults.cell"
  local cjson = require "cjson"
  local matrix = require "spec.faults.matrix"
  local probe = require "faults.probe"
  local job = cjson.decode(process.read(job_path))
  local env = environment(job, probe, pause)
  local cells = {}
  for _, one in ipairs((matrix.cells(job.choice))) do
    if one.transport:find(queue, 1, true) then cells[#cells + 1] = one end
  end
  while true do
    local one = cells[tonumber(probe.ask(job.ask, "next " .. queue)) + 1]
    if not one then break end
    local ran, result = pcall(cell.run_fairly, one, env)
    if not ran then result = { id = one.id, wrong = "the test itself failed: " .. tostring(result), late = 0, worst = 0 } end
    file:write(cjson.encode(result), "\n")
  end
end

--- Runs the cells of a queue, and writes a line of JSON for each, then "done QUEUE".
---@param job_path string
---@param queue "curl"|"cosocket"
---@param pause fun(seconds: number)
---@param folder string for the results
---@param name string of this worker
function worker.run(job_path, queue, pause, folder, name)
  local file = assert(io.open(("%s/%s.results"):format(folder, name), "ab"))
  file:setvbuf "line"
  local ran, why = pcall(work, job_path, queue, pause, file)
  if not ran then file:write("worker ", name, ": ", (tostring(why):gsub("%s+", " ")), "\n") end
  file:write("done ", queue, "\n")
  file:close()
end

if arg and arg[0] and arg[0]:find "worker.lua$" then
  worker.run(arg[1], "curl", function(seconds) require("faults.probe").sleep(seconds) end, arg[2], arg[3])
end

return worker
