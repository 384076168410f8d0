--- Runs a queue with workers that are killed again and again, and counts what the service and the ledger saw.
---
---   local report = fleet.run { pictures = 300, workers = 4, … }     see the fields of spec.FleetOptions
---   report.states      the members of `idocr queue --json`
---   report.requests    requests that the service got; report.ledger: lines of the ledger; report.kills
---   report.results     id -> number of lines in the results; report.numbers: number on the card -> number of lines

local cjson = require("cjson").new()
local cli = require "spec.support.command"
local core = require "idocr.core"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local sandbox = require "idocr.sandbox.server"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"

local fleet = {}

local q = process.quote

---@class spec.FleetOptions
---@field pictures integer
---@field workers integer
---@field rate integer         calls per second
---@field idle number          seconds
---@field kill_every integer?  items that end between two kills
---@field kill_after number?   seconds between two kills, instead
---@field refusals integer?    every so many pictures is refused by the service
---@field seconds integer      longest duration
---@field log (fun(text: string))?

-- Writes the stamped pictures.
local function write_pictures(folder, options)
  local passport = process.read(specimens.path "passport")
  process.run("mkdir " .. q(folder))
  for index = 1, options.pictures do
    local wanted = { kind = "passport", fields = { number = "N" .. index, name = "SPECIMEN WANDA" } }
    if options.refusals and index % options.refusals == 0 then wanted = { error = "FailedOperation.ImageBlur" } end
    process.write(("%s/p%05d.jpg"):format(folder, index), assert(stamp.write(passport .. index, wanted)))
  end
end

-- nginx logs a request after its response. A last request with another method shows that all others are logged.
local function requests_of(running)
  process.capture("curl -s -X DELETE " .. running.http .. "/")
  return process.wait_for(function()
    local log = process.read(running.access_log) or ""
    return log:find(" DELETE ", 1, true) and select(2, log:gsub("MLIDPassportOCR", ""))
  end, 10)
end

local function count_lines(text) return select(2, (text or ""):gsub("\n", "")) end

-- Returns how many items have ended.
local function ended(counts)
  local total = counts.done + counts.unsure + counts.dead
  for _, number in pairs(counts.failed) do total = total + number end
  return total
end

-- Adds what the queue, the service, the ledger and the Redis server hold at the end.
local function complete(report, queue, folder, running, server)
  report.requests, report.ledger = requests_of(running), count_lines(process.read(folder .. "/ledger"))
  for _, entry in ipairs(cli.entries((cli.run("queue --results - " .. queue)))) do
    report.results[entry.id] = (report.results[entry.id] or 0) + 1
    local number = entry.card and entry.card.number
    if number then report.numbers[number] = (report.numbers[number] or 0) + 1 end
  end
  report.stored = process.run(("cat %s/appendonlydir/*.aof | grep -c -a -e WANDA -e p00001 -e passport || true"):format(q(server.folder)))
  report.errors = process.run("cat " .. q(folder) .. "/errors*")
  return report
end

--- Fills a queue, runs and kills workers until it is empty, and returns what was counted.
---@param options spec.FleetOptions
function fleet.run(options)
  local folder, server = process.tempdir(), redis.start()
  local running = assert(sandbox.start { rate = false })
  local log = options.log or function() end
  process.write(folder .. "/key", core.random(32))
  write_pictures(folder .. "/scans", options)
  local queue = ("--queue %s/0/scans --key-file %s"):format(server.url, q(folder .. "/key"))
  local environment = ("TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s no_proxy='*' "):format(running.secret_id, running.secret_key)
  local _, status, stderr = cli.run("enqueue passport %s --upload " .. queue, folder .. "/scans")
  assert(status == 0, stderr)
  log("added: " .. stderr)

  local workers = {}
  local function start(index)
    workers[index] = cli.spawn(environment, { stderr = folder .. "/errors" .. index },
      ("work %s --endpoint %%s --ledger %%s --spool %%s --rate %d --idle %g --exit-when-empty --concurrency 4"):format(queue, options.rate,
        options.idle), running.http, folder .. "/ledger", folder .. "/spool")
  end
  for index = 1, options.workers do start(index) end

  local function states()
    local text, code, problem = cli.run("queue --json " .. queue)
    if code ~= 0 then return nil, problem end
    return cjson.decode(text)
  end

  local kills, victim, killed_at, restarted, begun = 0, 0, 0, false, core.monotonic()
  local last_kill = begun
  while true do
    local counts = states()
    local total = counts and ended(counts) or killed_at
    if counts and counts.waiting + counts.working == 0 then break end
    assert(core.monotonic() - begun < options.seconds, "the queue is not empty in time")
    if not restarted and total > options.pictures / 2 then
      restarted = true
      log(("restarting the server at %d"):format(total))
      server.restart()
    end
    local due = options.kill_after and core.monotonic() - last_kill >= options.kill_after
      or options.kill_every and total - killed_at >= options.kill_every
    if due then
      victim = victim % options.workers + 1
      process.capture("kill -KILL " .. workers[victim].pid)
      kills, killed_at, last_kill = kills + 1, total, core.monotonic()
      start(victim)
      if counts and kills % 10 == 0 then log(("%d kills: %s"):format(kills, cjson.encode(counts))) end
    end
    for index = 1, options.workers do
      if not workers[index].alive() then start(index) end
    end
    core.sleep(0.02)
  end
  for _, each in ipairs(workers) do each.wait(30) end

  local report = { kills = kills, restarted = restarted, seconds = core.monotonic() - begun, results = {}, numbers = {}, states = states() }
  complete(report, queue, folder, running, server)
  running:stop()
  server.stop()
  return report
end

return fleet
