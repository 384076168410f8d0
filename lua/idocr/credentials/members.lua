--- Lists the members of credentials tables and the ones that each provider needs.

local members = {}

-- The members that are secrets, over all providers.
members.SECRETS = { "secret_id", "secret_key", "api_key", "token" }

-- provider -> member -> whether the provider needs it
members.OF_PROVIDER = {
  tencent = { secret_id = true, secret_key = true, token = false, expires = false },
  ekycpro = { api_key = true, token = false, expires = false },
}

--- Returns the Lua type that a member must have.
---@param name string
---@return "string"|"number"
function members.type_of(name) return name == "expires" and "number" or "string" end

return members
