--- Finds the file of a Lua module without loading it, as package.searchpath does, which plain Lua 5.1 lacks.

--- Returns the file of a module; nil where there is none.
---@param name string
---@return string?
return function(name)
  if package.searchpath then return (package.searchpath(name, package.path)) end
  local relative = name:gsub("%.", "/")
  for template in package.path:gmatch("[^;]+") do
    local path = template:gsub("%?", (relative:gsub("%%", "%%%%")))
    local handle = io.open(path, "r")
    if handle then
      handle:close()
      return path
    end
  end
end
