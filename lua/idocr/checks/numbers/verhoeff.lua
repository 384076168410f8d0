--- Checks the check digit of J. Verhoeff, "Error Detecting Decimal Codes" (1969), which detects every wrong digit and every swap of
--- neighbouring digits.

local byte = string.byte

-- Multiplication in the dihedral group D5, and the permutation of digits by position from the right.
local PRODUCT = {
  [0] = { [0] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { [0] = 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 }, { [0] = 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 },
  { [0] = 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 }, { [0] = 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { [0] = 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 },
  { [0] = 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 }, { [0] = 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 }, { [0] = 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 },
  { [0] = 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
}
local STEP = { [0] = 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 }
local PERMUTATION = { [0] = {} }
for digit = 0, 9 do PERMUTATION[0][digit] = digit end
for position = 1, 7 do
  PERMUTATION[position] = {}
  for digit = 0, 9 do PERMUTATION[position][digit] = STEP[PERMUTATION[position - 1][digit]] end
end

--- Returns whether the last digit is the check digit of the others.
---@param digits string
---@return boolean
return function(digits)
  local sum = 0
  for position = 0, #digits - 1 do
    sum = PRODUCT[sum][PERMUTATION[position % 8][byte(digits, #digits - position) - 48]]
  end
  return sum == 0
end
