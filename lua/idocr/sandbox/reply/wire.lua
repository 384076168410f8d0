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
  local text = layout:gsub("Mon", "\1"):gsub("YYYY", y):gsub("MM", m):gsub("M", tostring(tonumber(m)))
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

--- Encodes one value. `wire.period` encodes periods, which are three outputs of one member.
---@param output idocr.Output
---@param value any
---@param shape idocr.sandbox.Shape
---@return any
function wire.value(output, value, shape)
  local as = output.as
  if as == "date" then return wire.date(value, output.formats and output.formats[1]) end
  if as == "sex" then return shape.sex and shape.sex[value] or value end
  if as == "picture" then return core.base64_encode(value) end
  if as == "resident_type" then return RESIDENT_TYPES[value] or value end
  if as == "number" or as == "integer" or as == "metres" or as == "score" then return number(value) end
  if as == "boolean" then return boolean(value) end
  if as == "positions" then return positions(value) end
  if type(value) == "number" then return ("%.14g"):format(value) end
  return value
end

--- Formats a period of validity: "2010.07.21-2020.07.21", with 长期 in place of an open end.
---@param start string?
---@param stop string?
---@param open any
---@return string?
function wire.period(start, stop, open)
  if not (start or stop or open) then return nil end
  local function day(value) return value and wire.date(value, "YYYY.MM.DD") or "" end
  if open == true or open == "true" then return day(start) .. "-长期" end
  return stop and day(start) .. "-" .. day(stop) or day(start)
end

return wire
