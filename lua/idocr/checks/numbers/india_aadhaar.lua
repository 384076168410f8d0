--- Parses Indian Aadhaar numbers: 12 digits, the first 2 to 9, the last a Verhoeff check digit, no palindrome.
--- Source: Unique Identification Authority of India, "A UID numbering scheme" (2010).

local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"
local verhoeff = require "idocr.checks.numbers.verhoeff"

local india_aadhaar = {}

--- Completes the result for a number of the authority: Aadhaar or virtual ID.
---@param characters string digits, masked ones as "*"
---@param masked boolean?
---@return idocr.Number
function india_aadhaar.check(characters, masked)
  local found = { number = characters:gsub("%S%S%S%S", "%0 "):sub(1, -2), masked = masked or nil }
  if masked then return found end
  found.checksum = verhoeff(characters)
  if not characters:find("^[2-9]") then
    found.problem = "the number begins with 0 or 1, which is not assigned"
  elseif characters == characters:reverse() then
    found.problem = "the number is the same backwards, which is not assigned"
  end
  return result.settle(found)
end

--- Parses a number.
---@param number string 12 digits; stars or X mask digits ("XXXX XXXX 1234")
---@return idocr.Number? result nil where the format is wrong
---@return string? message
function india_aadhaar.parse(number)
  local characters, masked = shape.read(number, "dddddddddddd")
  if not characters then return nil, "an Aadhaar number must have 12 digits: 2345 6789 0124" end
  return india_aadhaar.check(characters, masked)
end

return india_aadhaar
