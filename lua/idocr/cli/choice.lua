--- Validates arguments with a fixed set of values and suggests the nearest valid one.

local nearest = require "idocr.nearest"

local choice = {}

--- Returns a converter for an argument or option.
---@param what string  name of the value in messages: "kind", "--site"
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
