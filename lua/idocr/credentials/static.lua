--- Credentials written down by the user.

local recipe = require "idocr.credentials.source"

--- `{ secret_id, secret_key, token }` or `{ api_key, token }`.
---@param given { secret_id: string?, secret_key: string?, api_key: string?, token: string?, expires: number? }
return function(given)
  local snapshot = recipe.options(given, {
    secret_id = "string", secret_key = "string", api_key = "string", token = "string", expires = "number",
  })
  snapshot.origin = "the option credentials"
  return recipe.new("static", function()
    return { name = "static", get = function() return snapshot end }
  end)
end
