--- Mock of asynchronous actions: a submission keeps its result under a token, a question for the result returns it. The fault
--- "processing" delays it: "processing*3" for three questions, "processing" for ever.

local core = require "idocr.core"
local faults = require "idocr.sandbox.faults"
local json = require "idocr.json"

local asynchronous = {}

local TTL = 3600 -- seconds for which a result is kept

local function place(token) return "result:" .. token end

--- Keeps the result of a submission. Returns the members of its reply.
---@param context table of the handler
---@param asked idocr.AsynchronousResult
---@param members idocr.json.Object of the result
---@param fault string? as the stamp requests it
---@return idocr.json.Object
function asynchronous.keep(context, asked, members, fault)
  local token = core.sha256(context.request_id()):gsub("^(%x%x%x%x%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x%x%x%x%x%x%x%x%x).*$",
    "%1-%2-%3-%4-%5")
  members:set(asked.status, "COMPLETED"):set(asked.token, token)
  local kept = json.object():set("fault", fault or json.null):set("members", json.encode(members))
  context.store:set(place(token), json.encode(kept), TTL)
  return json.object():set(asked.token, token)
end

--- Answers a question for a result.
---@param context table of the handler
---@param asked idocr.AsynchronousResult
---@param params table as received
---@return string? members JSON object
---@return string? code
function asynchronous.answer(context, asked, params)
  local token = params[asked.token]
  local kept = type(token) == "string" and json.decode(context.store:get(place(token)) or "")
  if not kept then return nil, "InvalidParameterValue.InvalidParameterValueLimit" end
  local fault = faults.due(context.store, kept.fault, place(token))
  if fault and fault.name == "processing" then
    return json.encode(json.object():set(asked.status, (next(asked.pending))):set(asked.token, token))
  end
  return kept.members
end

return asynchronous
