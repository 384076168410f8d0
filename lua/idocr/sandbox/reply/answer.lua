--- Composes the response of a service from the fields of a card: all documented members, with the types that the newest
--- version of the service uses.

local json = require "idocr.json"
local shapes = require "idocr.sandbox.reply.shapes"
local wire = require "idocr.sandbox.reply.wire"

local answer = {}

-- Card fields that a service returns only on request, and the param or warning that requests them.
local SWITCHES = {
  portrait = "portrait", portrait_small = "portrait", portrait_back = "portrait", card_image = "crop", quality = "quality",
  border_score = "warn.incomplete", reflections = "reflect_detail",
}

--- The content of a response.
---@class idocr.sandbox.Content
---@field kind string?      what the picture shows
---@field fields table      card fields in our vocabulary; `visual` is a table, `mrz` and `warnings` are lists
---@field exact boolean     from a stamp: members are returned even if site, region or params would omit them
---@field members table?    response members (dotted paths) that are set last, unchanged

--- The params and the target of a call.
---@class idocr.sandbox.CallOptions
---@field on table<string, true>  params and warning names that the request turned on
---@field site string?
---@field region string?

local SURE = 99 -- the confidence in the text of a specimen, of 100

-- Builds the response with the default value of each member.
local function default_members(members, content, call)
  local object = json.object()
  for _, member in ipairs(members) do
    local default = member[2]
    local present = content.exact or not (member.site and call.site and member.site ~= call.site)
    if member.members then
      object:set(member[1], default_members(member.members, content, call))
    elseif default ~= nil and present then
      object:set(member[1], default)
    end
  end
  return object
end

-- Returns the object that holds a dotted path, created if missing, and the last name of the path.
local function parent_of(reply, path)
  local object, last = reply, path
  for step, rest in path:gmatch("([^.]+)()") do
    last = step
    if rest > #path then break end
    local inner = object:get(step)
    if not json.is_object(inner) then
      inner = json.object()
      object:set(step, inner)
    end
    object = inner
  end
  return object, last
end

local function set(reply, path, value)
  local object, last = parent_of(reply, path)
  local before = object:get(last)
  -- keep the member's type: "1.72" is text in some responses and a number in others
  if type(value) == "number" and (type(before) == "string" or before == json.null) then value = ("%.14g"):format(value) end
  object:set(last, value)
end

local function field_of(fields, name)
  local list, index = name:match("^([%w_]+)%[(%d+)%]$")
  if list then return type(fields[list]) == "table" and fields[list][tonumber(index)] or nil end
  return fields[name]
end

-- Collects the members of the shape that only one site or region returns, by path.
local function conditions(members, into, prefix)
  for _, member in ipairs(members) do
    local path = prefix .. member[1]
    if member.site or member.region then into[path] = member end
    if member.members then conditions(member.members, into, path .. ".") end
  end
  return into
end

local function allowed(condition, call)
  if not condition then return true end
  if condition.site and call.site and condition.site ~= call.site then return false end
  return not condition.region or condition.region == call.region
end

-- Collects the params and warnings that the service accepts.
local function switches(inputs, into)
  for _, input in ipairs(inputs or {}) do
    if input.param then into[input.param] = true end
    for _, name in ipairs(input.when or {}) do into[name] = true end
    switches(input.fields, into)
  end
  return into
end

local function fill(reply, outputs, fields, job)
  for _, output in ipairs(outputs or {}) do
    local value = field_of(fields, output.field)
    local switch = SWITCHES[output.field]
    local closed = switch and job.switches[switch] and not job.call.on[switch]
    if closed and (output.as == "picture" or not job.content.exact) then value = nil end
    if not job.content.exact and not allowed(job.conditions[output.wire], job.call) then value = nil end
    if value ~= nil and not wire.is_joined(output) then
      local encoded = wire.value(output, value, job.shape)
      if encoded ~= nil then
        set(reply, output.wire, encoded)
        if output.confidence and not job.content.exact then set(reply, output.confidence, SURE) end
      end
    end
  end
end

-- Sets the members that several outputs share.
local function fill_joined(reply, outputs, fields)
  local parts, layouts = {}, {}
  for _, output in ipairs(outputs) do
    local value = fields[output.field]
    if value ~= nil and wire.is_joined(output) then
      local wire_parts = parts[output.wire] or {}
      parts[output.wire], wire_parts[output.as] = wire_parts, value
      layouts[output.wire] = output.formats and output.formats[1] or layouts[output.wire]
    end
  end
  for path, part in pairs(parts) do
    local text = wire.joined(part, layouts[path])
    if text then set(reply, path, text) end
  end
end

