--- Measures, wraps and sanitises texts by their display width on a terminal, so that tables with Chinese names are aligned.

local data = require "idocr.cli.width_data"
local utf8_characters = require "idocr.utf8_characters"
local valid_utf8 = require "idocr.valid_utf8"

local width = {}

-- Parses ranges into a flat list: first, last, first, last, ...
local function parse(text)
  local list = {}
  for item in text:gmatch("%S+") do
    local first, last = item:match("^(%x+)%-?(%x*)$")
    list[#list + 1] = tonumber(first, 16)
    list[#list + 1] = last == "" and list[#list] or tonumber(last, 16)
  end
  return list
end

-- Binary search: returns whether a code point is in one of the ranges.
local function contains(list, code)
  local low, high = 1, #list / 2
  while low <= high do
    local middle = math.floor((low + high) / 2)
    if code < list[middle * 2 - 1] then
      high = middle - 1
    elseif code > list[middle * 2] then
      low = middle + 1
    else
      return true
    end
  end
  return false
end

-- Returns the code point of one valid UTF-8 character.
local function code_of(character)
  local first = character:byte()
  if first < 0x80 then return first end
  local code = first < 0xE0 and first - 0xC0 or first < 0xF0 and first - 0xE0 or first - 0xF0
  for i = 2, #character do code = code * 64 + character:byte(i) - 0x80 end
  return code
end

local wide, zero -- parsed on first use

--- Returns the width of one UTF-8 character.
---@param character string
---@return integer columns 0, 1 or 2
function width.of_character(character)
  local code = code_of(character)
  if code < 0x300 then return 1 end
  if not wide then wide, zero = parse(data.wide), parse(data.zero) end
  if contains(wide, code) then return 2 end
  return contains(zero, code) and 0 or 1
end

--- Iterates over the UTF-8 characters of a text. Each invalid byte is returned as `broken` (default "?").
---@param text string
---@param broken string?
---@return fun(): string?
function width.characters(text, broken)
  local characters, index = utf8_characters(text), 0
  return function()
    index = index + 1
    local character = characters[index]
    if character and #character == 1 and character:byte() >= 0x80 then return broken or "?" end
    return character
  end
end

--- Replaces invalid UTF-8 in a text, such as the name of a file, by U+FFFD.
width.utf8 = valid_utf8

--- Returns the width of a text.
---@param text string
---@return integer
function width.of(text)
  local columns = 0
  for character in width.characters(text) do columns = columns + width.of_character(character) end
  return columns
end

--- Replaces control characters (including C1 and bidirectional ones) and invalid UTF-8 by "?", so that a text is safe to
--- print on a terminal.
---@param text string
---@return string
function width.plain(text)
  local parts = {}
  for character in width.characters(text) do
    local code = code_of(character)
    if code < 0x20 or (code >= 0x7F and code < 0xA0) or (code >= 0x202A and code <= 0x202E) or (code >= 0x2066 and code <= 0x2069) then
      character = "?"
    end
    parts[#parts + 1] = character
  end
  return table.concat(parts)
end

--- Wraps a text into lines of at most `columns`, at spaces if possible.
---@param text string
---@param columns integer at least 2
---@return string[]
function width.wrap(text, columns)
  local lines, line, used = {}, {}, 0
  local function flush(count)
    local remaining = {}
    for i = count + 1, #line do remaining[#remaining + 1] = line[i] end
    lines[#lines + 1] = (table.concat(line, "", 1, count):gsub("%s+$", ""))
    line, used = remaining, 0
    for _, character in ipairs(remaining) do used = used + width.of_character(character) end
  end
  for character in width.characters(text) do
    local size = width.of_character(character)
    while used + size > columns and #line > 0 do
      local cut = #line
      for i = #line, 1, -1 do
        if line[i] == " " then cut = i break end
      end
      flush(cut)
    end
    line[#line + 1] = character
    used = used + size
  end
  flush(#line)
  return lines
end

return width
