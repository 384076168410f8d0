--- Parses Chinese resident numbers: GB 11643-1999 (18 characters; ISO 7064 MOD 11-2) and the 15 digits issued before 1999.
--- Also parses numbers of residence permits (81, 82, 83) and of foreigners with permanent residence (9…, since 2023), which
--- have the same checksum: 9, province, numeric country code, birth date, two digits of order, checksum.

local dates = require "idocr.checks.dates"
local normalize = require "idocr.checks.numbers.normalize"
local regions = require "idocr.checks.data.china_regions"
local shape = require "idocr.checks.numbers.shape"
local states = require "idocr.checks.data.states"

local byte, sub = string.byte, string.sub

local china_id = {}

local WEIGHTS = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 }
local CHECK = "10X98765432"
local LAST = "[\195\206-\209][\128-\191]$"
local LIKE_X = { ["×"] = "X", ["Χ"] = "X", ["χ"] = "X", ["Х"] = "X", ["х"] = "X" } -- the sign, Greek, Cyrillic
local EARLIEST = "1850-01-01" -- older birth dates are impossible

---@class idocr.ChinaId
---@field valid boolean          checksum correct, birth date possible, and the first digit is not 0; an unknown province
---                              (`region` is nil) does not make it invalid, because codes are added
---@field checksum boolean?      nil for the 15-digit form, which has none
---@field birth_date string?     ISO 8601; nil where it does not exist or is in the future
---@field sex "M"|"F"
---@field region string?         English name of the province of first registration; nil: unknown
---@field region_native string?
---@field region_code string     the first six digits
---@field kind "resident"|"residence_permit"|"foreigner"
---@field nationality string?    foreigners: alpha-3
---@field number string          without blanks, `X` in upper case
---@field long_form string?      the 18-character form of a 15-digit number

--- Calculates the check character of the first 17 digits.
---@param digits string 17 or more digits
---@return string
function china_id.check_character(digits)
  local sum = 0
  for i = 1, 17 do sum = sum + (byte(digits, i) - 48) * WEIGHTS[i] end
  local at = sum % 11 + 1
  return sub(CHECK, at, at)
end

local check_character = china_id.check_character

--- Returns the 18 characters of a number in capitals, without separators.
---@param number any
---@return string? characters masked ones as "*"; nil where the format is wrong
---@return boolean? masked
function china_id.characters(number)
  local compact = shape.compact(number)
  return shape.fit(compact and compact:gsub(LAST, LIKE_X), "dddddddddddddddddx")
end

--- Parses a resident number.
---@param number string 15 digits, or 17 digits and a digit or X; blanks, hyphens and full-width characters are allowed
---@param options {today: string|number|nil}?
---@return idocr.ChinaId? result nil where the format is wrong
---@return string? message
function china_id.parse(number, options)
  if type(number) ~= "string" or #number > 128 then return nil, "a Chinese resident number must be a string of 18 or 15 characters" end
  number = normalize(number):gsub("[%s%-]+", ""):upper()
  number = number:gsub(LAST, LIKE_X)
  local old = #number == 15 and not number:find("%D")
  if not old and not (#number == 18 and number:find("^%d+[%dX]$")) then
    return nil, "a Chinese resident number must have 17 digits and a digit or X, or 15 digits"
  end
  local today = dates.today(type(options) == "table" and options.today or nil)
  local result = { number = number, kind = "resident", region_code = sub(number, 1, 6) }

  local full, earliest = number, EARLIEST
  if old then
    -- sequence numbers 996 to 999 are for people born in the 19th century (GB 11643-1989)
    local century = sub(number, 13) >= "996" and "18" or "19"
    if century == "18" then earliest = "1800-01-01" end
    full = sub(number, 1, 6) .. century .. sub(number, 7)
    full = full .. check_character(full)
    result.long_form = full
  else
    result.checksum = check_character(number) == sub(number, 18)
  end

  local province = sub(full, 1, 2)
  if byte(full) == 57 and not old then -- 9
    result.kind = "foreigner"
    province = sub(full, 2, 3)
    result.nationality = states.by_number(sub(full, 4, 6))
  elseif province == "81" or province == "82" or province == "83" then
    result.kind = "residence_permit"
  end
  local region = regions[province]
  if region then result.region, result.region_native = region[1], region[2] end

  local birth = dates.iso(tonumber(sub(full, 7, 10)), tonumber(sub(full, 11, 12)), tonumber(sub(full, 13, 14)))
  if birth and birth >= earliest and birth <= today then result.birth_date = birth end
  result.sex = byte(full, 17) % 2 == 1 and "M" or "F"
  result.valid = result.checksum ~= false and result.birth_date ~= nil and byte(number) ~= 48
  return result
end

return china_id
