--- Credentials that expire: fetched once for all who wait, renewed before their end, and used to their end when a
--- renewal fails.

local core = require "idocr.core"
local json = require "idocr.json"
local recipe = require "idocr.credentials.source"

local refreshing = {}

local MARGIN = 300 -- seconds before the end at which the official SDKs renew too
local PAUSE = 5 -- seconds between two attempts to renew while the old ones still serve

local CLAIM = 15 -- seconds for which other workers leave the fetching to one
local LOOK = 0.05 -- seconds between two looks whether it is done

local Source = {}
Source.__index = Source

--- `fetch(left)` returns a snapshot with `expires`, or nil and an error. `identity` says what is fetched, for a cache that
--- several workers share (`context.cache`); it holds no secret.
---@param name string
---@param context idocr.CredentialsContext
---@param fetch fun(left: number): idocr.Snapshot?, idocr.Error?
---@param settings { margin: (fun(snapshot: idocr.Snapshot, fetched: number): number)?, identity: string? }?
---@return idocr.CredentialsSource
function refreshing.new(name, context, fetch, settings)
  settings = settings or {}
  local self = setmetatable({ name = name, context = context, fetch = fetch, margin = settings.margin }, Source)
  if context.cache and settings.identity then self.key = name .. ":" .. core.sha256(settings.identity):sub(1, 16) end
  return self
end

--- Takes a snapshot into use.
function Source:keep(snapshot)
  local margin = MARGIN
  if self.margin and snapshot.expires then margin = self.margin(snapshot, self.context.clock()) end
  self.renew_at = snapshot.expires and snapshot.expires - margin or math.huge
  self.snapshot = snapshot -- one assignment: nobody sees a mixture
end

function Source:valid() return self.snapshot ~= nil and self.context.clock() < (self.snapshot.expires or math.huge) end

function Source:fresh()
  if not self:valid() then return false end
  if self.context.clock() < self.renew_at then return true end
  return self.tried ~= nil and self.context.runtime.now() - self.tried < PAUSE
end

--- What another worker fetched.
function Source:load()
  local text = self.context.cache:load(self.key)
  local snapshot = json.decode(text)
  if type(snapshot) ~= "table" then return nil end
  self:keep(snapshot)
  return self:fresh() and snapshot or nil
end

--- The snapshot that another worker has, or is about to have; nil: it is for us to fetch it.
function Source:borrow(left)
  local runtime, cache = self.context.runtime, self.context.cache
  local ends = runtime.now() + math.min(left, CLAIM)
  local snapshot = self:load()
  while not snapshot and not cache:claim(self.key, CLAIM) do
    if runtime.now() >= ends then return nil end
    runtime.sleep(LOOK)
    snapshot = self:load()
  end
  if snapshot then return snapshot end
  snapshot = self:load() -- it may have come, and the claim have been given back, between the last look and ours
  if snapshot then cache:release(self.key) end
  return snapshot
end

function Source:fetch_now(left)
  local cache = self.key and self.context.cache
  local snapshot = cache and self:borrow(left)
  if snapshot then return snapshot end
  local ran, fetched, err = pcall(self.fetch, left)
  if not ran then fetched, err = recipe.raised("the source of credentials", fetched, self.snapshot) end
  if fetched then
    local checked
    checked, err = recipe.check(self.context, fetched)
    fetched = checked and fetched or nil
  end
  if fetched then
    self.tried = nil
    self:keep(fetched)
    local life = fetched.expires and fetched.expires - self.context.clock()
    if cache and life and life > 0 then cache:save(self.key, json.encode(fetched), life) end
  else
    self.tried = self.context.runtime.now()
  end
  if cache then cache:release(self.key) end
  self.context.emit("credentials", { source = self.name, ok = fetched ~= nil, code = err and err.code or nil })
  return fetched, err
end

--- Fetches under the lock, unless somebody did while we waited for it. The work goes on when the request that wanted it
--- is given up, where the runtime has a way.
function Source:renew(left)
  local runtime = self.context.runtime
  local ends = runtime.now() + left
  local locked = self.mutex:acquire(left)
  -- Not locked and time left: a coroutine of the user's holds the lock, and waiting here would stop it.
  if not locked and runtime.now() >= ends then
    return recipe.fail("CredentialsTimeout", "no credentials before the deadline", true)
  end
  local snapshot, err = self:fresh() and self.snapshot, nil
  if not snapshot then snapshot, err = self:fetch_now(ends - runtime.now()) end
  if locked then self.mutex:release() end
  return snapshot or nil, err
end

function Source:renew_apart(left)
  local runtime = self.context.runtime
  if not runtime.detached then return self:renew(left) end
  local ran, snapshot, err = runtime.detached(function() return self:renew(left) end, left)
  if ran then return snapshot, err end
  return recipe.fail("CredentialsTimeout", "no credentials before the deadline", true)
end

--- The snapshot to sign with.
---@param left number seconds that it may take
---@return idocr.Snapshot?, idocr.Error?
function Source:get(left)
  if self:fresh() then return self.snapshot end
  if self.key and not self:valid() and self:load() then return self.snapshot end
  local runtime = self.context.runtime
  self.mutex = self.mutex or runtime.mutex()

  -- While the old ones serve nobody waits for new ones if it can be helped.
  if self:valid() then
    if self.renewing then return self.snapshot end
    self.renewing = true
    local function work()
      self:renew(left)
      self.renewing = nil
    end
    if not runtime.background then
      work()
    elseif not runtime.background(work) then -- a worker on its way out starts nothing: what is valid will do
      self.renewing = nil
    end
    if self:valid() then return self.snapshot end
  end
  return self:renew_apart(left)
end

--- The service refused a snapshot: it is not used again, unless a newer one took its place already.
---@param snapshot idocr.Snapshot
function Source:invalidate(snapshot)
  if self.snapshot ~= snapshot then return end
  self.snapshot, self.tried = nil, nil
  if self.key then self.context.cache:forget(self.key) end
end

return refreshing