-- Sets the word by which a reply of a shared action says which document it shows.
local function set_document(reply, service, kind)
  local shows = service.shows
  if not shows or shows.wire:find("*", 1, true) then return end
  local object, last = parent_of(reply, shows.wire)
  if object:get(last) ~= "" then return end
  local words = {}
  for word, shown in pairs(shows.kinds) do
    if shown == kind then words[#words + 1] = word end
  end
  table.sort(words)
  object:set(last, words[1])
end

local CHARACTER = "[%z\1-\127\194-\244][\128-\191]*"

-- Splits a text into so many parts at a separator; the last part is the rest. Returns nil where it has fewer.
local function split(text, separator, count)
  local parts, at = {}, 1
  for index = 1, count - 1 do
    local first, last
    if separator == "" then
      last = select(2, text:find(CHARACTER, at))
      first = last and last + 1
    else
      first, last = text:find(separator, at, true)
    end
    if not first or last >= #text then return nil end
    parts[index], at = text:sub(at, first - 1), last + 1
  end
  parts[count] = text:sub(at)
  return parts
end

-- Returns the fields with the parts of composed fields, where none of the parts is given.
local function decompose(service, fields)
  local parts = setmetatable({}, { __index = fields })
  for _, rule in ipairs(service.composed or {}) do
    local whole, absent = fields[rule.field], true
    for _, name in ipairs(rule.from) do absent = absent and parts[name] == nil end
    local values = type(whole) == "string" and absent and split(whole, rule.separator, #rule.from)
    for index, name in ipairs(values and rule.from or {}) do parts[name] = values[index] end
  end
  return parts
end

-- Returns the code, word or flag of a warning; of several the lowest number, which is the newest, or the first word.
local function code_of(codes, name)
  local found
  for code, known in pairs(codes) do
    local better = type(code) == type(found) and code < found or type(code) == "number" and type(found) == "string"
    if known == name and (found == nil or better) then found = code end
  end
  return found
end

-- Returns the list that has a warning, and its code there; the list in use today first.
local function find_warning(service, lists, name)
  for _, list in ipairs(lists) do
    local code = tonumber(name)
    if code == nil then code = code_of(service.warnings[list], name) end
    if code ~= nil then return list, code end
  end
end

-- Sets the warnings from names or codes.
local function set_warnings(reply, service, shape, names)
  if type(names) ~= "table" or not next(service.warnings or {}) then return end
  local lists, filled = {}, {}
  for list in pairs(service.warnings) do lists[#lists + 1] = list end
  table.sort(lists, function(a, b) return a == shape.warnings or b ~= shape.warnings and a > b end)
  for _, name in ipairs(names) do
    local list, code = find_warning(service, lists, name)
    if list and list:find("*", 1, true) then
      set(reply, (list:gsub("%*", tostring(code))), list:sub(-1) == "*" and 1 or true) -- a flag
    elseif list then
      filled[list] = filled[list] or {}
      table.insert(filled[list], code)
    end
  end
  for list, codes in pairs(filled) do set(reply, list, codes) end
end

-- Sets the confidence of values, 0 to 1: in AdvancedInfo, or beside the value as a percentage.
local function set_confidence(reply, service, confidence)
  if type(confidence) ~= "table" then return end
  for member, field in pairs(service.confidence or {}) do
    local value = tonumber(confidence[field])
    if value then set(reply, "AdvancedInfo." .. member, json.object():set("Confidence", ("%.4f"):format(value))) end
  end
  for _, output in ipairs(service.outputs) do
    local value = output.confidence and tonumber(confidence[output.field])
    if value then set(reply, output.confidence, math.floor(value * 100 + 0.5)) end
  end
end

-- Encodes the members that hold JSON in a string, inner ones first.
local function encode_embedded(reply, service)
  local paths = {}
  for path in pairs(service.embedded or {}) do paths[#paths + 1] = path end
  table.sort(paths, function(a, b) return select(2, a:gsub("%.", "")) > select(2, b:gsub("%.", "")) end)
  for _, path in ipairs(paths) do
    local object, last = parent_of(reply, path)
    local value = object:get(last)
    if json.is_object(value) then object:set(last, json.encode(value)) end
  end
end

--- Composes the members of a successful response, without envelope and request id.
---@param service idocr.Service
---@param content idocr.sandbox.Content
---@param call idocr.sandbox.CallOptions
---@return idocr.json.Object
function answer.compose(service, content, call)
  local shape = shapes.of(service)
  local fields = decompose(service, content.fields)
  local job = {
    shape = shape, content = content, call = call,
    switches = switches(service.inputs, {}), conditions = conditions(shape.members, {}, ""),
  }
  local reply = default_members(shape.members, content, call)
  fill(reply, service.outputs, fields, job)
  fill(reply, service.visual, type(fields.visual) == "table" and fields.visual or {}, job)
  fill_joined(reply, service.outputs, fields)
  set_document(reply, service, content.kind)
  set_warnings(reply, service, shape, fields.warnings)
  set_confidence(reply, service, fields.confidence)
  for path, value in pairs(content.members or {}) do
    local is_plain = type(value) == "table" and #value == 0 and not json.is_object(value)
    set(reply, path, is_plain and json.object(value) or value)
  end
  encode_embedded(reply, service)
  return reply
end

return answer
