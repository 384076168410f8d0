--- The part of a client's store in which temporary credentials are shared: sealed where other machines can read the store.

local seal = require "idocr.seal"

local shared = {}

---@class idocr.SealedStore
---@field store idocr.Store
---@field sealer idocr.Sealer
local Sealed = {}
Sealed.__index = Sealed

--- Returns the text under a key; nil also where another key sealed it.
function Sealed:get(key)
  local text, err = self.store:get(key)
  if not text then return nil, err end
  return self.sealer:open(text, key)
end

function Sealed:set(key, text, ttl) return self.store:set(key, self.sealer:seal(text, key), ttl) end

-- `add` and `delete_if` keep claims, random texts that need no seal.
function Sealed:add(key, text, ttl) return self.store:add(key, text, ttl) end

function Sealed:delete_if(key, text) return self.store:delete_if(key, text) end

function Sealed:delete(key) return self.store:delete(key) end

--- Returns where temporary credentials are shared. Sources also keep them in their own memory, so that of this process adds
--- nothing; a Redis server gets them only with a key.
---@param store idocr.Store
---@param key string|table|nil  of `seal.new`
---@return table? store  nil: nowhere
function shared.store(store, key)
  if store.name == "memory" or store.name == "redis" and not key then return nil end
  if not key then return store end
  return setmetatable({ name = store.name, store = store, sealer = assert(seal.new(key)) }, Sealed)
end

return shared
