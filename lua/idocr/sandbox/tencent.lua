--- Mock server of Tencent OCR: handles one signed call and returns its response envelope.

local answer = require "idocr.sandbox.reply.answer"
local asynchronous = require "idocr.sandbox.asynchronous"
local faults = require "idocr.sandbox.faults"
local json = require "idocr.json"
local messages = require "idocr.sandbox.reply.messages"
local recognise = require "idocr.sandbox.recognise"
local shapes = require "idocr.sandbox.reply.shapes"
local validate = require "idocr.sandbox.validate"
local verify = require "idocr.sandbox.verify"

local tencent = {}

local SIDE_ERROR = "FailedOperation.CardSideError"
local VERSION = "2018-11-19"
local MAX_BODY = 10 * 1024 * 1024 -- bytes of body
local MAX_QUERY = 32 * 1024 -- bytes of a GET request's URI

local function reply(context, members, outcome)
  local request_id = context.request_id()
  members:set("RequestId", request_id)
  return {
    status = 200, body = json.encode(json.object():set("Response", members)),
    request_id = request_id, outcome = outcome, action = context.action,
  }
end

local function fail(context, code, message)
  local err = json.object():set("Code", code):set("Message", message or messages[code] or "Error of the mock server.")
  return reply(context, json.object():set("Error", err), code)
end

-- Returns the services of an action on a site. Where several kinds share an action, the picture decides between them.
local function find_services(context, action, site)
  local candidates = {}
  for _, candidate in ipairs(context.actions[action] or {}) do
    if not site or not candidate.service.sites or candidate.service.sites[site] then candidates[#candidates + 1] = candidate end
  end
  return candidates[1] and candidates
end

-- Checks method, size, headers and signature. Returns the account, or nil, code, message.
local function authenticate(context, request)
  if request.method ~= "POST" and request.method ~= "GET" then return nil, "UnsupportedProtocol" end
  if #(request.body or "") > MAX_BODY or (request.method == "GET" and #request.uri > MAX_QUERY) then
    return nil, "RequestSizeLimitExceeded"
  end
  local product = (request.headers.host or ""):match("^([%w%-]+)%..*tencentcloudapi%.")
  if product and product ~= "ocr" then return nil, "NoSuchProduct" end
  if not context.action then return nil, "MissingParameter", "The request is missing a required parameter `X-TC-Action`." end
  local version = request.headers["x-tc-version"]
  if not version then return nil, "MissingParameter", "The request is missing a required parameter `X-TC-Version`." end
  local account, code, message = verify.check(request, context.accounts, request.now)
  if not account then return nil, code, message end
  if version ~= VERSION then return nil, "NoSuchVersion" end
  return account
end

-- Returns the error message if this call exceeds the rate limit, else nil.
local function rate_error(context, service, id, site, now)
  local rate = service.rate
  if type(rate) == "table" then rate = rate[site or "intl"] end
  if not rate or not context.limit_rate then return nil end
  local count = context.store:hit(("rate:%s:%s:%d"):format(id, service.action, math.floor(now)), 2)
  if count <= rate then return nil end
  return ("Your current request times equals to `%d` in a second, which exceeds the frequency limit `%d` for a second. "
    .. "Please reduce the frequency of calls."):format(count, rate)
end

-- Returns the error code of a picture that shows the other side than the call asks for; nil where it does not.
local function side_error(one, recognition)
  local side, service = validate.side(one.candidate, one.call), one.candidate.service
  if not side or not recognition.side or side == recognition.side then return nil end
  local codes = shapes.codes[service.action]
  return codes and codes[SIDE_ERROR] and SIDE_ERROR or service.refusal
end

local function answer_pictures(context, valid)
  local refusal = valid[1].candidate.service.refusal
  local recognition, one = recognise.call(valid)
  if not recognition then return fail(context, refusal) end
  local fault = faults.due(context.store, recognition.fault, recognition.digest)
  if fault and faults.CODES[fault.name] then return fail(context, faults.CODES[fault.name]) end
  local code = recognition.error or not recognition.kind and refusal or side_error(one, recognition)
  local result
  if code then
    result = fail(context, code)
  else
    local service = one.candidate.service
    local members, asked = answer.compose(service, recognition, one.call), service.result
    result = reply(context, asked and asynchronous.keep(context, asked, members, recognition.fault) or members, "ok")
  end
  result.fault = result.fault or fault
  return result
end

-- Answers a question for the result of an asynchronous action.
local function answer_question(context, asked, request)
  local params, code, message = validate.params(request)
  if not params then return fail(context, code, message) end
  local members
  members, code = asynchronous.answer(context, asked, params)
  if not members then return fail(context, code) end
  local result = reply(context, json.object(), "ok")
  result.body = result.body:gsub('}}$', "," .. members:sub(2):gsub("%%", "%%%%") .. "}")
  return result
end

--- Answers one request.
---@param context table  of the handler: accounts, actions, store, limit_rate, request_id
---@param request table  method, uri, headers, body, now
---@return table reply  status, body, request_id, outcome (code or "ok"), action, fault
function tencent.handle(context, request)
  context.action = request.headers["x-tc-action"]
  local account, code, message = authenticate(context, request)
  if not account then return fail(context, code, message) end
  local site = validate.site(request.headers.host or "")
  local candidates = find_services(context, context.action, site)
  if not candidates then return fail(context, "InvalidAction") end
  local service = candidates[1].service

  local fault = faults.due(context.store, account.fault, "id") or faults.due(context.store, request.headers["x-sandbox-fault"], "header")
  if fault and faults.CODES[fault.name] then return fail(context, faults.CODES[fault.name]) end

  local exceeded = rate_error(context, service, account.id, site, request.now)
  if exceeded then return fail(context, "RequestLimitExceeded", exceeded) end
  local asked = service.result
  if asked and asked.action == context.action then return answer_question(context, asked, request) end
  local params, valid
  params, code, message = validate.params(request)
  if params then
    local target = { site = site, region = request.headers["x-tc-region"], is_text = request.method == "GET" }
    valid, code, message = validate.call(candidates, params, target)
  end
  local result = valid and answer_pictures(context, valid) or fail(context, code, message)
  result.fault = fault or result.fault
  return result
end

return tencent
