--- Runs one cell of the fault matrix: a new client makes the cell's calls against the fault server; compares the results with the
--- expected ones. Runs in a plain Lua process (libcurl) and in an nginx worker (cosockets).

local idocr = require "idocr"
local probe = require "faults.probe"
local want = require "spec.faults.want"

local cell = {}

local TOTAL, CONNECT = 20, 10 -- seconds; a cell that waits for a deadline has a shorter one
local SMALL = 3000 -- bytes of a picture

local B64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function unbase64(text)
  local out = {}
  for i = 1, #text, 4 do
    local n = 0
    for k = i, i + 3 do n = n * 64 + B64:find(text:sub(k, k), 1, true) - 1 end
    out[#out + 1] = string.char(math.floor(n / 65536), math.floor(n / 256) % 256, n % 256)
  end
  return table.concat(out)
end

-- A mark that stands in the request's body as it is: the picture's beginning, as base64 writes it.
local function person(id, index) return ("PERSON%05dN%sEND"):format(id, B64:sub(index, index)) end

local function picture(mark, bytes)
  return idocr.bytes(unbase64(mark) .. ("x"):rep(math.max(bytes - #mark, 1)))
end

local function options_of(what, env, events)
  local fault = what.fault
  local scheme = what.transport:find "http$" and "http" or "https"
  local options = {
    provider = "tencent", site = "intl", endpoint = ("%s://127.0.0.1:%d"):format(scheme, env.port(what.id, "origin")),
    transport = what.transport:match "^%a+", proxy = false, rate = false, retry = { attempts = 2, base = 0.01, cap = 0.02 },
    credentials = { secret_id = "AKIDfaultfaultfault", secret_key = "faultfaultfaultfaultfault" },
    timeout = { connect = CONNECT, total = TOTAL },
    on_event = function(name) events[name] = (events[name] or 0) + 1 end,
  }
  if options.transport == "curl" then options.ca_file = env.ca end
  if fault.proxy or fault.proxy_kind then options.proxy = ("http://127.0.0.1:%d"):format(env.port(what.id, "proxy")) end
  local more = fault.options
  if type(more) == "function" then more = more(what, env) end
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

local function outcome(card, err, mark, events)
  if card then return { card = true, person = card.name == mark, attempts = events.request } end
  return {
    category = err.category, code = err.code, retryable = err.retryable, billed = err.billed, sent = err.sent,
    attempts = err.attempts, shown = tostring(err),
  }
end

--- What a call reads, and the mark that its card must bear.
---@param what table
---@param index integer of the call, 1 to 64
---@param bytes integer? of the picture
function cell.params(what, index, bytes)
  local mark = person(what.id, index)
  return { image = picture(mark, bytes or SMALL), precheck = false }, mark
end

-- Reads the inputs at once with started calls, as an event loop does: waits for the descriptors and the time that client:fds names.
local function read_started(client, inputs, ended)
  for _, input in ipairs(inputs) do
    client:start("malaysia_id", input, function(card, err) ended(input, card, err) end)
  end
  while client:step(0) > 0 do probe.poll(client:fds()) end
end

-- One call, or several at once. The control timer is as long as the deadline and starts with it, when the inputs are made.
local function make_call(client, what, call, index, events, notes)
  local count = call.together or 1
  local inputs, marks, outcomes = {}, {}, {}
  for n = 1, count do
    local input, mark = cell.params(what, index + n - 1, call.bytes)
    inputs[n], marks[input] = input, mark
  end
  events.request = 0
  local timer = probe.timer(what.total)
  if what.transport:find "started" then
    read_started(client, inputs, function(input, card, err)
      outcomes[#outcomes + 1] = outcome(card, err, marks[input], call.together and { request = 1 } or events)
    end)
  elseif call.together then
    for input, card, err in client:each("malaysia_id", inputs, { concurrency = count }) do
      outcomes[#outcomes + 1] = outcome(card, err, marks[input], { request = 1 })
    end
  else
    local card, err = client:read("malaysia_id", inputs[1])
    outcomes[1] = outcome(card, err, marks[inputs[1]], events)
    if err and err.attempts ~= events.request then
      notes[#notes + 1] = ("%d attempts, but %d request events"):format(err.attempts, events.request)
    end
  end
  local late, worst = timer:stop()
  notes.late, notes.worst = math.max(notes.late or 0, late), math.max(notes.worst or 0, worst)
  return outcomes, count
end

local function run_calls(what, env, notes)
  local events, got = {}, {}
  local options = options_of(what, env, events)
  what.total = options.timeout.total or TOTAL
  local client = idocr.new(options)
  local calls, index = what.fault.calls or { {} }, 1
  local ran, why = pcall(function()
    for i, call in ipairs(calls) do
      if call.before then call.before(env, what, client) end
      local outcomes, count = make_call(client, what, call, index, events, notes)
      index = index + count
      local wanted = i == #calls and what.fault.want or call.want or want.card()
      for _, o in ipairs(outcomes) do got[#got + 1] = { outcome = o, want = wanted } end
    end
  end)
  client:close()
  if not ran then notes[#notes + 1] = "raised: " .. tostring(why) end
  return got
end

local function fits(got, wanted, seen)
  if seen and (wanted.whole or seen.whole) ~= seen.whole then return false end
  if seen and (wanted.connections or seen.connections) ~= seen.connections then return false end
  return want.text(got) == want.text(wanted)
end

-- Compares the outcomes; the expectation of the last one includes the number of whole requests that arrived.
local function compare(got, seen, notes)
  for i, entry in ipairs(got) do
    local last = i == #got
    local fine = false
    local alternatives = entry.want.any or { entry.want }
    for _, one in ipairs(alternatives) do fine = fine or fits(entry.outcome, one, last and seen) end
    if not fine then
      local texts = {}
      for n, one in ipairs(alternatives) do
        texts[n] = want.text(one) .. (last and one.whole and " whole="
          .. one.whole or "") .. (last and one.connections and " connections=" .. one.connections or "")
      end
      notes[#notes + 1] = ("call %d: got  %s%s\n      want %s%s"):format(i, want.text(entry.outcome),
        last and " whole=" .. seen.whole or "",
        table.concat(texts, "\n        or "), entry.outcome.shown and "\n      said " .. entry.outcome.shown or "")
    end
  end
end

local LATEST = 0.5 -- seconds after the control timer

--- Runs a cell.
---@param what table of spec/faults/matrix.lua
---@param env { ask: integer, ca: string, port: fun(id, name): integer, settle: fun(done: fun(): boolean) }
---@return { id: integer, wrong: string?, late: number, worst: number }
function cell.run(what, env)
  local notes = { late = 0, worst = 0 }
  assert(probe.ask(env.ask, "begin " .. what.id) == "ok")
  local before = probe.descriptors()
  local ran, got = pcall(run_calls, what, env, notes)
  if not ran then
    notes[#notes + 1] = "raised: " .. tostring(got)
    got = {}
  end
  local reply = probe.ask(env.ask, "end " .. what.id) or ""
  local whole, heads, connections = reply:match "^(%d+) (%d+) (%d+)$"
  compare(got, { whole = tonumber(whole) or -1, connections = tonumber(connections) or -1 }, notes)
  env.settle(function() return probe.descriptors() <= before end)
  local after = probe.descriptors()
  if after > before then notes[#notes + 1] = ("%d descriptors are left"):format(after - before) end
  if notes.late > LATEST then notes[#notes + 1] = ("ended %.2f s after the control timer"):format(notes.late) end
  local wrong = notes[1] and table.concat(notes, "\n      ")
    .. ("\n      seen %s whole requests, %s begun, %s connections"):format(whole, heads, connections)
  return { id = what.id, wrong = wrong, late = notes.late, worst = notes.worst }
end

--- Runs a cell. Runs it again where this process was off the processor for so long that its own timer was late, because the
--- result then proves nothing.
function cell.run_fairly(what, env)
  local result
  for _ = 1, 4 do
    result = cell.run(what, env)
    if not result.wrong or result.worst < 0.15 then break end
  end
  return result
end

return cell
