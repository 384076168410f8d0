--- The security token service: temporary credentials of a role. Signed like every other action, scope `sts`.

local cjson = require("cjson").new()
local core = require "idocr.core"
local endpoint = require "idocr.endpoint"
local errors = require "idocr.errors"
local fetch = require "idocr.credentials.fetch"
local recipe = require "idocr.credentials.recipe"

local sts = {}

local HOST = "https://sts.tencentcloudapi.com"
local VERSION = "2018-08-13"
local CONNECT = 5 -- seconds
local TOTAL = 10

local function authorization(call, host, body, timestamp)
  local snapshot = call.snapshot
  if not snapshot then return "SKIP" end
  local signer = core.signer(snapshot.secret_id, snapshot.secret_key)
  local value = signer:authorization {
    method = "POST", timestamp = timestamp, service = "sts",
    headers = { { "content-type", "application/json" }, { "host", host } },
    payload_hash = core.sha256(body),
  }
  signer:close()
  return value
end

local function decode(response)
  local ok, reply = pcall(cjson.decode, response.body)
  reply = ok and type(reply) == "table" and reply.Response
  if type(reply) ~= "table" then
    return recipe.fail("CredentialsUnavailable",
      "the token service's answer cannot be understood (HTTP " .. tostring(response.status) .. ")", true)
  end
  local request_id = type(reply.RequestId) == "string" and reply.RequestId:match("^[%w-]+$") or nil
  if type(reply.Error) == "table" then
    local code = tostring(reply.Error.Code):match("^[%w.]+$") or "UnknownError"
    return nil, errors.new("credentials", code, "the token service refused: " .. errors.scrub(reply.Error.Message),
      { billed = false, sent = false, request_id = request_id, retryable = code:find("^InternalError") ~= nil })
  end
  local given = type(reply.Credentials) == "table" and reply.Credentials or {}
  local id, key, token = recipe.trim(given.TmpSecretId), recipe.trim(given.TmpSecretKey), recipe.trim(given.Token)
  if not id or not key or not token or type(reply.ExpiredTime) ~= "number" then
    return recipe.fail("CredentialsUnavailable", "the token service's answer lacks a member", true)
  end
  return { secret_id = id, secret_key = key, token = token, expires = reply.ExpiredTime }
end

--- The endpoint that a constructor's options and the environment name.
---@param options { endpoint: string?, insecure: boolean? }
---@param getenv fun(name: string): string?
---@return idocr.Endpoint?, idocr.Error?
function sts.endpoint(options, getenv)
  local text = options.endpoint or recipe.trim(getenv "TENCENTCLOUD_STS_ENDPOINT") or HOST
  local target, complaint = endpoint.check(text, options.insecure == true)
  if not target then return recipe.fail("BadEndpoint", "the token service's endpoint cannot be used: " .. complaint) end
  return target
end

--- Calls an action and takes the credentials out of its answer.
---@param context idocr.CredentialsContext
---@param call { action: string, region: string, target: idocr.Endpoint, params: table, snapshot: idocr.Snapshot? }
---@param left number seconds
---@return idocr.Snapshot?, idocr.Error?
function sts.call(context, call, left)
  local target, body = call.target, cjson.encode(call.params)
  local host = target.authority
  local timestamp = math.floor(context.clock())
  local headers = {
    { "Content-Type", "application/json" },
    { "Authorization", authorization(call, host, body, timestamp) },
    { "X-TC-Action", call.action },
    { "X-TC-Version", VERSION },
    { "X-TC-Timestamp", ("%d"):format(timestamp) },
    { "X-TC-Region", call.region },
  }
  if call.snapshot and call.snapshot.token then headers[#headers + 1] = { "X-TC-Token", call.snapshot.token } end
  local response, err = fetch.send(context.transport(), {
    method = "POST", url = target.url, host = host, headers = headers, text = body, connect_timeout = CONNECT,
  }, math.min(left, TOTAL))
  if not response then
    return recipe.fail("CredentialsUnavailable", "the token service did not answer: " .. err.category .. " error " .. err.code, true)
  end
  return decode(response)
end

--- A name for the session that nobody else uses at this moment.
---@return string
function sts.session_name() return ("idocr-%.0f"):format(core.wall() * 1e6) end

return sts
