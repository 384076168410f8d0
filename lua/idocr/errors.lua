--- Defines the error objects that idocr returns as the second value. `tostring(err)` and `..` are safe to log: they contain
--- `message`, which idocr writes, and leave out `vendor_message`.

local redact = require "idocr.redact"

local errors = {}

---@alias idocr.ErrorCategory
---| "image"        the picture was rejected before sending, or its file changed during the call
---| "credentials"  missing, wrong, or could not be refreshed
---| "unsupported"  this kind, site, provider or runtime cannot do that
---| "connect"      no connection: name resolution, refused, proxy, connect timeout
---| "tls"          the server's certificate is not trusted, or the handshake failed
---| "timeout"      the deadline passed
---| "network"      the connection broke
---| "http"         an HTTP error from a proxy or gateway
---| "protocol"     a malformed response
---| "service"      the service returned an error
---| "throttled"    too many calls, by the service's or the client's limit
---| "closed"       the client was closed, or the call was cancelled
---| "store"        the shared store (Redis, a lua_shared_dict) failed

---@class idocr.Error
---@field category idocr.ErrorCategory
---@field code string        the vendor's code, or a stable name of idocr (CamelCase, no dot)
---@field message string     one sentence, safe to log
---@field request_id string? for support requests to the vendor
---@field http_status integer?
---@field attempts integer?  number of requests sent
---@field retryable boolean  true: the same call may succeed later
---@field billed boolean?    nil: unknown
---@field sent boolean|"part"? false: no byte; "part": a part of the request; true: all of it, or unknown
---@field resume_token string? of an asynchronous action that was submitted: `client:resume` asks for its result
---@field cached boolean?    true: a refusal that the cache kept; this call cost nothing
---@field advice idocr.Finding[]? with `advice = true`: what looks bad in the pixels
---@field vendor_message string? the vendor's text; may contain personal data, so it is never logged

local CATEGORIES = {}
for name in ([[image credentials unsupported connect tls timeout network http protocol service throttled closed
  store]]):gmatch("%a+") do
  CATEGORIES[name] = true
end
errors.CATEGORIES = CATEGORIES

-- Returns whether a text may be a person's number: 12 digits (Malaysia), 15 or 18 (China), with any separators.
local function is_persons_number(text)
  if text:find("%a.*%w") then return false end -- a letter before the last character, as in most ids
  local number = text:gsub("[-.:_]", "")
  return number:find("^%d+[%dXx]$") ~= nil and (#number == 12 or #number == 15 or #number == 18)
end

--- Returns a request id that is safe to log: 1 to 128 letters, digits and `._:-`, and not a person's number.
---@param value any
---@return string?
function errors.request_id(value)
  if type(value) ~= "string" or #value > 128 or is_persons_number(value) then return nil end
  return value:match("^[%w._:%-]+$")
end

--- Returns the code of an error where it is safe to record, else "Unknown": a vendor's code could quote what it received.
---@param err idocr.Error
---@return string
function errors.safe_code(err)
  local code = err.code
  return type(code) == "string" and #code <= 100 and code:match("^[%w._]+$") or "Unknown"
end

local metatable = {}
metatable.__index = metatable
metatable.__name = "idocr.Error"

-- Returns a text that is safe to log.
function metatable:__tostring()
  local text = self.category .. " error " .. self.code
  if self.message ~= "" then text = text .. ": " .. self.message end
  local status = self.http_status and self.http_status ~= 200 and "HTTP " .. self.http_status
  if status and not self.message:find(status, 1, true) then text = text .. " (" .. status .. ")" end
  if self.request_id then text = text .. " [request " .. self.request_id .. "]" end
  return text
end

function metatable.__concat(a, b) return tostring(a) .. tostring(b) end

--- Makes an error object. `message` must be written by idocr or have been passed through `redact.scrub`.
---@param category idocr.ErrorCategory
---@param code string
---@param message string
---@param fields table? request_id, http_status, attempts, retryable, billed, sent
---@return idocr.Error
function errors.new(category, code, message, fields)
  assert(CATEGORIES[category], "no such error category")
  local err = { category = category, code = code, message = message, retryable = false }
  for name, value in pairs(fields or {}) do err[name] = value end
  return setmetatable(err, metatable)
end

-- Categories of temporary failures.
errors.PASSING = { connect = true, timeout = true, network = true }

local function with_facts(category, code, message, fields, sent, billed)
  local err = errors.new(category, code, message, fields)
  err.sent = sent
  if err.billed == nil then err.billed = billed end
  if errors.PASSING[category] and (not fields or fields.retryable == nil) then err.retryable = true end
  return err
end

--- Makes the error of a request of which no byte was sent: `sent = false`, `billed = false`.
---@param category idocr.ErrorCategory
---@param code string
---@param message string safe to log
---@param fields table? further members; `retryable` defaults to true for connect, timeout and network
---@return idocr.Error
function errors.unsent(category, code, message, fields) return with_facts(category, code, message, fields, false, false) end

--- Makes the error of a request that was sent whole, or for which this is unknown: `sent = true`, `billed` as in `fields`
--- (nil: unknown).
---@param category idocr.ErrorCategory
---@param code string
---@param message string safe to log
---@param fields table? as for `errors.unsent`
---@return idocr.Error
function errors.sent(category, code, message, fields) return with_facts(category, code, message, fields, true, nil) end

--- Makes the error for the value of `sent` that a transport reports.
---@param sent boolean|"part"
---@param category idocr.ErrorCategory
---@param code string
---@param message string safe to log
---@param fields table? as for `errors.unsent`
---@return idocr.Error
function errors.after(sent, category, code, message, fields)
  if sent == true then return with_facts(category, code, message, fields, true, nil) end
  return with_facts(category, code, message, fields, sent, false)
end

--- Makes the error of a store: nothing was sent to a service. StoreUnavailable is retryable, any other code is not.
---@param code "StoreUnavailable"|"StoreRefused"
---@param message string safe to log
---@return idocr.Error
function errors.store(code, message)
  return errors.unsent("store", code, message, { retryable = code == "StoreUnavailable" })
end

--- Returns whether a value is an error object of idocr.
---@param value any
---@return boolean
function errors.is(value) return getmetatable(value) == metatable end

--- Removes known secrets from every text of an error: vendors and transports quote what they received.
---@param err idocr.Error changed in place
---@param secrets string[]
---@return idocr.Error err
function errors.conceal(err, secrets)
  for name, value in pairs(err) do
    if type(value) == "string" and name ~= "category" then err[name] = redact.hide(value, secrets) end
  end
  return err
end

return errors
