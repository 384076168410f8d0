--- Wraps literal credentials as a source.

local members = require "idocr.credentials.members"
local source = require "idocr.credentials.source"

--- Makes a source of `{ secret_id, secret_key, token, expires }` or `{ api_key, token, expires }`.
---@param given { secret_id: string?, secret_key: string?, api_key: string?, token: string?, expires: number? }
return function(given)
  local types = { expires = members.type_of "expires" }
  for _, name in ipairs(members.SECRETS) do types[name] = members.type_of(name) end
  local snapshot = source.options(given, types)
  snapshot.origin = "the option credentials"
  return source.new("static", function()
    return { name = "static", get = function() return snapshot end }
  end)
end
