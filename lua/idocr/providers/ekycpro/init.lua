--- ekycpro: a form with the picture, an API key in a header, `status` and `message` in the reply. No socket, no clock.

local core = require "idocr.core"
local failure = require "idocr.providers.failure"
local statuses = require "idocr.providers.ekycpro.errors"
local errors = require "idocr.errors"
local form_body = require "idocr.providers.form_body"
local inputs = require "idocr.providers.inputs"
local json = require "idocr.json"
local json_body = require "idocr.providers.json_body"
local reply = require "idocr.decode.reply"
local request_id = require("idocr.errors").request_id
local target = require "idocr.providers.target"

local ekycpro = { name = "ekycpro" }

local HOME = "https://api.ekycpro.com"
local CONTENT_TYPE = "application/x-www-form-urlencoded"

local function plan_of(action, body, options)
  local at, host = target.of(ekycpro.name, options, HOME)
  local base = at.url:gsub("/+$", ""):gsub("/v1$", "") -- the base may be given with or without the version
  return {
    action = action,
    method = "POST",
    url = base .. "/v1/" .. action,
    host = host,
    content_type = CONTENT_TYPE,
    body = body,
    unsigned = true, -- nothing has to be hashed
    options = options,
  }
end

--- Everything about a call that does not change from attempt to attempt.
---@param call table kind, service, params, pictures, options
---@return table? plan, idocr.Error? err
function ekycpro.prepare(call)
  local members, err = inputs.members(call, json_body.text)
  if not members then return nil, err end
  local plan = plan_of(call.service.action, form_body.new(members), call.options or {})
  plan.reads = call.service
  return plan
end

--- The same for any endpoint of the vendor below /v1/, with its own form fields.
---@param action string such as "id_ocr/general"
---@param params table|string? form fields (pictures may be values), or the form as text
---@param options table
---@return table plan
function ekycpro.raw(action, params, options)
  local body = type(params) == "string" and core.body({ params }) or form_body.new(json_body.sorted(params or {}))
  return plan_of(action, body, options or {})
end

--- The request of one attempt. The plan stays as it is; there is nothing to sign and no clock in it.
---@param plan table
---@param credentials table api_key, and token where the account has one
---@return table request
function ekycpro.sign(plan, credentials)
  local options = plan.options or {}
  local headers = {
    { "Host", plan.host },
    { "Content-Type", plan.content_type },
    { "X-API-Key", credentials.api_key },
  }
  return {
    method = plan.method,
    url = plan.url .. (credentials.token and "?token=" .. core.percent_encode(credentials.token) or ""),
    host = plan.host,
    headers = headers,
    body = plan.body,
    connect_timeout = options.timeout and options.timeout.connect,
    max_response = options.max_response,
  }
end

local DOCUMENTED_ONLY = { [401] = true, [403] = true, [429] = true } -- what these say is known without a status

-- Whether a status under an HTTP error is the service's. Gateways write the names of HTTP statuses there.
local function is_own(status, answer, http_status)
  if status == "OK" then return type(answer.message) == "table" end
  if statuses.statuses[status] then return true end
  return not DOCUMENTED_ONLY[http_status] and statuses.is_code(status) and not statuses.HTTP_NAMES[status]
end

local PAID = { PAY = true, FREE = false } -- `pricingStrategy`, where an endpoint has it

--- What a response says: the `message` object of a card (the whole reply where any endpoint was called), or an error.
--- The vendor does not say which HTTP status goes with which answer, so a `status` of its own in the JSON counts under any.
---@param plan table
---@param response table status, headers, body
---@return table? result, idocr.Error? err
function ekycpro.outcome(plan, response)
  local http_status, _, body, pictures = failure.parts(response)
  local answer, complaint = json.decode(body)
  local is_200 = http_status >= 200 and http_status < 300
  local fields = { http_status = http_status }

  if type(answer) ~= "table" then
    if not is_200 then return nil, failure.http(http_status, fields) end
    if body == "" then return nil, failure.protocol("EmptyReply", "the reply is empty", fields) end
    if answer == nil then return nil, failure.protocol("BadJson", "the reply cannot be read: " .. complaint, fields) end
    return nil, failure.protocol("BadEnvelope", "the reply has not the service's form", fields)
  end

  fields.request_id = request_id(answer.transactionId)
  local status = answer.status
  if type(status) ~= "string" or status == "" or not is_200 and not is_own(status, answer, http_status) then
    if http_status == 401 or http_status == 403 then
      fields.vendor_message = errors.vendor_text(answer.message)
      return nil, errors.sent("credentials", "ApiKeyRejected", "the API key or the token was refused", fields)
    end
    if not is_200 then return nil, failure.http(http_status, fields) end
    return nil, failure.protocol("BadEnvelope", "the reply has no status", fields)
  end
  fields.billed = PAID[answer.pricingStrategy]
  if status ~= "OK" then return nil, failure.service(status, answer.message, statuses, fields) end
  if not plan.reads then return reply.refine(answer, nil, pictures) end
  if type(answer.message) ~= "table" then
    fields.billed = true -- every OK is
    return nil, failure.protocol("BadEnvelope", "the reply says OK and holds no card", fields)
  end
  return reply.refine(answer.message, plan.reads, pictures)
end

local WANTED = { "api_key" }

--- Credentials with stray blanks taken off.
---@param credentials any
---@return table? credentials, idocr.Error? err names what is missing, shows nothing
function ekycpro.check_credentials(credentials)
  return failure.credentials(credentials, WANTED, "token")
end

return ekycpro
