--- Arguments with a fixed set of values: a wrong one is answered with the nearest right one.

local nearest = require "idocr.nearest"

local choice = {}

--- Makes the converter of an argument or option.
---@param what string what the value is called: "kind", "--site"
---@param names string[]
---@return fun(text: string): string?, string?
function choice.of(what, names)
  local known = {}
  for _, name in ipairs(names) do known[name] = true end
  return function(text)
    if known[text] then return text end
    return nil, ("%s cannot be '%s'%s"):format(what, text, nearest.hint(text, names))
  end
end

return choice
