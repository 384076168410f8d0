--- Decides whether a failed request is sent again, when, and what must be done before. Reads no clock: times and random
--- numbers are arguments. Whether a repeat may be billed twice is decided by client/money.lua.

local money = require "idocr.client.money"

local retry = {}

--- The retry settings and what has happened in a call so far.
---@class idocr.RetryState
---@field attempt integer      requests made so far
---@field attempts integer     requests allowed
---@field base number          seconds; the longest back-off before the second attempt
---@field cap number           seconds; the longest back-off
---@field after_send boolean
---@field clock_offset number? seconds from our clock to the Date header of the response; nil: it has none
---@field clock_corrected boolean
---@field temporary boolean    the credentials can be renewed
---@field token_renewed boolean
---@field reconnected boolean? a dead connection has been replaced in this call
---@field retry_after number?  seconds of the Retry-After header
---@field random fun(): number uniform in [0, 1)

-- Seconds. With a smaller offset the clock was not the cause; servers allow 300.
local CLOCK_IS_FINE = 60
-- Seconds. Rate limits are counted per second, so an earlier request would be refused again.
local THROTTLE_FLOOR = 1

-- Errors after which no time is left: our rate limiter has waited as long as it could, or the deadline has passed.
local NEVER = { RateLimited = true, DeadlineExceeded = true }

local function full_jitter(retry_state)
  local most = math.min(retry_state.cap, retry_state.base * 2 ^ math.min(retry_state.attempt - 1, 30))
  return retry_state.random() * most
end

--- Returns the seconds to wait before the next attempt and what to do before it; nil: no further attempt.
---@param err idocr.Error
---@param retry_state idocr.RetryState
---@return number? delay
---@return "clock"|"token"|"reconnect"|nil action
function retry.decide(err, retry_state)
  if retry_state.attempt >= retry_state.attempts or not money.may_repeat(err, retry_state) then return nil end

  if err.dead_connection and not retry_state.reconnected then return 0, "reconnect" end
  if err.retry == "clock" then
    if retry_state.clock_corrected or not retry_state.clock_offset then return nil end
    if math.abs(retry_state.clock_offset) < CLOCK_IS_FINE then return nil end
    return 0, "clock"
  end
  if err.retry == "token" then
    if retry_state.token_renewed or not retry_state.temporary then return nil end
    return 0, "token"
  end

  if not err.retryable or NEVER[err.code] then return nil end

  local delay = full_jitter(retry_state)
  if err.category == "throttled" then delay = math.min(retry_state.cap, THROTTLE_FLOOR + delay) end
  return math.max(delay, retry_state.retry_after or 0)
end

return retry
