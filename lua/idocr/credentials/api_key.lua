--- ekycpro's key from the environment, under the name of the vendor's own examples.

local recipe = require "idocr.credentials.source"

---@param options { getenv: (fun(name: string): string?)? }?
return function(options)
  options = recipe.options(options, { getenv = "function" })
  local getenv = options.getenv or os.getenv
  return recipe.new("api_key", function(context)
    local source = { name = "api_key" }
    function source.get()
      local key = recipe.trim(getenv "EKYCPRO_API_KEY")
      if not key then return recipe.none("EKYCPRO_API_KEY is not set" .. recipe.environment_note(context)) end
      return {
        api_key = key, token = recipe.trim(getenv "EKYCPRO_TOKEN"),
        origin = { api_key = "the environment variable EKYCPRO_API_KEY", token = "the environment variable EKYCPRO_TOKEN" },
      }
    end
    return source
  end)
end
