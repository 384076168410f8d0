--- The params of a call, checked against the kind before anything is opened or sent.

local kinds = require "idocr.kinds"
local nearest = require "idocr.nearest"
local picture = require "idocr.picture"

local params = {}

---@class idocr.CheckedParams
---@field pictures { image: idocr.Picture, back: idocr.Picture? }
---@field values table<string, any>   everything but the pictures; `warn` is a list of names, or true
---@field precheck false?            the file is not checked
---@field advice boolean?            the pixels are measured

local function check_warnings(kind, value)
  if value == true then return true, true end
  if value == false then return true, nil end
  if type(value) ~= "table" then return false, "must be a list of warning names, or true" end
  local known, list = kind.compiled.asked, {}
  for key, name in pairs(value) do
    if type(key) ~= "number" then return false, "must be a list of warning names, or true" end
    if not known[name] then
      return false, ("knows no warning %q%s"):format(tostring(name), nearest.hint(name, known))
    end
    list[#list + 1] = name
  end
  return true, list
end

local function check_value(kind, name, rule, value)
  if name == "precheck" and value ~= false then
    return false, "can only be false, which sends the file unchecked; advice = true measures the pixels"
  end
  if rule.type == "warnings" then return check_warnings(kind, value) end
  if type(value) ~= rule.type then return false, "must be a " .. rule.type .. ", not a " .. type(value) end
  if rule.values and rule.values[value] == nil then
    return false, ("cannot be %q%s"):format(tostring(value):sub(1, 40), nearest.hint(value, rule.values))
  end
  return true, value
end

local BOOLEAN = { type = "boolean" }
local OURS = { precheck = true, advice = true } -- params that no service gets

--- Checks and copies the params of a call. A picture alone stands for `{ image = picture }`.
---@param kind idocr.Kind
---@param given any
---@return idocr.CheckedParams?, string? complaint
function params.check(kind, given)
  if type(given) == "string" or picture.is(given) then given = { image = given } end
  if type(given) ~= "table" then return nil, "params must be a table, not a " .. type(given) end

  local names = kind.compiled.params
  local checked = { pictures = {}, values = {} }
  for name, value in pairs(given) do
    if not names[name] then
      return nil, ("%s takes no param %q%s"):format(kind.kind, tostring(name), nearest.hint(name, names))
    end
    if name == "image" or name == "back" then
      local opened, complaint = picture.from(value)
      if not opened then return nil, name .. ": " .. complaint end
      checked.pictures[name] = opened
    else
      local ok, result = check_value(kind, name, kind.params and kind.params[name] or BOOLEAN, value)
      if not ok then return nil, name .. " " .. result end
      if OURS[name] then checked[name] = result else checked.values[name] = result end
    end
  end
  if not checked.pictures.image then return nil, "image is missing" end
  return checked
end

--- The kind of a name, or a complaint that helps.
---@param name any
---@return idocr.Kind?, string? complaint
function params.kind(name)
  local kind, unreadable = kinds.get(name)
  if kind or unreadable then return kind, unreadable end
  return nil, ("no kind %q%s"):format(tostring(name), nearest.hint(name, kinds.list()))
end

return params
