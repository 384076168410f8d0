--- Reads a number of fixed length from text: removes separators and recognises masked characters. Letters that look like digits
--- are not replaced: they make the format wrong.

local normalize = require "idocr.checks.numbers.normalize"

local shape = {}

local MOST = 128 -- bytes; no printed number is longer

-- class of a position -> pattern of its characters
local CLASSES = { d = "%d", a = "%u", w = "[%d%u]", x = "[%dX]", h = "[%dA]", s = "[HMX]", t = "[HM]" }

--- Returns the text in capitals without separators: single hyphens, dots, slashes and underscores between characters, and any
--- blanks.
---@param text any
---@return string? compact nil where the text is no string, is too long, or has separators in other places
function shape.compact(text)
  if type(text) ~= "string" or #text > MOST then return nil end
  text = normalize(text):upper():gsub("^%s+", ""):gsub("%s+$", ""):gsub("%s*([-./_])%s*", "%1")
  if text:find("[-./_][-./_]") or text:find("^[-./_]") or text:find("[-./_]$") then return nil end
  return (text:gsub("[-./_%s]", ""))
end

--- Returns the characters of a compact text that fits a template, with "*" for masked ones: stars, and X where no X can be.
---@param compact string?
---@param template string see `shape.read`
---@return string? characters nil where one is wrong
---@return boolean? masked
function shape.fit(compact, template)
  if not compact or #compact ~= #template then return nil end
  local out, stars, crosses = {}, 0, 0
  for i = 1, #template do
    local character = compact:sub(i, i)
    if character:find(CLASSES[template:sub(i, i)]) then
      out[i] = character
    elseif character == "*" then
      out[i], stars = "*", stars + 1
    elseif character == "X" then
      out[i], crosses = "*", crosses + 1
    else
      return nil
    end
  end
  if crosses == 1 and stars == 0 then return nil end -- a single X is rather a misread digit than a mask
  return table.concat(out), stars + crosses > 0
end

--- Reads a number.
---@param text any
---@param ... string one or more templates: d digit, a letter, w letter or digit, x digit or X, h digit or A, s H, M or X, t H or M
---@return string? characters in capitals without separators, masked ones as "*"; nil where no template fits
---@return boolean? masked
function shape.read(text, ...)
  local compact = shape.compact(text)
  for index = 1, select("#", ...) do
    local characters, masked = shape.fit(compact, (select(index, ...)))
    if characters then return characters, masked end
  end
end

return shape
