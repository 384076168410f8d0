--- Sums the digits of a text multiplied by weights.

local byte = string.byte

--- Returns the sum.
---@param digits string ASCII digits
---@param first integer weight of the first digit
---@param step integer  difference of the weights of neighbouring digits
---@return integer
return function(digits, first, step)
  local sum = 0
  for i = 1, #digits do sum = sum + (byte(digits, i) - 48) * (first + (i - 1) * step) end
  return sum
end
