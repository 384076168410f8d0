--- Calculates with calendar dates as "YYYY-MM-DD" text, which sorts in date order.

local calendar = require "idocr.calendar"

local dates = {}

local exists = calendar.exists
dates.exists = exists

dates.OLDEST = 125 -- years; the longest human life known is 122

--- Formats a date as "YYYY-MM-DD"; nil where it does not exist.
---@param year integer
---@param month integer
---@param day integer
---@return string?
function dates.iso(year, month, day)
  if not exists(year, month, day) then return nil end
  return ("%04d-%02d-%02d"):format(year, month, day)
end

--- Splits an ISO date; nil where it does not exist.
---@param text any
---@return integer? year
---@return integer? month
---@return integer? day
function dates.split(text)
  if type(text) ~= "string" then return nil end
  local year, month, day = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  if not year then return nil end
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if not exists(year, month, day) then return nil end
  return year, month, day
end

--- Returns the date of an option: an ISO date, Unix seconds, or nil for today (UTC).
---@param today string|number|nil
---@return string
function dates.today(today)
  if dates.split(today) then return today --[[@as string]] end
  if type(today) == "number" and today == today and today >= 0 and today < 253402300800 then -- before the year 10000
    return os.date("!%Y-%m-%d", math.floor(today)) --[[@as string]]
  end
  return os.date("!%Y-%m-%d") --[[@as string]]
end

--- Returns the whole years between two ISO dates; negative where `to` is earlier.
---@param from string
---@param to string
---@return integer?
function dates.years(from, to)
  local y1, m1, d1 = dates.split(from)
  local y2, m2, d2 = dates.split(to)
  if not y1 or not y2 then return nil end
  local years = y2 - y1
  if m2 < m1 or (m2 == m1 and d2 < d1) then years = years - 1 end
  return years
end

--- Returns the days from 1970-01-01 to an ISO date (proleptic Gregorian).
---@param text string
---@return integer?
function dates.day_number(text)
  local year, month, day = dates.split(text)
  return year and calendar.day_number(year, month, day)
end

return dates
