--- Parses Indian virtual IDs, which stand for an Aadhaar number: 16 digits, the first 2 to 9, the last a Verhoeff check digit, no
--- palindrome. Source: Unique Identification Authority of India, circular 1 of 2018.

local aadhaar = require "idocr.checks.numbers.india_aadhaar"
local shape = require "idocr.checks.numbers.shape"

local india_vid = {}

--- Parses a number.
---@param number string 16 digits; stars or X mask digits
---@return idocr.Number? result nil where the format is wrong
---@return string? message
function india_vid.parse(number)
  local characters, masked = shape.read(number, "dddddddddddddddd")
  if not characters then return nil, "a virtual ID must have 16 digits: 9123 4567 8901 2346" end
  return aadhaar.check(characters, masked)
end

return india_vid
