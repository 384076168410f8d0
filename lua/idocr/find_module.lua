--- Whether a Lua module is there, without loading it: package.searchpath, which plain Lua 5.1 does not have.

--- The file of a module, or nil.
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
