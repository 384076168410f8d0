--- Writes JSON with the members in the order in which they were set: the services answer in a fixed order, and Lua
--- tables know neither order nor the difference between an empty list and an empty object.

local json_text = require "idocr.json_text"

local json = {}

json.null = setmetatable({}, { __tostring = function() return "null" end })

local object = {}
object.__index = object

--- An object that remembers the order of its members.
---@class idocr.sandbox.Object
---@field names string[]
---@field values table<string, any>
---@return idocr.sandbox.Object
function json.object() return setmetatable({ names = {}, values = {} }, object) end

---@param name string
---@param value any  nil leaves the member as it is
---@return idocr.sandbox.Object self
function object:set(name, value)
  if value == nil then return self end
  if self.values[name] == nil then self.names[#self.names + 1] = name end
  self.values[name] = value
  return self
end

---@param name string
function object:get(name) return self.values[name] end

--- Whether a value is an object made here.
---@param value any
---@return boolean
function json.is_object(value) return getmetatable(value) == object end

local encode

local function list(value)
  local parts = {}
  for i, item in ipairs(value) do parts[i] = encode(item) end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function members(value)
  local parts = {}
  for i, name in ipairs(value.names) do parts[i] = encode(name) .. ":" .. encode(value.values[name]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

--- Text of a value: strings, numbers, booleans, `json.null`, objects made here, and plain tables as lists.
---@param value any
---@return string
function encode(value)
  local kind = type(value)
  if value == json.null or kind == "userdata" then return "null" end -- cjson's null is a light userdata
  if kind == "string" then return json_text.quote(value) end
  if kind == "number" then return json_text.number(value) or "null" end
  if kind == "boolean" then return tostring(value) end
  if json.is_object(value) then return members(value) end
  return list(value)
end
json.encode = encode

--- An object of a plain table, members sorted by name; what is already an object or a list stays.
---@param value any
---@return any
function json.from(value)
  if type(value) ~= "table" or value == json.null or json.is_object(value) then return value end
  if value[1] ~= nil then
    local copy = {}
    for i, item in ipairs(value) do copy[i] = json.from(item) end
    return copy
  end
  local names, made = {}, json.object()
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do made:set(name, json.from(value[name])) end
  return made
end

return json
