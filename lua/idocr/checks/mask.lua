--- Masks personal data in findings, which may be logged: shows enough of a value to recognise it, and no more.

local characters = require "idocr.utf8_characters"
local states = require "idocr.checks.data.states"

local mask = {}

local DOT = "•"
local MOST = 12 -- dots; hides the length of long values

local function dots(n) return DOT:rep(n < MOST and n or MOST) end

--- Masks a number or code: "A1234567" -> "A12•••67"; short ones keep only their first character.
---@param value any
---@return string?
function mask.number(value)
  if type(value) ~= "string" and type(value) ~= "number" then return nil end
  local list = characters(tostring(value):sub(1, 256):gsub("%c", "?"))
  local n = #list
  if n <= 3 then return dots(n) end
  if n < 8 then return list[1] .. dots(n - 1) end
  return table.concat(list, "", 1, 3) .. dots(n - 5) .. list[n - 1] .. list[n]
end

--- Masks a name: shows the first character of each word, and nothing of a word of one character.
---@param value any
---@return string?
function mask.name(value)
  if type(value) ~= "string" then return nil end
  local words = {}
  for word in value:sub(1, 256):gsub("%c", " "):gmatch("[^ ]+") do
    local list = characters(word)
    words[#words + 1] = #list == 1 and DOT or list[1] .. dots(#list - 1)
    if #words == 6 then break end
  end
  return table.concat(words, " ")
end

--- Masks a date: shows its year.
---@param value any
---@return string?
function mask.date(value)
  if type(value) ~= "string" then return nil end
  local year = value:match("^(%d%d%d%d)")
  if not year then return dots(#value) end
  return year .. "-••-••"
end

--- Shows codes of up to three letters (states, sexes) and booleans; masks anything else as a number.
---@param value any
---@return string?
function mask.open(value)
  if type(value) == "boolean" then return tostring(value) end
  if type(value) == "string" and value:find("^[%w<]?[%w<]?[%w<]$") then return value end
  return mask.number(value)
end

--- Shows the code of a state; masks an unknown text.
---@param value any
---@return string?
function mask.state(value) return states.find(value) or mask.number(value) end

--- Shows the name of a field; masks a text that cannot be one.
---@param value any
---@return string?
function mask.field_name(value)
  if type(value) == "string" and value:gsub("^visual%.", ""):find("^%l[%l_]*$") and #value <= 24 then return value end
  return mask.number(value)
end

return mask
