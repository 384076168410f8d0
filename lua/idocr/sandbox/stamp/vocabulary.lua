--- Validates the fields of a stamp against the card fields that the services of its kind return.

local core = require "idocr.core"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local nearest = require "idocr.nearest"
local specimens = require "idocr.sandbox.specimens"

local vocabulary = {}

--- Returns the fields of a kind: name -> converter or type ("visual.NAME" for the printed zone).
---@param kind idocr.Kind
---@return table<string, idocr.Converter|"list"|"composed"|"warnings"|"confidence">
function vocabulary.fields(kind)
  local known = {}
  local function add(outputs, prefix)
    for _, output in ipairs(outputs or {}) do
      local list = output.field:match("^([%w_]+)%[%d+%]$")
      known[prefix .. (list or output.field)] = list and "list" or output.as
      if output.confidence then known["confidence." .. output.field] = "confidence" end
    end
  end
  for _, service in ipairs(kind.services) do
    add(service.outputs, "")
    add(service.visual, "visual.")
    for _, rule in ipairs(service.composed or {}) do known[rule.field] = known[rule.field] or "composed" end
    if next(service.warnings or {}) then known.warnings = "warnings" end
    for _, field in pairs(service.confidence or {}) do known["confidence." .. field] = "confidence" end
  end
  return known
end

--- Returns the fields of a kind that hold pictures.
---@param kind idocr.Kind
---@return table<string, true>
function vocabulary.pictures(kind)
  local names = {}
  for _, service in ipairs(kind.services) do
    for _, output in ipairs(service.outputs) do
      if output.as == "picture" then names[output.field] = true end
    end
  end
  return names
end

-- Returns the end of a message about a misspelt name; empty where none is near.
local function suggestion(word, candidates)
  local name = nearest.name(word, candidates)
  return name and (" (did you mean %q?)"):format(name) or ""
end

local function warning_names(kind)
  local names = {}
  for _, service in ipairs(kind.services) do
    for _, codes in pairs(service.warnings or {}) do
      for _, name in pairs(codes) do
        if name then names[name] = true end
      end
    end
  end
  return names
end

-- Splits a text at separator characters; returns a list unchanged.
local function split(value, separators)
  if type(value) == "table" then return value end
  local list = {}
  for item in tostring(value):gmatch("[^" .. separators .. "]+") do list[#list + 1] = item end
  return list
end

local function warnings_of(kind, value)
  local names, list = warning_names(kind), {}
  for i, item in ipairs(split(value, ",%s")) do
    local code = tonumber(item)
    if not code and not names[item] then
      return nil, ("%s has no warning %q%s"):format(kind.kind, tostring(item), nearest.hint(item, names))
    end
    list[i] = code or item
  end
  return list
end

local function portrait_of(value)
  local ok = type(value) == "string" and (specimens.path(value) or core.base64_decode(value))
  if ok then return value end
  return nil, "the portrait must be base64 or the kind of a specimen"
end

local function plain(value)
  local t = type(value)
  return t == "string" or t == "number" or t == "boolean"
end

-- Decodes a response member if its text is a JSON object, list, null or boolean.
local function member_value(value)
  if type(value) == "string" and value:match("^%s*[%[{]") or value == "null" or value == "true" or value == "false" then
    local decoded = json.decode(value)
    if decoded ~= nil then return decoded end
  end
  return value
end

local function put(fields, name, value)
  local group, inner = name:match("^(%l+)%.([%w_]+)$")
  if group then
    fields[group] = fields[group] or {}
    fields[group][inner] = value
  else
    fields[name] = value
  end
end

-- Sets one element of a list, "mrz[2]"; those before it are empty until they are set.
local function put_element(fields, name, value)
  local list, index = name:match("^([%w_]+)%[(%d)%]$")
  fields[list] = fields[list] or {}
  for before = 1, tonumber(index) - 1 do fields[list][before] = fields[list][before] or "" end
  fields[list][tonumber(index)] = value
end

local function flatten(given)
  local flat = {}
  for name, value in pairs(given) do
    if (name == "visual" or name == "confidence") and type(value) == "table" then
      for inner, item in pairs(value) do flat[name .. "." .. inner] = item end
    else
      flat[name] = value
    end
  end
  return flat
end

local function normalise(kind, known, name, value)
  local as = known[name]
  if as == "warnings" then return warnings_of(kind, value) end
  if as == "list" then return split(value, "\r\n") end
  if as == "picture" then return portrait_of(value) end
  if as == "positions" then return split(value, ",%s") end
  if not plain(value) then return nil, name .. " must be a string, number or boolean" end
  return value
end

--- Validates and normalises the fields of a stamp.
---@param name string    kind
---@param given table    field -> value; "visual.NAME", "confidence.NAME", "mrz" (two lines), "warnings" (names or codes),
---                      and response members by the service's name ("MyKadNumber", "AdvancedInfo.Quality")
---@return table? fields
---@return table|string members response members, or the error message
function vocabulary.check(name, given)
  local kind = kinds.get(name)
  if not kind then return nil, ("unknown kind %q%s"):format(tostring(name), suggestion(name, kinds.list())) end
  local known, fields, members = vocabulary.fields(kind), {}, {}
  for field, value in pairs(flatten(given)) do
    if type(field) ~= "string" then return nil, "the fields must be a table with names as keys" end
    if field:match("^%u") then
      members[field] = member_value(value)
    elseif known[field:match("^([%w_]+)%[%d%]$") or ""] == "list" then
      put_element(fields, field, value)
    elseif known[field] then
      local kept, message = normalise(kind, known, field, value)
      if kept == nil then return nil, message end
      put(fields, field, kept)
    else
      return nil, ("%s has no field %q%s"):format(name, field, suggestion(field, known))
    end
  end
  return fields, members
end

return vocabulary
