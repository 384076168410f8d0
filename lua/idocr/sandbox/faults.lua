--- Faults on demand. A fault is written NAME, NAME=SECONDS (only "slow") or NAME*TIMES: the first TIMES calls fail, the
--- next ones do not. Asked for by a stamp, by the header X-Sandbox-Fault, or by a reserved secret id or API key.

local faults = {}

faults.NAMES = { "throttled", "internal_error", "slow", "cut", "reset", "expired_signature" }

local KNOWN = {}
for _, name in ipairs(faults.NAMES) do KNOWN[name] = true end

local SLOW = 5 -- seconds, where nobody says how many
local SLOWEST = 600

---@class idocr.sandbox.Fault
---@field name string
---@field seconds number? how long "slow" takes
---@field times integer?  how many calls fail; nil: all

--- Parses a fault; nil where there is no such fault.
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
    seconds = name == "slow" and math.min(tonumber(seconds) or SLOW, SLOWEST) or nil,
    times = tonumber(times),
  }
end

local LASTS = 3600 -- seconds for which the calls of a fault are counted

--- A fault that has its turn, else nil.
---@param store idocr.sandbox.Store
---@param text any     as it was asked for
---@param key string   by whom: what has its own count
---@return idocr.sandbox.Fault?
function faults.due(store, text, key)
  local fault = faults.parse(text)
  if fault and fault.times and store:hit("fault:" .. key .. ":" .. text, LASTS) > fault.times then return nil end
  return fault
end

--- The reserved secret ids and API keys: id -> fault. Their secret key is the sandbox's own.
---@return table<string, string>
function faults.ids()
  local ids = {}
  for _, name in ipairs(faults.NAMES) do ids["sandbox-fault-" .. name:gsub("_", "-")] = name end
  return ids
end

--- What the services answer to a fault; "slow", "cut" and "reset" answer as usual and then fail on the way.
faults.CODES = {
  throttled = "RequestLimitExceeded",
  internal_error = "InternalError",
  expired_signature = "AuthFailure.SignatureExpire",
}

return faults
