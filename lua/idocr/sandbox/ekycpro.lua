--- Mock server of ekycpro: handles a form post with one picture and returns a JSON status.

local answer = require "idocr.sandbox.reply.answer"
local faults = require "idocr.sandbox.faults"
local json = require "idocr.json"
local messages = require "idocr.sandbox.reply.messages"
local recognise = require "idocr.sandbox.recognise"
local validate = require "idocr.sandbox.validate"

local ekycpro = {}

-- The status for what Tencent answers with an error code.
local STATUSES = {
  ["FailedOperation.ImageDecodeFailed"] = "IMAGE_INVALID_FORMAT", ["LimitExceeded.TooLargeFileError"] = "IMAGE_INVALID_SIZE",
}

local function reply(context, status, message, http)
  local body = json.object():set("status", status):set("message", message)
  return {
    status = http or 200, body = json.encode(body), outcome = status == "OK" and "ok" or status, action = context.action,
  }
end

local function fail(context, status, http)
  return reply(context, status, messages[status] or "Error of the mock server.", http)
end

-- Responses with an HTTP error and no status in the JSON. Not documented by the vendor; taken from its newer pages and
-- from code of its users.
local function http_error(context, http, message, outcome)
  return {
    status = http, body = json.encode(json.object():set("message", message)), outcome = outcome, action = context.action,
  }
end

local function throttled(context) return http_error(context, 429, "too many requests", "throttled") end

local function unauthorized(context) return http_error(context, 401, "invalid api key or token", "unauthorized") end

-- Returns the response to a fault that replaces the normal response; nil for other faults.
local function fault_response(context, fault)
  if not fault then return nil end
  if fault.name == "throttled" then return throttled(context) end
  if fault.name == "internal_error" then return fail(context, "INNER_ERROR") end
  if fault.name == "expired_signature" then return unauthorized(context) end
end

-- Validates a form post. Returns the kinds for which it is valid, or nil and the status.
local function validate_call(candidates, request)
  local media = (request.headers["content-type"] or ""):lower():match("^[^;%s]*")
  if request.method ~= "POST" or media ~= "application/x-www-form-urlencoded" then return nil, "INVALID_REQUEST" end
  local valid, code = validate.call(candidates, validate.form(request.body or ""), { is_text = true, is_lenient = true })
  return valid, STATUSES[code] or "INVALID_REQUEST"
end

local function answer_picture(context, valid)
  local recognition, one = recognise.call(valid)
  if not recognition then return fail(context, "FAIL") end
  local fault = faults.due(context.store, recognition.fault, recognition.digest)
  local result = fault_response(context, fault)
  if result then return result end
  if recognition.error or not recognition.kind then
    result = fail(context, recognition.error or "FAIL")
  else
    result = reply(context, "OK", answer.compose(one.candidate.service, recognition, one.call))
  end
  result.fault = fault
  return result
end

--- Answers one request.
---@param context table  of the handler: api_keys, forms, store
---@param request table
---@return table reply
function ekycpro.handle(context, request)
  local action = request.uri:match("^/v1/([^?]*)")
  local candidates = action and context.forms[action]
  context.action = candidates and action
  if not candidates then return fail(context, "INVALID_REQUEST", 404) end
  local key = request.headers["x-api-key"]
  local account = key and context.api_keys[key]
  if not account then return unauthorized(context) end
  local token = validate.form(request.uri:match("%?(.*)$") or "").token
  if account.token and token and token ~= account.token then return unauthorized(context) end

  local fault = faults.due(context.store, account.fault, "key") or faults.due(context.store, request.headers["x-sandbox-fault"], "header")
  local result = fault_response(context, fault)
  if result then return result end
  local valid, status = validate_call(candidates, request)
  result = valid and answer_picture(context, valid) or fail(context, status)
  result.fault = fault or result.fault
  return result
end

return ekycpro
