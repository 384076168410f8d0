--- Encodes card values in the service's format: the inverse of the converters in `decode/values.lua`. A text outside idocr's
--- vocabulary is sent unchanged, so that a stamp can contain any value.

local calendar = require "idocr.calendar"
local core = require "idocr.core"
local json = require "idocr.json"

local wire = {}

--- Formats an ISO date in a layout ("DD-MM-YYYY", "YYYY/M/D", "D Mon YYYY").
---@param value any
---@param layout string?
---@return any
function wire.date(value, layout)
  local y, m, d = tostring(value):match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  if not y or not layout then return value end
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
  local year, month = tostring(value):match("^%d%d(%d%d)%-(%d%d)$")
  return year and ("(%s-%s)"):format(month, year) or value
end

-- Returns the printed word for "no end"; nil where the card does not say it.
local function open_end(value, words)
  if value == true or value == "true" then return words and words[1] or "LIFELONG" end
end

local DATES = { date = true, date_dmy = true, date_mdy = true }

--- Encodes one value. `wire.joined` encodes members that fill several fields.
---@param output idocr.Output
---@param value any
---@param shape idocr.sandbox.Shape
---@return any
function wire.value(output, value, shape)
  local as = output.as
  if DATES[as] then return wire.date(value, output.formats and output.formats[1]) end
  if as == "month_year" then return month_year(value) end
  if as == "open_end" then return open_end(value, output.formats) end
  if as == "sex" then return shape.sex and shape.sex[value] or value end
  if as == "picture" then return core.base64_encode(value) end
  if as == "resident_type" then return RESIDENT_TYPES[value] or value end
  if as == "number" or as == "integer" or as == "metres" or as == "score" then return number(value) end
  if as == "boolean" then return boolean(value) end
  if as == "positions" then return positions(value) end
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
