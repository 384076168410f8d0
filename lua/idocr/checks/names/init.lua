--- Compares names: a printed one with one of a machine readable zone (every spelling that ICAO Doc 9303-3 section 6 allows,
--- names cut to fit the field) and two printed ones. Blanks, dots and other forms of a character make no difference.

local normal_form = require "idocr.checks.names.normal_form"
local skeleton = require "idocr.checks.names.skeleton"
local transliteration = require "idocr.checks.names.transliteration"
local characters = require "idocr.utf8_characters"

local sub, byte = string.sub, string.byte

local names = {}

local LONGEST = 400 -- bytes; no printed name is longer

--- The letters of a text of A-Z: a run without gaps, and its words.
local function letters(text)
  return (text:upper():gsub("[^A-Z]", ""))
end

-- 9303-3 4.6: prefixes and suffixes do not go into the zone, unless the issuer holds them to be part of the name.
local TITLES = {}
for title in ("DR PROF MR MRS MS MISS SIR DAME LORD LADY DATO DATUK DATIN ESQ JR SR II III IV PHD"):gmatch("%S+") do
  TITLES[title] = true
end

--- A printed name without titles at either end; nil where it has none, or nothing else.
local function untitled(text)
  local words = {}
  for word in text:gsub("%.", ". "):gmatch("[^%s,]+") do words[#words + 1] = word end
  local first, last = 1, #words
  while first <= last and TITLES[letters(words[first])] do first = first + 1 end
  while last >= first and TITLES[letters(words[last])] do last = last - 1 end
  if first > last or last - first + 1 == #words then return nil end
  return table.concat(words, " ", first, last)
end

--- Spellings of a printed name, character by character, and its words as such lists.
---@return string[][]? all nil where a character has no transliteration (Chinese, say)
---@return string[][][] words
---@return boolean foreign letters of another script are among them: issuers seldom keep to one table for those
local function spell(text)
  local all, words, word, foreign = {}, {}, nil, false
  for _, entry in ipairs(transliteration.spelled(text)) do
    local character, what = entry.character, entry.what
    if type(what) == "table" and not transliteration.latin(character) then foreign = true end
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
  return all, words, foreign
end

--- Whether letters of another script than Latin are in a text.
local function foreign(text)
  local _, _, found = spell(text)
  return found
end

--- Walks the spellings through a run of letters, all alternatives at once.
---@return boolean whole the spellings use up the run exactly
---@return boolean prefix the run ends while the spellings go on (a cut name)
local function walk(spellings, run)
  local places, length, prefix = { [0] = true }, #run, false
  for i = 1, #spellings do
    local following, any = {}, false
    for place in pairs(places) do
      for _, spelling in ipairs(spellings[i]) do
        local room = length - place
        local size = #spelling
        if size <= room then
          if sub(run, place + 1, place + size) == spelling then
            following[place + size] = true
            any = true
          end
        elseif room > 0 and sub(run, place + 1) == sub(spelling, 1, room) then
          prefix = true
        end
      end
      if place == length and #spellings[i][1] > 0 then prefix = true end
    end
    if not any then return false, prefix end
    places = following
  end
  return places[length] == true, prefix
end

--- Each word of the zone is the beginning of a printed word, in order: components cut to initials or shortened.
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

--- The names that an alias sign separates, each as a name: "MOHD ALI @ ABU" names one person in two ways.
---@return string[]? nil where there is no such sign
local function aliases(text)
  if not text:find("@", 1, true) then return nil end
  local list = {}
  for one in text:gmatch("[^@]+") do
    if letters(one) ~= "" then list[#list + 1] = one end
  end
  return list
end

local compare

--- Whether one of several names of a person is the one of the zone.
local function alias_agrees(printed, zone, truncated)
  for _, one in ipairs(aliases(printed) or {}) do
    if compare(one, zone, truncated) == "agree" then return true end
  end
  return false
end

--- Compares a printed name with a name from a zone.
---@param printed any UTF-8 text of the printed zone
---@param zone any A-Z, parts separated by blanks or fillers
---@param truncated boolean? the name field was full, so a cut name is no difference
---@return "agree"|"differ"|"not_compared"
function names.compare(printed, zone, truncated)
  if type(printed) ~= "string" or type(zone) ~= "string" or #printed > LONGEST or #zone > LONGEST then return "not_compared" end
  if printed:find("*", 1, true) then return "not_compared" end -- masked
  return compare(normal_form.of(printed), zone, truncated)
end

function compare(printed, zone, truncated)
  local run = letters(zone)
  if run ~= "" and letters(printed) == run and not printed:find("[\128-\255%d]") then return "agree" end -- plain letters, the usual case
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

--- Compares two names in one script.
local function by_skeleton(a, b)
  local left, right = skeleton.of(a), skeleton.of(b)
  if left == "" or right == "" then return "not_compared" end
  if left == right then return "agree" end
  if normal_form.has_private_use(a) or normal_form.has_private_use(b) then return "not_compared" end
  return "differ"
end

local function by_letters(a, b, left, right, truncated)
  if foreign(a) and foreign(b) then return by_skeleton(a, b) end
  local status = compare(a, right, truncated)
  if status == "differ" then status = compare(b, left, truncated) end
  return status
end

--- Compares two printed names: equal once case, marks and separators are gone, in one spelling or another. One of them
--- may have been taken from a zone already ("MULLER" for Müller), so each is spelt out against the other.
---@param a any
---@param b any
---@param truncated boolean? either may have been cut
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

--- A full name with its words in order of the alphabet: cards print surnames first or last.
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
