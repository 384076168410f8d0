--- Calls per second: an exact sliding window for each account and action, shared by all clients that keep their
--- windows in the same store. Each caller reserves the next free moment. A caller that is gone before its moment gives it
--- back, and those who wait for a later one move up.

local core = require "idocr.core"
local errors = require "idocr.errors"

local limiter = {}

-- A second and the jitter of the line: what leaves in order arrives a little closer together or further apart.
local WINDOW = 1.02 -- seconds
local LARGEST = 100 -- starts remembered per window; a higher rate is counted in a shorter window
local MOST_FREE = 2000 -- moments that were given back and wait for a taker
local LOOK = 0.2 -- seconds between two looks of a waiting caller for an earlier moment

--- The window of a rate: so many starts in any stretch of so many seconds.
---@param rate number calls per second
---@return integer permits, number seconds
function limiter.window(rate)
  local permits = math.max(1, math.min(LARGEST, math.floor(rate)))
  return permits, permits / rate * WINDOW
end

--- Reserves the next free moment. `starts` holds the reserved moments in order and is changed in place.
---@param starts number[]
---@param permits integer
---@param window number seconds
---@param now number
---@param latest number  no reservation is made that would begin after it
---@return number? start nil where it would be too late
function limiter.reserve(starts, permits, window, now, latest)
  local start = now
  if #starts >= permits then start = math.max(now, starts[#starts - permits + 1] + window) end
  if start > latest then return nil end
  starts[#starts + 1] = start
  while #starts > permits do table.remove(starts, 1) end
  return start
end

--- Takes the next moment that somebody had reserved and gave up. `free` is in order and changed in place.
---@param free number[]
---@param now number
---@param latest number
---@return number? start
function limiter.take(free, now, latest)
  while free[1] and free[1] < now do table.remove(free, 1) end
  return free[1] and free[1] <= latest and table.remove(free, 1) or nil
end

--- Gives reserved moments back for others to take.
---@param free number[] in order, changed in place
---@param starts number[]
function limiter.give_back(free, starts)
  for _, start in ipairs(starts) do free[#free + 1] = start end
  table.sort(free)
  for i = #free, MOST_FREE + 1, -1 do free[i] = nil end
end

--- Exchanges a reserved moment for the first one that was given back, where that is earlier.
---@param free number[] in order, changed in place
---@param start number
---@param now number
---@return number? earlier
function limiter.move_up(free, start, now)
  while free[1] and free[1] < now do table.remove(free, 1) end
  local earlier = free[1]
  if not earlier or earlier >= start then return nil end
  table.remove(free, 1)
  limiter.give_back(free, { start })
  return earlier
end

--- Where the windows are kept. `change(key, ttl, fn)` gives `fn` the list of numbers under a key (empty at first), which
--- it changes in place and never yields; nobody else sees the list meanwhile. It returns what `fn` returns. A list that
--- was not touched for `ttl` seconds may be forgotten.
---@class idocr.LimiterStore
---@field change fun(self: idocr.LimiterStore, key: string, ttl: number, fn: fun(starts: number[]): any): any

local Memory = {}
Memory.__index = Memory

local SWEEP = 256 -- new keys between two looks for forgotten ones

function Memory:change(key, ttl, fn)
  local entry = self.entries[key]
  if not entry then
    self.added = self.added + 1
    if self.added >= SWEEP then self:sweep() end
    entry = { starts = {}, ttl = ttl }
    self.entries[key] = entry
  end
  entry.touched = core.monotonic()
  return fn(entry.starts)
end

function Memory:sweep()
  local now = core.monotonic()
  self.added = 0
  for key, entry in pairs(self.entries) do
    if now - entry.touched > entry.ttl then self.entries[key] = nil end
  end
end

--- A store within this Lua state.
---@return idocr.LimiterStore
function limiter.memory() return setmetatable({ entries = {}, added = 0 }, Memory) end

local common = limiter.memory()

--- Forgets all windows of this Lua state (for tests).
function limiter.reset() common.entries = {} end

local Limiter = {}
Limiter.__index = Limiter

--- A limiter with the rates that a user wants.
---@param rate false|{ wait: boolean, all: number?, actions: table<string, number|false> }
---@param runtime table now(), sleep()
---@param store idocr.LimiterStore?
function limiter.new(rate, runtime, store)
  return setmetatable({ rate = rate, runtime = runtime, store = store or common, keys = {}, leaving = {} }, Limiter)
end

--- The rate of an action: the user's own, else the published one; nil where neither says.
---@param action string
---@param published number?
---@return number?
function Limiter:rate_of(action, published)
  if not self.rate then return nil end
  local own = self.rate.actions[action]
  if own == false then return nil end
  return own or self.rate.all or published
end

-- A secret id is not a secret, but it need not stand in shared memory either.
function Limiter:key(provider, id, action)
  local account = self.keys[id]
  if not account then
    account = core.sha256(id):sub(1, 16)
    self.keys = { [id] = account } -- one id at a time; temporary ones come and go
  end
  return "idocr:rate:" .. provider .. ":" .. account .. ":" .. action
end

-- The next free moment in order.
local function next_moment(self, place, now, latest)
  return self.store:change(place.starts, place.ttl, function(starts)
    return limiter.reserve(starts, place.permits, place.window, now, latest)
  end)
end

-- A moment to wait for: one that was given back, or the next one.
local function later_moment(self, place, now, latest)
  return self.store:change(place.free, place.ttl, function(free) return limiter.take(free, now, latest) end)
    or next_moment(self, place, now, latest)
end

local function flush(self, place)
  local leaving = self.leaving[place.free]
  if not leaving then return end
  self.leaving[place.free] = nil
  self.store:change(place.free, place.ttl, function(free) limiter.give_back(free, leaving) end)
end

-- Gives a moment back. Callers that vanish together give theirs back together: one change of the store for all.
local function give_back(self, place, start)
  local leaving = self.leaving[place.free]
  if leaving then
    leaving[#leaving + 1] = start
    return
  end
  self.leaving[place.free] = { start }
  local background = self.runtime.background
  if not (background and background(function() flush(self, place) end)) then flush(self, place) end
end

-- Waits for a reserved moment, or for an earlier one that others give back.
local function wait_for(self, place, start, now)
  local runtime = self.runtime
  local function lost() -- called where the caller is no more
    if runtime.now() < start then give_back(self, place, start) end
  end
  while start > now do
    local nap = math.min(start - now, LOOK)
    runtime.sleep(nap, lost)
    if runtime.cancelled and runtime.cancelled() then
      lost()
      return start
    end
    now = math.max(now + nap, runtime.now())
    if start > now then
      start = self.store:change(place.free, place.ttl, function(free) return limiter.move_up(free, start, now) end) or start
    end
  end
  return start
end

--- Waits until a call may start.
---@param provider string
---@param id string   secret id or API key: whose account is counted
---@param action string
---@param published number?  calls per second
---@param left number        seconds until the call's deadline
---@return number? waited seconds, idocr.Error? err
function Limiter:wait(provider, id, action, published, left)
  local rate = self:rate_of(action, published)
  if not rate then return 0 end
  local permits, window = limiter.window(rate)
  local key, now, runtime = self:key(provider, id, action), self.runtime.now(), self.runtime
  local place = { starts = key, free = key .. ":free", ttl = window * 2 + 60, permits = permits, window = window }
  local start = next_moment(self, place, now, now)
  if not start and self.rate.wait then
    start = later_moment(self, place, now, now + left)
    if not start and runtime.reclaim then -- callers that are gone may hold what is wanted
      runtime.reclaim()
      flush(self, place)
      start = later_moment(self, place, now, now + left)
    end
  end
  if not start then
    return nil, errors.unsent("throttled", "RateLimited",
      ("%s is called more than %g times a second; nothing was sent"):format(action, rate), { retryable = true })
  end
  return wait_for(self, place, start, now) - now
end

return limiter
