--- Assumes a role with other credentials (AssumeRole of the token service).

local refreshing = require "idocr.credentials.refreshing"
local source = require "idocr.credentials.source"
local sts = require "idocr.credentials.sts"
local values = require "idocr.credentials.values"

local LONGEST = 43200 -- seconds, the vendor's limit

local OPTIONS = {
  role_arn = "string", session_name = "string", duration = "number", policy = "string", external_id = "string",
  source_identity = "string", serial_number = "string", token_code = "string", tags = "table", region = "string",
  endpoint = "string", insecure = "boolean", credentials = "any", getenv = "function",
}

--- Makes a source. `role_arn` is required. `credentials` sign the request (default: the default chain). `duration` is in
--- seconds (7200). `endpoint` is the token service's URL (else TENCENTCLOUD_STS_ENDPOINT, else sts.tencentcloudapi.com).
---@param options table
return function(options)
  options = source.options(options, OPTIONS)
  if not values.trim(options.role_arn) then error("assume_role needs role_arn", 2) end
  local duration = options.duration or 7200
  if not (duration >= 1 and duration <= LONGEST and duration == math.floor(duration)) then
    error("assume_role: duration must be whole seconds, at most " .. LONGEST, 2)
  end
  return source.new("assume_role", function(context)
    local base, complaint = require("idocr.credentials").bind(options.credentials, context)
    if not base then error("assume_role: credentials " .. complaint, 0) end
    local params = {
      RoleArn = options.role_arn, DurationSeconds = math.floor(duration),
      Policy = options.policy, ExternalId = options.external_id, SourceIdentity = options.source_identity,
      SerialNumber = options.serial_number, TokenCode = options.token_code, Tags = options.tags,
    }
    return refreshing.new("assume_role", context, function(seconds_left)
      local started = context.runtime.now()
      local target, err = sts.endpoint(options, options.getenv or os.getenv)
      if not target then return nil, err end
      local snapshot
      snapshot, err = base:get(seconds_left)
      if not snapshot then return nil, err end
      params.RoleSessionName = options.session_name or sts.session_name()
      return sts.call(context, {
        action = "AssumeRole", region = options.region or "ap-guangzhou", target = target, params = params, snapshot = snapshot,
      }, seconds_left - (context.runtime.now() - started))
    end, { identity = options.role_arn .. "\n" .. (options.session_name or "") .. "\n" .. (options.policy or "") })
  end)
end
