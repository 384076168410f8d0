--- Parses the registration numbers of Brazilian driving licences (CNH): nine digits and two check digits modulo 11, both calculated
--- from the nine; where the first remainder is 10, the first check digit is 0 and 2 is subtracted from the second (modulo 11).
--- Source: CONTRAN, resolution 192 of 2006 (form); the calculation of the national register, as widely implemented.

local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"
local weighted_sum = require "idocr.checks.numbers.weighted_sum"

local brazil_cnh = {}

--- Calculates both check digits.
---@param digits string the first nine digits
---@return string
function brazil_cnh.check_digits(digits)
  local body = digits:sub(1, 9)
  local first, second = weighted_sum(body, 9, -1) % 11, weighted_sum(body, 1, 1) % 11
  if first == 10 then first, second = 0, (second - 2) % 11 end
  return first .. "" .. second % 10
end

--- Parses a number.
---@param number string 11 digits; stars or X mask digits
---@return idocr.Number? result nil where the format is wrong
---@return string? message
function brazil_cnh.parse(number)
  local characters, masked = shape.read(number, "ddddddddddd")
  if not characters then return nil, "the registration number of a CNH must have 11 digits: 07312345611" end
  local found = { number = characters, masked = masked or nil }
  if masked then return found end
  found.checksum = brazil_cnh.check_digits(characters) == characters:sub(10)
  if characters == characters:sub(1, 1):rep(11) then found.problem = "all digits are equal; such numbers are not issued" end
  return result.settle(found)
end

return brazil_cnh
