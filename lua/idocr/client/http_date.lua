--- The HTTP `Date` header as Unix seconds: one fixed form, nothing else believed.

local core = require "idocr.core"

local http_date = {}

local MONTHS = {}
for index, name in ipairs { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" } do
  MONTHS[name] = index
end
local WEEKDAYS = { Sun = 0, Mon = 1, Tue = 2, Wed = 3, Thu = 4, Fri = 5, Sat = 6 }

--- Days since 1970-01-01 of a date of the Gregorian calendar.
local function day_number(year, month, day)
  local y = month <= 2 and year - 1 or year
  local era = math.floor(y / 400)
  local year_of_era = y - era * 400
  local day_of_year = math.floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5) + day - 1
  local day_of_era = year_of_era * 365 + math.floor(year_of_era / 4) - math.floor(year_of_era / 100) + day_of_year
  return era * 146097 + day_of_era - 719468
end

--- Parses an IMF-fixdate (`Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110); the weekday must be that of the date.
---@param text any
---@return integer? seconds since 1970-01-01 UTC
function http_date.parse(text)
  if type(text) ~= "string" then return nil end
  local weekday, day, month, year, hour, minute, second =
    text:match("^(%a%a%a), (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$")
  month = MONTHS[month]
  if not month or not WEEKDAYS[weekday] then return nil end
  day, year = tonumber(day), tonumber(year)
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
  if year < 1970 or not core.iso_date(year, month, day) or hour > 23 or minute > 59 or second > 60 then return nil end
  local days = day_number(year, month, day)
  if (days + 4) % 7 ~= WEEKDAYS[weekday] then return nil end
  return math.floor(days * 86400 + hour * 3600 + minute * 60 + second)
end

return http_date
