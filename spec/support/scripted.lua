--- Mock transport with scripted responses, and a runtime with virtual time that advances only in sleep(), so that tests can
--- check the client's timing exactly.
---
---   local wire = scripted.new { reply, function(request, deadline, n) return reply end, ... }   the last one repeats
---   wire.requests, wire.times (virtual seconds), wire.slept (list)
---   scripted.verify(request, secret_key)   recomputes the signature

local core = require "idocr.core"

local scripted = {}

--- Returns a runtime with virtual time.
function scripted.runtime(start)
  local self = { name = "blocking", time = 1000, start = start or 1700000000, slept = {} }
  function self.now() return self.time end
  function self.wall() return self.start + (self.time - 1000) end
  function self.sleep(seconds)
    self.slept[#self.slept + 1] = seconds
    self.time = self.time + seconds
  end
  function self.pause() end
  function self.mutex() return { acquire = function() return true end, release = function() end } end
  return self
end

function scripted.ok(fields)
  local members = { '"RequestId":"11111111-2222-3333-4444-555555555555"' }
  for name, value in pairs(fields or { ID = "A1", Sex = "F" }) do members[#members + 1] = ("%q:%q"):format(name, value) end
  return { status = 200, headers = { ["content-type"] = "application/json" }, body = '{"Response":{' .. table.concat(members, ",") .. "}}" }
end

function scripted.error(code, headers)
  return {
    status = 200, headers = headers or {},
    body = ('{"Response":{"Error":{"Code":"%s","Message":"no"},"RequestId":"req-%s"}}'):format(code, code:gsub("%W", "")),
  }
end

function scripted.new(script, runtime)
  runtime = runtime or scripted.runtime()
  local wire = { runtime = runtime, requests = {}, times = {}, deadlines = {}, name = "scripted", slept = runtime.slept }
  function wire.send(_, request, deadline)
    local n = #wire.requests + 1
    wire.requests[n], wire.times[n], wire.deadlines[n] = request, runtime.now(), deadline
    local answer = script[math.min(n, #script)]
    if type(answer) == "function" then return answer(request, deadline, n) end
    if answer.category then return nil, answer end
    return answer
  end
  return wire
end

function scripted.header(request, name)
  for _, header in ipairs(request.headers) do
    if header[1]:lower() == name:lower() then return header[2] end
  end
end

--- Returns whether the signature of a request is right, and its parts.
function scripted.verify(request, secret_key)
  local value = scripted.header(request, "Authorization")
  local id, date, service, signed, signature =
    value:match("^TC3%-HMAC%-SHA256 Credential=([^/]+)/([%d-]+)/(%w+)/tc3_request, SignedHeaders=([%w;-]+), Signature=(%x+)$")
  local headers = {}
  for name in signed:gmatch("[^;]+") do headers[#headers + 1] = { name, scripted.header(request, name) } end
  local timestamp = tonumber(scripted.header(request, "X-TC-Timestamp"))
  local canonical = core.tc3_canonical_request {
    method = request.method, headers = headers, payload_hash = core.sha256(request.body and tostring(request.body) or ""),
  }
  local text, scope = core.tc3_string_to_sign { timestamp = timestamp, service = service, canonical_request = canonical }
  local expected = core.tc3_signature { secret_key = secret_key, timestamp = timestamp, service = service, string_to_sign = text }
  return expected == signature, { id = id, date = date, service = service, timestamp = timestamp, scope = scope }
end

--- A complete PNG of one pixel.
scripted.PNG = core.base64_decode(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")

scripted.KEYS = { secret_id = "AKIDspec", secret_key = "secretOfTheSpec" }

--- Returns the options of a client with a scripted transport; `more` overrides them.
function scripted.options(wire, more)
  local options = { transport = wire, credentials = scripted.KEYS, rate = false }
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

return scripted
