--- Rate limits on a Redis server, for callers on many machines. The server's clock counts; callers queue on the server in the
--- order of asking, and each start is counted at the moment at which it is granted.

local core = require "idocr.core"

local unpack = table.unpack or unpack

local redis_limits = {}

local LONGEST_NAP = 1 -- seconds after which a waiting caller asks again
local GRACE = 2 -- seconds by which a caller may be late before its place in the queue is given up

-- Asks for a start.
--   KEYS    the starts (a list), the queue (ticket by order), the leases (ticket by time of expiry)
--   ARGV    ticket, permits, window in microseconds, patience in microseconds, longest nap, grace
--   returns microseconds to wait; 0: the start is granted; -1: it would come after the patience
-- At most `permits` starts are granted in a window. While the rate is used up, starts are also spread over the window: requests
-- that are late on their way then cannot meet a whole window's worth of later ones.
local ASK = [[
local starts, queue, leases = KEYS[1], KEYS[2], KEYS[3]
local ticket, permits, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local patience, nap, grace = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]

local function expire(key, microseconds) -- never sooner than others have set
  local milliseconds = math.ceil(microseconds / 1000)
  if redis.call("PTTL", key) < milliseconds then redis.call("PEXPIRE", key, milliseconds) end
end

local times = redis.call("LRANGE", starts, -permits, -1)
for i = 1, #times do times[i] = math.min(tonumber(times[i]), now) end -- a clock that was set back
local lapsed = redis.call("ZRANGEBYSCORE", leases, "-inf", now, "LIMIT", 0, 1000)
if #lapsed > 0 then
  redis.call("ZREM", queue, unpack(lapsed))
  redis.call("ZREM", leases, unpack(lapsed))
end

local position = redis.call("ZRANK", queue, ticket) or redis.call("ZCARD", queue)
local used = 0
for i = 1, #times do
  if times[i] + window > now then used = used + 1 end
end

-- The moment at which this place in the queue is due: `permits` starts before it must have left the window.
local due, index = now, #times + position + 1 - permits
local later = math.max(0, math.ceil((index - #times) / permits))
index = index - later * permits
if index >= 1 then due = math.max(now, times[index] + (later + 1) * window)
elseif later > 0 then due = now + later * window end

-- The rate is in full use: spread the starts, at 0.7 of the even distance, so that callers that come back late can catch up.
local oldest = times[#times - permits + 1]
if oldest and oldest + 2 * window > now then
  due = math.max(due, times[#times] + math.floor(window / permits * 0.7) * (position + 1))
end

if due <= now and position < permits - used then
  redis.call("RPUSH", starts, ("%.0f"):format(now))
  redis.call("LTRIM", starts, -100, -1) -- clients of another rate may count in the same list
  expire(starts, window * 2)
  redis.call("ZREM", queue, ticket)
  redis.call("ZREM", leases, ticket)
  return 0
end
if due <= now then due = now + math.ceil(window / permits) end -- callers before this one have not come back yet
local wait = math.max(due - now, 1000)
if wait > patience then
  redis.call("ZREM", queue, ticket)
  redis.call("ZREM", leases, ticket)
  return -1
end
wait = math.min(wait, nap)
redis.call("ZADD", queue, "NX", ("%.0f"):format(now), ticket)
redis.call("ZADD", leases, ("%.0f"):format(now + wait + grace), ticket)
expire(queue, wait + grace)
expire(leases, wait + grace)
return wait
]]

-- Gives up places in the queue.
local LEAVE = [[
redis.call("ZREM", KEYS[1], unpack(ARGV))
redis.call("ZREM", KEYS[2], unpack(ARGV))
return 1
]]

local MICROSECONDS = 1e6
local MOST_TICKETS = 1000 -- in one script

---@class idocr.RedisLimits: idocr.Limits
local Limits = {}
Limits.__index = Limits

-- Returns the keys of a limit. The braces keep them on one node of a cluster.
local function keys(self, limit)
  local key = self.prefix .. "{" .. limit.key .. "}"
  return { key, key .. ":queue", key .. ":leases" }
end

local function microseconds(seconds) return math.floor(seconds * MICROSECONDS) end

function Limits:ask(limit, ticket, _, patience, seconds_left)
  ticket.id = ticket.id or core.hex(core.random(12))
  -- Repeatable: a start that is granted twice is lost, and the rate is kept.
  local wait, err = self.client:script(ASK, keys(self, limit), {
    ticket.id, limit.permits, microseconds(limit.seconds), microseconds(math.max(patience, 0)), microseconds(LONGEST_NAP),
    microseconds(GRACE),
  }, { repeatable = true, timeout = math.min(self.client.timeout, math.max(seconds_left, 0.001)) })
  if not wait then return nil, err end
  if wait < 0 then return nil end
  return wait / MICROSECONDS
end

function Limits:leave(limit, tickets)
  local names = keys(self, limit)
  local ids = {}
  for _, ticket in ipairs(tickets) do ids[#ids + 1] = ticket.id end
  for first = 1, #ids, MOST_TICKETS do
    local some = { unpack(ids, first, math.min(#ids, first + MOST_TICKETS - 1)) }
    local _, err = self.client:script(LEAVE, { names[2], names[3] }, some, { repeatable = true })
    if err then return nil, err end
  end
  return true
end

--- Makes the rate limits of a server.
---@param client idocr.RedisClient
---@param prefix string of all keys
---@return idocr.RedisLimits
function redis_limits.new(client, prefix) return setmetatable({ client = client, prefix = prefix }, Limits) end

return redis_limits
