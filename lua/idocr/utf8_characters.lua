--- Splits UTF-8 text into characters; an invalid byte is returned as one character.

local byte, sub = string.byte, string.sub

--- Returns the characters of a text; never raises.
---@param text string
---@return string[]
return function(text)
  local list, i, n = {}, 1, #text
  while i <= n do
    local first = byte(text, i)
    local length = first < 0xC2 and 1 or first < 0xE0 and 2 or first < 0xF0 and 3 or first < 0xF5 and 4 or 1
    for j = i + 1, i + length - 1 do
      local follower = byte(text, j)
      if not follower or follower < 0x80 or follower > 0xBF then length = 1 break end
    end
    list[#list + 1] = sub(text, i, i + length - 1)
    i = i + length
  end
  return list
end
