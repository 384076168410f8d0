--- Splits UTF-8 text into characters; an invalid byte is returned as one character.

local byte, sub = string.byte, string.sub

-- Bounds of the second byte after some first bytes: they exclude overlong forms, surrogates and code points above U+10FFFF.
local LOWEST = { [0xE0] = 0xA0, [0xF0] = 0x90 }
local HIGHEST = { [0xED] = 0x9F, [0xF4] = 0x8F }

--- Returns the characters of a text; never raises.
---@param text string
---@return string[]
return function(text)
  local list, i, n = {}, 1, #text
  while i <= n do
    local first = byte(text, i)
    local length = first < 0xC2 and 1 or first < 0xE0 and 2 or first < 0xF0 and 3 or first < 0xF5 and 4 or 1
    local lowest, highest = LOWEST[first] or 0x80, HIGHEST[first] or 0xBF
    for j = i + 1, i + length - 1 do
      local follower = byte(text, j)
      if not follower or follower < lowest or follower > highest then length = 1 break end
      lowest, highest = 0x80, 0xBF
    end
    list[#list + 1] = sub(text, i, i + length - 1)
    i = i + length
  end
  return list
end
