--- Limits calls per second for each account and action, together with all clients that use the same store.

local core = require "idocr.core"
local errors = require "idocr.errors"
local events = require "idocr.client.events"
local stores = require "idocr.stores"
local window = require "idocr.stores.window"

local limiter = {}

---@class idocr.Limiter
---@field rate false|{ wait: boolean, all: number?, actions: table<string, number|false> }
---@field runtime idocr.Runtime
---@field limits idocr.Limits
---@field store idocr.Store
---@field fallback idocr.Limits?                   used where the store fails, if the user allows it
---@field emit fun(name: string, fields: table)
---@field leaving table<string, table[]>            key of a limit -> tickets of callers that ended
local Limiter = {}
Limiter.__index = Limiter

--- Makes a limiter.
---@param rate false|{ wait: boolean, all: number?, actions: table<string, number|false> }
---@param runtime idocr.Runtime
---@param store idocr.Store
---@param emit (fun(name: string, fields: table))?
---@return idocr.Limiter
function limiter.new(rate, runtime, store, emit)
  return setmetatable({
    rate = rate, runtime = runtime, store = store, limits = store:limits(), fallback = store.without and stores.memory():limits(),
    emit = emit or events.silent, leaving = {},
  }, Limiter)
end

--- Returns the rate of an action: the user's, else the published one.
---@param action string
---@param published number?
---@return number? rate calls per second; nil: no limit
function Limiter:rate_of(action, published)
  if not self.rate then return nil end
  local rate = self.rate.actions[action]
  if rate == false then return nil end
  return rate or self.rate.all or published
end

-- Returns the key of a limit. It contains a digest of the account's id, because others can read a shared store.
local function key_of(provider, id, action)
  return "rate:" .. provider .. ":" .. core.sha256(id):sub(1, 16) .. ":" .. action
end

-- Returns the places of ended callers to the store.
local function flush(self, limit)
  local tickets = self.leaving[limit.key]
  if not tickets then return end
  self.leaving[limit.key] = nil
  self.limits:leave(limit, tickets)
  if self.fallback then self.fallback:leave(limit, tickets) end -- a ticket says where it has a place
end

-- Gives up the place of a caller that ended. Callers that end together are given up together, in one change of the store.
local function leave(self, limit, ticket)
  local tickets = self.leaving[limit.key]
  if tickets then
    tickets[#tickets + 1] = ticket
    return
  end
  self.leaving[limit.key] = { ticket }
  local background = self.runtime.background
  if not (background and background(flush, self, limit)) then flush(self, limit) end
end

-- Returns a function that gives up the place of a caller that ended in its sleep. A separate function makes it, because nginx clears
-- the stack of a thread that it kills, and with it the variables that a function made there shares with it.
local function leaver(self, limit, ticket)
  return function() leave(self, limit, ticket) end
end

-- Asks the store, or this process where the store fails and the user goes on without it.
local function ask(self, limit, ticket, now, patience, seconds_left)
  local wait, err = self.limits:ask(limit, ticket, now, patience, seconds_left)
  if not err then return wait end
  self.emit("store", { store = self.store.name, use = "limit", code = err.code, without = self.fallback ~= nil })
  if not self.fallback then return nil, err end
  return self.fallback:ask(limit, ticket, now, patience, seconds_left)
end

-- Asks for the first time. Before a refusal, the places of callers that have ended are returned to the store.
local function ask_first(self, limit, ticket, now, patience, seconds_left)
  local wait, err = ask(self, limit, ticket, now, patience, seconds_left)
  if wait or err or patience <= 0 or not self.runtime.reclaim then return wait, err end
  self.runtime.reclaim()
  flush(self, limit)
  return ask(self, limit, ticket, now, patience, seconds_left)
end

-- Waits for the start that a ticket was promised. Returns runtime.now() of the start; nil: too late.
local function wait_for_start(self, limit, ticket, now, wait, ends)
  local runtime, err, lost = self.runtime, nil, leaver(self, limit, ticket)
  while wait and wait > 0 do
    runtime.sleep(wait, lost)
    if runtime.cancelled and runtime.cancelled() then
      lost()
      return now + wait
    end
    now = math.max(now + wait, runtime.now())
    wait, err = ask(self, limit, ticket, now, ends - now, ends - now)
  end
  return wait and now, err
end

--- Waits until a call may start.
---@param provider string
---@param id string           secret id or API key: the account
---@param action string
---@param published number?   calls per second
---@param seconds_left number until the call's deadline
---@return number? waited seconds
---@return idocr.Error? err
function Limiter:wait(provider, id, action, published, seconds_left)
  local rate = self:rate_of(action, published)
  if not rate then return 0 end
  local permits, seconds = window.of(rate)
  local limit = { key = key_of(provider, id, action), permits = permits, seconds = seconds }
  local ticket, begun = {}, self.runtime.now()
  local wait, err = ask_first(self, limit, ticket, begun, self.rate.wait and seconds_left or 0, seconds_left)
  local started
  if wait then started, err = wait_for_start(self, limit, ticket, begun, wait, begun + seconds_left) end
  if started then return started - begun end
  return nil, err or errors.unsent("throttled", "RateLimited",
    ("%s is called more than %g times a second; nothing was sent"):format(action, rate), { retryable = true })
end

return limiter
