--- Parses Macao resident identity card numbers: XNNNNNN(Y), X one of 1, 5, 7. The algorithm of Y is not published, so only the
--- format is checked (the zone on the back of the card has check digits).

local normalize = require "idocr.checks.numbers.normalize"

local macao_id = {}

local BRACKETS = { ["["] = "(", ["]"] = ")" }

---@class idocr.MacaoId
---@field valid boolean    the format is correct and the first digit is 1, 5 or 7
---@field number string    XNNNNNN(Y)
---@field prefix string    the first digit
---@field check string     the character in parentheses, which cannot be verified
---@field masked boolean   some characters are stars

--- Parses a number.
---@param number string seven digits and a check character, with or without parentheses; stars mask digits
---@return idocr.MacaoId? result nil where the format is wrong
---@return string? message
function macao_id.parse(number)
  if type(number) ~= "string" or #number > 128 then return nil, "a Macao number must be a string of 8 characters" end
  local text = normalize(number):gsub("%s+", ""):gsub("[%[%]]", BRACKETS):upper()
  local body, check = text:match("^([%d%*][%d%*][%d%*][%d%*][%d%*][%d%*][%d%*])%(([%dA-Z%*])%)$")
  if not body then
    -- "1/228150/7", as on forms, also with dashes, dots or nothing instead of the slashes
    local first, six
    first, six, check = text:match("^([%d*])[/.%-]?([%d*][%d*][%d*][%d*][%d*][%d*])[/.%-]?%(?([%dA-Z*])%)?$")
    body = first and first .. six
    if text:find("(", 1, true) and not text:find("%)$") or text:find(")", 1, true) and not text:find("(", 1, true) then body = nil end
  end
  if not body then return nil, "a Macao number must have seven digits and a check character: XNNNNNN(Y)" end
  local prefix = body:sub(1, 1)
  return {
    number = body .. "(" .. check .. ")",
    prefix = prefix,
    check = check,
    masked = (body .. check):find("*", 1, true) ~= nil,
    valid = prefix == "1" or prefix == "5" or prefix == "7" or prefix == "*",
  }
end

return macao_id
