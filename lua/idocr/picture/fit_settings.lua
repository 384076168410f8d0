--- Checks the value of `fit`: the option of `idocr.new` and the param of a call.

local nearest = require "idocr.nearest"

local fit_settings = {}

---@class idocr.FitSettings
---@field longest integer?  most pixels of the longer side of a picture that is made to fit (nil: 2400; ekycpro: 1800)
---@field quality integer?  quality of its JPEG, 1 to 100 (nil: 90; ekycpro: 80)
---@field bytes integer?    most bytes of the picture, where that is less than what the action takes
---@field always boolean?   also makes pictures that fit already (false)
---@field at_once integer?  only of the option: most pictures that a worker of nginx makes at a time (2)

local DEFAULTS = { always = false, at_once = 2 }

local function whole(low, high, description)
  return {
    ok = function(value) return type(value) == "number" and value >= low and value <= high and value == math.floor(value) end,
    says = ("a whole number %s, from %d to %d"):format(description, low, high),
  }
end

local RULES = {
  longest = whole(100, 65500, "of pixels"), quality = whole(1, 100, "(the quality of a JPEG)"), bytes = whole(1024, 2 ^ 31, "of bytes"),
  always = { ok = function(value) return type(value) == "boolean" end, says = "true or false" },
}
local OPTION_RULES = { at_once = whole(1, 64, "of pictures") }
for name, rule in pairs(RULES) do OPTION_RULES[name] = rule end

local function check(value, base, rules)
  if value == false then return true, false end
  local settings = {}
  for name, default in pairs(base) do settings[name] = default end
  if value == true then return true, settings end
  if type(value) ~= "table" then return false, "must be true, false or a table, not a " .. type(value) end
  for name, given in pairs(value) do
    if not rules[name] then return false, ("has no %q%s"):format(tostring(name), nearest.hint(name, rules)) end
    if not rules[name].ok(given) then return false, name .. " must be " .. rules[name].says end
    settings[name] = type(given) == "number" and math.floor(given) or given
  end
  return true, settings
end

--- Checks the option.
---@param value any
---@return boolean ok
---@return idocr.FitSettings|false|string result or what is wrong
function fit_settings.option(value) return check(value, DEFAULTS, OPTION_RULES) end

--- Checks the param. It is merged with the option when the call starts.
---@param value any
---@return boolean ok
---@return table|false|string result
function fit_settings.param(value)
  local ok, result = check(value, {}, RULES)
  return ok, result
end

--- Returns the settings of a call; nil: no picture is made to fit.
---@param option idocr.FitSettings|false|nil
---@param param table|false|nil
---@return idocr.FitSettings?
function fit_settings.merge(option, param)
  if param == false or param == nil and not option then return nil end
  local settings = {}
  for name, value in pairs(option or DEFAULTS) do settings[name] = value end
  for name, value in pairs(param or {}) do settings[name] = value end
  return settings
end

return fit_settings
