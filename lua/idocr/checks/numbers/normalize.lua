--- Normalizes numbers that people typed: replaces digits, letters, dashes, slashes, brackets, masks and blanks of all scripts by
--- ASCII and removes invisible characters.

local characters = require "idocr.utf8_characters"
local normal_form = require "idocr.checks.names.normal_form"

local OTHER = {}
for entry in ("-‐‑‒–—―−⁃﹘ /∕⁄⧸ (【〔〖「『〈《 )】〕〗」』〉》 *•●∗✱⁎■█"):gmatch("%S+") do
  local list = characters(entry)
  for index = 2, #list do OTHER[list[index]] = list[1] end
end
for digit = 0, 9 do
  OTHER["\217" .. string.char(160 + digit)] = tostring(digit) -- U+0660-U+0669, Arabic
  OTHER["\219" .. string.char(176 + digit)] = tostring(digit) -- U+06F0-U+06F9, Persian and Urdu
end
-- The zeros of Devanagari, Bengali, Gurmukhi, Gujarati, Oriya, Tamil, Telugu, Kannada, Malayalam, Thai, Lao, Myanmar and Khmer
for zero in ("० ০ ੦ ૦ ୦ ௦ ౦ ೦ ൦ ๐ ໐ ၀ ០"):gmatch("%S+") do
  for digit = 0, 9 do OTHER[zero:sub(1, 2) .. string.char(zero:byte(3) + digit)] = tostring(digit) end
end

--- Returns the normalized text; other characters stay unchanged.
---@param text string
---@return string
return function(text)
  if not text:find("[\128-\255]") then return text end
  return (normal_form.of(text):gsub("[\194-\244][\128-\191]+", OTHER))
end
