--- Turns ekycpro's responses into results, or into the error that they report.

local errors = require "idocr.errors"
local json = require "idocr.json"
local redact = require "idocr.redact"
local reply = require "idocr.decode.reply"
local reply_errors = require "idocr.providers.reply_errors"
local response_parts = require "idocr.providers.response_parts"
local statuses = require "idocr.providers.ekycpro.errors"

local response = {}

-- Under these HTTP statuses only a documented `status` is the service's; the HTTP status alone says enough.
local DOCUMENTED_ONLY = { [401] = true, [403] = true, [429] = true }

-- Returns whether the `status` in a reply with an HTTP error is the service's. Gateways write names of HTTP statuses there.
local function is_from_service(status, answer, http_status)
  if status == "OK" then return type(answer.message) == "table" end
  if statuses.statuses[status] then return true end
  return not DOCUMENTED_ONLY[http_status] and statuses.is_code(status) and not statuses.HTTP_NAMES[status]
end

local PAID = { PAY = true, FREE = false } -- `pricingStrategy`, where an endpoint has it

-- Returns the error of a reply that is no JSON object.
local function bare_error(answer, body, complaint, fields, is_200)
  if not is_200 then return reply_errors.http(fields.http_status, fields) end
  if body == "" then return reply_errors.protocol("EmptyReply", "the response is empty", fields) end
  if answer == nil then return reply_errors.protocol("BadJson", "the response is not valid JSON: " .. complaint, fields) end
  return reply_errors.protocol("BadEnvelope", "the response is not a JSON object", fields)
end

-- Returns the error of a reply without a `status` of the service.
local function unstated_error(answer, fields, is_200)
  local http_status = fields.http_status
  if http_status == 401 or http_status == 403 then
    fields.vendor_message = redact.vendor_text(answer.message)
    return errors.sent("credentials", "ApiKeyRejected", "the API key or the token was refused", fields)
  end
  if not is_200 then return reply_errors.http(http_status, fields) end
  return reply_errors.protocol("BadEnvelope", "the response has no status", fields)
end

--- Returns the `message` object of a card (the whole reply where any endpoint was called), or an error. The vendor does not
--- document which HTTP status goes with which answer, so a `status` in the JSON counts under any of them. Never raises.
---@param plan idocr.Plan
---@param received table status, headers, body
---@return table? result
---@return idocr.Error? err
function response.outcome(plan, received)
  local http_status, _, body, pictures = response_parts(received)
  local answer, complaint = json.decode(body)
  local is_200 = http_status >= 200 and http_status < 300
  local fields = { http_status = http_status }
  if type(answer) ~= "table" then return nil, bare_error(answer, body, complaint, fields, is_200) end

  fields.request_id = errors.request_id(answer.transactionId)
  local status = answer.status
  if type(status) ~= "string" or status == "" or not is_200 and not is_from_service(status, answer, http_status) then
    return nil, unstated_error(answer, fields, is_200)
  end
  fields.billed = PAID[answer.pricingStrategy]
  if status ~= "OK" then return nil, reply_errors.service(status, answer.message, statuses, fields) end
  if not plan.reads then return reply.refine(answer, nil, pictures) end
  if type(answer.message) ~= "table" then
    fields.billed = true -- every OK is billed
    return nil, reply_errors.protocol("BadEnvelope", "the response has status OK but no card", fields)
  end
  return reply.refine(answer.message, plan.reads, pictures)
end

return response
