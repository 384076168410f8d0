--- Formats Unix seconds as UTC dates. Counts days itself, so that neither the time zone nor the locale matters.

local calendar = {}

local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }
local WEEKDAYS = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }

local function civil(seconds)
  local days = math.floor(seconds / 86400)
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  return yoe + era * 400 + (month <= 2 and 1 or 0), month, doy - math.floor((153 * mp + 2) / 5) + 1, (days + 4) % 7
end

--- Formats a date: `2019-02-25`.
---@param seconds number
---@return string
function calendar.date(seconds)
  local year, month, day = civil(seconds)
  return ("%04d-%02d-%02d"):format(year, month, day)
end

--- Formats an HTTP date: `Mon, 25 Feb 2019 16:44:25 GMT`.
---@param seconds number
---@return string
function calendar.http(seconds)
  local year, month, day, weekday = civil(seconds)
  local rest = math.floor(seconds) % 86400
  return ("%s, %02d %s %04d %02d:%02d:%02d GMT"):format(WEEKDAYS[weekday + 1], day, MONTHS[month], year,
    math.floor(rest / 3600), math.floor(rest / 60) % 60, rest % 60)
end

return calendar
