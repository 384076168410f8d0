--- Calls the security token service (STS) for temporary credentials of a role.

local constants = require "idocr.constants"
local core = require "idocr.core"
local errors = require "idocr.errors"
local failure = require "idocr.credentials.failure"
local http = require "idocr.credentials.http"
local json = require "idocr.json"
local redact = require "idocr.redact"
local source = require "idocr.credentials.source"
local tc3 = require "idocr.providers.tencent.tc3"
local temporary = require "idocr.credentials.temporary"
local urls = require "idocr.url"
local values = require "idocr.credentials.values"

local sts = {}

local HOST = "https://sts.tencentcloudapi.com"
local VERSION = "2018-08-13"
local TOTAL = 10 -- seconds

local function authorization(call, host, body, timestamp)
  local snapshot = call.snapshot
  if not snapshot then return "SKIP" end
  local signer = core.signer(snapshot.secret_id, snapshot.secret_key)
  local value = tc3.authorization(signer, "sts", tc3.signed_headers(host), core.sha256(body), timestamp)
  signer:close()
  return value
end

local REPEATABLE = { InternalError = true, RequestLimitExceeded = true }

-- Builds the error for a refused request. The vendor's text may quote the request, so it stays out of `message`.
local function refusal(refused, request_id, secrets)
  local code = failure.vendor_code(refused.Code)
  local text = "the token service refused" .. (code and ": " .. code or " with a code of unknown form")
  local err = errors.unsent("credentials", code or "UnknownError", text,
    { request_id = request_id, retryable = code ~= nil and REPEATABLE[code:match("^%a+")] == true })
  err.vendor_message = redact.vendor_text(refused.Message)
  return nil, failure.conceal(err, secrets.snapshot, secrets.more)
end

local function decode(context, response, secrets)
  local reply = json.decode(response.body)
  reply = type(reply) == "table" and reply.Response
  if type(reply) ~= "table" then
    return failure.fail("CredentialsUnavailable",
      "the token service's response is malformed (HTTP " .. tostring(response.status) .. ")", true)
  end
  local request_id = context.request_id and context.request_id(reply.RequestId)
  if type(reply.Error) == "table" then return refusal(reply.Error, request_id, secrets) end
  local given = type(reply.Credentials) == "table" and reply.Credentials or {}
  return temporary.snapshot(context, response, given, reply.ExpiredTime, "the token service")
end

--- Returns the endpoint from a constructor's options, else from the environment.
---@param options { endpoint: string?, insecure: boolean? }
---@param getenv fun(name: string): string?
---@return idocr.Endpoint?, idocr.Error?
function sts.endpoint(options, getenv)
  local text = options.endpoint or values.trim(getenv "TENCENTCLOUD_STS_ENDPOINT") or HOST
  local target, complaint = urls.checked_endpoint(text, options.insecure == true)
  if not target then return failure.fail("BadEndpoint", "the token service's endpoint cannot be used: " .. complaint) end
  return target
end

-- Returns the secrets of a request: its keys and its secret parameters.
local function secrets_of(call)
  local more = {}
  for _, name in ipairs { "WebIdentityToken", "ExternalId", "TokenCode" } do more[#more + 1] = call.params[name] end
  return { snapshot = call.snapshot, more = more }
end

--- Calls an action and returns the credentials in its response.
---@param context idocr.CredentialsContext
---@param call { action: string, region: string, target: idocr.Endpoint, params: table, snapshot: idocr.Snapshot? }
---@param seconds_left number
---@return idocr.Snapshot?, idocr.Error?
function sts.call(context, call, seconds_left)
  if call.snapshot then
    local checked, err = source.check(context, call.snapshot)
    if not checked then return nil, err end
    call.snapshot = checked
  end
  local target, body = call.target, json.encode(call.params)
  local host = target.authority
  local timestamp = math.floor(context.clock())
  local headers = tc3.headers {
    authorization = authorization(call, host, body, timestamp),
    action = call.action,
    version = VERSION,
    timestamp = timestamp,
    region = call.region,
    token = call.snapshot and call.snapshot.token,
  }
  local response, err = http.send(context.transport(), {
    method = "POST", url = target.url, host = host, headers = headers, text = body, connect_timeout = constants.CONNECT_TIMEOUT,
  }, math.min(seconds_left, TOTAL))
  if not response then
    return failure.fail("CredentialsUnavailable",
      ("the token service did not respond: %s error %s"):format(err.category, failure.vendor_code(err.code) or "of unknown form"), true)
  end
  return decode(context, response, secrets_of(call))
end

--- Returns a unique session name.
---@return string
function sts.session_name() return ("idocr-%.0f"):format(core.wall() * 1e6) end

return sts
