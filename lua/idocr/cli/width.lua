--- How many columns of a terminal a text takes, so that tables with Chinese names line up.
--- Wide (two columns): East Asian Width W and F. None: combining marks and format characters. Unicode 14.

local width = {}

local WIDE = [[
1100-115F 231A-231B 2329-232A 23E9-23EC 23F0 23F3 25FD-25FE 2614-2615 2648-2653 267F 2693 26A1 26AA-26AB 26BD-26BE
26C4-26C5 26CE 26D4 26EA 26F2-26F3 26F5 26FA 26FD 2705 270A-270B 2728 274C 274E 2753-2755 2757 2795-2797 27B0 27BF
2B1B-2B1C 2B50 2B55 2E80-3029 302E-303E 3041-3096 309B-3247 3250-4DBF 4E00-A4C6 A960-A97C AC00-D7A3 F900-FAD9
FE10-FE19 FE30-FE6B FF01-FF60 FFE0-FFE6 16FE0-16FE3 16FF0-1B2FB 1F004 1F0CF 1F18E 1F191-1F19A 1F200-1F320
1F32D-1F335 1F337-1F37C 1F37E-1F393 1F3A0-1F3CA 1F3CF-1F3D3 1F3E0-1F3F0 1F3F4 1F3F8-1F43E 1F440 1F442-1F4FC
1F4FF-1F53D 1F54B-1F54E 1F550-1F567 1F57A 1F595-1F596 1F5A4 1F5FB-1F64F 1F680-1F6C5 1F6CC 1F6D0-1F6D2 1F6D5-1F6DF
1F6EB-1F6EC 1F6F4-1F6FC 1F7E0-1F7F0 1F90C-1F93A 1F93C-1F945 1F947-1F9FF 1FA70-1FAF6 20000-3FFFD]]

local NONE = [[
300-36F 483-489 591-5BD 5BF 5C1-5C2 5C4-5C5 5C7 600-605 610-61A 61C 64B-65F 670 6D6-6DD 6DF-6E4 6E7-6E8 6EA-6ED 70F
711 730-74A 7A6-7B0 7EB-7F3 7FD 816-819 81B-823 825-827 829-82D 859-85B 890-89F 8CA-902 93A 93C 941-948 94D 951-957
962-963 981 9BC 9C1-9C4 9CD 9E2-9E3 9FE-A02 A3C A41-A51 A70-A71 A75 A81-A82 ABC AC1-AC8 ACD AE2-AE3 AFA-B01 B3C B3F
B41-B44 B4D-B56 B62-B63 B82 BC0 BCD C00 C04 C3C C3E-C40 C46-C56 C62-C63 C81 CBC CBF CC6 CCC-CCD CE2-CE3 D00-D01
D3B-D3C D41-D44 D4D D62-D63 D81 DCA DD2-DD6 E31 E34-E3A E47-E4E EB1 EB4-EBC EC8-ECD F18-F19 F35 F37 F39 F71-F7E
F80-F84 F86-F87 F8D-FBC FC6 102D-1030 1032-1037 1039-103A 103D-103E 1058-1059 105E-1060 1071-1074 1082 1085-1086
108D 109D 135D-135F 1712-1714 1732-1733 1752-1753 1772-1773 17B4-17B5 17B7-17BD 17C6 17C9-17D3 17DD 180B-180F
1885-1886 18A9 1920-1922 1927-1928 1932 1939-193B 1A17-1A18 1A1B 1A56 1A58-1A60 1A62 1A65-1A6C 1A73-1A7F 1AB0-1B03
1B34 1B36-1B3A 1B3C 1B42 1B6B-1B73 1B80-1B81 1BA2-1BA5 1BA8-1BA9 1BAB-1BAD 1BE6 1BE8-1BE9 1BED 1BEF-1BF1 1C2C-1C33
1C36-1C37 1CD0-1CD2 1CD4-1CE0 1CE2-1CE8 1CED 1CF4 1CF8-1CF9 1DC0-1DFF 200B-200F 202A-202E 2060-206F 20D0-20F0
2CEF-2CF1 2D7F 2DE0-2DFF 302A-302D 3099-309A A66F-A672 A674-A67D A69E-A69F A6F0-A6F1 A802 A806 A80B A825-A826 A82C
A8C4-A8C5 A8E0-A8F1 A8FF A926-A92D A947-A951 A980-A982 A9B3 A9B6-A9B9 A9BC-A9BD A9E5 AA29-AA2E AA31-AA32 AA35-AA36
AA43 AA4C AA7C AAB0 AAB2-AAB4 AAB7-AAB8 AABE-AABF AAC1 AAEC-AAED AAF6 ABE5 ABE8 ABED FB1E FE00-FE0F FE20-FE2F FEFF
FFF9-FFFB E0100-E01EF]]

