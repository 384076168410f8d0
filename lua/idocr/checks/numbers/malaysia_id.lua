--- Parses Malaysian numbers (MyKad, MyKid, MyPR, MyKAS): YYMMDD-PB-###G. PB is the birthplace, G is odd for men. They have no
--- check digit, and two digits of the year, so the century is ambiguous.

local dates = require "idocr.checks.dates"
local normalize = require "idocr.checks.numbers.normalize"
local places = require "idocr.checks.data.malaysia_places"

local byte = string.byte

local malaysia_id = {}

---@class idocr.MalaysiaId
---@field valid boolean            at least one birth date is possible, and the birthplace code is assigned
---@field birth_dates string[]     ISO 8601, none, one or two, the earlier first
---@field birth_date string?       the only possible birth date
---@field birthplace string?       name of a state, country or part of the world; nil: not assigned
---@field birthplace_code string
---@field birthplace_kind "state"|"abroad"|"unknown"|nil
---@field sex "M"|"F"
---@field number string            YYMMDD-PB-NNNN

--- Parses a number.
---@param number string 12 digits; hyphens, dots, slashes or blanks are allowed after the sixth and the eighth
---@param options {today: string|number|nil}?
---@return idocr.MalaysiaId? result nil where the format is wrong
---@return string? message
function malaysia_id.parse(number, options)
  if type(number) ~= "string" or #number > 128 then return nil, "a Malaysian number must be a string of 12 digits" end
  local yy, mm, dd, place, serial = normalize(number):match("^%s*(%d%d)(%d%d)(%d%d)%s*[-./_]?%s*(%d%d)%s*[-./_]?%s*(%d%d%d%d)%s*$")
  if not yy then return nil, "a Malaysian number must have 12 digits: YYMMDD-PB-NNNN" end
  local today = dates.today(type(options) == "table" and options.today or nil)

  local birth_dates = {}
  local century = tonumber(today:sub(1, 2)) * 100
  for _, first in ipairs { century - 100, century } do
    local date = dates.iso(first + tonumber(yy), tonumber(mm), tonumber(dd))
    if date and date <= today then birth_dates[#birth_dates + 1] = date end
  end
  local known = places[place]
  return {
    number = ("%s%s%s-%s-%s"):format(yy, mm, dd, place, serial),
    birth_dates = birth_dates,
    birth_date = #birth_dates == 1 and birth_dates[1] or nil,
    birthplace = known and known.name,
    birthplace_code = place,
    birthplace_kind = known and known.kind,
    sex = byte(serial, 4) % 2 == 1 and "M" or "F",
    valid = #birth_dates > 0 and known ~= nil,
  }
end

return malaysia_id
