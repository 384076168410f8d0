--- A store in the memory of this Lua state, bounded in entries and bytes. When it is full the oldest entries are dropped.

local core = require "idocr.core"
local errors = require "idocr.errors"
local limits = require "idocr.stores.limits"

local memory = {}

local MOST_ENTRIES = 10000
local MOST_BYTES = 64 * 1024 * 1024 -- keys and texts
local SWEEP = 256 -- new lists between two searches for expired ones

---@class idocr.MemoryStore: idocr.Store
local Memory = { name = "memory" }
Memory.__index = Memory

-- Removes an entry; its place in `order` is skipped later.
local function remove(self, key)
  local entry = self.entries[key]
  if not entry then return false end
  self.entries[key] = nil
  self.count, self.bytes = self.count - 1, self.bytes - #key - #entry.text
  return true
end

local function live(self, key)
  local entry = self.entries[key]
  if entry and entry.expires <= core.monotonic() then
    remove(self, key)
    return nil
  end
  return entry
end

-- Copies the places of `order` that are in use, so that the list stays shorter than twice the entries.
local function compact(self)
  local order, count = {}, 0
  for index = self.first, self.last do
    local entry = self.order[index]
    if self.entries[entry.key] == entry then
      count = count + 1
      order[count] = entry
    end
  end
  self.order, self.first, self.last = order, 1, count
end

local function drop_oldest(self)
  local entry = self.order[self.first]
  self.order[self.first] = nil
  self.first = self.first + 1
  if self.entries[entry.key] == entry then remove(self, entry.key) end
end

local function put(self, key, text, ttl)
  local size = #key + #text
  if size > self.most_bytes then
    return nil, errors.store("StoreRefused", ("a value of %d bytes is larger than the memory store"):format(size))
  end
  remove(self, key)
  while self.count >= self.most_entries or self.bytes + size > self.most_bytes do drop_oldest(self) end
  local entry = { key = key, text = text, expires = core.monotonic() + ttl }
  self.entries[key] = entry
  self.count, self.bytes = self.count + 1, self.bytes + size
  self.last = self.last + 1
  self.order[self.last] = entry
  if self.last - self.first > 2 * self.count + SWEEP then compact(self) end
  return true
end

function Memory:get(key)
  local entry = live(self, key)
  return entry and entry.text
end

function Memory:set(key, text, ttl) return put(self, key, text, ttl) end

function Memory:add(key, text, ttl)
  if live(self, key) then return false end
  return put(self, key, text, ttl)
end

function Memory:delete(key)
  remove(self, key)
  return true
end

function Memory:delete_if(key, text)
  local entry = live(self, key)
  return entry ~= nil and entry.text == text and remove(self, key)
end

function Memory:replace_if(key, old, new, ttl)
  local entry = live(self, key)
  if not entry or entry.text ~= old then return false end
  return put(self, key, new, ttl)
end

local function sweep_lists(self, now)
  self.added = 0
  for key, entry in pairs(self.lists) do
    if entry.expires <= now then self.lists[key] = nil end
  end
end

--- Changes the list of numbers under a key; see `idocr.ListStore`.
function Memory:change(key, ttl, fn)
  local now = core.monotonic()
  local entry = self.lists[key]
  if not entry then
    self.added = self.added + 1
    if self.added >= SWEEP then sweep_lists(self, now) end
    entry = { numbers = {} }
    self.lists[key] = entry
  end
  entry.expires = now + ttl
  return fn(entry.numbers)
end

function Memory:limits()
  self.rate_limits = self.rate_limits or limits.new(self)
  return self.rate_limits
end

--- Makes a store.
---@param settings { entries: integer?, bytes: integer? }?  the most that it keeps (10,000; 64 MiB)
---@return idocr.MemoryStore
function memory.new(settings)
  settings = settings or {}
  return setmetatable({
    entries = {}, order = {}, first = 1, last = 0, count = 0, bytes = 0, lists = {}, added = 0,
    most_entries = settings.entries or MOST_ENTRIES, most_bytes = settings.bytes or MOST_BYTES,
  }, Memory)
end

return memory
