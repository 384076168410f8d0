--- Names the fields of a card that hold bytes of a picture: a kind of card may have more than the usual ones.

local constants = require "idocr.constants"

local function is_picture(value)
  return type(value) == "string" and (value:find("^\255\216\255") or value:find("^\137PNG")) ~= nil
end

--- Returns the names, the usual ones first.
---@param card table<string, any>
---@return string[]
return function(card)
  local names, usual, more = {}, {}, {}
  for _, name in ipairs(constants.PICTURE_FIELDS) do
    usual[name] = true
    if card[name] ~= nil then names[#names + 1] = name end
  end
  for name, value in pairs(card) do
    if not usual[name] and is_picture(value) then more[#more + 1] = name end
  end
  table.sort(more)
  for _, name in ipairs(more) do names[#names + 1] = name end
  return names
end
