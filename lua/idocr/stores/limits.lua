--- Rate limits in a store of one machine (memory, nginx dict). Each caller reserves a start time; callers that end before it
--- give it back, and the waiting ones move up.

local window = require "idocr.stores.window"

local limits = {}

--- A rate limit: at most `permits` calls start in any `seconds`.
---@class idocr.Limit
---@field key string
---@field permits integer
---@field seconds number

--- The rate limits in a store. A ticket is a table of the caller, empty at first; `now` is `runtime.now()`.
---@class idocr.Limits
---@field ask fun(self, limit: idocr.Limit, ticket: table, now: number, patience: number, seconds_left: number): number?, idocr.Error?
---  returns 0: the call may start now; seconds to wait before asking again; nil: it could not start within `patience` seconds.
---  The answer itself takes at most `seconds_left`.
---@field leave fun(self: idocr.Limits, limit: idocr.Limit, tickets: table[]): boolean?, idocr.Error?
---  gives up the places of callers that ended before their calls started

--- `change(key, ttl, fn)` calls `fn` with the list of numbers under a key, empty at first. `fn` changes the list in place and
--- must not yield; no other caller sees the list meanwhile. Returns what `fn` returns. The list may be dropped after `ttl`
--- seconds without a change.
---@class idocr.ListStore
---@field change fun(self: idocr.ListStore, key: string, ttl: number, fn: fun(numbers: number[]): any): any

local LONGEST_NAP = 0.2 -- seconds after which a waiting caller looks for an earlier start
local KEPT = 60 -- seconds for which a list is kept after its last start has passed

local Limits = {}
Limits.__index = Limits

local function change_starts(self, limit, fn) return self.store:change(limit.key, limit.seconds * 2 + KEPT, fn) end

local function change_free(self, limit, fn) return self.store:change(limit.key .. ":free", limit.seconds * 2 + KEPT, fn) end

local function reserve(self, limit, now, latest)
  return change_starts(self, limit, function(starts)
    return window.reserve(starts, limit.permits, limit.seconds, now, latest)
  end)
end

function Limits:ask(limit, ticket, now, patience)
  if not ticket.start then
    local latest = now + patience
    ticket.start = reserve(self, limit, now, now)
    if not ticket.start and patience > 0 then
      ticket.start = change_free(self, limit, function(free) return window.take(free, now, latest) end)
        or reserve(self, limit, now, latest)
    end
    if not ticket.start then return nil end
  elseif ticket.start > now then
    local start = ticket.start
    ticket.start = change_free(self, limit, function(free) return window.move_up(free, start, now) end) or start
  end
  return math.min(math.max(ticket.start - now, 0), LONGEST_NAP)
end

function Limits:leave(limit, tickets)
  local starts = {}
  for _, ticket in ipairs(tickets) do starts[#starts + 1] = ticket.start end
  change_free(self, limit, function(free) window.give_back(free, starts) end)
  return true
end

--- Makes the rate limits of a store.
---@param store idocr.ListStore
---@return idocr.Limits
function limits.new(store) return setmetatable({ store = store }, Limits) end

return limits
