--- What a stamp may say about a kind: the card fields that some service of the kind fills, each with a plain value.

local core = require "idocr.core"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local specimens = require "idocr.sandbox.specimens"

local vocabulary = {}

--- The fields of a kind: name -> what it is ("visual.NAME" for the printed zone).
---@param kind idocr.Kind
---@return table<string, idocr.Converter|"list"|"composed"|"warnings"|"confidence">
function vocabulary.fields(kind)
  local known = {}
  local function add(outputs, prefix)
    for _, output in ipairs(outputs or {}) do
      local list = output.field:match("^([%w_]+)%[%d+%]$")
      known[prefix .. (list or output.field)] = list and "list" or output.as
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

local function warning_names(kind)
  local names = {}
  for _, service in ipairs(kind.services) do
    for _, codes in pairs(service.warnings or {}) do
      for _, name in pairs(codes) do names[name] = true end
    end
  end
  return names
end

local function words(value, separators)
  if type(value) == "table" then return value end
  local list = {}
  for word in tostring(value):gmatch("[^" .. separators .. "]+") do list[#list + 1] = word end
  return list
end

local function warnings_of(kind, value)
  local names, list = warning_names(kind), {}
  for i, word in ipairs(words(value, ",%s")) do
    local code = tonumber(word)
    if not code and not names[word] then return nil, ("%s has no warning %q"):format(kind.kind, tostring(word)) end
    list[i] = code or word
  end
  return list
end

local function portrait_of(value)
  local ok = type(value) == "string" and (specimens.path(value) or core.base64_decode(value))
  if ok then return value end
  return nil, "a portrait is the kind of a specimen, or base64"
end

local function plain(value)
  local t = type(value)
  return t == "string" or t == "number" or t == "boolean"
end

-- Members of the reply itself, named as the service names them, are JSON where they look like it.
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
  if as == "list" then return words(value, "\r\n") end
  if as == "picture" then return portrait_of(value) end
  if as == "positions" then return words(value, ",%s") end
  if not plain(value) then return nil, name .. " must be a plain value" end
  return value
end

--- Brings the fields that somebody wants to stamp into the form in which they are kept.
---@param name string    kind
---@param given table    field -> value; "visual.NAME", "confidence.NAME", "mrz" (two lines), "warnings" (names or codes),
---                      and members of the reply by the service's own name ("MyKadNumber", "AdvancedInfo.Quality")
---@return table? fields
---@return table|string members members of the reply, or the complaint
function vocabulary.check(name, given)
  local kind = kinds.get(name)
  if not kind then return nil, ("there is no kind %q"):format(tostring(name)) end
  local known, fields, members = vocabulary.fields(kind), {}, {}
  for field, value in pairs(flatten(given)) do
    if type(field) ~= "string" then return nil, "fields are named" end
    if field:match("^%u") then
      members[field] = member_value(value)
    elseif field:match("^mrz%[[12]%]$") and known.mrz then
      fields.mrz = fields.mrz or { "", "" }
      fields.mrz[tonumber(field:match("%d"))] = value
    elseif known[field] then
      local kept, complaint = normalise(kind, known, field, value)
      if kept == nil then return nil, complaint end
      put(fields, field, kept)
    else
      return nil, ("%s has no field %q"):format(name, field)
    end
  end
  return fields, members
end

return vocabulary
