--- Whether a failed request is made again, when, and what must be put right before. Pure: time and chance are arguments.
--- Whether it may be, for the money, client/money.lua decides.

local money = require "idocr.client.money"

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
---@field reconnected boolean? a dead connection has been replaced in this call
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

--- Seconds to wait before the next attempt and what to do first, or nil: give up.
---@param err idocr.Error
---@param state idocr.RetryState
---@return number? delay, "clock"|"token"|"reconnect"|nil action
function retry.decide(err, state)
  if state.attempt >= state.attempts or not money.may_repeat(err, state) then return nil end

  if err.dead_connection and not state.reconnected then return 0, "reconnect" end
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

  local delay = full_jitter(state)
  if err.category == "throttled" then delay = math.min(state.cap, THROTTLE_FLOOR + delay) end
  return math.max(delay, state.retry_after or 0)
end

return retry
