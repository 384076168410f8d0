--- Validates and copies the option `credentials`: a table, a function, a source, or one of these per provider. Complaints
--- never contain a value.

local members = require "idocr.credentials.members"
local nearest = require "idocr.nearest"
local facts = require("idocr.providers").FACTS

local validate = {}

--- Returns whether a table of credentials has a required member of a provider.
---@param given table
---@param provider string
---@return boolean
function validate.serve(given, provider)
  for name, needed in pairs(members.OF_PROVIDER[provider]) do
    if needed and given[name] ~= nil then return true end
  end
  return false
end

-- Copies a literal `{secret_id, secret_key, token}` or `{api_key, token}`.
local function literal_credentials(value, providers)
  local allowed, copy = {}, {}
  for _, provider in ipairs(providers) do
    for name in pairs(members.OF_PROVIDER[provider]) do allowed[name] = true end
  end
  for name, given in pairs(value) do
    if not allowed[name] then return false, ("has an unknown member %q%s"):format(tostring(name), nearest.hint(name, allowed)) end
    local wanted = members.type_of(name)
    if type(given) ~= wanted then return false, name .. " must be a " .. wanted .. ", not a " .. type(given) end
    copy[name] = given
  end
  local any = false
  for _, provider in ipairs(providers) do
    if validate.serve(copy, provider) then
      any = true
      for name, needed in pairs(members.OF_PROVIDER[provider]) do
        if needed and copy[name] == nil then return false, name .. " is missing" end
      end
    end
  end
  if not any then
    local needed = facts[providers[1]].required
    return false, table.concat(needed, " and ") .. (#needed == 1 and " is missing" or " are missing")
  end
  if copy.token and copy.secret_id and copy.api_key then
    return false, "has one token for two providers; give { tencent = {...}, ekycpro = {...} }"
  end
  return true, copy
end

-- Returns whether a value is a source: a function, or an object with `get` or `bind`.
local function is_source(value)
  return type(value) == "function" or (type(value) == "table" and (type(value.get) == "function" or type(value.bind) == "function"))
end

--- Validates and copies the option.
---@param value any
---@param providers string[] the client's providers
---@return boolean ok, any checked_or_complaint  a source, a literal table, or `{ by_provider = … }`
function validate.check(value, providers)
  if is_source(value) then return true, value end
  if type(value) ~= "table" then
    return false, "must be a table, a function or a source of credentials, not a " .. type(value)
  end
  local by_name = false
  for name in pairs(value) do by_name = by_name or members.OF_PROVIDER[name] ~= nil end
  if not by_name then return literal_credentials(value, providers) end
  local copy = { by_provider = {} }
  for provider, given in pairs(value) do
    if not members.OF_PROVIDER[provider] then
      return false, ("names an unknown provider %q%s"):format(tostring(provider), nearest.hint(provider, members.OF_PROVIDER))
    end
    if is_source(given) then
      copy.by_provider[provider] = given
    elseif type(given) == "table" then
      local ok, result = literal_credentials(given, { provider })
      if not ok then return false, provider .. ": " .. result end
      copy.by_provider[provider] = result
    else
      return false, provider .. " must be a table, a function or a source of credentials"
    end
  end
  return true, copy
end

return validate
