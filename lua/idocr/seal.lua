--- Seals texts that are stored outside the process (results, uploads, credentials): AES-256-GCM under the user's keys.
---
--- A sealed text is: one byte of version, one byte with the length of the key's id, the id, 12 random bytes (the nonce), the
--- encrypted text and its tag. What it is stored under is bound to it, so that one entry cannot take the place of another.

local core = require "idocr.core"

local seal = {}

local VERSION = "\1"
local KEY, NONCE, TAG = 32, 12, 16 -- bytes
local LONGEST_ID = 64 -- bytes of a key's id

---@class idocr.SealKey
---@field id string   names the key in what it seals; not secret
---@field key string  32 random bytes

---@class idocr.Sealer
local Sealer = {}
Sealer.__index = Sealer
Sealer.__name = "idocr.Sealer"
Sealer.__metatable = false

function Sealer.__tostring() return "sealer" end

local function check_key(key)
  if type(key) == "string" and #key == KEY then return key end
  local what = type(key) == "string" and ("a string of " .. #key .. " bytes") or "a " .. type(key)
  return nil, "a key must be a string of 32 random bytes, not " .. what
end

local function check_id(id)
  if type(id) == "string" and #id <= LONGEST_ID and not id:find("[^%w._-]") and id ~= "" then return id end
  return nil, "a key's id must be 1 to 64 letters, digits, '.', '_' or '-'"
end

-- Returns the keys as a list of { id, key }: the first one seals.
local function listed(keys)
  if type(keys) ~= "table" then return { { id = "", key = keys } } end
  if keys[1] ~= nil then return keys end
  local list = {}
  for id, key in pairs(keys) do list[#list + 1] = { id = id, key = key } end
  table.sort(list, function(a, b) return tostring(a.id) < tostring(b.id) end)
  return list
end

--- Makes a sealer of one key or several. The first key seals, all of them open: a new key goes in front of the old one, which
--- may have had no id, until everything that the old one sealed has expired.
---@param keys string|table<string, string>|idocr.SealKey[] one key (32 bytes); or id → key, of which the first id in alphabetical
--- order seals; or a list of `{ id, key }`, of which the first seals
---@return idocr.Sealer? sealer
---@return string? complaint what is wrong with the keys
function seal.new(keys)
  local sealer = { keys = {} }
  for index, each in ipairs(listed(keys)) do
    if type(each) ~= "table" then return nil, "a list of keys holds tables { id = …, key = … }" end
    local id, id_complaint = each.id, nil
    if type(keys) == "table" then id, id_complaint = check_id(each.id) end
    local key, complaint = check_key(each.key)
    if id_complaint or complaint then return nil, id_complaint or complaint end
    if sealer.keys[id] then return nil, "two keys have the same id" end
    sealer.keys[id] = key
    if index == 1 then sealer.first = id end
  end
  if not sealer.first then return nil, "there is no key; give 32 random bytes" end
  return setmetatable(sealer, Sealer)
end

--- Seals a text.
---@param text string
---@param bound string what the text is stored under; it is not part of the result
---@return string sealed
function Sealer:seal(text, bound)
  local nonce, id = core.random(NONCE), self.first
  return table.concat { VERSION, string.char(#id), id, nonce, core.seal(self.keys[id], nonce, bound, text) }
end

--- Opens a sealed text.
---@param sealed string
---@param bound string the text that it was sealed with
---@return string? text
---@return string? reason "malformed"; "unknown_key": none of the keys has its id; "changed": a bit, the key or `bound` differs
function Sealer:open(sealed, bound)
  if #sealed < 2 + NONCE + TAG or sealed:sub(1, 1) ~= VERSION then return nil, "malformed" end
  local start = 3 + sealed:byte(2)
  if #sealed < start - 1 + NONCE + TAG then return nil, "malformed" end
  local id, nonce, rest = sealed:sub(3, start - 1), sealed:sub(start, start + NONCE - 1), sealed:sub(start + NONCE)
  local named, text = self.keys[id], nil
  if named then
    text = core.unseal(named, nonce, bound, rest)
  elseif id == "" or self.keys[""] then -- the key had no id when it sealed this, or has none now
    for _, key in pairs(self.keys) do text = text or core.unseal(key, nonce, bound, rest) end
  end
  if text then return text end
  return nil, named and "changed" or "unknown_key"
end

return seal
