--- Turns Tencent's responses into results: unwraps the envelope `{"Response": …}`, or returns the error that it reports.

local codes = require "idocr.providers.tencent.errors"
local json = require "idocr.json"
local reply = require "idocr.decode.reply"
local reply_errors = require "idocr.providers.reply_errors"
local request_id = require("idocr.errors").request_id
local response_parts = require "idocr.providers.response_parts"

local response = {}

local function code_text(code)
  if type(code) == "number" then return ("%.0f"):format(code) end
  return type(code) == "string" and code ~= "" and code or nil
end

--- Returns the error of the older API 2.0 gateway: {"code":4100,"codeDesc":"AuthFailure","message":"..."}.
local function older_error(answer, fields, is_200)
  local code = type(answer.code) == "number" and answer.code ~= 0 and code_text(answer.code)
  local named = type(answer.codeDesc) == "string"
  if not code or not is_200 and not named then return nil end -- {"code":504} and {"code":5031} come from other gateways
  local family = named and answer.codeDesc or code
  return reply_errors.service(code, answer.message, codes, fields, family)
end

-- Returns the error of a response without an envelope.
local function bare_error(answer, body, complaint, fields, is_200)
  local err = type(answer) == "table" and older_error(answer, fields, is_200)
  if err then return err end
  if not is_200 then return reply_errors.http(fields.http_status, { request_id = fields.request_id }) end
  if body == "" then return reply_errors.protocol("EmptyReply", "the response is empty", fields) end
  if answer == nil then return reply_errors.protocol("BadJson", "the response is not valid JSON: " .. complaint, fields) end
  return reply_errors.protocol("BadEnvelope", "the response has no \"Response\" object", fields)
end

-- Returns the error in an envelope's `Error`.
local function reported_error(reported, fields, is_200)
  local code = type(reported) == "table" and code_text(reported.Code)
  if code then return reply_errors.service(code, reported.Message, codes, fields) end
  if not is_200 then return reply_errors.http(fields.http_status, { request_id = fields.request_id }) end
  return reply_errors.protocol("BadEnvelope", "the response's error has no code", fields)
end

local function has_more_than_an_id(result)
  for name in pairs(result) do
    if name ~= "RequestId" then return true end
  end
  return false
end

--- Returns the decoded `Response` of a reply, or the error that it reports. Never raises.
---@param plan idocr.Plan
---@param received table  status, headers, body
---@return table? result
---@return idocr.Error? err
function response.outcome(plan, received)
  local status, headers, body, pictures = response_parts(received)
  local answer, complaint = json.decode(body)
  local is_200 = status >= 200 and status < 300
  local result = type(answer) == "table" and answer.Response
  if is_200 and type(result) == "table" and result.RequestId ~= nil and result.Error == nil then -- the usual case
    return reply.refine(result, plan.reads, pictures)
  end

  local fields = { http_status = status, request_id = request_id(headers["x-tc-requestid"]) }
  if type(result) ~= "table" or next(result) == nil or result[1] ~= nil then
    return nil, bare_error(answer, body, complaint, fields, is_200)
  end
  fields.request_id = request_id(result.RequestId) or fields.request_id
  if result.Error ~= nil and result.Error ~= json.null then return nil, reported_error(result.Error, fields, is_200) end
  if not is_200 and not (fields.request_id and has_more_than_an_id(result)) then
    return nil, reply_errors.http(status, { request_id = fields.request_id })
  end
  return reply.refine(result, plan.reads, pictures)
end

return response
