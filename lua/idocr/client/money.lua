--- The rule of money: what a failed request may have cost, and what may therefore be done next. This file alone decides
--- whether a request is sent again, whether the next provider is called, whether a later batch repeats it, and the value of
--- `billed`. It decides from facts: what left, what came back, the vendor's table of codes, and what the user allowed.
---
---   sent = false, "part"       the service has no whole request and cannot have acted                free
---   billed = true, false       the vendor's tables, or the reply itself, say so                      as they say
---   refused_early              the service refused before it read the picture (key, account, rate)   free
---   retry throttle|clock|token the same for codes that another attempt may pass, and for HTTP 429    free
---   dead_connection            the connection was dead before the peer took the request              free
---   submission, question       of an asynchronous action: see money.price
---   retry advised              the vendor documents "repeat it"; no page names a price               unknown, but repeated there
---   anything else              a lost reply, another HTTP error, a code without a price              unknown

local providers = require "idocr.providers"

local money = {}

---@class idocr.Allowed
---@field after_send boolean?  the user allows requests that may be billed twice
---@field reconnected boolean? the call has already been repeated because of a dead connection
---@field unsure boolean?      an earlier request of the call may have been billed

---@class idocr.Spending   what the requests of one call may have cost together
---@field attempts integer       requests that left or were about to
---@field sent boolean|"part"|nil the most that left of any of them
---@field unsure boolean?        one of them may have been billed
---@field resume_token string?   the pictures were submitted and the result is not there yet

local REFUSED = { throttle = true, clock = true, token = true }

--- Returns what one request cost, from its error. Of an asynchronous action the result is billed: a submission may be; a question
--- that finds no result, or fails, is not.
---@param err idocr.Error? nil: it has a result, and every result is billed
---@param plan idocr.Plan?  of the request
---@param result table?     of the request
---@return boolean? billed nil: unknown
function money.price(err, plan, result)
  local step = plan and plan.step
  if step == "question" then return not err and not plan.is_pending(result) end
  if not err then return step ~= "submission" or nil end
  if err.billed == true or err.billed == false then return err.billed end
  if err.sent == false or err.sent == "part" then return false end
  if err.refused_early or err.dead_connection or REFUSED[err.retry] then return false end
  return nil
end

-- Returns whether another request is allowed: after one that cost nothing, and with `after_send` after one that may have been billed.
local function may_ask(err, after_send)
  local billed = money.price(err)
  return billed == false or billed == nil and after_send == true
end

--- Returns whether a failed request may be sent again to the same provider. A dead connection justifies one repeat per call;
--- "advised" means that the vendor documents a repeat: the request failed before there was a result.
---@param err idocr.Error
---@param allowed idocr.Allowed
---@return boolean
function money.may_repeat(err, allowed)
  if err.dead_connection and err.sent == true and allowed.reconnected then return allowed.after_send == true end
  if err.retry == "advised" and err.billed ~= true then return true end
  return may_ask(err, allowed.after_send)
end

--- Returns whether the next provider may be asked (and paid) after this failure: only where all requests so far cost nothing.
---@param err idocr.Error
---@param allowed idocr.Allowed
---@return boolean
function money.may_fall_back(err, allowed)
  if err.cached then return false end -- it was billed when it was stored, and no other provider was asked then
  if allowed.unsure and not allowed.after_send then return false end
  return may_ask(err, allowed.after_send)
end

--- States in an error that came before its request could leave (credentials, signature, our own limit, a clock) that this
--- attempt cost nothing, even where requests to other services were sent for it.
---@param err idocr.Error changed in place
function money.nothing_left(err) err.sent, err.billed = false, false end

local MOST = { [false] = 0, part = 1, [true] = 2 }

--- Adds a request that failed to what its call has cost, and states in the error what it cost.
---@param spending idocr.Spending changed in place
---@param err idocr.Error changed in place
---@param plan idocr.Plan?
function money.add(spending, err, plan)
  if MOST[err.sent] == nil then err.sent = true end -- a transport that does not say
  err.billed = money.price(err, plan)
  if err.billed == nil then spending.unsure = true end
  if MOST[err.sent] > MOST[spending.sent or false] then spending.sent = err.sent end
end

--- Records that the pictures of an asynchronous action were submitted: another submission may be billed again.
---@param spending idocr.Spending changed in place
---@param resume_token string?  asks for the result
function money.submitted(spending, resume_token)
  spending.sent, spending.unsure, spending.resume_token = true, true, resume_token
end

--- Records that the result of an asynchronous action is there.
---@param spending idocr.Spending changed in place
function money.finished(spending) spending.resume_token = nil end

--- States in the error that ends a call what all of its requests sent and cost, and removes the hints that only this file
--- and the retry loop read.
---@param err idocr.Error changed in place
---@param spending idocr.Spending
---@return idocr.Error err
function money.settle(err, spending)
  err.attempts, err.sent = spending.attempts, spending.sent or false
  if spending.unsure then
    if err.billed ~= true then err.billed = nil end
  elseif err.billed ~= true then
    err.billed = false
  end
  if spending.resume_token then err.resume_token, err.retryable = spending.resume_token, false end -- another call would submit again
  err.retry, err.refused_early, err.dead_connection = nil, nil, nil
  return err
end

local ABOUT_THE_PICTURE = { image = true, service = true }

--- Returns what a failed outcome means for later runs: "final" (billed, or the service answered for good about this picture),
--- "unsure" (it may have been billed), "again" (it certainly cost nothing and may end differently).
---@param outcome table an error, or the members of one that a batch line kept: category, code, billed, retryable, sent, cached
---@return "final"|"unsure"|"again"
function money.verdict(outcome)
  if outcome.billed == true or outcome.cached == true then return "final" end
  if outcome.billed ~= false then return "unsure" end
  if outcome.retryable == true or not ABOUT_THE_PICTURE[outcome.category] then return "again" end
  if outcome.sent == false or outcome.sent == "part" then return "again" end
  if outcome.sent == nil and outcome.category == "image" then return "again" end -- older lines: most were refused before sending
  local code = type(outcome.code) == "string" and outcome.code or ""
  return providers.is_about_account(code) and "again" or "final"
end

--- Returns whether a later batch asks again for a picture with this verdict.
---@param verdict string of `money.verdict`; any other word ("done") means no
---@param after_send boolean? the user allows what may be billed twice
---@return boolean
function money.ask_again(verdict, after_send)
  return verdict == "again" or verdict == "unsure" and after_send == true
end

return money
