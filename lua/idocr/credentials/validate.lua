--- What a user may give as `credentials`: a table, a function, a source, or one of these for each provider. Checked and
--- copied; a complaint never holds a value.

local nearest = require "idocr.nearest"

local given_credentials = {}

-- provider -> member -> whether it is needed
local SECRETS = {
  tencent = { secret_id = true, secret_key = true, token = false, expires = false },
  ekycpro = { api_key = true, token = false, expires = false },
}

--- Whether a table of credentials holds what one provider needs.
---@param given table
---@param provider string
---@return boolean
function given_credentials.serve(given, provider)
  for name, needed in pairs(SECRETS[provider]) do
    if needed and given[name] ~= nil then return true end
  end
  return false
end

--- Copies a literal `{secret_id, secret_key, token}` or `{api_key, token}`.
local function literal_credentials(value, providers)
  local allowed, copy = {}, {}
  for _, provider in ipairs(providers) do
    for name in pairs(SECRETS[provider]) do allowed[name] = true end
  end
  for name, given in pairs(value) do
    if not allowed[name] then return false, ("has no %q%s"):format(tostring(name), nearest.hint(name, allowed)) end
    local wanted = name == "expires" and "number" or "string"
    if type(given) ~= wanted then return false, name .. " must be a " .. wanted .. ", not a " .. type(given) end
    copy[name] = given
  end
  local any = false
  for _, provider in ipairs(providers) do
    if given_credentials.serve(copy, provider) then
      any = true
      for name, needed in pairs(SECRETS[provider]) do
        if needed and copy[name] == nil then return false, name .. " is missing" end
      end
    end
  end
  if not any then
    return false, providers[1] == "ekycpro" and "api_key is missing" or "secret_id and secret_key are missing"
  end
  if copy.token and copy.secret_id and copy.api_key then
    return false, "has one token for two providers; give { tencent = {...}, ekycpro = {...} }"
  end
  return true, copy
end

local function is_source(value)
  return type(value) == "function" or (type(value) == "table" and (type(value.get) == "function" or type(value.bind) == "function"))
end

--- Checks and copies.
---@param value any
---@param providers string[] those of the client
---@return boolean ok, any checked_or_complaint  a source, a literal table, or `{ by_provider = … }`
function given_credentials.check(value, providers)
  if is_source(value) then return true, value end
  if type(value) ~= "table" then
    return false, "must be a table, a function or a source of credentials, not a " .. type(value)
  end
  local by_name = false
  for name in pairs(value) do by_name = by_name or SECRETS[name] ~= nil end
  if not by_name then return literal_credentials(value, providers) end
  local copy = { by_provider = {} }
  for provider, given in pairs(value) do
    if not SECRETS[provider] then
      return false, ("knows no provider %q%s"):format(tostring(provider), nearest.hint(provider, SECRETS))
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

return given_credentials
