--- ekycpro's API as an object of a client: a form with the picture, an API key in a header, `status` and `message` in the
--- response. It opens no socket and reads no clock.

local core = require "idocr.core"
local check_credentials = require "idocr.providers.check_credentials"
local form_body = require "idocr.providers.form_body"
local inputs = require "idocr.providers.inputs"
local json_body = require "idocr.providers.json_body"
local providers = require "idocr.providers"
local response = require "idocr.providers.ekycpro.response"
local target = require "idocr.providers.target"

local DEFAULT = "https://api.ekycpro.com"
local CONTENT_TYPE = "application/x-www-form-urlencoded"

---@class idocr.Ekycpro: idocr.Provider
---@field base string            URL before "/v1/"
---@field host string            Host header
---@field connect_timeout number?  seconds
---@field max_response integer?  bytes
local Ekycpro = { name = "ekycpro" }
Ekycpro.__index = Ekycpro

local ekycpro = {}

--- Makes the provider of a client.
---@param options idocr.ProviderOptions
---@return idocr.Ekycpro
function ekycpro.new(options)
  local url, host = target.of(options, DEFAULT)
  local base = url:gsub("/+$", ""):gsub("/v1$", "") -- the endpoint may be given with or without the version
  return setmetatable({
    base = base, host = host, connect_timeout = options.connect_timeout, max_response = options.max_response,
  }, Ekycpro)
end

--- Returns the plan of a call: what does not change from attempt to attempt.
---@param call idocr.ProviderCall
---@return idocr.Plan? plan
---@return idocr.Error? err
function Ekycpro:prepare(call) -- luacheck: no unused args
  local members, err = inputs.members(call, json_body.text)
  if not members then return nil, err end
  return {
    action = call.service.action, body = form_body.new(members), unsigned = true, rate = call.rate, reads = call.service,
  }
end

--- Returns the plan of any endpoint below /v1/. Raises where a form cannot hold a value.
---@param action string such as "id_ocr/general"
---@param params table|string? form fields (pictures may be values), or the encoded form as text
---@param rate number?  calls per second
---@return idocr.Plan plan
function Ekycpro:raw(action, params, rate) -- luacheck: no unused args
  local body = type(params) == "string" and core.body({ params }) or form_body.new(json_body.sorted(params or {}))
  return { action = action, body = body, unsigned = true, rate = rate }
end

--- Returns the request of one attempt. There is nothing to sign, so it does not depend on the time.
---@param plan idocr.Plan
---@param credentials table api_key, and token where the account has one
---@return table request
function Ekycpro:sign(plan, credentials)
  local query = credentials.token and "?token=" .. core.percent_encode(credentials.token) or ""
  return {
    method = "POST",
    url = self.base .. "/v1/" .. plan.action .. query,
    host = self.host,
    headers = { { "Host", self.host }, { "Content-Type", CONTENT_TYPE }, { "X-API-Key", credentials.api_key } },
    body = plan.body,
    connect_timeout = self.connect_timeout,
    max_response = self.max_response,
  }
end

--- Returns the `message` object of a card (the whole reply where any endpoint was called), or the error that the response
--- reports. Never raises.
---@param plan idocr.Plan
---@param received table  status, headers, body
---@return table? result
---@return idocr.Error? err
function Ekycpro:outcome(plan, received) -- luacheck: no unused args
  return response.outcome(plan, received)
end

--- Returns a checked copy of credentials without surrounding white space.
---@param credentials any
---@return table? checked
---@return idocr.Error? err  names what is missing or malformed, without its value
function Ekycpro:check_credentials(credentials) -- luacheck: no unused args
  return check_credentials(credentials, providers.FACTS.ekycpro.required, "token")
end

return ekycpro
