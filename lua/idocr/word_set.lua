--- Returns the set of the words in a text, which blanks separate.
---@param text string
---@return table<string, true>
return function(text)
  local set = {}
  for word in text:gmatch("%S+") do set[word] = true end
  return set
end
