--- Completes the results of parsed numbers: possible birth dates, and whether the number is valid.

local dates = require "idocr.checks.dates"

local result = {}

local OLDEST = 120 -- years; an older holder is impossible

--- What every number check returns; some checks add members.
---@class idocr.Number
---@field valid boolean?         false where a check digit, a date or a code is impossible; nil where characters are masked
---@field number string          in the printed form
---@field masked boolean?        true: some characters are stars, so that nothing was checked
---@field checksum boolean?      nil where this form has no check digit
---@field birth_dates string[]?  ISO 8601: none, one or two, the earlier first; only where the number encodes a birth date
---@field birth_date string?     the only possible birth date
---@field sex "M"|"F"|"X"|nil
---@field region string?         name of the region that the number encodes; nil: its code is not assigned
---@field region_code string?
---@field problem string?        what else is impossible, in words
---@field unofficial table<string, boolean>? names of members (checksum, sex, problem) that follow a rule which no issuer published

--- Returns the date that options give as today.
---@param options any
---@return string
function result.today(options) return dates.today(type(options) == "table" and options.today or nil) end

local function possible(list, date, today)
  if date and date <= today and dates.years(date, today) <= OLDEST then list[#list + 1] = date end
end

--- Returns the possible birth dates of a year with two digits: in the current century and the one before, not in the future, and
--- of a holder of at most 120 years.
---@param yy string
---@param mm string
---@param dd string|integer
---@param today string
---@return string[]
function result.open_century(yy, mm, dd, today)
  local list, century = {}, tonumber(today:sub(1, 2)) * 100
  for first = century - 100, century, 100 do
    possible(list, dates.iso(first + tonumber(yy), tonumber(mm) --[[@as integer]], tonumber(dd) --[[@as integer]]), today)
  end
  return list
end

--- Returns the birth date as a list, empty where it does not exist, is in the future or more than 120 years ago.
---@param yyyy string|integer
---@param mm string
---@param dd string
---@param today string
---@return string[]
function result.birth_dates(yyyy, mm, dd, today)
  local list = {}
  possible(list, dates.iso(tonumber(yyyy) --[[@as integer]], tonumber(mm) --[[@as integer]], tonumber(dd) --[[@as integer]]), today)
  return list
end

--- Sets `birth_date` and `valid`.
---@param found table
---@param region_assigned boolean? false: the region code is not assigned
---@return idocr.Number
function result.settle(found, region_assigned)
  local list = found.birth_dates
  if list and #list == 1 then found.birth_date = list[1] end
  found.valid = found.checksum ~= false and not found.problem and region_assigned ~= false and (not list or #list > 0)
  return found
end

return result
