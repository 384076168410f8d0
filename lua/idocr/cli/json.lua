--- JSON for machines: members sorted, lists known as lists even when empty, pictures as base64.

local json_text = require "idocr.json_text"
local width = require "idocr.cli.width"

local json = {}

-- Members that are lists, also when they hold nothing.
local LISTS = {}
for name in ("birth_dates fields findings lines mrz mrz_part params problems reflections services sites unread warnings"):gmatch("%S+") do
  LISTS[name] = true
end

local REPLACEMENT = "\239\191\189" -- U+FFFD

--- A text as UTF-8, which JSON must be: what is none (in the name of a file, say) becomes U+FFFD.
---@param text string
---@return string
function json.utf8(text)
  if not text:find("[\128-\255]") then return text end
  local parts = {}
  for character in width.characters(text, REPLACEMENT) do parts[#parts + 1] = character end
  return table.concat(parts)
end

--- Encodes a value. Light userdata (JSON's null) is null; functions and the like are left out.
---@param value any
---@param name string? the member's name, which tells an empty list from an empty object
---@return string?
function json.encode(value, name)
  local kind = type(value)
  if kind == "string" then return json_text.quote(json.utf8(value)) end
  if kind == "number" then return json_text.number(value) or "null" end
  if kind == "boolean" then return tostring(value) end
  if kind == "userdata" or kind == "nil" then return "null" end
  if kind ~= "table" then return nil end

  local parts = {}
  if #value > 0 or (next(value) == nil and LISTS[name]) then
    for i = 1, #value do parts[i] = json.encode(value[i]) or "null" end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  local keys = {}
  for key in pairs(value) do
    if type(key) == "string" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    local text = json.encode(value[key], key)
    if text then parts[#parts + 1] = json_text.quote(json.utf8(key)) .. ":" .. text end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

return json
