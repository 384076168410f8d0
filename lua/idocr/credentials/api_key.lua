--- Reads ekycpro's API key from the environment variables of the vendor's examples.

local failure = require "idocr.credentials.failure"
local source = require "idocr.credentials.source"
local values = require "idocr.credentials.values"

--- Makes a source of EKYCPRO_API_KEY and EKYCPRO_TOKEN.
---@param options { getenv: (fun(name: string): string?)? }?
return function(options)
  options = source.options(options, { getenv = "function" })
  local getenv = options.getenv or os.getenv
  return source.new("api_key", function(context)
    local bound = { name = "api_key" }
    function bound.get()
      local key = values.trim(getenv "EKYCPRO_API_KEY")
      if not key then return failure.none("EKYCPRO_API_KEY is not set" .. source.environment_note(context)) end
      return {
        api_key = key, token = values.trim(getenv "EKYCPRO_TOKEN"),
        origin = { api_key = "the environment variable EKYCPRO_API_KEY", token = "the environment variable EKYCPRO_TOKEN" },
      }
    end
    return bound
  end)
end
