--- Converts dates of the proleptic Gregorian calendar to day numbers and back, independent of time zone and locale.

local calendar = {}

local floor = math.floor
local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

--- Short English names of the months.
calendar.MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

--- Returns whether a date exists.
---@param year integer
---@param month integer
---@param day integer
---@return boolean
function calendar.exists(year, month, day)
  local last = DAYS[month]
  if not last then return false end
  if month == 2 and year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) then last = 29 end
  return day >= 1 and day <= last
end

--- Returns the days from 1970-01-01 to a date that exists.
---@param year integer
---@param month integer
---@param day integer
---@return integer
function calendar.day_number(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + floor(year / 4) - floor(year / 100) + floor(year / 400) + floor((153 * month - 457) / 5) + day - 719469
end

--- Returns the date of a day number.
---@param number integer  days since 1970-01-01
---@return integer year
---@return integer month
---@return integer day
function calendar.date_of(number)
  local days = number + 719468 -- since 0000-03-01
  local era = floor(days / 146097) -- of 400 years
  local day_of_era = days - era * 146097
  local year_of_era = floor((day_of_era - floor(day_of_era / 1460) + floor(day_of_era / 36524) - floor(day_of_era / 146096)) / 365)
  local day_of_year = day_of_era - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100)) -- from 1 March
  local month_from_march = floor((5 * day_of_year + 2) / 153)
  local month = month_from_march < 10 and month_from_march + 3 or month_from_march - 9
  local year = year_of_era + era * 400 + (month <= 2 and 1 or 0)
  return year, month, day_of_year - floor((153 * month_from_march + 2) / 5) + 1
end

--- Formats Unix seconds as a UTC date: `2019-02-25`.
---@param seconds number
---@return string
function calendar.iso(seconds) return ("%04d-%02d-%02d"):format(calendar.date_of(floor(seconds / 86400))) end

return calendar
