--- Temporary credentials in a reply of the token service or of the metadata service: the same members in both.

local recipe = require "idocr.credentials.source"

local temporary = {}

local function unusable(what, problem, retryable)
  return recipe.fail("CredentialsUnavailable", what .. " " .. problem, retryable)
end

--- The time by the server's clock where it says so: this machine's may be wrong.
local function now_of(context, response)
  local date = context.parse_date and type(response.headers) == "table" and context.parse_date(response.headers.date)
  return date or context.clock()
end

--- Takes id, key, token and end out of a reply.
---@param context idocr.CredentialsContext
---@param response table headers
---@param members table TmpSecretId, TmpSecretKey, Token
---@param expires any ExpiredTime, Unix seconds
---@param what string such as "the token service", for messages
---@return idocr.Snapshot?, idocr.Error?
function temporary.snapshot(context, response, members, expires, what)
  local id, key, token = recipe.trim(members.TmpSecretId), recipe.trim(members.TmpSecretKey), recipe.trim(members.Token)
  if not id or not key or not token or expires == nil then return unusable(what, "answered without all members", true) end
  local problem = recipe.expiry_problem(expires)
  if problem then return unusable(what, "gave an ExpiredTime that " .. problem, true) end
  if expires <= now_of(context, response) then return unusable(what, "gave credentials that have expired", true) end
  return { secret_id = id, secret_key = key, token = token, expires = expires, origin = what }
end

return temporary
