--- Measures how long a started call keeps an event loop waiting: for each phase the longest client:step(0) of a call.
---
---   make && LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/5.4/?.so;;' lua5.4 spec/bench/longest_step.lua [BYTES]
---
--- The picture is the specimen of a passport with zeros appended up to BYTES (default 200 KB); the server is the sandbox over
--- TLS, trusted beside the certificates of the system. The variable SHARED is the option `shared`: redis://127.0.0.1:PORT

local cjson = require "cjson"
local core = require "idocr.core"
local idocr = require "idocr"
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

local CLIENTS = 20 -- each reads the picture twice: over a new connection, and over the same one again
local SYSTEM = "/etc/ssl/certs/ca-certificates.crt"

local size = tonumber(arg[1]) or 200 * 1024

local folder = process.tempdir()
local log = folder .. "/sandbox.json"
process.spawn(("exec %s lua/idocr/cli/start.lua sandbox --json"):format(process.lua), { stdout = log })
local service = cjson.decode(process.wait_for(function() return (process.read(log) or ""):match("^(.-)\n") end, 20))
local trusted = process.write(folder .. "/ca.pem", (process.read(SYSTEM) or "") .. process.read(service.ca_file))
local specimen = process.read(specimens.path "passport")
local path = process.write(folder .. "/picture.jpg", specimen .. ("\0"):rep(math.max(0, size - #specimen)))

local START, HASH = "client:start", "until the request: opens and hashes the picture"
local SEND, ANSWER = "until the answer: connects, sends, receives", "after the answer: decodes it"
local ORDER = { START, HASH, SEND .. " (first call)", SEND, ANSWER }

local phase
local longest = {} -- phase -> list of seconds, one for each call

local function on_event(name)
  if name == "request" then phase = SEND elseif name == "response" then phase = ANSWER end
end

-- Runs a function and returns its result and seconds.
local function timed(fn, ...)
  local before = core.monotonic()
  local result = fn(...)
  return result, core.monotonic() - before
end

local function read(client, first)
  local of_call = {}
  phase = HASH
  local call, seconds = timed(client.start, client, "passport", path)
  of_call[START] = seconds
  repeat
    local name = phase
    seconds = select(2, timed(client.step, client, 0))
    if name == SEND and first then name = name .. " (first call)" end
    of_call[name] = math.max(of_call[name] or 0, seconds)
    core.sleep(0.0005)
  until call:done()
  assert(call:result())
  for name, most in pairs(of_call) do
    longest[name] = longest[name] or {}
    table.insert(longest[name], most)
  end
end

for _ = 1, CLIENTS do
  local client = idocr.new {
    endpoint = service.https, ca_file = trusted, on_event = on_event, shared = os.getenv "SHARED",
    credentials = { secret_id = service.secret_id, secret_key = service.secret_key },
  }
  read(client, true)
  read(client)
  client:close()
end

for _, name in ipairs(ORDER) do
  local list = longest[name]
  if list then
    table.sort(list)
    print(("%-58s median %6.2f ms, most %6.2f ms"):format(name, list[math.ceil(#list / 2)] * 1000, list[#list] * 1000))
  end
end
