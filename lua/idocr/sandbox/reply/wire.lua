--- Encodes card values in the service's format: the inverse of the converters in `decode/values.lua`. A text outside idocr's
--- vocabulary is sent unchanged, so that a stamp can contain any value.

local calendar = require "idocr.calendar"
local core = require "idocr.core"
local json = require "idocr.json"

local wire = {}

-- Returns whether two digits stand for a year: the decoder takes them as the last such year that is over.
local function has_short_year(year)
  year = tonumber(year)
  return year >= 1950 and year <= 2025
end

--- Formats an ISO date in a layout ("DD-MM-YYYY", "YYYY/M/D", "D Mon YYYY").
---@param value any
---@param layout string?
---@return any
function wire.date(value, layout)
  local y, m, d = tostring(value):match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  if not y or not layout then return value end
  if layout:find("YY") and not layout:find("YYYY") and not has_short_year(y) then layout = layout:gsub("YY", "YYYY") end
  local text = layout:gsub("Mon", "\1"):gsub("YYYY", y):gsub("YY", y:sub(3)):gsub("MM", m):gsub("M", tostring(tonumber(m)))
  text = text:gsub("DD", d):gsub("D", tostring(tonumber(d)))
  return (text:gsub("\1", calendar.MONTHS[tonumber(m)] or m)) -- last, because month names contain letters of the layout
end

local RESIDENT_TYPES = {
  permanent = "Permanent Resident Identity Card", ["non-permanent"] = "Non-permanent Resident Identity Card",
}

local function number(value) return tonumber(value) or value end

local BOOLEANS = { ["true"] = true, ["false"] = false }

local function boolean(value)
  if BOOLEANS[value] ~= nil then return BOOLEANS[value] end
  return value
end

local function positions(value)
  if type(value) == "string" then
    local list = {}
    for name in value:gmatch("[^,%s]+") do list[#list + 1] = name end
    value = list
  end
  local made = json.list()
  for i, name in ipairs(value) do made[i] = json.object():set("Position", name) end
  return made
end

-- Formats "2003-06" as "(06-03)".
local function month_year(value)
  local year, month = tostring(value):match("^(%d%d%d%d)%-(%d%d)$")
  return year and ("(%s-%s)"):format(month, has_short_year(year) and year:sub(3) or year) or value
end

-- Returns the printed word for "no end"; nil where the card does not say it.
local function open_end(value, words)
  if value == true or value == "true" then return words and words[1] or "LIFELONG" end
end

local SPANISH = { M = "H", F = "M" } -- hombre, mujer

local function centimetres(value)
  local metres = tonumber(value)
  return metres and ("%.14g"):format(metres * 100) or value
end

-- Returns the code that a service sends for a value.
local function code_for(values, wanted)
  local found
  for code, value in pairs(values) do
    if tostring(value) == tostring(wanted) and (not found or code < found) then found = code end
  end
  return found
end

local ENCODERS = {
  month_year = month_year, centimetres = centimetres, picture = core.base64_encode, boolean = boolean, positions = positions,
  number = number, integer = number, metres = number, score = number,
  date = function(value, output) return wire.date(value, output.formats and output.formats[1]) end,
  open_end = function(value, output) return open_end(value, output.formats) end,
  sex = function(value, _, shape) return shape.sex and shape.sex[value] or value end,
  sex_es = function(value) return SPANISH[value] or value end,
  resident_type = function(value, _, shape) return (shape.resident_types or RESIDENT_TYPES)[value] or value end,
}
ENCODERS.date_dmy, ENCODERS.date_mdy = ENCODERS.date, ENCODERS.date

--- Encodes one value. `wire.joined` encodes members that fill several fields.
---@param output idocr.Output
---@param value any
---@param shape idocr.sandbox.Shape
---@return any
function wire.value(output, value, shape)
  if output.values then
    local code = code_for(output.values, value)
    if code ~= nil then return code end
  end
  local encode = ENCODERS[output.as]
  if encode then return encode(value, output, shape) end
  if type(value) == "number" then return ("%.14g"):format(value) end
  return value
end

-- Formats a period of validity: "2010.07.21-2020.07.21", with 长期 in place of an open end.
local function period(part)
  local start, stop, open = part.period_start, part.period_end, part.period_open
  local function day(value) return value and wire.date(value, "YYYY.MM.DD") or "" end
  if open == true or open == "true" then return day(start) .. "-长期" end
  return stop and day(start) .. "-" .. day(stop) or start and day(start)
end

local function beside(first, second) return first and second and first .. " " .. second or first or second end

local function place_and_date(part, layout)
  return beside(part.text_before_date, part.date_at_end and wire.date(part.date_at_end, layout))
end

local function date_and_text(part, layout)
  return beside(part.date_at_start and wire.date(part.date_at_start, layout), part.text_after_date)
end

-- Converter -> how its member is written, from the values of all outputs of that member by their converters.
local JOINED = {
  period_start = period, period_end = period, period_open = period,
  text_before_date = place_and_date, date_at_end = place_and_date,
  date_at_start = date_and_text, text_after_date = date_and_text,
}

--- Returns whether an output shares its member with others, so that `wire.joined` encodes it.
---@param output idocr.Output
---@return boolean
function wire.is_joined(output) return JOINED[output.as] ~= nil end

--- Encodes a member that several outputs share.
---@param parts table<string, any> converter -> value
---@param layout string? of the dates
---@return string?
function wire.joined(parts, layout) return JOINED[next(parts)](parts, layout) end

return wire
