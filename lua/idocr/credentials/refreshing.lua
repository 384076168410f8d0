--- Caches credentials that expire: one fetch serves all waiting callers, renewal starts before expiry, and the current
--- credentials stay in use until they expire when renewal fails.

local core = require "idocr.core"
local failure = require "idocr.credentials.failure"
local json = require "idocr.json"
local source = require "idocr.credentials.source"

local refreshing = {}

local MARGIN = 300 -- seconds before expiry, as in the official SDKs
local PAUSE = 5 -- seconds between two renewal attempts while the current credentials are valid

local CLAIM = 15 -- seconds for which a worker holds the claim to fetch
local POLL = 0.05 -- seconds between two reads of the shared store

local Source = {}
Source.__index = Source

--- Makes a source. `fetch(seconds_left)` returns credentials, or nil and an error. `identity` becomes the key in the store
--- that workers share (`context.store`).
---@param name string
---@param context idocr.CredentialsContext
---@param fetch fun(seconds_left: number): idocr.Snapshot?, idocr.Error?
---@param settings { margin: (fun(snapshot: idocr.Snapshot, fetched: number): number)?, identity: string? }?
---@return idocr.CredentialsSource
function refreshing.new(name, context, fetch, settings)
  settings = settings or {}
  local self = setmetatable({ name = name, context = context, fetch = fetch, margin = settings.margin }, Source)
  if context.store and settings.identity then
    self.key = "credentials:" .. name .. ":" .. core.sha256(settings.identity):sub(1, 16)
  end
  return self
end

--- Replaces the current credentials.
function Source:keep(snapshot)
  local margin = MARGIN
  if self.margin and snapshot.expires then margin = self.margin(snapshot, self.context.clock()) end
  self.renew_at = snapshot.expires and snapshot.expires - margin or math.huge
  self.snapshot = snapshot -- one assignment, so that no caller gets parts of two snapshots
end

--- Returns whether the current credentials have not expired.
function Source:valid() return self.snapshot ~= nil and self.context.clock() < (self.snapshot.expires or math.huge) end

--- Returns whether the current credentials can be used without trying to renew them now.
function Source:fresh()
  if not self:valid() then return false end
  if self.context.clock() < self.renew_at then return true end
  return self.tried ~= nil and self.context.runtime.now() - self.tried < PAUSE
end

--- Loads credentials that another worker fetched. A store that fails counts as an empty one.
function Source:load()
  local text, err = self.context.store:get(self.key)
  if err then self.context.emit("store", { store = self.context.store.name, use = "credentials", code = err.code, without = true }) end
  local snapshot = text and json.decode(text)
  if type(snapshot) ~= "table" then return nil end
  self:keep(snapshot)
  return self:fresh() and snapshot or nil
end

-- Claims the fetch. Returns whether this worker makes it: it holds the claim, or the store fails.
local function claim(self, token) return self.context.store:add(self.key .. ":claim", token, CLAIM) ~= false end

local function release(self, token) self.context.store:delete_if(self.key .. ":claim", token) end

--- Waits for the credentials that another worker is fetching. Returns nil when this worker has to fetch them.
---@param token string identifies the claim of this worker
function Source:borrow(seconds_left, token)
  local runtime = self.context.runtime
  local ends = runtime.now() + math.min(seconds_left, CLAIM)
  local snapshot = self:load()
  while not snapshot and not claim(self, token) do
    if runtime.now() >= ends then return nil end
    runtime.sleep(POLL)
    snapshot = self:load()
  end
  if snapshot then return snapshot end
  snapshot = self:load() -- another worker may have saved it and released the claim after the last load
  if snapshot then release(self, token) end
  return snapshot
end

--- Fetches, validates and shares new credentials.
function Source:fetch_now(seconds_left)
  local store, token = self.key and self.context.store, nil
  if store then token = core.hex(core.random(8)) end
  local snapshot = store and self:borrow(seconds_left, token)
  if snapshot then return snapshot end
  local ran, fetched, err = pcall(self.fetch, seconds_left)
  if not ran then fetched, err = failure.raised("the source of credentials", fetched, self.snapshot) end
  if fetched then
    local checked
    checked, err = source.check(self.context, fetched)
    fetched = checked and fetched or nil
  end
  if fetched then
    self.tried = nil
    self:keep(fetched)
    local life = fetched.expires and fetched.expires - self.context.clock()
    if store and life and life > 0 then store:set(self.key, json.encode(fetched), life) end
  else
    self.tried = self.context.runtime.now()
  end
  if store then release(self, token) end
  self.context.emit("credentials", { source = self.name, ok = fetched ~= nil, code = err and err.code or nil })
  return fetched, err
end

--- Fetches under the lock, unless another caller fetched while this one waited.
function Source:renew(seconds_left)
  local runtime = self.context.runtime
  local ends = runtime.now() + seconds_left
  local locked = self.mutex:acquire(seconds_left)
  -- Not locked before the deadline: a user's coroutine holds the lock and waiting would deadlock, so fetch without it.
  if not locked and runtime.now() >= ends then
    return failure.fail("CredentialsTimeout", "no credentials before the deadline", true)
  end
  local snapshot, err = self:fresh() and self.snapshot, nil
  if not snapshot then snapshot, err = self:fetch_now(ends - runtime.now()) end
  if locked then self.mutex:release() end
  return snapshot or nil, err
end

--- Renews in a detached task where the runtime has them: the fetch then outlives a cancelled request.
function Source:renew_detached(seconds_left)
  local runtime = self.context.runtime
  if not runtime.detached then return self:renew(seconds_left) end
  local ran, snapshot, err = runtime.detached(seconds_left, self.renew, self, seconds_left)
  if ran then return snapshot, err end
  return failure.fail("CredentialsTimeout", "no credentials before the deadline", true)
end

local function renew_while_valid(self, seconds_left)
  self:renew(seconds_left)
  self.renewing = nil
end

--- Returns the credentials to sign with.
---@param seconds_left number
---@return idocr.Snapshot?, idocr.Error?
function Source:get(seconds_left)
  if self:fresh() then return self.snapshot end
  if self.key and not self:valid() and self:load() then return self.snapshot end
  local runtime = self.context.runtime
  self.mutex = self.mutex or runtime.mutex()

  -- While the current credentials are valid, they are renewed in the background.
  if self:valid() then
    if self.renewing then return self.snapshot end
    self.renewing = true
    if not runtime.background then
      renew_while_valid(self, seconds_left)
    elseif not runtime.background(renew_while_valid, self, seconds_left) then -- an exiting worker starts no background task
      self.renewing = nil
    end
    if self:valid() then return self.snapshot end
  end
  return self:renew_detached(seconds_left)
end

--- Discards credentials that the service refused, unless newer ones have replaced them.
---@param snapshot idocr.Snapshot
function Source:invalidate(snapshot)
  if self.snapshot ~= snapshot then return end
  self.snapshot, self.tried = nil, nil
  if self.key then self.context.store:delete(self.key) end
end

return refreshing
