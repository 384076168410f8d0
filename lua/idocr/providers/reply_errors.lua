--- Builds the error objects of replies, for all providers.

local errors = require "idocr.errors"
local redact = require "idocr.redact"

local reply_errors = {}

-- `retry` in an error table -> `err.retry`, which client/money.lua and client/retry.lua read.
local HINTS = { yes = "advised", maybe = "backoff", throttle = "throttle", clock = "clock", token = "token" }

--- Returns the error that the service reported. `message` is ours; the vendor's text goes into `vendor_message`.
---@param code string the vendor's code
---@param text any the vendor's text
---@param vendor table the vendor's error table: `facts`, `message`, `is_code`
---@param fields table request_id, http_status, and billed where the reply states it
---@param family string? the code to find in the table, where the vendor's is a number
---@return idocr.Error
function reply_errors.service(code, text, vendor, fields, family)
  family = family or code
  local facts, message = vendor.facts(family), vendor.message(family)
  if not message and (not vendor.is_code(code) or redact.scrub(code) ~= code) then
    code, message = "UnknownCode", "the service reported a malformed error code"
  end
  -- After a refused token only other credentials can help, so the call itself is not retryable.
  fields.retryable = facts.retry ~= "no" and facts.retry ~= "token"
  fields.retry, fields.refused_early = HINTS[facts.retry], facts.refused_early
  if fields.billed == nil then fields.billed = facts.billed end
  fields.vendor_message = redact.vendor_text(text)
  return errors.sent(facts.category, code, message or "the service answered " .. code, fields)
end

-- HTTP statuses of proxies and gateways. The service may have processed the request, except where it was throttled.
local STATUSES = {
  [408] = { retry = "maybe" }, [425] = { retry = "maybe" },
  [429] = { retry = "throttle", billed = false, category = "throttled", code = "TooManyRequests", message = "too many requests" },
}
local SERVER_ERROR, OTHER = { retry = "maybe" }, { retry = "no" }

--- Returns the error of an HTTP status that a proxy or gateway sent in place of the service.
---@param status integer
---@param fields table? request_id
---@return idocr.Error
function reply_errors.http(status, fields)
  fields = fields or {}
  if status == 0 then return reply_errors.protocol("BadResponse", "the transport returned no HTTP status", fields) end
  local facts = STATUSES[status] or (status >= 500 and SERVER_ERROR or OTHER)
  fields.http_status, fields.retryable, fields.retry = status, facts.retry ~= "no", HINTS[facts.retry]
  fields.billed = facts.billed
  return errors.sent(facts.category or "http", facts.code or "HttpStatus",
    facts.message or ("HTTP %d from a proxy or gateway, not from the service"):format(status), fields)
end

--- Returns the error of a malformed response.
---@param code "BadJson"|"EmptyReply"|"BadEnvelope"|"BadResponse"
---@param message string ours
---@param fields table? request_id, http_status, billed
---@return idocr.Error
function reply_errors.protocol(code, message, fields) return errors.sent("protocol", code, message, fields) end

return reply_errors