-- Flat lists first, last, first, last, ... made on first use.
local function parse(text)
  local list = {}
  for item in text:gmatch("%S+") do
    local first, last = item:match("^(%x+)%-?(%x*)$")
    list[#list + 1] = tonumber(first, 16)
    list[#list + 1] = last == "" and list[#list] or tonumber(last, 16)
  end
  return list
end

local function holds(list, code)
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

-- The code point of one whole UTF-8 character.
local function code_of(character)
  local first = character:byte()
  if first < 0x80 then return first end
  local code = first < 0xE0 and first - 0xC0 or first < 0xF0 and first - 0xE0 or first - 0xF0
  for i = 2, #character do code = code * 64 + character:byte(i) - 0x80 end
  return code
end

local wide, none

--- The columns of one UTF-8 character.
---@param character string
---@return integer columns 0, 1 or 2
function width.of_character(character)
  local code = code_of(character)
  if code < 0x300 then return 1 end
  if not wide then wide, none = parse(WIDE), parse(NONE) end
  if holds(wide, code) then return 2 end
  return holds(none, code) and 0 or 1
end

-- What the first byte may also begin: forms that are too long, halves of pairs, codes beyond the last.
local function is_character(code, size)
  return size < 3 or size == 3 and code >= 0x800 and (code < 0xD800 or code > 0xDFFF) or size == 4 and code >= 0x10000 and code <= 0x10FFFF
end

--- Iterates over the UTF-8 characters of a text; a byte that belongs to none comes alone as "?", or as what `broken` says.
---@param text string
---@param broken string?
---@return fun(): string?
function width.characters(text, broken)
  broken = broken or "?"
  local at = 1
  return function()
    if at > #text then return nil end
    local first = text:byte(at)
    local size = first < 0x80 and 1 or first < 0xC2 and 0 or first < 0xE0 and 2 or first < 0xF0 and 3 or first < 0xF5 and 4 or 0
    local character = size > 0 and text:sub(at, at + size - 1)
    if not character or #character < size or not character:find("^[%z\1-\244][\128-\191]*$") or
       select(2, character:gsub("[\128-\191]", "")) ~= size - 1 or not is_character(code_of(character), size) then
      at = at + 1
      return broken
    end
    at = at + size
    return character
  end
end

local REPLACEMENT = "\239\191\189" -- U+FFFD

--- Replaces invalid UTF-8 in a text, such as the name of a file, by U+FFFD.
---@param text string
---@return string
function width.utf8(text)
  if not text:find("[\128-\255]") then return text end
  local parts = {}
  for character in width.characters(text, REPLACEMENT) do parts[#parts + 1] = character end
  return table.concat(parts)
end

--- The columns of a text.
---@param text string
---@return integer
function width.of(text)
  local columns = 0
  for character in width.characters(text) do columns = columns + width.of_character(character) end
  return columns
end

--- A text that cannot play tricks on a terminal: control characters (also the C1 ones and those that turn the direction
--- of writing) and broken UTF-8 become "?".
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

--- Cuts a text into lines of at most `columns`, at a blank where there is one.
---@param text string
---@param columns integer at least 2
---@return string[]
function width.wrap(text, columns)
  local lines, line, used = {}, {}, 0
  local function flush(count)
    local rest = {}
    for i = count + 1, #line do rest[#rest + 1] = line[i] end
    lines[#lines + 1] = (table.concat(line, "", 1, count):gsub("%s+$", ""))
    line, used = rest, 0
    for _, character in ipairs(rest) do used = used + width.of_character(character) end
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
