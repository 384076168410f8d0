--- Check digits of machine readable zones: ICAO Doc 9303-3 (8th ed., 2021) section 4.9.
--- Values 0-9 for digits, 10-35 for A-Z, 0 for the filler `<`; weights 7, 3, 1 over and over; modulo 10.

local byte, floor = string.byte, math.floor

local digits = {}

local VALUE = {} ---@type table<integer, integer> byte -> value; nil for what may not stand in a zone
for i = 0, 9 do VALUE[48 + i] = i end
for i = 0, 25 do VALUE[65 + i] = 10 + i end
VALUE[60] = 0
digits.VALUE = VALUE

local WEIGHTS = { 7, 3, 1 }

--- Characters that a check digit cannot tell apart: equal values modulo 10. So 6 and G, 8 and S, 1 and L, M and W,
--- K and the filler pass for each other, while 0/O, 1/I, 8/B, 5/S, 2/Z and 0/D are caught.
digits.BLIND = { "<0AKU", "1BLV", "2CMW", "3DNX", "4EOY", "5FPZ", "6GQ", "7HR", "8IS", "9JT" }

--- What no check digit of any format covers: an error there is invisible to all of them.
digits.UNCOVERED = { "document_code", "issuing_country", "surname", "given_name", "nationality", "sex" }

--- The weights of a run of positions, prepared once per layout: three parallel facts in two lists.
---@param ranges integer[][] { {from, to}, … } positions in the joined lines; the weights run on from range to range
---@return integer[] positions
---@return integer[] weights
function digits.plan(ranges)
  local positions, weights = {}, {}
  for _, range in ipairs(ranges) do
    for position = range[1], range[2] do
      local n = #positions + 1
      positions[n], weights[n] = position, WEIGHTS[(n - 1) % 3 + 1]
    end
  end
  return positions, weights
end

--- Sums planned positions of a zone given as bytes.
---@param bytes integer[]
---@param positions integer[]
---@param weights integer[]
---@return integer? digit 0-9, or nil where a character has no value
function digits.sum(bytes, positions, weights)
  local sum = 0
  for i = 1, #positions do
    local value = VALUE[bytes[positions[i]]]
    if not value then return nil end
    sum = sum + value * weights[i]
  end
  return sum % 10
end

--- The check digit of a text.
---@param text string
---@return integer? digit 0-9, or nil where a character has no value
function digits.of(text)
  local sum = 0
  for i = 1, #text do
    local value = VALUE[byte(text, i)]
    if not value then return nil end
    sum = sum + value * WEIGHTS[(i - 1) % 3 + 1]
  end
  return floor(sum % 10)
end

--- The characters that no check digit tells from this one.
---@param character string one character of a zone
---@return string? others without the character itself; nil where it may not stand in a zone
function digits.blind_to(character)
  if type(character) ~= "string" or #character ~= 1 then return nil end
  local value = VALUE[byte(character)]
  if not value then return nil end
  local others = digits.BLIND[value % 10 + 1]:gsub(character, "", 1)
  return others
end

return digits
