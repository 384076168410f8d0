--- Removes white space around a text in linear time. A pattern such as `^%s*(.-)%s*$` takes quadratic time on a text with a
--- long run of white space inside.

--- Returns the text without white space at both ends.
---@param text string
---@return string
return function(text)
  local first = text:find("%S")
  if not first then return "" end
  local last = #text
  while text:find("^%s", last) do last = last - 1 end
  return text:sub(first, last)
end
