--- Lists the members of credentials tables, and copies and compares them.

local providers = require "idocr.providers"

local members = {}

--- Names of the members that are secrets, over all providers.
---@type string[]
members.SECRETS = {}

--- provider -> member -> whether the provider needs it
---@type table<string, table<string, boolean>>
members.OF_PROVIDER = {}

--- Returns the Lua type that a member must have.
---@param name string
---@return "string"|"number"
function members.type_of(name) return name == "expires" and "number" or "string" end

local all = { "expires" }

local function add(provider, names, needed)
  for _, name in ipairs(names) do
    members.OF_PROVIDER[provider][name] = needed
    if name ~= "expires" and not all[name] then
      all[name] = true
      all[#all + 1], members.SECRETS[#members.SECRETS + 1] = name, name
    end
  end
end

for _, provider in ipairs(providers.NAMES) do
  members.OF_PROVIDER[provider] = {}
  add(provider, providers.FACTS[provider].required, true)
  add(provider, providers.FACTS[provider].optional, false)
end

--- Copies the members of credentials.
---@param given table
---@return table
function members.copy(given)
  local copy = {}
  for _, name in ipairs(all) do copy[name] = given[name] end
  return copy
end

--- Returns whether two tables of credentials have the same values.
---@param first table
---@param second table
---@return boolean
function members.equal(first, second)
  for _, name in ipairs(all) do
    if first[name] ~= second[name] then return false end
  end
  return true
end

return members
