--- Tencent's side of the sandbox: one signed call in, one envelope out.

local answer = require "idocr.sandbox.reply.answer"
local faults = require "idocr.sandbox.faults"
local json = require "idocr.json"
local messages = require "idocr.sandbox.reply.messages"
local recognise = require "idocr.sandbox.recognise"
local validate = require "idocr.sandbox.validate"
local verify = require "idocr.sandbox.verify"

local tencent = {}

local VERSION = "2018-11-19"
local LARGEST_REQUEST = 10 * 1024 * 1024 -- bytes of body
local LARGEST_QUERY = 32 * 1024 -- bytes of a GET request

local function reply(context, members, outcome)
  local request_id = context.request_id()
  members:set("RequestId", request_id)
  return {
    status = 200, body = json.encode(json.object():set("Response", members)),
    request_id = request_id, outcome = outcome, action = context.action,
  }
end

local function fail(context, code, message)
  local err = json.object():set("Code", code):set("Message", message or messages[code] or "An error of the sandbox.")
  return reply(context, json.object():set("Error", err), code)
end

-- The service that an action means here. A kind that two tables read with one action is told apart by the picture.
local function find(context, action, site)
  local candidates = {}
  for _, candidate in ipairs(context.actions[action] or {}) do
    if not site or not candidate.service.sites or candidate.service.sites[site] then candidates[#candidates + 1] = candidate end
  end
  return candidates[1] and candidates
end

local function admit(context, request)
  if request.method ~= "POST" and request.method ~= "GET" then return nil, "UnsupportedProtocol" end
  if #(request.body or "") > LARGEST_REQUEST or (request.method == "GET" and #request.uri > LARGEST_QUERY) then
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

local function over_rate(context, service, id, site, now)
  local rate = service.rate
  if type(rate) == "table" then rate = rate[site or "intl"] end
  if not rate or not context.limit_rate then return nil end
  local count = context.store:hit(("rate:%s:%s:%d"):format(id, service.action, math.floor(now)), 2)
  if count <= rate then return nil end
  return ("Your current request times equals to `%d` in a second, which exceeds the frequency limit `%d` for a second. "
    .. "Please reduce the frequency of calls."):format(count, rate)
end

local function merge(front, back)
  if not back or back.kind ~= front.kind then return front end
  local fields = {}
  for name, value in pairs(back.fields) do fields[name] = value end
  for name, value in pairs(front.fields) do fields[name] = value end
  front.fields = fields
  return front
end

-- What a call's pictures show, for one of the services of its action.
local function see(candidates, call)
  local sight = recognise.picture(call.pictures.image)
  if not sight then return nil end
  for _, candidate in ipairs(candidates) do
    if sight.kind == candidate.kind.kind or not sight.kind then
      local back = call.pictures.back and recognise.picture(call.pictures.back)
      return merge(sight, back), candidate.service
    end
  end
  return nil
end

local function recognised(context, candidates, call)
  local sight, service = see(candidates, call)
  if not sight then return fail(context, candidates[1].service.refusal) end
  local fault = faults.due(context.store, sight.fault, sight.digest)
  if fault and faults.CODES[fault.name] then return fail(context, faults.CODES[fault.name]) end
  local made
  if sight.error then
    made = fail(context, sight.error)
  elseif not sight.kind then
    made = fail(context, candidates[1].service.refusal)
  elseif sight.side and call.params.CardSide and call.params.CardSide ~= "" and call.params.CardSide:lower() ~= sight.side then
    made = fail(context, "FailedOperation.CardSideError")
  else
    made = reply(context, answer.compose(service, sight, call), "ok")
  end
  made.fault = made.fault or fault
  return made
end

--- Answers one request.
---@param context table of the handler: accounts, actions, store, limit_rate, request_id
---@param request table method, uri, headers, body, now
---@return table reply status, body, request_id, outcome (code or "ok"), action, fault
function tencent.handle(context, request)
  context.action = request.headers["x-tc-action"]
  local account, code, message = admit(context, request)
  if not account then return fail(context, code, message) end
  local site = validate.site(request.headers.host or "")
  local candidates = find(context, context.action, site)
  if not candidates then return fail(context, "InvalidAction") end
  local service = candidates[1].service

  local fault = faults.due(context.store, account.fault, "id") or faults.due(context.store, request.headers["x-sandbox-fault"], "header")
  if fault and faults.CODES[fault.name] then return fail(context, faults.CODES[fault.name]) end

  local exceeded = over_rate(context, service, account.id, site, request.now)
  if exceeded then return fail(context, "RequestLimitExceeded", exceeded) end
  local call
  call, code, message = validate.call(service, request, site)
  local made = call and recognised(context, candidates, call) or fail(context, code, message)
  made.fault = fault or made.fault
  return made
end

return tencent
