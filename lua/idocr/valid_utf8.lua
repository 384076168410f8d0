--- Replaces invalid UTF-8 in a text, such as the name of a file, by U+FFFD.

local utf8_characters = require "idocr.utf8_characters"

local REPLACEMENT = "\239\191\189" -- U+FFFD

---@param text string
---@return string
return function(text)
  if not text:find("[\128-\255]") then return text end
  local parts = utf8_characters(text)
  for index, character in ipairs(parts) do
    if #character == 1 and character:byte() >= 0x80 then parts[index] = REPLACEMENT end
  end
  return table.concat(parts)
end
