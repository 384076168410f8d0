--- Measures how many pictures a worker of a queue reads in a second beside a plain loop: queue.lua REDIS_URL WHERE. The transport
--- answers at once, so that only the work around a call is measured. Prints lines "what, where, wall time in us of a picture".

local core = require "idocr.core"
local idocr = require "idocr"
local process = require "spec.support.process"

local url, where = arg[1], arg[2]
local COUNT, IN_FLIGHT = 300, 4

local client = idocr.new {
  credentials = { secret_id = "AKIDbench", secret_key = "k" }, rate = false,
  transport = function()
    return { status = 200, headers = {}, body = '{"Response":{"ID":"A1","Sex":"F","RequestId":"r"}}' }
  end,
}
local bytes = process.read "lua/idocr/sandbox/specimens/passport.jpg"

local function report(what, began) print(("%s\t%s\t%.2f"):format(what, where, (core.monotonic() - began) / COUNT * 1e6)) end

local function pictures()
  local index = 0
  return function()
    index = index + 1
    return index <= COUNT and idocr.bytes(bytes .. index) or nil
  end
end

local began = core.monotonic()
for _, card, err in client:each("passport", pictures(), { concurrency = IN_FLIGHT }) do assert(card, err) end
report("plain loop", began)

local queue = assert(idocr.queue { url = url .. "/0/bench" .. core.hex(core.random(4)), key = core.random(32) })
began = core.monotonic()
assert(queue:enqueue_all("passport", pictures()))
report("enqueue with upload", began)
began = core.monotonic()
local done = assert(queue:work { client = client, concurrency = IN_FLIGHT, exit_when_empty = true, spool = process.tempdir() })
assert(done.done == COUNT, tostring(done.error))
report("work", began)
queue:purge "all"
