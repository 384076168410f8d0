--- Reduces a printed name to a skeleton that is equal for all its variants in one script: capitals in the spelling of ICAO
--- Doc 9303-3, without marks, separators and punctuation, and one letter for those that Arabic keyboards interchange.

local characters = require "idocr.utf8_characters"
local normal_form = require "idocr.checks.names.normal_form"
local transliteration = require "idocr.checks.names.transliteration"

local skeleton = {}

local INTERCHANGED = {} -- hamza on a letter; yeh, kaf and heh of other keyboards; teh marbuta
for list in ("اأإآٱ وؤ يئىی كکڪ هةہھەۀۂۃ"):gmatch("%S+") do
  local letters = characters(list)
  for index = 2, #letters do INTERCHANGED[letters[index]] = letters[1] end
end

-- Removes the marks that a zone omits.
local function bare(letter)
  local base, mark = normal_form.base(letter)
  if base and transliteration.spellings(mark) == "dropped" then return bare(base) end
  return letter
end

--- Returns the skeleton of a name; "" where it has no letters.
---@param text string UTF-8
---@return string
function skeleton.of(text)
  local out = {}
  for _, character in ipairs(characters(normal_form.of(text))) do
    local what = transliteration.spellings(character)
    if what ~= "separator" and what ~= "dropped" then
      local letter = INTERCHANGED[character]
      if letter then what = transliteration.spellings(letter) end
      out[#out + 1] = what and what[1] or normal_form.capital(bare(character))
    end
  end
  return table.concat(out)
end

local SCRIPTS = { cyrillic = "^[\208-\212]", arabic = "^[\216-\219\221]" }

--- Returns the script of a name, where it is one with national letters that ICAO Doc 9303 does not transliterate; nil for
--- another script and for several.
---@param text string UTF-8
---@return "cyrillic"|"arabic"|nil
function skeleton.script(text)
  local found
  for _, character in ipairs(characters(normal_form.of(text))) do
    local what = transliteration.spellings(character)
    if what ~= "separator" and what ~= "dropped" then
      local script
      for name, pattern in pairs(SCRIPTS) do
        if character:find(pattern) then script = name end
      end
      if not script or found and found ~= script then return nil end
      found = script
    end
  end
  return found
end

return skeleton
