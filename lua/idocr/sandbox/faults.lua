--- Fault injection. A fault is written NAME, NAME=SECONDS (only "slow") or NAME*TIMES (only the first TIMES calls fail).
--- A stamp, the header X-Sandbox-Fault, or a reserved secret id or API key requests it.

local faults = {}

faults.NAMES = { "throttled", "internal_error", "slow", "cut", "reset", "expired_signature", "processing" }

local KNOWN = {}
for _, name in ipairs(faults.NAMES) do KNOWN[name] = true end

local DEFAULT_DELAY = 5 -- seconds
local MAX_DELAY = 600 -- seconds

---@class idocr.sandbox.Fault
---@field name string
---@field seconds number? delay of "slow"
---@field times integer?  how many calls fail; nil: all

--- Parses a fault. Returns nil for an unknown or malformed one.
---@param text any
---@return idocr.sandbox.Fault?
function faults.parse(text)
  if type(text) ~= "string" then return nil end
  local name, rest = text:match("^%s*([%a_%- ]*%a)(.-)%s*$")
  name = name and name:lower():gsub("[%- ]", "_")
  if not KNOWN[name] then return nil end
  local seconds, times = rest:match("^=?([%d.]*)%*?(%d*)$")
  if not seconds or (seconds ~= "" and (name ~= "slow" or not tonumber(seconds))) then return nil end
  return {
    name = name,
    seconds = name == "slow" and math.min(tonumber(seconds) or DEFAULT_DELAY, MAX_DELAY) or nil,
    times = tonumber(times),
  }
end

local COUNT_TTL = 3600 -- seconds for which the calls of a fault are counted

--- Returns the fault to inject into this call, or nil when its TIMES are used up or the text is not a fault.
---@param store idocr.sandbox.Store
---@param text any     as requested
---@param key string   calls are counted per key
---@return idocr.sandbox.Fault?
function faults.due(store, text, key)
  local fault = faults.parse(text)
  if fault and fault.times and store:hit("fault:" .. key .. ":" .. text, COUNT_TTL) > fault.times then return nil end
  return fault
end

--- Returns the reserved secret ids and API keys: id -> fault. Their secret key is the normal one.
---@return table<string, string>
function faults.ids()
  local ids = {}
  for _, name in ipairs(faults.NAMES) do ids["sandbox-fault-" .. name:gsub("_", "-")] = name end
  return ids
end

--- Tencent's error code of a fault. "slow", "cut" and "reset" have none: the transport injects them into a normal response.
faults.CODES = {
  throttled = "RequestLimitExceeded",
  internal_error = "InternalError",
  expired_signature = "AuthFailure.SignatureExpire",
}

return faults
