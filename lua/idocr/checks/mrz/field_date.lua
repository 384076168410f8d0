--- Reads the dates of machine readable zones: YYMMDD, with fillers for unknown parts.

local dates = require "idocr.checks.dates"

local sub = string.sub

local field_date = {}

local TWO = {} ---@type table<string, integer> "00".."99" -> number
for i = 0, 99 do TWO[("%02d"):format(i)] = i end
field_date.TWO = TWO

-- Returns the known part of a date whose day, or day and month, are unknown.
local function known_part(year, month, day)
  if day ~= "<<" or not year then return nil end
  local text = ("%04d"):format(year)
  if month == "<<" then return text end
  local number = TWO[month]
  if number and number >= 1 and number <= 12 then return text .. "-" .. month end
end

-- The year and YYMMDD of the last `today`.
local last_today, last_year, last_yymmdd

--- Reads a date: returns the date, its known part, and whether it is possible.
---@param text string
---@param today string? ISO, for a birth date: the latest year that is not in the future; nil, for an expiry date: 20YY
---@return string? date
---@return string? known
---@return boolean possible
function field_date.read(text, today)
  if text == "<<<<<<" then return nil, nil, true end
  local yy, month, day = sub(text, 1, 2), sub(text, 3, 4), sub(text, 5, 6)
  local year = TWO[yy]
  if not year then return nil, nil, yy == "<<" end
  local m, d = TWO[month], TWO[day]
  if not today then
    year = 2000 + year
  else
    if today ~= last_today then
      last_today, last_year = today, tonumber(sub(today, 1, 4))
      last_yymmdd = sub(today, 3, 4) .. sub(today, 6, 7) .. sub(today, 9, 10)
    end
    year = last_year - last_year % 100 + year
    local known = m and d and 6 or m and 4 or 2 -- compare only the known part
    if sub(text, 1, known) > sub(last_yymmdd, 1, known) then year = year - 100 end
  end
  if m and d then
    if dates.exists(year, m, d) then return year .. "-" .. month .. "-" .. day, nil, true end
    return nil, nil, false
  end
  local known = known_part(year, month, day)
  return nil, known, known ~= nil
end

return field_date
