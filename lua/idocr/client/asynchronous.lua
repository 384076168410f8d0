--- Reads asynchronous actions: one request submits the pictures, further ones ask for the result until it is there or the deadline
--- passes. The error of a call that was submitted has `resume_token`, with which `client:resume` asks again later.

local attempt = require "idocr.client.attempt"
local errors = require "idocr.errors"
local kinds = require "idocr.kinds"
local lifetime = require "idocr.client.lifetime"
local money = require "idocr.client.money"

local asynchronous = {}

local WAITS = { 0.5, 1, 1.5, 2 } -- seconds before each question; the last one repeats

-- Makes a resume token, which names the kind, the provider, its site, and the service's own token.
local function resume_token(kind, account, token)
  return table.concat({ kind.kind, account.name, account.options.site or "", token }, ":")
end

--- What a resume token says.
---@class idocr.Resumed
---@field kind string
---@field provider string
---@field site string?
---@field token string  of the service

--- Parses a resume token.
---@param text any
---@return idocr.Resumed? resumed nil: it is no resume token
function asynchronous.parse(text)
  if type(text) ~= "string" then return nil end
  local kind, provider, site, token = text:match("^(%l[%l%d_]*):(%l+):(%l*):([%w._~+/=-]+)$")
  return kind and { kind = kind, provider = provider, site = site ~= "" and site or nil, token = token }
end

local function still_processing(call_state)
  return errors.sent("timeout", "StillProcessing", ("the service has no result after %g s; client:resume(err.resume_token) asks for it "
    .. "again without paying again"):format(call_state.total))
end

-- Makes the plan that asks for the result.
local function question(account, service, token)
  local asked = service.result
  local plan = account.provider:raw(asked.action, { [asked.token] = token })
  plan.reads, plan.step = service, "question"
  function plan.is_pending(result) return asked.pending[result[asked.status]] == true end
  return plan
end

--- Asks for a result until it is there.
---@param client idocr.ClientInner
---@param account idocr.Account
---@param kind idocr.Kind
---@param service idocr.Service
---@param token string the service's
---@param call_state idocr.CallState
---@param at_once boolean? ask before the first wait
---@return table? result
---@return idocr.Error?
---@return { pictures: string[]?, sandbox: boolean }? outcome
function asynchronous.await(client, account, kind, service, token, call_state, at_once)
  local plan = question(account, service, token)
  money.submitted(call_state, resume_token(kind, account, token))
  local round = at_once and 0 or 1
  while true do
    local wait = WAITS[round] or round > 0 and WAITS[#WAITS] or 0
    if client.runtime.now() + wait >= call_state.ends then return nil, still_processing(call_state) end
    if wait > 0 then client.runtime.sleep(wait) end
    local cancelled = lifetime.cancelled(client, call_state)
    if cancelled then return nil, cancelled end
    local result, err, outcome = attempt.run(client, account, plan, call_state)
    if err and err.category == "timeout" and client.runtime.now() >= call_state.ends then return nil, still_processing(call_state) end
    if err then return nil, err end
    if not plan.is_pending(result) then
      money.finished(call_state)
      return result, nil, outcome
    end
    round = round + 1
  end
end

--- Sends the request of a plan; where its action is asynchronous, submits it and waits for the result.
---@param client idocr.ClientInner
---@param account idocr.Account
---@param kind idocr.Kind
---@param plan idocr.Plan
---@param call_state idocr.CallState
---@return table? result
---@return idocr.Error?
---@return { pictures: string[]?, sandbox: boolean }? outcome
function asynchronous.run(client, account, kind, plan, call_state)
  local asked = plan.reads.result
  if not asked then return attempt.run(client, account, plan, call_state) end
  plan.step = "submission"
  local submitted, err = attempt.run(client, account, plan, call_state)
  if not submitted then return nil, err end
  local token = submitted[asked.token]
  if type(token) == "string" and asynchronous.parse(resume_token(kind, account, token)) then
    return asynchronous.await(client, account, kind, plan.reads, token, call_state)
  end
  money.submitted(call_state)
  return nil, errors.sent("protocol", "BadEnvelope", "the response has no token to ask for the result with", {
    request_id = errors.request_id(submitted.RequestId),
  })
end

--- Returns the account and the service that a resume token belongs to.
---@param client idocr.ClientInner
---@param kind idocr.Kind
---@param resumed idocr.Resumed
---@return idocr.Account?
---@return idocr.Service|idocr.Error
function asynchronous.owner(client, kind, resumed)
  for _, account in ipairs(client.accounts) do
    local service = kinds.service(kind, account.name, account.options.site)
    if account.name == resumed.provider and account.options.site == resumed.site and service and service.result then
      return account, service
    end
  end
  return nil, errors.unsent("unsupported", "KindUnsupported", ("the token is of %s, which this client does not use"):format(
    resumed.provider .. (resumed.site and "'s site " .. resumed.site or "")))
end

return asynchronous
