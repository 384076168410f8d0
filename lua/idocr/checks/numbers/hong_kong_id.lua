--- Parses Hong Kong identity card numbers: one or two letters, six digits, and a check character 0-9 or A in parentheses. The
--- weights 9 to 2 of the first eight characters (A is 10; a missing letter is 36) and the check character sum to a multiple of 11.
--- Source: Immigration Department, "Explanation of symbols on identity cards"; OECD, Hong Kong TIN sheet (format).

local normalize = require "idocr.checks.numbers.normalize"
local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"

local byte, sub = string.byte, string.sub

local hong_kong_id = {}

local FORMAT = "a Hong Kong number must have one or two letters, six digits and a check character: A123456(3)"
local BRACKETS = { ["["] = "(", ["]"] = ")" }

---@class idocr.HongKongId: idocr.Number
---@field prefix string  one or two letters
---@field check string   the check character

--- Calculates the check character of a number without it.
---@param body string one or two letters and six digits
---@return string
function hong_kong_id.check_character(body)
  local sum = #body == 7 and 36 * 9 or 0
  for i = 1, #body do
    local code = byte(body, i)
    sum = sum + (code >= 65 and code - 55 or code - 48) * (#body + 2 - i)
  end
  local check = -sum % 11
  return check == 10 and "A" or tostring(check)
end

--- Parses a number.
---@param number string with or without parentheses; stars mask characters
---@return idocr.HongKongId? result nil where the format is wrong
---@return string? message
function hong_kong_id.parse(number)
  if type(number) ~= "string" or #number > 128 then return nil, FORMAT end
  local text = normalize(number):upper():gsub("[%[%]]", BRACKETS)
  local body, check = text:match("^([^()]+)%(%s*([^()%s])%s*%)%s*$")
  if body then text = body .. check elseif text:find("[()]") then return nil, FORMAT end
  local characters, masked = shape.read(text, "addddddh", "aaddddddh")
  if not characters then return nil, FORMAT end
  body, check = sub(characters, 1, -2), sub(characters, -1)
  local found = {
    number = body .. "(" .. check .. ")", prefix = sub(body, 1, -7), check = check, masked = masked or nil,
  }
  if masked then return found end
  found.checksum = hong_kong_id.check_character(body) == check
  return result.settle(found)
end

return hong_kong_id
