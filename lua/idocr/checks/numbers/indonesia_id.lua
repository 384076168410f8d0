--- Parses Indonesian numbers (NIK): 16 digits: province, regency, district (two digits each) of the first registration, birth date as
--- DDMMYY with 40 added to the day for women, and four digits of order. There is no check digit.
--- Source: Government Regulation 37 of 2007, article 37.

local provinces = require "idocr.checks.data.indonesia_provinces"
local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"

local indonesia_id = {}

local WOMEN = 40 -- added to the day

--- Returns the province that a card prints, and the provinces that it was split from: numbers stay when people move or provinces
--- are split.
---@param text string name as printed, such as "PROVINSI DKI JAKARTA"
---@return string[]? names nil where the province is unknown
function indonesia_id.places(text) return provinces.find(text) end

--- Parses a number.
---@param number string 16 digits; stars or X mask digits
---@param options {today: string|number|nil}?
---@return idocr.Number? result nil where the format is wrong
---@return string? message
function indonesia_id.parse(number, options)
  local characters, masked = shape.read(number, "dddddddddddddddd")
  if not characters then return nil, "an Indonesian number must have 16 digits: 3171014403900001" end
  local found = { number = characters, masked = masked or nil }
  if masked then return found end
  local code, regency, district, day, mm, yy, order = characters:match("^(%d%d)(%d%d)(%d%d)(%d%d)(%d%d)(%d%d)(%d%d%d%d)$")
  local women = tonumber(day) > WOMEN
  found.region_code, found.region = code, provinces.name(code)
  found.sex = women and "F" or "M"
  found.birth_dates = result.open_century(yy, mm, tonumber(day) - (women and WOMEN or 0), result.today(options))
  if order == "0000" then
    found.problem = "the four digits of order are 0000; they begin with 0001"
  elseif regency == "00" or district == "00" then
    found.problem = "the code of the regency or district is 00, which is not assigned"
  end
  return result.settle(found, found.region ~= nil)
end

return indonesia_id
