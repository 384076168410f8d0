--- Normalizes text for comparison: replaces variants of a character (full width, ligatures, compatibility ideographs,
--- radicals, GB 18030's private use) by the character, composes letters and marks, replaces blanks of all scripts by a
--- space, decomposes Hangul syllables and removes invisible characters. Case, separators and accents stay.

local characters = require "idocr.utf8_characters"

local normal_form = {}

local byte, char = string.byte, string.char

-- character -> character(s); letter .. mark -> letter; letter -> letter without its mark, mark; small letter -> capital
local FORM, COMPOSED, BASE, MARK, CAPITAL

-- Loads the Unicode tables.
local function load()
  local data = require "idocr.checks.data.unicode_data"
  FORM, COMPOSED, BASE, MARK, CAPITAL = {}, {}, {}, {}, {}
  for entry in data.forms:gmatch("%S+") do
    local from = characters(entry)[1]
    FORM[from] = entry:sub(#from + 1)
  end
  for entry in data.composed:gmatch("%S+") do
    local list = characters(entry)
    COMPOSED[list[2] .. list[3]], BASE[list[1]], MARK[list[1]] = list[1], list[2], list[3]
  end
  for entry in data.capitals:gmatch("%S+") do
    local list = characters(entry)
    CAPITAL[list[1]] = list[2]
  end
end

local function set(text)
  local found = {}
  for _, character in ipairs(characters(text)) do found[character] = true end
  return found
end

-- U+0009-U+000D, U+0085, U+00A0, U+1680, U+2000-U+200A, U+2028, U+2029, U+202F, U+205F, U+3000
local BLANK = set("\t\n\v\f\r \194\133\194\160\225\154\128\226\128\168\226\128\169\226\128\175\226\129\159\227\128\128")
for last = 0x80, 0x8A do BLANK["\226\128" .. string.char(last)] = true end

-- U+00AD, U+061C, U+180B-U+180E, U+200B-U+200F, U+202A-U+202E, U+2060-U+206F, U+FE00-U+FE0F, U+FEFF, U+E0100-U+E01EF
local function is_invisible(character)
  if character == "\194\173" or character == "\216\156" or character == "\239\187\191" then return true end
  return character:find("^\225\160[\139-\142]$") ~= nil or character:find("^\226\128[\139-\143\170-\174]$") ~= nil
    or character:find("^\226\129[\160-\175]$") ~= nil or character:find("^\239\184[\128-\143]$") ~= nil
    or character:find("^\243\160[\132-\135][\128-\191]$") ~= nil
end

-- Encodes a code point of three bytes as UTF-8.
local function encode(code) return char(0xE0 + math.floor(code / 4096), 0x80 + math.floor(code / 64) % 64, 0x80 + code % 64) end

-- Returns the letters of a Hangul syllable (U+AC00-U+D7A3; The Unicode Standard, section 3.12); nil for another character.
local function hangul_letters(character)
  if not character:find("^[\234-\237]..$") then return nil end
  local first, second, third = byte(character, 1, 3)
  local index = first % 16 * 4096 + second % 64 * 64 + third % 64 - 0xAC00
  if index < 0 or index > 11171 then return nil end
  local final = index % 28
  return encode(0x1100 + math.floor(index / 588)) .. encode(0x1161 + math.floor(index % 588 / 28))
    .. (final > 0 and encode(0x11A7 + final) or "")
end

--- Returns a text in the normal form. Invalid UTF-8 stays unchanged.
---@param text string UTF-8
---@return string
function normal_form.of(text)
  if not text:find("[\128-\255\t\n\v\f\r]") then return text end
  if not FORM then load() end
  local out = {}
  local function add(character)
    local composed = out[1] and COMPOSED[out[#out] .. character]
    if composed then out[#out] = composed else out[#out + 1] = character end
  end
  for _, character in ipairs(characters(text)) do
    if BLANK[character] then
      out[#out + 1] = " "
    elseif FORM[character] then
      for _, one in ipairs(characters(FORM[character])) do add(one) end
    elseif not is_invisible(character) then
      add(hangul_letters(character) or character)
    end
  end
  return table.concat(out)
end

--- Returns a letter without its last mark, and the mark; nil where it has no mark.
---@param character string one UTF-8 character
---@return string? base, string? mark
function normal_form.base(character)
  if not BASE then load() end
  return BASE[character], MARK[character]
end

--- Returns the capital of a letter of any alphabet; other characters unchanged.
---@param character string one UTF-8 character
---@return string
function normal_form.capital(character)
  if byte(character) < 0x80 then return character:upper() end
  if not CAPITAL then load() end
  return CAPITAL[character] or character
end

--- Returns whether a text has characters of a private use area.
---@param text string UTF-8
---@return boolean
function normal_form.has_private_use(text)
  return text:find("\238[\128-\191][\128-\191]") ~= nil or text:find("\239[\128-\163][\128-\191]") ~= nil
    or text:find("\243[\176-\191][\128-\191][\128-\191]") ~= nil or text:find("\244[\128-\143][\128-\191][\128-\191]") ~= nil
end

return normal_form
