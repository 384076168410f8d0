--- Returns the keys of a table, which must be strings, as a sorted list.
---@param set table<string, any>
---@return string[]
return function(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end
