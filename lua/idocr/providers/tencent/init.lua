--- Tencent Cloud's OCR API as an object of a client: builds and signs requests, turns responses into results. It opens no
--- socket and reads no clock.

local core = require "idocr.core"
local check_credentials = require "idocr.providers.check_credentials"
local json_body = require "idocr.providers.json_body"
local providers = require "idocr.providers"
local request = require "idocr.providers.tencent.request"
local response = require "idocr.providers.tencent.response"
local target = require "idocr.providers.target"
local tc3 = require "idocr.providers.tencent.tc3"

local HOSTS = { intl = "ocr.intl.tencentcloudapi.com", cn = "ocr.tencentcloudapi.com" }

---@class idocr.Tencent: idocr.Provider
---@field url string             where requests are sent
---@field host string            Host header, as it is signed
---@field region string?         X-TC-Region
---@field language string?       X-TC-Language
---@field unsigned boolean       leave the body out of the signature
---@field connect_timeout number?  seconds
---@field max_response integer?  bytes
---@field signed_headers string[][]  name and value of the headers that are signed
---@field frames table<idocr.Service, table<string, idocr.JsonFrame>>  JSON text before and after the picture; see `request.body`
---@field last_signer { id: string, key: string, signer: table }?  of the last credentials
local Tencent = {
  name = "tencent",
  max_request = 10 * 1024 * 1024, -- bytes of a whole body; the service refuses a larger one
}
Tencent.__index = Tencent

local tencent = {}

--- Makes the provider of a client.
---@param options idocr.ProviderOptions
---@return idocr.Tencent
function tencent.new(options)
  local url, host = target.of(options, HOSTS[options.site or "intl"])
  return setmetatable({
    url = url, -- may have a gateway's path; the signature covers "/", as the official SDKs do
    host = host,
    region = options.region,
    language = options.language,
    unsigned = options.unsigned_payload and true or false,
    connect_timeout = options.connect_timeout,
    max_response = options.max_response,
    signed_headers = tc3.signed_headers(host),
    frames = {},
  }, Tencent)
end

--- Returns the plan of a call: what does not change from attempt to attempt.
---@param call idocr.ProviderCall
---@return idocr.Plan? plan
---@return idocr.Error? err
function Tencent:prepare(call)
  local body, err = request.body(self.frames, call)
  if not body then return nil, err end
  return { action = call.service.action, body = body, unsigned = self.unsigned, rate = call.rate, reads = call.service }
end

--- Returns the plan of any action. Raises where JSON cannot hold a value.
---@param action string
---@param params table|string?  the action's parameters (pictures may be values), or JSON text that is sent unchanged
---@param rate number?  calls per second
---@return idocr.Plan plan
function Tencent:raw(action, params, rate)
  local body = type(params) == "string" and core.body({ params }) or json_body.new(json_body.sorted(params or {}))
  return { action = action, body = body, unsigned = self.unsigned, rate = rate }
end

--- Returns the signed request of one attempt. All of its tables are new.
---@param plan idocr.Plan
---@param credentials table  secret_id, secret_key, token
---@param timestamp number  Unix seconds
---@return table? request
---@return idocr.Error? err  an `image` error where the picture cannot be read again
function Tencent:sign(plan, credentials, timestamp) return request.sign(self, plan, credentials, timestamp) end

--- Returns the decoded `Response` of a reply, or the error that it reports. Never raises.
---@param plan idocr.Plan
---@param received table  status, headers, body
---@return table? result
---@return idocr.Error? err
function Tencent:outcome(plan, received) -- luacheck: no unused args
  return response.outcome(plan, received)
end

--- Returns a checked copy of credentials without surrounding white space.
---@param credentials any
---@return table? checked
---@return idocr.Error? err  names what is missing or malformed, without its value
function Tencent:check_credentials(credentials) -- luacheck: no unused args
  return check_credentials(credentials, providers.FACTS.tencent.required, "token")
end

return tencent
