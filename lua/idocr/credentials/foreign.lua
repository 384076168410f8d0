--- Credentials that code of the user's returned: copied, so that what happens to the table afterwards changes no call.

local nearest = require "idocr.nearest"
local recipe = require "idocr.credentials.source"

local foreign = {}

local TEXTS = { "secret_id", "secret_key", "api_key", "token" }

-- Names that other tools use, in lower case and without separators -> ours.
local MEANT = {
  secretid = "secret_id", tmpsecretid = "secret_id", secretkey = "secret_key", tmpsecretkey = "secret_key", apikey = "api_key",
  token = "token", sessiontoken = "token", securitytoken = "token", tmptoken = "token", expires = "expires",
  expiresat = "expires", expiredtime = "expires", expiretime = "expires", expiration = "expires", expiry = "expires",
}

-- The member that a wrong name stands for, or nil: other members are the function's own affair.
local function meant(name)
  if type(name) ~= "string" or #name > 40 then return nil end
  local plain = name:lower():gsub("[%s_-]", "")
  if MEANT[plain] then return MEANT[plain] end
  for right, member in pairs(MEANT) do
    if #plain >= 5 and nearest.distance(plain, right) <= 1 then return member end
  end
end

local function bad(what, problem) return recipe.fail("BadCredentials", what .. " returned " .. problem) end

-- Members under another tool's name, sorted, each with the name that is meant.
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
  for _, name in ipairs(TEXTS) do
    local member = value[name]
    if member ~= nil and type(member) ~= "string" then
      return bad(what, ("a %s for %s; it must be a string"):format(type(member), name))
    end
    copy[name] = member
  end
  copy.expires = value.expires
  if copy.expires ~= nil then
    local problem = recipe.expiry_problem(copy.expires)
    if problem then return bad(what, "an expires that " .. problem) end
  end
  local wrong = wrong_names(value, copy)
  if wrong[1] then return bad(what, "what has no meaning: " .. table.concat(wrong, ", ")) end
  return copy
end

--- Checks and copies. Nothing of the value goes into an error.
---@param value any
---@param what string who returned it, for messages
---@param known idocr.Snapshot? earlier credentials, which an error may quote
---@return idocr.Snapshot?, idocr.Error?
function foreign.snapshot(value, what, known)
  if type(value) ~= "table" then
    return recipe.fail("CredentialsFailed", what .. " returned a " .. type(value) .. ", not a table")
  end
  local ran, copy, err = pcall(copy_of, value, what) -- a metatable may raise
  if ran then return copy, err end
  return recipe.raised("the table of " .. what, copy, known)
end

return foreign
