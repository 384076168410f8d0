--- Parses Mexican voter codes (clave de elector): six letters of the names, birth date as YYMMDD, state of birth as two digits, sex
--- (H or M), three digits against duplicates, whose calculation is not published.
--- Source: Instituto Nacional Electoral, structure of the clave de elector.

local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"
local states = require "idocr.checks.data.mexico_states"

local mexico_voter_id = {}

--- Parses a code.
---@param number string 18 characters; stars mask characters
---@param options {today: string|number|nil}?
---@return idocr.Number? result nil where the format is wrong
---@return string? message
function mexico_voter_id.parse(number, options)
  local characters, masked = shape.read(number, "aaaaaaddddddddtddd")
  if not characters then
    return nil, "a clave de elector must have 18 characters: six letters, YYMMDD, two digits, H or M, three digits"
  end
  local found = { number = characters, masked = masked or nil }
  if masked then return found end
  local yy, mm, dd, state, sex = characters:match("^......(%d%d)(%d%d)(%d%d)(%d%d)(%u)")
  found.sex = sex == "H" and "M" or "F"
  found.birth_dates = result.open_century(yy, mm, dd, result.today(options))
  found.region_code, found.region = state, states.by_digits(state)
  return result.settle(found, found.region ~= nil)
end

return mexico_voter_id
