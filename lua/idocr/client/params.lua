--- Checks the params of a call against the kind, before anything is opened or sent, and parses params that come as text.

local common_params = require "idocr.kinds.common_params"
local fit_settings = require "idocr.picture.fit_settings"
local kinds = require "idocr.kinds"
local nearest = require "idocr.nearest"
local picture = require "idocr.picture"
local sorted_names = require "idocr.sorted_names"

local params = {}

---@class idocr.CheckedParams
---@field pictures { image: idocr.Picture, back: idocr.Picture? }
---@field values table<string, any>   everything but the pictures; `warn` is a list of names, or true
---@field precheck false?            the file is not checked
---@field advice boolean?            the pixels are measured
---@field fit table|false|nil          checked by picture/fit_settings.lua
---@field before_send (fun(): any, idocr.Error?)?  called before each request leaves

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
  if name == "fit" then return fit_settings.param(value) end
  if name == "before_send" then
    if type(value) == "function" then return true, value end
    return false, "must be a function, not a " .. type(value)
  end
  if rule.type == "warnings" then return check_warnings(kind, value) end
  if type(value) ~= rule.type then return false, "must be a " .. rule.type .. ", not a " .. type(value) end
  if rule.values and rule.values[value] == nil then
    return false, ("cannot be %q%s"):format(tostring(value):sub(1, 40), nearest.hint(value, rule.values))
  end
  return true, value
end

local BOOLEAN = { type = "boolean" }

--- Checks and copies the params of a call. A picture alone is short for `{ image = picture }`.
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
      local common = common_params[name]
      if common and not common.is_sent then checked[name] = result else checked.values[name] = result end
    end
  end
  if not checked.pictures.image then return nil, "image is missing" end
  for _, name in ipairs(kind.compiled.required) do
    if checked.values[name] == nil then return nil, name .. " is missing: " .. kind.params[name].help end
  end
  return checked
end

local WORDS = { ["true"] = true, ["1"] = true, on = true, yes = true, ["false"] = false, ["0"] = false, off = false, no = false }

-- By type of the param: text -> value, or nil and what is wrong with it, without repeating it.
local FROM_TEXT = {
  boolean = function(text)
    local value = WORDS[text:lower()]
    if value == nil then return nil, "must be true or false" end
    return value
  end,
  warnings = function(text)
    local word, names = text:lower(), {}
    if word == "all" then return true end
    if WORDS[word] ~= nil then return WORDS[word] end
    for name in word:gmatch("[^%s,;]+") do names[#names + 1] = name end
    return names
  end,
  string = function(text, param)
    if param.values and param.values[text] == nil then return nil, "must be " .. table.concat(sorted_names(param.values), " or ") end
    return text
  end,
}

--- Parses the value of a param from text: a field of a form, an argument of a command. Booleans are true or false, yes or no, on or
--- off, 1 or 0; warnings are names with commas or blanks between them, or all.
---@param kind idocr.Kind
---@param name string a param of the kind that is no picture
---@param text string
---@return any value
---@return string? complaint does not repeat the text
function params.from_text(kind, name, text)
  if name == "before_send" then return nil, "before_send cannot be given as text" end
  local param = kind.params and kind.params[name] or BOOLEAN
  local value, complaint = FROM_TEXT[param.type](text, param)
  if complaint then return nil, name .. " " .. complaint end
  return value
end

--- Returns the kind of a name, or a message with the nearest right name.
---@param name any
---@return idocr.Kind?, string? complaint
function params.kind(name)
  local kind, unreadable = kinds.get(name)
  if kind or unreadable then return kind, unreadable end
  return nil, ("no kind %q%s"):format(tostring(name), nearest.hint(name, kinds.list()))
end

return params
