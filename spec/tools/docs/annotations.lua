--- Reads LuaLS annotations of the sources, so that pages repeat no description that a source has.

local annotations = {}

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end
annotations.read = read

-- Splits "integer|string  comment" at the end of the type: the first blank outside brackets that no ":", "|" or "," precedes.
local function split(rest)
  local depth, index = 0, 1
  while index <= #rest do
    local char = rest:sub(index, index)
    if char:find("[%(%{%[<]") then depth = depth + 1 end
    if char:find("[%)%}%]>]") then depth = depth - 1 end
    if char == " " and depth == 0 and not rest:sub(1, index - 1):find("[:|,]%s*$") then break end
    index = index + 1
  end
  return rest:sub(1, index - 1), (rest:sub(index):gsub("^%s+", ""))
end

--- Returns the fields of a class: a list of `{ name, type, comment }` in the order of the source.
---@param path string
---@param class string
---@return { name: string, type: string, comment: string }[]
function annotations.fields(path, class)
  local list, inside = {}, false
  for line in (read(path) .. "\n"):gmatch("([^\n]*)\n") do
    if line:find("^%-%-%-@class ") then
      inside = line:match("^%-%-%-@class ([%w._]+)") == class
    elseif not line:find("^%-%-%-") then
      inside = false
    elseif inside then
      local name, rest = line:match("^%-%-%-@field ([%w_]+)%s+(.*)$")
      if name then
        local kind, comment = split(rest)
        list[#list + 1] = { name = name, type = kind, comment = comment }
      elseif list[1] and line:find("^%-%-%-  ") then
        list[#list].comment = list[#list].comment .. " " .. line:match("^%-%-%-%s+(.*)$")
      end
    end
  end
  assert(list[1], path .. " has no class " .. class)
  return list
end

return annotations
