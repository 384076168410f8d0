--- Error objects out of replies: what the providers have in common.

local core = require "idocr.core"
local errors = require "idocr.errors"

local failure = {}

-- how client/retry.lua is told: the first column is the tables' word
local HINTS = { yes = "advised", maybe = "backoff", throttle = "throttle", clock = "clock", token = "token" }

--- The service's own refusal.
---@param code string the vendor's code
---@param message any the vendor's text
---@param facts idocr.ErrorFacts
---@param fields table request_id, http_status
---@return idocr.Error
function failure.service(code, message, facts, fields)
  if not code:match("^[%w._%-]+$") or #code > 128 then code = errors.scrub(code) end
  -- a refused token: the call itself is hopeless, only other credentials can help
  fields.retryable = facts.retry ~= "no" and facts.retry ~= "token"
  fields.retry = HINTS[facts.retry]
  if fields.billed == nil then fields.billed = facts.billed end
  fields.sent = true
  return errors.new(facts.category, code, errors.scrub(message), fields)
end

local PASSING = { [408] = true, [425] = true }

--- A status that is no answer of the service: it came from something on the way.
---@param status integer
---@param fields table? request_id, billed
---@return idocr.Error
function failure.http(status, fields)
  fields = fields or {}
  if status == 0 then return failure.protocol("BadResponse", "the transport gave no status", fields) end
  fields.http_status, fields.sent = status, true
  if status == 429 then
    fields.retryable, fields.retry = true, "throttle"
    return errors.new("throttled", "TooManyRequests", "too many requests, says the server", fields)
  end
  if status >= 500 or PASSING[status] then fields.retryable, fields.retry = true, "backoff" end
  return errors.new("http", "HttpStatus", ("the answer has status %d and is not the service's"):format(status), fields)
end

--- An answer that cannot be understood.
---@param code "BadJson"|"EmptyReply"|"BadEnvelope"|"BadResponse"
---@param message string ours
---@param fields table? request_id, http_status, billed
---@return idocr.Error
function failure.protocol(code, message, fields)
  fields = fields or {}
  fields.sent = true
  return errors.new("protocol", code, message, fields)
end

local LONG = 8192 -- bytes; a shorter reply holds no picture worth taking out before the parser sees it

--- The parts of a response, whatever a user's transport made of it. Pictures in a long text are decoded before the parser
--- sees it, where the transport has not done so: `pictures` then holds their bytes, and the text names them.
---@param response any
---@return integer status 0 where there is none
---@return table headers
---@return string body
---@return string[]? pictures
function failure.parts(response)
  if type(response) ~= "table" then return 0, {}, "" end
  local status = tonumber(response.status) or 0
  if not (status >= 100 and status <= 999) then status = 0 end
  local headers = type(response.headers) == "table" and response.headers or {}
  local body = type(response.body) == "string" and response.body or ""
  local pictures = type(response.pictures) == "table" and response.pictures or nil
  if not pictures and #body > LONG then
    local reading = core.reply(#body)
    if reading:feed(body) then
      local text, found = reading:finish()
      if text then body, pictures = text, found end
    end
  end
  return math.floor(status), headers, body, pictures
end

--- Credentials that have all the parts named, without the blanks that come with copying; never shows one.
---@param credentials any
---@param wanted string[] parts that must be there
---@param optional string a part that may be
---@return table? checked a new table with the parts and `expires`
---@return idocr.Error? err
function failure.credentials(credentials, wanted, optional)
  if type(credentials) ~= "table" then
    return nil, errors.new("credentials", "NoCredentials", "there are no credentials", { sent = false })
  end
  local checked, missing = { expires = credentials.expires }, {}
  local names = { optional }
  for _, name in ipairs(wanted) do names[#names + 1] = name end
  for _, name in ipairs(names) do
    local value = credentials[name]
    value = type(value) == "string" and value:match("^%s*(.-)%s*$") or nil
    if value and value:find("[%c\128-\255]") then
      return nil, errors.new("credentials", "BadCredentials", name .. " holds characters that no key has", { sent = false })
    end
    if value ~= "" then checked[name] = value end
  end
  for _, name in ipairs(wanted) do
    if not checked[name] then missing[#missing + 1] = name end
  end
  if missing[1] then
    return nil, errors.new("credentials", "NoCredentials", "missing: " .. table.concat(missing, ", "), { sent = false })
  end
  return checked
end

return failure
