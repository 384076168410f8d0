--- Calculates check digits of machine readable zones: ICAO Doc 9303-3 (8th ed., 2021) section 4.9.
--- Values: 0-9 for digits, 10-35 for A-Z, 0 for the filler `<`; weights 7, 3, 1 in turn; modulo 10.

local byte, floor = string.byte, math.floor

local check_digits = {}

local VALUE = {} ---@type table<integer, integer> byte -> value; nil for a character that is not allowed in a zone
for i = 0, 9 do VALUE[48 + i] = i end
for i = 0, 25 do VALUE[65 + i] = 10 + i end
VALUE[60] = 0

local WEIGHTS = { 7, 3, 1 }

-- Characters with equal values modulo 10, which a check digit does not distinguish: 6 and G, 8 and S, 1 and L, M and W, K
-- and the filler. It does detect 0/O, 1/I, 8/B, 5/S, 2/Z and 0/D.
local EQUIVALENT = { "<0AKU", "1BLV", "2CMW", "3DNX", "4EOY", "5FPZ", "6GQ", "7HR", "8IS", "9JT" }

--- Fields that no check digit of any format covers.
check_digits.UNCOVERED = { "document_code", "issuing_country", "surname", "given_name", "nationality", "sex" }

--- Returns the positions of a check and their weights, once per format.
---@param ranges integer[][] { {from, to}, … } positions in the joined lines; the weights continue from range to range
---@return integer[] positions
---@return integer[] weights
function check_digits.weighted_positions(ranges)
  local positions, weights = {}, {}
  for _, range in ipairs(ranges) do
    for position = range[1], range[2] do
      local n = #positions + 1
      positions[n], weights[n] = position, WEIGHTS[(n - 1) % 3 + 1]
    end
  end
  return positions, weights
end

--- Calculates a check digit from the bytes of a zone.
---@param bytes integer[]
---@param positions integer[]
---@param weights integer[]
---@return integer? digit 0-9, or nil where a character has no value
function check_digits.sum(bytes, positions, weights)
  local sum = 0
  for i = 1, #positions do
    local value = VALUE[bytes[positions[i]]]
    if not value then return nil end
    sum = sum + value * weights[i]
  end
  return sum % 10
end

--- Calculates the check digit of a text.
---@param text string
---@return integer? digit 0-9, or nil where a character has no value
function check_digits.of(text)
  local sum = 0
  for i = 1, #text do
    local value = VALUE[byte(text, i)]
    if not value then return nil end
    sum = sum + value * WEIGHTS[(i - 1) % 3 + 1]
  end
  return floor(sum % 10)
end

--- Returns the characters that no check digit distinguishes from a given one.
---@param character string one character of a zone
---@return string? others without the character itself; nil where it is not allowed in a zone
function check_digits.blind_to(character)
  if type(character) ~= "string" or #character ~= 1 then return nil end
  local value = VALUE[byte(character)]
  if not value then return nil end
  local others = EQUIVALENT[value % 10 + 1]:gsub(character, "", 1)
  return others
end

return check_digits
