--- Whether a failed request is made again, when, and what must be put right before. Pure: time and chance are arguments.
---
--- The rule of money: a request is repeated only where the failed one certainly costs nothing: no byte of it left
--- (`sent == false`), the vendor says that this code is free (`billed == false`), it was refused at the door (rate,
--- clock, token), or the service answers that it failed itself and asks for a repeat (InternalError,
--- ServiceUnavailable). A lost reply, a 502 of a gateway or a code of unknown price is repeated only with `after_send`,
--- and what was billed never.

local retry = {}

--- Where a call stands.
---@class idocr.RetryState
---@field attempt integer      requests made so far
---@field attempts integer     requests allowed
---@field base number          seconds; the back-off before the second attempt is at most this
---@field cap number           seconds; no back-off is longer
---@field after_send boolean
---@field clock_offset number? what the reply's Date says about our clock, seconds; nil: it says nothing
---@field clock_corrected boolean
---@field temporary boolean    the credentials can be had anew
---@field token_renewed boolean
---@field retry_after number?  seconds that the reply asks to wait
---@field random fun(): number uniform in [0, 1)

-- A clock that is this near to the server's is not what was wrong; seconds. Servers allow 300.
local CLOCK_IS_FINE = 60
-- Limits are counted per second: sooner is refused again.
local THROTTLE_FLOOR = 1

-- Our own limiter has waited as long as it may; a passed deadline leaves no time.
local NEVER = { RateLimited = true, DeadlineExceeded = true }

local function full_jitter(state)
  local most = math.min(state.cap, state.base * 2 ^ math.min(state.attempt - 1, 30))
  return state.random() * most
end

-- Answers without a result: refused at the door, or failed with the vendor's advice to repeat (the codes with "yes").
-- Nobody publishes their price, and what is sold is a result.
local NO_RESULT = { throttle = true, clock = true, token = true, advised = true }

--- Whether what led to this error is certain not to be billed.
---@param err idocr.Error
---@return boolean
function retry.costs_nothing(err)
  return err.billed ~= true and (err.sent == false or err.billed == false or NO_RESULT[err.retry] == true)
end

--- Seconds to wait before the next attempt and what to do first, or nil: give up.
---@param err idocr.Error
---@param state idocr.RetryState
---@return number? delay, "clock"|"token"|nil action
function retry.decide(err, state)
  if state.attempt >= state.attempts or err.billed == true then return nil end

  if err.retry == "clock" then
    if state.clock_corrected or not state.clock_offset then return nil end
    if math.abs(state.clock_offset) < CLOCK_IS_FINE then return nil end
    return 0, "clock"
  end
  if err.retry == "token" then
    if state.token_renewed or not state.temporary then return nil end
    return 0, "token"
  end

  if not err.retryable or NEVER[err.code] then return nil end
  if not retry.costs_nothing(err) and not state.after_send then return nil end

  local delay = full_jitter(state)
  if err.category == "throttled" then delay = math.min(state.cap, THROTTLE_FLOOR + delay) end
  return math.max(delay, state.retry_after or 0)
end

return retry
