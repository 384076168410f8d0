--- Validates and copies credentials that a user's function returned; later changes to the table do not affect a call.

local failure = require "idocr.credentials.failure"
local members = require "idocr.credentials.members"
local nearest = require "idocr.nearest"
local values = require "idocr.credentials.values"

local user_result = {}

-- Member names of other tools, in lower case without separators -> member.
local MEANT = {
  secretid = "secret_id", tmpsecretid = "secret_id", secretkey = "secret_key", tmpsecretkey = "secret_key", apikey = "api_key",
  token = "token", sessiontoken = "token", securitytoken = "token", tmptoken = "token", expires = "expires",
  expiresat = "expires", expiredtime = "expires", expiretime = "expires", expiration = "expires", expiry = "expires",
}

-- Returns the member that a name probably means, or nil; unrelated members are allowed.
local function meant(name)
  if type(name) ~= "string" or #name > 40 then return nil end
  local plain = name:lower():gsub("[%s_-]", "")
  if MEANT[plain] then return MEANT[plain] end
  for right, member in pairs(MEANT) do
    if #plain >= 5 and nearest.distance(plain, right) <= 1 then return member end
  end
end

local function bad(what, problem) return failure.fail("BadCredentials", what .. " returned " .. problem) end

-- Returns the misnamed members, sorted, each with a suggestion.
local function wrong_names(value, copy)
  local wrong = {}
  for name in pairs(value) do
    local right = copy[name] == nil and meant(name)
    if right and right ~= name and copy[right] == nil then
      wrong[#wrong + 1] = ("%q (did you mean %q?)"):format(name, right)
    end
  end
  table.sort(wrong)
  return wrong
end

local function copy_of(value, what)
  local copy = { origin = what }
  for _, name in ipairs(members.SECRETS) do
    local member = value[name]
    if member ~= nil and type(member) ~= "string" then
      return bad(what, ("a %s for %s; it must be a string"):format(type(member), name))
    end
    copy[name] = member
  end
  copy.expires = value.expires
  if copy.expires ~= nil then
    local problem = values.expiry_problem(copy.expires)
    if problem then return bad(what, "an expires that " .. problem) end
  end
  local wrong = wrong_names(value, copy)
  if wrong[1] then return bad(what, "unknown members: " .. table.concat(wrong, ", ")) end
  return copy
end

--- Validates and copies credentials. Errors never contain their values.
---@param value any
---@param what string where it came from, for messages: "the credentials function"
---@param known idocr.Snapshot? earlier credentials, which an error may quote
---@return idocr.Snapshot?, idocr.Error?
function user_result.snapshot(value, what, known)
  if type(value) ~= "table" then
    return failure.fail("CredentialsFailed", what .. " returned a " .. type(value) .. ", not a table")
  end
  local ran, copy, err = pcall(copy_of, value, what) -- a metatable may raise
  if ran then return copy, err end
  return failure.raised("the table of " .. what, copy, known)
end

return user_result
