--- Seals what a queue stores, and derives the ids of items and tickets, which reveal nothing.
---
--- With a key, jobs (with the paths of files), uploads and results are sealed with AES-256-GCM, and ids are keyed digests. In clear,
--- ids are plain digests.

local core = require "idocr.core"
local json = require "idocr.json"
local seal = require "idocr.seal"

local vault = {}

local SEALED = "\1" -- the first byte of a sealed text; texts in clear are JSON or pictures

---@class idocr.Vault
---@field sealer idocr.Sealer?
---@field id_keys string[]  one for each key; the first names new items
---@field name string       of the queue: what one queue stores cannot be put into another one
local Vault = {}
Vault.__index = Vault

local function id_key(key) return core.hmac_sha256(key, "idocr queue ids") end

-- Returns the keys in the order in which `seal.new` uses them.
local function listed(keys)
  if type(keys) ~= "table" then return { keys } end
  local list = {}
  if keys[1] ~= nil then
    for _, each in ipairs(keys) do list[#list + 1] = each.key end
    return list
  end
  local ids = {}
  for id in pairs(keys) do ids[#ids + 1] = id end
  table.sort(ids)
  for index, id in ipairs(ids) do list[index] = keys[id] end
  return list
end

--- Makes the vault of a queue.
---@param keys string|table<string, string>|idocr.SealKey[]|nil  as for `seal.new`; nil: everything is stored in clear
---@param name string of the queue
---@return idocr.Vault?
---@return string? complaint
function vault.new(keys, name)
  local self = setmetatable({ name = name, id_keys = {} }, Vault)
  if keys == nil then return self end
  local complaint
  self.sealer, complaint = seal.new(keys)
  if not self.sealer then return nil, complaint end
  for index, key in ipairs(listed(keys)) do self.id_keys[index] = id_key(key) end
  return self
end

--- Returns the ids that a job may have: the first for a new item, the others of keys that were first before.
---@param identity string what makes a job the same as another one
---@return string[]
function Vault:ids(identity)
  if not self.sealer then return { core.sha256(identity):sub(1, 32) } end
  local ids = {}
  for index, key in ipairs(self.id_keys) do ids[index] = core.hex(core.hmac_sha256(key, identity)):sub(1, 32) end
  return ids
end

local function bound(self, what) return "idocr:queue:" .. self.name .. ":" .. what end

--- Seals a text where there is a key.
---@param text string
---@param what string what it is and whose, such as "job:ID"
---@return string
function Vault:close(text, what)
  return self.sealer and self.sealer:seal(text, bound(self, what)) or text
end

--- Opens a text of `close`.
---@param text string
---@param what string
---@return string? text
---@return string? complaint
function Vault:open(text, what)
  if text:sub(1, 1) ~= SEALED then return text end
  if not self.sealer then return nil, "it is sealed, and no key was given" end
  local opened = self.sealer:open(text, bound(self, what))
  if opened then return opened end
  return nil, "the key does not open it"
end

--- Seals a table as JSON.
---@param value table
---@param what string
---@return string
function Vault:pack(value, what) return self:close(json.encode(value), what) end

--- Opens a table of `pack`.
---@param text string
---@param what string
---@return table? value
---@return string? complaint
function Vault:unpack(text, what)
  local opened, complaint = self:open(text, what)
  if not opened then return nil, complaint end
  local value = json.decode(opened)
  if type(value) ~= "table" then return nil, "it is malformed" end
  return value
end

return vault
