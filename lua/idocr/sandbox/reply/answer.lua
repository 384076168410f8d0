--- Composes the reply of a service from the fields of a card: every documented member in its place, with the type that
--- the newest generation of the service gives it.

local json = require "idocr.json"
local shapes = require "idocr.sandbox.reply.shapes"
local wire = require "idocr.sandbox.reply.wire"

local answer = {}

-- Card fields that a service gives only when they were asked for, and what asks for them.
local GATES = {
  portrait = "portrait", card_image = "crop", quality = "quality", border_score = "warn.incomplete", reflections = "reflect_detail",
}

--- What a reply is made of.
---@class idocr.sandbox.Content
---@field fields table      card fields in our vocabulary; `visual` is a table, `mrz` and `warnings` are lists
---@field exact boolean     a stamp: members come as set, whatever site, region or switch would leave them out
---@field members table?    reply members (dotted paths) that are set as they are, after everything else

--- How the call was made.
---@class idocr.sandbox.Asked
---@field on table<string, true>  params and warning names that the request turned on
---@field site string?
---@field region string?

local function frame(members, content, asked)
  local object = json.object()
  for _, member in ipairs(members) do
    local default = member[2]
    local here = content.exact or not (member.site and asked.site and member.site ~= asked.site)
    if member.members then
      object:set(member[1], frame(member.members, content, asked))
    elseif default ~= nil and here then
      object:set(member[1], default)
    end
  end
  return object
end

local function holder(reply, path)
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
  local object, last = holder(reply, path)
  local before = object:get(last)
  -- the member's type is the service's: "1.72" is text in some replies and a number in others
  if type(value) == "number" and (type(before) == "string" or before == json.null) then value = ("%.14g"):format(value) end
  object:set(last, value)
end

local function field_of(fields, name)
  local list, index = name:match("^([%w_]+)%[(%d+)%]$")
  if list then return type(fields[list]) == "table" and fields[list][tonumber(index)] or nil end
  return fields[name]
end

-- Members of the shape that only some place has, by their path.
local function conditions(members, into, prefix)
  for _, member in ipairs(members) do
    local path = prefix .. member[1]
    if member.site or member.region then into[path] = member end
    if member.members then conditions(member.members, into, path .. ".") end
  end
  return into
end

local function allowed(condition, asked)
  if not condition then return true end
  if condition.site and asked.site and condition.site ~= asked.site then return false end
  return not condition.region or condition.region == asked.region
end

-- Whether this service has a switch for a field at all.
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
    local gate = GATES[output.field]
    local closed = gate and job.switches[gate] and not job.asked.on[gate]
    if closed and (output.as == "picture" or not job.content.exact) then value = nil end
    if not job.content.exact and not allowed(job.conditions[output.wire], job.asked) then value = nil end
    if value ~= nil and not output.as:match("^period_") then set(reply, output.wire, wire.value(output, value, job.shape)) end
  end
end

local function periods(reply, outputs, fields)
  local parts = {}
  for _, output in ipairs(outputs) do
    local part = output.as:match("^period_(%a+)$")
    if part then
      parts[output.wire] = parts[output.wire] or {}
      parts[output.wire][part] = fields[output.field]
    end
  end
  for path, part in pairs(parts) do
    local text = wire.period(part.start, part["end"], part.open)
    if text then set(reply, path, text) end
  end
end

-- A field that the service gives in parts, where only the whole is known: the first word (or character) is the first part.
local function decompose(service, fields)
  local parts = setmetatable({}, { __index = fields })
  for _, rule in ipairs(service.composed or {}) do
    local whole, absent = fields[rule.field], true
    for _, name in ipairs(rule.from) do absent = absent and fields[name] == nil end
    if type(whole) == "string" and absent then
      local first = rule.separator == "" and "[%z\1-\127\194-\244][\128-\191]*" or "[^%s]+"
      parts[rule.from[1]], parts[rule.from[2]] = whole:match("^(" .. first .. ")%s*(.*)$")
    end
  end
  return parts
end

local function code_of(codes, name)
  local found
  for code, known in pairs(codes) do
    if known == name and (not found or code < found) then found = code end -- the newest numbers are the lowest
  end
  return found
end

local function warn(reply, service, shape, names)
  if type(names) ~= "table" or not next(service.warnings or {}) then return end
  local lists = {}
  for list in pairs(service.warnings) do lists[#lists + 1] = list end
  table.sort(lists, function(a, b) return a > b end)
  local main, filled = shape.warnings or lists[1], {}
  for _, name in ipairs(names) do
    local list, code = main, tonumber(name)
    if not code then
      code = code_of(service.warnings[main], name)
      for _, other in ipairs(code and {} or lists) do
        list, code = other, code_of(service.warnings[other], name)
        if code then break end
      end
    end
    if code then
      filled[list] = filled[list] or {}
      table.insert(filled[list], code)
    end
  end
  for list, codes in pairs(filled) do set(reply, list, codes) end
end

local function confide(reply, service, confidence)
  for member, field in pairs(type(confidence) == "table" and service.confidence or {}) do
    local value = tonumber(confidence[field])
    if value then set(reply, "AdvancedInfo." .. member, json.object():set("Confidence", ("%.4f"):format(value))) end
  end
end

--- The members of a successful reply, without envelope and request id.
---@param service idocr.Service
---@param content idocr.sandbox.Content
---@param asked idocr.sandbox.Asked
---@return idocr.sandbox.Object
function answer.compose(service, content, asked)
  local shape = shapes.of(service)
  local fields = decompose(service, content.fields)
  local job = {
    shape = shape, content = content, asked = asked,
    switches = switches(service.inputs, {}), conditions = conditions(shape.members, {}, ""),
  }
  local reply = frame(shape.members, content, asked)
  fill(reply, service.outputs, fields, job)
  fill(reply, service.visual, type(fields.visual) == "table" and fields.visual or {}, job)
  periods(reply, service.outputs, fields)
  warn(reply, service, shape, fields.warnings)
  confide(reply, service, fields.confidence)
  for path, value in pairs(content.members or {}) do
    local is_plain = type(value) == "table" and #value == 0 and not json.is_object(value)
    set(reply, path, is_plain and json.object(value) or value)
  end
  for name in pairs(service.embedded or {}) do -- JSON inside a string
    local value = reply:get(name)
    if json.is_object(value) then reply:set(name, json.encode(value)) end
  end
  return reply
end

return answer
