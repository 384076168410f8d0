--- Reads Tencent credentials from environment variables, in all spellings of the vendor's tools. Variables of different
--- spellings are never combined.

local failure = require "idocr.credentials.failure"
local source = require "idocr.credentials.source"
local values = require "idocr.credentials.values"

-- In order of precedence. The tools that use the first set name the token differently.
local SETS = {
  {
    id = "TENCENTCLOUD_SECRET_ID", key = "TENCENTCLOUD_SECRET_KEY",
    tokens = { "TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN" },
  },
  { id = "TENCENTCLOUD_SECRETID", key = "TENCENTCLOUD_SECRETKEY", tokens = { "TENCENTCLOUD_SESSIONTOKEN" } },
  { id = "TENCENT_SECRET_ID", key = "TENCENT_SECRET_KEY", tokens = { "TENCENT_TOKEN" } },
}

local function origin(variable) return variable and "the environment variable " .. variable end

-- Returns the credentials of a set; nil and a message for a set that is incomplete; nil for one that is absent.
local function read(set, getenv)
  local id, key = values.trim(getenv(set.id)), values.trim(getenv(set.key))
  local token, token_name
  for _, name in ipairs(set.tokens) do
    if not token then token, token_name = values.trim(getenv(name)), name end
  end
  if id and key then
    return {
      secret_id = id, secret_key = key, token = token,
      origin = { secret_id = origin(set.id), secret_key = origin(set.key), token = token and origin(token_name) },
    }
  end
  if id then return nil, set.id .. " is set but " .. set.key .. " is not" end
  if key then return nil, set.key .. " is set but " .. set.id .. " is not" end
  if token then return nil, ("%s is set but %s and %s are not"):format(token_name, set.id, set.key) end
end

--- Makes a source of the first complete set of: TENCENTCLOUD_SECRET_ID, _SECRET_KEY (with TENCENTCLOUD_SESSION_TOKEN, TENCENTCLOUD_TOKEN or
--- TENCENTCLOUD_SECURITY_TOKEN); TENCENTCLOUD_SECRETID, _SECRETKEY, _SESSIONTOKEN; TENCENT_SECRET_ID, _SECRET_KEY, TENCENT_TOKEN.
---@param options { getenv: (fun(name: string): string?)? }?
return function(options)
  options = source.options(options, { getenv = "function" })
  local getenv = options.getenv or os.getenv
  return source.new("environment", function(context)
    local bound = { name = "environment" }
    function bound.get()
      local incomplete = {}
      for _, set in ipairs(SETS) do
        local snapshot, missing = read(set, getenv)
        if snapshot then return snapshot end
        incomplete[#incomplete + 1] = missing
      end
      local note = source.environment_note(context)
      if incomplete[1] then return failure.skip("defect", "IncompleteCredentials", table.concat(incomplete, "; ") .. note) end
      return failure.none("TENCENTCLOUD_SECRET_ID is not set" .. note)
    end
    return bound
  end)
end
