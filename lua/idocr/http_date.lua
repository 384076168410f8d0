--- Parses and formats HTTP dates: the form IMF-fixdate of RFC 9110, `Sun, 06 Nov 1994 08:49:37 GMT`.

local calendar = require "idocr.calendar"

local http_date = {}

local floor = math.floor
local WEEKDAYS = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }

local MONTH_OF = {}
for index, name in ipairs(calendar.MONTHS) do MONTH_OF[name] = index end

local function weekday_of(day_number) return WEEKDAYS[(day_number + 4) % 7 + 1] end

--- Parses a date; nil for another form, a date before 1970 or a weekday that is not that of the date.
---@param text any
---@return integer? seconds since 1970-01-01 UTC
function http_date.parse(text)
  if type(text) ~= "string" then return nil end
  local weekday, day, name, year, hour, minute, second =
    text:match("^(%a%a%a), (%d%d) (%a%a%a) (%d%d%d%d) (%d%d):(%d%d):(%d%d) GMT$")
  local month = MONTH_OF[name]
  if not month then return nil end
  day, year = tonumber(day), tonumber(year)
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
  if year < 1970 or not calendar.exists(year, month, day) or hour > 23 or minute > 59 or second > 60 then return nil end
  local days = calendar.day_number(year, month, day)
  if weekday_of(days) ~= weekday then return nil end
  return floor(days * 86400 + hour * 3600 + minute * 60 + second)
end

--- Formats Unix seconds.
---@param seconds number
---@return string
function http_date.format(seconds)
  local days = floor(seconds / 86400)
  local year, month, day = calendar.date_of(days)
  local rest = floor(seconds) % 86400
  return ("%s, %02d %s %04d %02d:%02d:%02d GMT"):format(weekday_of(days), day, calendar.MONTHS[month], year,
    floor(rest / 3600), floor(rest / 60) % 60, rest % 60)
end

return http_date
