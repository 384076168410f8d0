--- Parses Brazilian taxpayer numbers (CPF): nine digits and two check digits modulo 11; the ninth digit is the fiscal region of
--- registration. Numbers of eleven equal digits are not issued. Source: Receita Federal, Instrução Normativa RFB 1548 of 2015.

local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"
local states = require "idocr.checks.data.brazil_states"
local weighted_sum = require "idocr.checks.numbers.weighted_sum"

local brazil_cpf = {}

--- Calculates both check digits.
---@param digits string the first nine digits
---@return string
function brazil_cpf.check_digits(digits)
  local body = digits:sub(1, 9)
  local first = weighted_sum(body, 1, 1) % 11 % 10
  local second = weighted_sum(body .. first, 0, 1) % 11 % 10
  return first .. "" .. second
end

--- Parses a number.
---@param number string 11 digits; stars or X mask digits
---@return idocr.Number? result nil where the format is wrong
---@return string? message
function brazil_cpf.parse(number)
  local characters, masked = shape.read(number, "ddddddddddd")
  if not characters then return nil, "a CPF must have 11 digits: 123.456.789-09" end
  local found = { number = characters:gsub("^(...)(...)(...)(..)$", "%1.%2.%3-%4"), masked = masked or nil }
  if masked then return found end
  found.checksum = brazil_cpf.check_digits(characters) == characters:sub(10)
  found.region_code = characters:sub(9, 9)
  found.region = states.fiscal_region(found.region_code)
  if characters == characters:sub(1, 1):rep(11) then found.problem = "all digits are equal; such numbers are not issued" end
  return result.settle(found)
end

return brazil_cpf
