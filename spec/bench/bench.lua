--- Runs the parts of the bench and writes one row per measurement to build/bench/rows.tsv:
--- part, contestant, scheme, size, calls in flight, round, value, second value.
---
---   bench.lua [PART…]     prepare calls waiting memory decode nginx stores fit queue; QUICK=1: fewer cells and rounds; ROUNDS=n

local process = require "spec.support.process"
local data = require "spec.bench.data"
local certs = require "spec.support.certs"

local FOLDER = "build/bench"

local quick = os.getenv("QUICK") == "1"
local bench = {
  folder = FOLDER,
  quick = quick,
  rounds = tonumber(os.getenv("ROUNDS")) or (quick and 2 or 5),
}

local function has(command) return select(2, process.capture("command -v " .. command)) == 0 end

-- Client and server on a core each: a number for one and a number for the other.
local function cores()
  if not has("taskset") then return nil, nil end
  local allowed = {}
  for from, to in process.capture("taskset -cp $$"):match("([%d,%-]+)$"):gmatch("(%d+)%-?(%d*)") do
    for core = tonumber(from), tonumber(to) or tonumber(from) do allowed[#allowed + 1] = core end
  end
  if #allowed < 2 then return nil, nil end
  return allowed[1], allowed[2]
end

local rows = assert(io.open(FOLDER .. "/rows.tsv", "w"))

--- Keeps one measurement.
function bench.row(part, contestant, scheme, size, in_flight, round, value, second)
  local numbers = ("%.4f\t%.4f\n"):format(value, second or 0)
  rows:write(table.concat({ part, contestant, scheme, size, in_flight, round, numbers }, "\t"))
  rows:flush()
end

function bench.say(...) io.stderr:write(string.format(...), "\n") end

--- Starts the server that answers every request with the bytes of a file.
---@param gather integer?  it holds its answers until so many requests are there
---@param delay integer?   milliseconds that an answer takes, half as many to half as many again
function bench.server(reply, gather, delay)
  local pin = bench.server_core and ("taskset -c %d "):format(bench.server_core) or ""
  local log = os.tmpname()
  local self = process.spawn(("exec %s%s/server %s %s %s %d %d %d"):format(pin, FOLDER, reply, bench.certs.good.cert, bench.certs.good.key,
    bench.pid, gather or 0, delay or 0), { stdout = log, stderr = log .. ".err" })
  local http, https = process.wait_for(function() return (process.read(log) or ""):match("^%d+ %d+\n") end, 5):match("(%d+) (%d+)")
  os.remove(log)
  os.remove(log .. ".err")
  self.url = { http = ("http://127.0.0.1:%s/"):format(http), https = ("https://127.0.0.1:%s/"):format(https) }
  self.port = { http = tonumber(http), https = tonumber(https) }
  return self
end

--- The line that orders `count` calls of a contestant.
function bench.order(server, scheme, size, in_flight, count)
  return table.concat({ server.url[scheme], bench.data.pictures[size], bench.data.bodies[size], in_flight, count }, " ")
end

bench.client_core, bench.server_core = cores()
bench.pid = tonumber(process.read("/proc/self/stat"):match("^%d+"))
bench.certs = certs.make()
process.run("mkdir -p " .. FOLDER .. "/data")
bench.data = data.make(FOLDER .. "/data")
bench.has = has

local parts = #arg > 0 and arg or { "prepare", "calls", "waiting", "memory", "decode", "nginx", "stores", "fit", "queue" }
for _, part in ipairs(parts) do
  local began = os.time()
  require("spec.bench.parts." .. part)(bench)
  bench.say("%s: %d s", part, os.time() - began)
end
rows:close()
