--- Parses temporary credentials in a response of the token service or the metadata service, which use the same members.

local failure = require "idocr.credentials.failure"
local values = require "idocr.credentials.values"

local temporary = {}

local function unusable(what, problem, retryable)
  return failure.fail("CredentialsUnavailable", what .. " " .. problem, retryable)
end

--- Returns the time of the response's Date header, else the local time: the local clock may be wrong.
local function now_of(context, response)
  local date = context.parse_date and type(response.headers) == "table" and context.parse_date(response.headers.date)
  return date or context.clock()
end

--- Returns the credentials in a response.
---@param context idocr.CredentialsContext
---@param response table with `headers`
---@param members table TmpSecretId, TmpSecretKey, Token
---@param expires any ExpiredTime, Unix seconds
---@param what string such as "the token service", for messages
---@return idocr.Snapshot?, idocr.Error?
function temporary.snapshot(context, response, members, expires, what)
  local id, key, token = values.trim(members.TmpSecretId), values.trim(members.TmpSecretKey), values.trim(members.Token)
  if not id or not key or not token or expires == nil then return unusable(what, "sent an incomplete response", true) end
  local problem = values.expiry_problem(expires)
  if problem then return unusable(what, "sent an ExpiredTime that " .. problem, true) end
  if expires <= now_of(context, response) then return unusable(what, "sent credentials that have expired", true) end
  return { secret_id = id, secret_key = key, token = token, expires = expires, origin = what }
end

return temporary
