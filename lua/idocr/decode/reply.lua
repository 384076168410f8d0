--- Reads members of a parsed reply, parses JSON that is embedded in strings, and decodes pictures.

local core = require "idocr.core"
local decode_base64 = require "idocr.base64_text"
local json = require "idocr.json"

local reply = {}

local null = json.null

--- Returns the member that a list of names leads to; nil where it, or anything above it, is absent or null.
---@param result table
---@param names string[]
---@return any
function reply.member(result, names)
  local value = result[names[1]]
  for index = 2, #names do
    if type(value) ~= "table" then return nil end
    value = value[names[index]]
  end
  if value ~= null then return value end
end

--- Returns the members of an object that a list of names leads to; without names, those of the reply.
---@param result table
---@param names string[]
---@return table members empty where there is no object
function reply.members(result, names)
  local value = result
  if names[1] then value = reply.member(result, names) end
  return type(value) == "table" and value or {}
end

-- `core.reply` replaces a picture by this marker with its number: no text of a reply can hold the byte 255.
local MARKER = "\255(%d)"

local function bytes_of(text, pictures)
  local index = pictures and text:match("^" .. MARKER .. "$")
  local bytes = index and pictures[tonumber(index) + 1]
  if type(bytes) == "string" then return bytes end
  local decoded = decode_base64(text)
  return decoded ~= "" and decoded or nil
end

-- Returns the table that holds the last name of a path.
local function holder(result, names)
  local value = result
  for index = 1, #names - 1 do
    value = value[names[index]]
    if type(value) ~= "table" then return nil end
  end
  return value
end

--- Parses members that hold JSON in a string, in place. Text that is no JSON object or list ("1", "") stays text.
---@param result table
---@param paths string[][] names that lead to each member, outer members first
function reply.parse_embedded(result, paths)
  for _, names in ipairs(paths) do
    local table_, last = holder(result, names), names[#names]
    local text = table_ and table_[last]
    local value = type(text) == "string" and text:find("^%s*[{%[]") and json.decode(text)
    if type(value) == "table" then table_[last] = value end
  end
end

--- Replaces every marker in a reply by the picture's base64, except in members that hold decoded pictures.
---@param result table changed in place
---@param pictures string[]? pictures that `core.reply` took out of the text
---@param decoded table<table, table<string, true>>? holder -> member -> true where bytes stay
function reply.restore(result, pictures, decoded)
  if not (pictures and pictures[1]) then return end
  for name, value in pairs(result) do
    if type(value) == "table" then
      reply.restore(value, pictures, decoded)
    elseif type(value) == "string" and value:find("\255", 1, true) and not (decoded and decoded[result] and decoded[result][name]) then
      result[name] = value:gsub(MARKER, function(index)
        local bytes = pictures[tonumber(index) + 1]
        return type(bytes) == "string" and core.base64_encode(bytes) or nil
      end)
    end
  end
end

--- Decodes the pictures of a service's reply in place.
---@param result table
---@param outputs idocr.CompiledOutput[] outputs that are pictures
---@param pictures string[]? pictures that `core.reply` took out of the text
---@return table<string, string|false> found dotted path -> bytes, or false where a text cannot be decoded
function reply.decode_pictures(result, outputs, pictures)
  local found, decoded = {}, {}
  for _, output in ipairs(outputs) do
    local names = output.names
    local table_, last = holder(result, names), names[#names]
    local text = table_ and table_[last]
    if text ~= nil and text ~= json.null and text ~= "" then
      local bytes = type(text) == "string" and bytes_of(text, pictures)
      if bytes then
        table_[last] = bytes
        decoded[table_] = decoded[table_] or {}
        decoded[table_][last] = true
      end
      found[output.wire] = bytes or false
    end
  end
  reply.restore(result, pictures, decoded)
  return found
end

--- Returns a reply as `provider.outcome` does: with its pictures beside it, for `decode.card`. The reply of any other action
--- gets its pictures back as base64 at once.
---@param result table the reply without its envelope
---@param service idocr.Service? nil: any action's reply
---@param pictures string[]? pictures that `core.reply` took out of the text
---@return table result, nil, string[]? pictures
function reply.refine(result, service, pictures)
  if service then return result, nil, pictures end
  reply.restore(result, pictures)
  return result
end

return reply
