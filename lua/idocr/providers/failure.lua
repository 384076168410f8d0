--- Error objects out of replies: what the providers have in common.

local core = require "idocr.core"
local errors = require "idocr.errors"
local trim = require "idocr.trim"

local failure = {}

-- The tables' word for a repeat -> `err.retry`, which client/money.lua and client/retry.lua read.
local HINTS = { yes = "advised", maybe = "backoff", throttle = "throttle", clock = "clock", token = "token" }

--- The service's own refusal. `message` is our sentence; what the vendor wrote stays apart in `vendor_message`.
---@param code string the vendor's code
---@param text any the vendor's text
---@param vendor table the vendor's table: `facts`, `message`, `is_code`
---@param fields table request_id, http_status, billed where the reply itself says so
---@param family string? the code to look up, where the vendor's is only a number
---@return idocr.Error
function failure.service(code, text, vendor, fields, family)
  family = family or code
  local facts, message = vendor.facts(family), vendor.message(family)
  if not message and (not vendor.is_code(code) or errors.scrub(code) ~= code) then
    code, message = "UnknownCode", "the service answered with a code of unknown form"
  end
  -- a refused token: the call itself is hopeless, only other credentials can help
  fields.retryable = facts.retry ~= "no" and facts.retry ~= "token"
  fields.retry, fields.refused_early = HINTS[facts.retry], facts.refused_early
  if fields.billed == nil then fields.billed = facts.billed end
  fields.vendor_message = errors.vendor_text(text)
  return errors.sent(facts.category, code, message or "the service answered " .. code, fields)
end

-- What an HTTP status says that something on the way answered with: nobody vouches that the service did not act, except
-- where the request was counted and turned away.
local STATUSES = {
  [408] = { retry = "maybe" }, [425] = { retry = "maybe" },
  [429] = { retry = "throttle", billed = false, category = "throttled", code = "TooManyRequests", message = "too many requests" },
}
local SERVER_ERROR, OTHER = { retry = "maybe" }, { retry = "no" }

--- A status that is no answer of the service: it came from something on the way.
---@param status integer
---@param fields table? request_id
---@return idocr.Error
function failure.http(status, fields)
  fields = fields or {}
  if status == 0 then return failure.protocol("BadResponse", "the transport gave no status", fields) end
  local facts = STATUSES[status] or (status >= 500 and SERVER_ERROR or OTHER)
  fields.http_status, fields.retryable, fields.retry = status, facts.retry ~= "no", HINTS[facts.retry]
  fields.billed = facts.billed
  return errors.sent(facts.category or "http", facts.code or "HttpStatus",
    facts.message or ("HTTP %d from a proxy or gateway, not from the service"):format(status), fields)
end

--- An answer that cannot be understood.
---@param code "BadJson"|"EmptyReply"|"BadEnvelope"|"BadResponse"
---@param message string ours
---@param fields table? request_id, http_status, billed
---@return idocr.Error
function failure.protocol(code, message, fields) return errors.sent("protocol", code, message, fields) end

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

local LONGEST = { token = 4096 } -- bytes
local LONGEST_OTHER = 512 -- bytes, of an id or a key

-- What no id, key or token holds, and what it usually comes from.
local IMPOSSIBLE = {
  { "%c", "a line break or another control character" },
  { "[\128-\255]", "a character that is not ASCII" },
  { " ", "a blank inside" },
  { "[\"'`]", "a quotation mark: it is given without quotes" },
  { "[;,]", "a comma or a semicolon" },
  { "[<>{}\\]", "a bracket or a backslash" },
}

local function bad(message) return nil, errors.unsent("credentials", "BadCredentials", message) end

--- One part of credentials, without the white space that comes with copying. Every source of credentials uses this.
---@param name string for the message
---@param value any
---@return string? value nil without an error: there is none
---@return idocr.Error? err says what is wrong with it and shows nothing of it
function failure.credential(name, value)
  value = type(value) == "string" and trim(value) or ""
  if value == "" then return nil end
  local most = LONGEST[name] or LONGEST_OTHER
  if #value > most then return bad(("%s is longer than %d bytes"):format(name, most)) end
  for _, rule in ipairs(IMPOSSIBLE) do
    if value:find(rule[1]) then return bad(("%s holds %s"):format(name, rule[2])) end
  end
  if name == "secret_id" and value:find("/", 1, true) then return bad("secret_id holds a slash") end
  return value
end

--- Credentials that have all the parts named, without the blanks that come with copying; never shows one.
---@param credentials any
---@param wanted string[] parts that must be there
---@param optional string a part that may be
---@return table? checked a new table with the parts and `expires`
---@return idocr.Error? err
function failure.credentials(credentials, wanted, optional)
  if type(credentials) ~= "table" then
    return nil, errors.unsent("credentials", "NoCredentials", "there are no credentials")
  end
  local checked, missing = { expires = credentials.expires }, {}
  local names = { optional }
  for _, name in ipairs(wanted) do names[#names + 1] = name end
  for _, name in ipairs(names) do
    local value, err = failure.credential(name, credentials[name])
    if err then return nil, err end
    checked[name] = value
  end
  for _, name in ipairs(wanted) do
    if not checked[name] then missing[#missing + 1] = name end
  end
  if missing[1] then
    return nil, errors.unsent("credentials", "NoCredentials", "missing: " .. table.concat(missing, ", "))
  end
  return checked
end

return failure
