--- Parses Pakistani numbers (CNIC, NICOP): 13 digits, 5-7-1. The first digit is the province of registration; the last is odd for
--- men and even, not 0, for women. There is no check digit. Source: National Database and Registration Authority, as reported by
--- The News (2020-01-19); the rule of the last digit is not published in a regulation.

local regions = require "idocr.checks.data.pakistan_regions"
local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"

local pakistan_id = {}

--- Parses a number.
---@param number string 13 digits; stars or X mask digits
---@return idocr.Number? result nil where the format is wrong
---@return string? message
function pakistan_id.parse(number)
  local characters, masked = shape.read(number, "ddddddddddddd")
  if not characters then return nil, "a Pakistani number must have 13 digits: 42101-1234567-2" end
  local found = {
    number = characters:gsub("^(.....)(.......)(.)$", "%1-%2-%3"), masked = masked or nil,
  }
  if masked then return found end
  found.region_code = characters:sub(1, 1)
  found.region = regions[found.region_code]
  local last = tonumber(characters:sub(13))
  if last == 0 then
    found.problem, found.unofficial = "the last digit is 0, which is neither of men (odd) nor of women (2, 4, 6, 8)", { problem = true }
  else
    found.sex, found.unofficial = last % 2 == 1 and "M" or "F", { sex = true }
  end
  return result.settle(found, found.region ~= nil)
end

return pakistan_id
