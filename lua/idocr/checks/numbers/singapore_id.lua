--- Parses Singapore numbers (NRIC and FIN): a letter, seven digits and a check letter. The weights are 2, 7, 6, 5, 4, 3, 2 and the
--- remainder modulo 11 selects the letter. All issuers follow the rule of S, T, F and G; that of M (since 2022) is not published.
--- Source: Immigration and Checkpoints Authority (meaning of the letters and of the first two digits); Ngiam Shih Tung, "NRIC
--- numbers" (check letters).

local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"

local byte, sub = string.byte, string.sub

local singapore_id = {}

local WEIGHTS = { 2, 7, 6, 5, 4, 3, 2 }

-- first letter -> added to the sum, letters by remainder from 0 to 10
local SERIES = {
  S = { 0, "JZIHGFEDCBA" }, T = { 4, "JZIHGFEDCBA" }, F = { 0, "XWUTRQPNMLK" }, G = { 4, "XWUTRQPNMLK" }, M = { 3, "XWUTRQPNJLK" },
}
local HOLDER = { S = "resident", T = "resident", F = "foreigner", G = "foreigner", M = "foreigner" }
local FIRST_YEAR = "68" -- residents born since 1968 have their year of birth in the number

---@class idocr.SingaporeId: idocr.Number
---@field prefix string                   S, T, F, G or M
---@field holder "resident"|"foreigner"   resident: citizen or permanent resident
---@field birth_year string?              residents born since 1968

--- Calculates the check letter.
---@param prefix string S, T, F, G or M
---@param digits string seven digits
---@return string
function singapore_id.check_letter(prefix, digits)
  local series = SERIES[prefix]
  local sum = series[1]
  for i = 1, 7 do sum = sum + (byte(digits, i) - 48) * WEIGHTS[i] end
  local at = sum % 11 + 1
  return sub(series[2], at, at)
end

--- Parses a number.
---@param number string such as S1234567D; stars mask characters
---@return idocr.SingaporeId? result nil where the format is wrong
---@return string? message
function singapore_id.parse(number)
  local characters, masked = shape.read(number, "addddddda")
  if masked then characters = characters:gsub("^X", "*") end -- no series begins with X
  local prefix = characters and sub(characters, 1, 1)
  if not characters or not (SERIES[prefix] or prefix == "*") then
    return nil, "a Singapore number must have a letter (S, T, F, G or M), seven digits and a letter: S1234567D"
  end
  local found = { number = characters, prefix = prefix, holder = HOLDER[prefix], masked = masked or nil }
  if masked then return found end
  local digits = sub(characters, 2, 8)
  found.checksum = singapore_id.check_letter(prefix, digits) == sub(characters, 9)
  if prefix == "M" then found.unofficial = { checksum = true } end
  local year = sub(digits, 1, 2)
  if prefix == "T" then
    found.birth_year = "20" .. year
  elseif prefix == "S" and year >= FIRST_YEAR then
    found.birth_year = "19" .. year
  end
  return result.settle(found)
end

return singapore_id
