--- Macao resident identity card numbers: XNNNNNN(Y), X one of 1, 5, 7. How Y is made is not published, so only the
--- form can be checked (the zone on the back of the card has check digits of its own).

local plain = require "idocr.checks.numbers.plain"

local macao_id = {}

local BRACKETS = { ["["] = "(", ["]"] = ")" }

---@class idocr.MacaoId
---@field valid boolean    the form is right and the first digit is in use
---@field number string    XNNNNNN(Y)
---@field prefix string    the first digit
---@field check string     the character in parentheses; nobody outside knows what it should be
---@field masked boolean   some characters are stars, so less was checked

--- Reads a number.
---@param number string seven digits and a check character, with or without parentheses; the service may mask digits by stars
---@return idocr.MacaoId? result nil where the text has not the shape of a number
---@return string? message
function macao_id.parse(number)
  if type(number) ~= "string" or #number > 128 then return nil, "a Macao number is a text of 8 characters" end
  local text = plain(number):gsub("%s+", ""):gsub("[%[%]]", BRACKETS):upper()
  local body, check = text:match("^([%d%*][%d%*][%d%*][%d%*][%d%*][%d%*][%d%*])%(([%dA-Z%*])%)$")
  if not body then
    -- "1/228150/7", as forms write it, and the same with dashes, dots or nothing in place of the slashes
    local first, six
    first, six, check = text:match("^([%d*])[/.%-]?([%d*][%d*][%d*][%d*][%d*][%d*])[/.%-]?%(?([%dA-Z*])%)?$")
    body = first and first .. six
    if text:find("(", 1, true) and not text:find("%)$") or text:find(")", 1, true) and not text:find("(", 1, true) then body = nil end
  end
  if not body then return nil, "a Macao number has seven digits and a check character: XNNNNNN(Y)" end
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
