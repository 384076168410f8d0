--- Credentials in environment variables. (nginx clears its environment: there each name needs an `env` line.)

local recipe = require "idocr.credentials.recipe"

---@param options { getenv: (fun(name: string): string?)? }?
return function(options)
  options = recipe.options(options, { getenv = "function" })
  local getenv = options.getenv or os.getenv
  return recipe.new("environment", function()
    local source = { name = "environment" }
    function source.get()
      local id, key = recipe.trim(getenv "TENCENTCLOUD_SECRET_ID"), recipe.trim(getenv "TENCENTCLOUD_SECRET_KEY")
      if id and key then
        return { secret_id = id, secret_key = key, token = recipe.trim(getenv "TENCENTCLOUD_SESSION_TOKEN") }
      end
      if not id and not key then return recipe.none("TENCENTCLOUD_SECRET_ID is not set") end
      local missing = id and "TENCENTCLOUD_SECRET_KEY" or "TENCENTCLOUD_SECRET_ID"
      local present = id and "TENCENTCLOUD_SECRET_ID" or "TENCENTCLOUD_SECRET_KEY"
      return recipe.fail("IncompleteCredentials", present .. " is set but " .. missing .. " is not")
    end
    return source
  end)
end
