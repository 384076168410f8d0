--- A caller of the soak test: reads pictures with unique numbers for a time, and records each call.
--- Runs in a plain program and in an nginx worker alike.
---
---   caller.run { url, ca, first, seconds, concurrency, report, started }
---
--- With `started` the calls are begun by client:start, and one of thirty is cancelled after some steps.
---
--- Each call leaves one line through `report`: "NUMBER OUTCOME ATTEMPTS SENT BILLED CODE", where OUTCOME is "card", "foreign" (the
--- card of another call) or the category of the error; every few seconds a line "memory KILOBYTES DESCRIPTORS".

local core = require "idocr.core"
local idocr = require "idocr"

local caller = {}

local PNG = core.base64_decode(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
local SAMPLE_EVERY = 400 -- calls

local function memory()
  local kilobytes, descriptors = 0, 0
  local file = io.open("/proc/self/status")
  if file then
    kilobytes = tonumber(file:read("*a"):match("VmRSS:%s*(%d+)")) or 0
    file:close()
  end
  for _ in pairs(core.list_directory("/proc/self/fd") or {}) do descriptors = descriptors + 1 end
  return ("memory %d %d"):format(kilobytes, descriptors)
end

local function outcome(id, card, err)
  if card then return ("%d %s %d true true -"):format(id, card.number == "S" .. id and "card" or "foreign", 1) end
  return ("%d %s %d %s %s %s"):format(id, err.category, err.attempts or 0, tostring(err.sent), tostring(err.billed), err.code)
end

local CANCELLED = 30 -- one of so many calls

-- Reads the pictures with started calls. Calls record(number, card, err) for each.
local function run_started(client, settings, next_picture, record)
  local steps, running = 0, {}
  local function begin()
    local params, number = next_picture()
    if not params then return end
    local call = client:start("passport", params, function(card, err)
      record(number, card, err)
      begin()
    end)
    if number % CANCELLED == 0 then running[call] = steps + number % 7 end
  end
  for _ = 1, settings.concurrency do begin() end
  while client:step(0.002) > 0 do
    steps = steps + 1
    for call, at in pairs(running) do
      if steps >= at then
        running[call] = nil
        call:cancel()
      end
    end
  end
end

function caller.run(settings)
  local client = idocr.new {
    endpoint = settings.url, ca_file = settings.ca, rate = false, credentials = { secret_id = "AKIDsoak", secret_key = "soakKey" },
    timeout = { connect = 2, total = 2 }, retry = { attempts = 3, base = 0.01, cap = 0.05 },
  }
  local id, done, ends = settings.first, 0, core.monotonic() + settings.seconds
  local function next_picture()
    if core.monotonic() >= ends then return nil end
    id = id + 1
    -- 1 to 200 KB, so that some bodies are sent whole and some in pieces
    return { image = idocr.bytes(PNG .. "soak-" .. id .. "-" .. ("x"):rep(id % 20 == 0 and 200000 or id % 1000)) }, id
  end
  local numbers = setmetatable({}, { __mode = "k" })
  local function inputs()
    local params, number = next_picture()
    if params then numbers[params] = number end
    return params
  end
  local function record(number, card, err)
    settings.report(outcome(number, card, err))
    done = done + 1
    if done % SAMPLE_EVERY == 0 then settings.report(memory()) end
  end
  settings.report(memory())
  if settings.started then
    run_started(client, settings, next_picture, record)
  else
    for params, card, err in client:each("passport", inputs, { concurrency = settings.concurrency }) do
      record(numbers[params], card, err)
    end
  end
  settings.report(memory())
  client:close()
end

return caller
