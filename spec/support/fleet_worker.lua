-- A process that calls a service with a shared rate limit: LUA fleet_worker.lua ENDPOINT SHARED RATE CALLS CONCURRENCY TOTAL.
-- Prints a line for each call: "ok", or the category and code of its error.

local core = require "idocr.core"
local idocr = require "idocr"

local endpoint, shared = arg[1], arg[2]
local rate, calls, concurrency, total = tonumber(arg[3]), tonumber(arg[4]), tonumber(arg[5]), tonumber(arg[6])
local picture = idocr.bytes(core.base64_decode(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="))

local client = idocr.new {
  endpoint = endpoint, credentials = { secret_id = "AKIDfleet", secret_key = "k" }, rate = rate, shared = shared, proxy = false,
  timeout = { total = total }, retry = false,
}
local inputs = {}
for index = 1, calls do inputs[index] = picture end
for _, card, err in client:each("passport", inputs, { concurrency = concurrency }) do
  io.stdout:write(card and "ok" or err.category .. " " .. err.code, "\n")
  io.stdout:flush()
end
