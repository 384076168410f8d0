--- Masks people's data: findings may be logged, so they show enough of a value to find it again and no more.

local characters = require "idocr.utf8_characters"
local states = require "idocr.checks.data.states"

local mask = {}

local DOT = "•"
local MOST = 12 -- dots: the length of a long value is nobody's business

local function dots(n) return DOT:rep(n < MOST and n or MOST) end

--- A number or code: "A1234567" -> "A12•••67"; short ones keep their first character only.
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

--- A name: the first character of each word; of a word of one character, nothing.
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

--- A date: its year.
---@param value any
---@return string?
function mask.date(value)
  if type(value) ~= "string" then return nil end
  local year = value:match("^(%d%d%d%d)")
  if not year then return dots(#value) end
  return year .. "-••-••"
end

--- What is no secret: codes of states and sexes, up to three letters. Anything else is masked as a number.
---@param value any
---@return string?
function mask.open(value)
  if type(value) == "boolean" then return tostring(value) end
  if type(value) == "string" and value:find("^[%w<]?[%w<]?[%w<]$") then return value end
  return mask.number(value)
end

--- A state: its code; a text that names none is masked.
---@param value any
---@return string?
function mask.state(value) return states.find(value) or mask.number(value) end

--- The name of a field: a word of ours; what a stranger put in its place is masked.
---@param value any
---@return string?
function mask.word(value)
  if type(value) == "string" and value:gsub("^visual%.", ""):find("^%l[%l_]*$") and #value <= 24 then return value end
  return mask.number(value)
end

return mask
