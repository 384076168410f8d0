--- Compares names: a printed one with one from a machine readable zone (any spelling of ICAO Doc 9303-3 section 6, truncated
--- names), and two printed ones. Blanks, dots and variants of a character make no difference.

local normal_form = require "idocr.checks.names.normal_form"
local skeleton = require "idocr.checks.names.skeleton"
local transliteration = require "idocr.checks.names.transliteration"
local characters = require "idocr.utf8_characters"

local sub, byte = string.sub, string.byte

local names = {}

local LONGEST = 400 -- bytes; no printed name is longer

-- Returns the letters A-Z of a text, in capitals.
local function letters(text)
  return (text:upper():gsub("[^A-Z]", ""))
end

-- 9303-3 4.6: prefixes and suffixes are omitted from the zone, unless the issuer treats them as part of the name.
local TITLES = {}
for title in ("DR PROF MR MRS MS MISS SIR DAME LORD LADY DATO DATUK DATIN ESQ JR SR II III IV PHD"):gmatch("%S+") do
  TITLES[title] = true
end

-- Removes titles at both ends of a name; nil where it has none, or nothing else.
local function untitled(text)
  local words = {}
  for word in text:gsub("%.", ". "):gmatch("[^%s,]+") do words[#words + 1] = word end
  local first, last = 1, #words
  while first <= last and TITLES[letters(words[first])] do first = first + 1 end
  while last >= first and TITLES[letters(words[last])] do last = last - 1 end
  if first > last or last - first + 1 == #words then return nil end
  return table.concat(words, " ", first, last)
end

-- Returns the possible spellings of each character of a printed name, for the whole name and by word.
---@return string[][]? all nil where a character has no transliteration (Chinese, say)
---@return string[][][] words
---@return boolean non_latin it has letters of another script, for which issuers use different tables
local function spell(text)
  local all, words, word, non_latin = {}, {}, nil, false
  for _, entry in ipairs(transliteration.spelled(text)) do
    local character, what = entry.character, entry.what
    if type(what) == "table" and not transliteration.latin(character) then non_latin = true end
    if what == "separator" then
      word = nil
    elseif type(what) == "table" then
      all[#all + 1] = what
      if not word then
        word = {}
        words[#words + 1] = word
      end
      word[#word + 1] = what
    elseif not what and byte(character) > 0x7F then
      return nil, words, true
    end
  end
  return all, words, non_latin
end

-- Returns whether a text has letters of another script than Latin.
local function has_non_latin(text)
  local _, _, found = spell(text)
  return found
end

-- Matches all combinations of spellings with a run of letters.
---@return boolean whole a combination is the whole run
---@return boolean prefix the run is the beginning of a combination (a truncated name)
local function walk(spellings, run)
  local lengths, length, prefix = { [0] = true }, #run, false
  for i = 1, #spellings do
    local following, any = {}, false
    for matched in pairs(lengths) do
      for _, spelling in ipairs(spellings[i]) do
        local room = length - matched
        local size = #spelling
        if size <= room then
          if sub(run, matched + 1, matched + size) == spelling then
            following[matched + size] = true
            any = true
          end
        elseif room > 0 and sub(run, matched + 1) == sub(spelling, 1, room) then
          prefix = true
        end
      end
      if matched == length and #spellings[i][1] > 0 then prefix = true end
    end
    if not any then return false, prefix end
    lengths = following
  end
  return lengths[length] == true, prefix
end

-- Returns whether each word of the zone is the beginning of a printed word, in order.
local function abbreviated(words, zone)
  local at = 0
  for word in zone:upper():gmatch("[A-Z]+") do
    local found = false
    while at < #words and not found do
      at = at + 1
      local whole, prefix = walk(words[at], word)
      found = whole or prefix
    end
    if not found then return false end
  end
  return true
end

-- Splits a name with aliases: "MOHD ALI @ ABU".
---@return string[]? nil where the name has no alias
local function aliases(text)
  if not text:find("@", 1, true) then return nil end
  local list = {}
  for one in text:gmatch("[^@]+") do
    if letters(one) ~= "" then list[#list + 1] = one end
  end
  return list
end

local compare

-- Returns whether one of the aliases agrees with the zone.
local function alias_agrees(printed, zone, truncated)
  for _, one in ipairs(aliases(printed) or {}) do
    if compare(one, zone, truncated) == "agree" then return true end
  end
  return false
end

--- Compares a printed name with a name from a zone.
---@param printed any UTF-8 text
---@param zone any A-Z, parts separated by blanks or fillers
---@param truncated boolean? the name field was full, so a truncated name agrees
---@return "agree"|"differ"|"not_compared"
function names.compare(printed, zone, truncated)
  if type(printed) ~= "string" or type(zone) ~= "string" or #printed > LONGEST or #zone > LONGEST then return "not_compared" end
  if printed:find("*", 1, true) then return "not_compared" end -- masked
  return compare(normal_form.of(printed), zone, truncated)
end

function compare(printed, zone, truncated)
  local run = letters(zone)
  if run ~= "" and letters(printed) == run and not printed:find("[\128-\255%d]") then return "agree" end -- the usual case
  local spellings, words, other_script = spell(printed)
  if not spellings or #spellings == 0 or run == "" then return "not_compared" end
  local whole, prefix = walk(spellings, run)
  if whole then return "agree" end
  if truncated and (prefix or abbreviated(words, zone)) then return "agree" end
  if other_script then return "not_compared" end
  local plain = untitled(printed)
  if plain then return compare(plain, zone, truncated) end
  return alias_agrees(printed, zone, truncated) and "agree" or "differ"
end

-- Compares two names in one script.
local function by_skeleton(a, b)
  local left, right = skeleton.of(a), skeleton.of(b)
  if left == "" or right == "" then return "not_compared" end
  if left == right then return "agree" end
  if normal_form.has_private_use(a) or normal_form.has_private_use(b) then return "not_compared" end
  return "differ"
end

-- Compares two names by their letters in a zone.
local function by_letters(a, b, left, right, truncated)
  if has_non_latin(a) and has_non_latin(b) then return by_skeleton(a, b) end
  local status = compare(a, right, truncated)
  if status == "differ" then status = compare(b, left, truncated) end
  return status
end

--- Compares two printed names without case, marks and separators, in any spelling. As one of them may come from a zone
--- ("MULLER" for Müller), each is compared with the transliteration of the other.
---@param a any
---@param b any
---@param truncated boolean? either may be truncated
---@return "agree"|"differ"|"not_compared"
function names.same(a, b, truncated)
  if type(a) ~= "string" or type(b) ~= "string" or #a > LONGEST or #b > LONGEST then return "not_compared" end
  if a == b then return a ~= "" and "agree" or "not_compared" end
  if a:find("*", 1, true) or b:find("*", 1, true) then return "not_compared" end -- masked
  a, b = normal_form.of(a), normal_form.of(b)
  local script, other = skeleton.script(a), skeleton.script(b)
  if script and other then return script == other and by_skeleton(a, b) or "not_compared" end
  local left, right = transliteration.zone(a), transliteration.zone(b)
  if left and right then return by_letters(a, b, left, right, truncated) end
  if left or right then return "not_compared" end -- two scripts
  return by_skeleton(a, b)
end

--- Sorts the words of a full name, because cards print surnames first or last.
---@param text string
---@return string
function names.sorted(text)
  local words, word = {}, {}
  local function end_word()
    if word[1] then words[#words + 1] = table.concat(word) end
    word = {}
  end
  for _, character in ipairs(characters(normal_form.of(text))) do
    if character == " " or character == "," then end_word() else word[#word + 1] = normal_form.capital(character) end
  end
  end_word()
  table.sort(words)
  return table.concat(words, " ")
end

return names
