--- Parses the numbers of identity cards for foreigners with permanent residence in China. Since 2023: 9, two digits of the province,
--- the numeric country code of ISO 3166-1, birth date, three digits of order (the last odd for men), check character (ISO 7064
--- MOD 11-2). Until 2023: alpha-3 country code, four digits of the region, birth date as YYMMDD, a digit of order, a check digit
--- that agrees with ICAO 9303's (weights 7, 3, 1); that rule is not published.
--- Source: National Immigration Administration, machine readable rules of the 2023 card; GA/T 704 (form of the old number).

local china_id = require "idocr.checks.numbers.china_id"
local check_digits = require "idocr.checks.mrz.check_digits"
local regions = require "idocr.checks.data.china_regions"
local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"
local states = require "idocr.checks.data.states"

local china_permanent_residence = {}

---@class idocr.ChinaPermanentResidence: idocr.Number
---@field form "2023"|"2004"
---@field nationality string?    alpha-3; nil: the country code is not assigned
---@field region_native string?

local function set_region(found, code)
  found.region_code = code
  local region = regions[code]
  if region then found.region, found.region_native = region[1], region[2] end
end

local function new_form(characters, today)
  local province, country, yyyy, mm, dd, order = characters:match("^9(%d%d)(%d%d%d)(%d%d%d%d)(%d%d)(%d%d)%d%d(%d)")
  local found = { number = characters, form = "2023" }
  if not province then
    found.problem = "the number does not begin with 9"
    return result.settle(found)
  end
  set_region(found, province)
  found.nationality = states.by_number(country)
  if not found.nationality then found.problem = "the number has a country code that is not assigned" end
  found.birth_dates = result.birth_dates(yyyy, mm, dd, today)
  found.sex = tonumber(order) % 2 == 1 and "M" or "F"
  found.checksum = china_id.check_character(characters) == characters:sub(18)
  return result.settle(found, found.region ~= nil)
end

local function old_form(characters, today)
  local country, province, yy, mm, dd = characters:match("^(%u%u%u)(%d%d)%d%d(%d%d)(%d%d)(%d%d)")
  local found = { number = characters, form = "2004", nationality = states.find(country), unofficial = { checksum = true } }
  set_region(found, province)
  if not found.nationality then found.problem = "the number has a country code that is not assigned" end
  found.birth_dates = result.open_century(yy, mm, dd, today)
  found.checksum = tostring(check_digits.of(characters:sub(1, 14))) == characters:sub(15)
  return result.settle(found, found.region ~= nil)
end

--- Parses a number.
---@param number string 18 digits, or three letters and 12 digits; stars mask characters
---@param options {today: string|number|nil}?
---@return idocr.ChinaPermanentResidence? result nil where the format is wrong
---@return string? message
function china_permanent_residence.parse(number, options)
  local today = result.today(options)
  local characters, masked = china_id.characters(number)
  local form = new_form
  if not characters or #characters ~= 18 then
    characters, masked = shape.read(number, "aaadddddddddddd")
    form = old_form
  end
  if not characters then
    return nil, "the number of a permanent residence card must have 18 digits beginning with 9, or three letters and 12 digits"
  end
  if masked then return { number = characters, masked = true } end
  return form(characters, today)
end

return china_permanent_residence
