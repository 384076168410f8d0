--- Exchanges a pod's identity token for temporary credentials (AssumeRoleWithWebIdentity). The cluster keeps the token in a
--- file; the request is not signed.

local core = require "idocr.core"
local failure = require "idocr.credentials.failure"
local refreshing = require "idocr.credentials.refreshing"
local source = require "idocr.credentials.source"
local sts = require "idocr.credentials.sts"
local values = require "idocr.credentials.values"

local OPTIONS = {
  region = "string", provider_id = "string", token_file = "string", role_arn = "string", session_name = "string",
  duration = "number", endpoint = "string", insecure = "boolean", getenv = "function",
}

local VARIABLES = {
  { option = "region", variable = "TKE_REGION" },
  { option = "provider_id", variable = "TKE_PROVIDER_ID" },
  { option = "token_file", variable = "TKE_WEB_IDENTITY_TOKEN_FILE" },
  { option = "role_arn", variable = "TKE_ROLE_ARN" },
}

local LONGEST_TOKEN = 16 * 1024 -- bytes
local LONGEST_DURATION = 43200 -- seconds, the vendor's limit

local function settings(options, getenv)
  local found, missing = {}, {}
  for _, entry in ipairs(VARIABLES) do
    found[entry.option] = values.trim(options[entry.option]) or values.trim(getenv(entry.variable))
    if not found[entry.option] then missing[#missing + 1] = entry.variable end
  end
  if #missing == #VARIABLES then return failure.none("this is not a pod with a cluster identity (TKE_ROLE_ARN is not set)") end
  if #missing > 0 then
    return failure.skip("defect", "IncompleteCredentials", "the cluster identity lacks " .. table.concat(missing, ", "))
  end
  return found
end

local REASONS = {
  missing = "does not exist", denied = "cannot be read: permission denied", not_a_file = "is not a regular file",
  too_large = "is larger than 16 KB",
}

-- Reads the token; it is read for each exchange because the cluster rotates it.
local function read_token(path)
  local function bad(problem) return failure.fail("BadIdentityToken", "the file with the cluster's token " .. problem) end
  local text, _, code = core.read_file(path, LONGEST_TOKEN)
  if not text then return bad(REASONS[code] or "cannot be read") end
  local token = values.trim(text)
  if not token then return bad "is empty" end
  if not token:find("^[%w._~+/=-]+$") then return bad "contains a character that is not allowed in a token" end
  return token
end

--- Makes a source. Options default to the TKE_… variables that the cluster sets; `duration` is in seconds (7200).
---@param options table?
return function(options)
  options = source.options(options, OPTIONS)
  local getenv, duration = options.getenv or os.getenv, options.duration or 7200
  if not (duration >= 1 and duration <= LONGEST_DURATION and duration == math.floor(duration)) then
    error("web_identity: duration must be whole seconds, at most " .. LONGEST_DURATION, 2)
  end
  return source.new("web_identity", function(context)
    return refreshing.new("web_identity", context, function(seconds_left)
      local found, err = settings(options, getenv)
      if not found then return nil, err end
      local target, token
      target, err = sts.endpoint(options, getenv)
      if not target then return nil, err end
      token, err = read_token(found.token_file)
      if not token then return nil, err end
      return sts.call(context, {
        action = "AssumeRoleWithWebIdentity", region = found.region, target = target,
        params = {
          ProviderId = found.provider_id, WebIdentityToken = token, RoleArn = found.role_arn,
          RoleSessionName = options.session_name or sts.session_name(),
          DurationSeconds = math.floor(duration),
        },
      }, seconds_left)
    end, { identity = options.role_arn or getenv "TKE_ROLE_ARN" or "" })
  end)
end
