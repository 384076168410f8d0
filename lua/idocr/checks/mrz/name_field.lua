--- Reads and writes the name field of a machine readable zone: ICAO Doc 9303-3 section 4.6 and 9303-4, -5, -6 section 4.2.3.
--- Primary identifier, `<<`, secondary identifier; `<` between the parts of each.

local name_field = {}

local byte, find, sub, gsub, match = string.byte, string.find, string.sub, string.gsub, string.match

local FILLERS = {} ---@type table<integer, string>
for i = 0, 90 do FILLERS[i] = ("<"):rep(i) end

--- Removes the fillers around a field and replaces inner ones by one blank; nil for an empty field.
---@param text string
---@return string?
local function clean(text)
  local at = find(text, "<", 1, true)
  if not at then return text ~= "" and text or nil end
  local length = #text
  if sub(text, at) == FILLERS[length - at + 1] then -- only trailing fillers
    if at == 1 then return nil end
    return sub(text, 1, at - 1)
  end
  local first, last = 1, length
  local double = find(text, "<<", at, true)
  if double and sub(text, double) == FILLERS[length - double + 1] then last = double - 1 end
  while byte(text, last) == 60 do last = last - 1 end
  while byte(text, first) == 60 do first = first + 1 end
  local kept = sub(text, first, last)
  if find(kept, "<", 1, true) then kept = gsub(kept, "<+", " ") end
  return kept
end
name_field.clean = clean

--- Splits a name field. A single name is the primary identifier, or with some issuers the secondary one.
---@param field string
---@return string? surname
---@return string? given_name
---@return boolean truncated the last position has a letter, so the name may be truncated
function name_field.split(field)
  local truncated = sub(field, -1) ~= "<"
  local at, last = find(field, "<<", 1, true)
  if not at then return clean(field), nil, truncated end
  return clean(sub(field, 1, at - 1)), clean(sub(field, last + 1)), truncated
end

-- Letters that OCR reads in place of fillers; E only in runs.
local LOOKS_LIKE_FILLER = "^[KCSLXGZ]+$"
local RUN_AT_END = "([KCSLXGZE])%1%1%1%1<*$"

-- Returns whether letters are a run of one such letter.
local function run_of_one(letters)
  local first = sub(letters, 1, 1)
  return find("KCSLXGZE", first, 1, true) ~= nil and letters == first:rep(#letters)
end

local function like_fillers(letters) return find(letters, LOOKS_LIKE_FILLER) or run_of_one(letters) end

-- Returns the words of a field, each with the number of fillers before it and the position of its last letter.
local function words_of(field)
  local words, last = {}, 0
  for from, letters, to in field:gmatch("()([^<]+)()") do
    words[#words + 1] = { letters = letters, gap = from - 1 - last, last = to - 1 }
    last = to - 1
  end
  return words
end

-- Returns whether a separator is among the first words.
local function separated(words, upto)
  for i = 2, upto do
    if words[i].gap >= 2 then return true end
  end
  return words[1] ~= nil and words[1].gap >= 2
end

-- Returns the number of words before the run of fillers that ends the names.
local function words_before_fillers(words)
  local n = #words
  while n > 1 and like_fillers(words[n].letters) do
    if words[n].gap >= 5 or words[n].gap > 2 and separated(words, n - 1) then return n - 1 end
    n = n - 1
  end
  return #words
end

-- Returns whether the last word is where only fillers are possible.
local function is_in_fillers(words, n, removed)
  local word = words[n]
  if not like_fillers(word.letters) then return false end
  if #word.letters >= 5 and run_of_one(word.letters) then return true end
  if n < 2 then return false end
  if word.gap >= 5 then return true end
  if word.gap >= 2 and separated(words, n - 1) then return word.gap > 2 or removed or #word.letters > 1 end
  return removed and #word.letters <= 3
end

-- Restores a separator that was read as a pair of the same letter as the trailing fillers.
local function restore_separator(kept, letter)
  local found, count
  for from, run in kept:gmatch("()(" .. letter .. "+)") do
    if #run == 2 then
      found, count = from, (count or 0) + 1
    end
  end
  if count ~= 1 or found == 1 or found + 1 == #kept then return kept end
  return sub(kept, 1, found - 1) .. "<<" .. sub(kept, found + 2)
end

--- Restores fillers that OCR read as letters. Those after the names are certain; where such letters touch a name or
--- replace its separators, the name is uncertain, because no check digit covers it.
---@param field string
---@return string field with the trailing letters replaced by fillers
---@return "restored"|"misread"|"doubt"|nil status "restored": the names are certain; "misread": they are uncertain; "doubt": they may be
function name_field.settle(field)
  local words = words_of(field)
  local n = words_before_fillers(words)
  local status = n < #words and "restored" or nil
  while n > 0 and is_in_fillers(words, n, status ~= nil) do
    status = (status == "misread" or words[n].gap == 1) and "misread" or "restored"
    n = n - 1
  end
  if n == 0 then return field, nil end
  local kept = sub(field, 1, words[n].last)
  local run, letters = match(kept, "([KCSLXGZE])%1%1%1%1$"), match(kept, "[^KCSLXGZ]([KCSLXGZ]+)$")
  if letters and #letters >= 8 then
    kept, status = sub(kept, 1, -1 - #letters), "misread"
  elseif run then
    kept, status = gsub(kept, run .. "+$", ""), "misread"
  end
  if run and not find(kept, "<", 1, true) then kept = restore_separator(kept, run) end
  if not separated(words, n) and status == "restored" then
    status = n > 1 and "misread" or status -- a separator is missing as well
  elseif not status then
    local bare = not separated(words, n) and find(kept, "%f[K]KK%f[^K]") and (n > 1 or #kept >= 16)
    local initials = n > 3 and #words[n].letters == 1 and words[n - 1].letters == words[n].letters
      and words[n - 2].letters == words[n].letters and like_fillers(words[n].letters)
    local behind = n > 2 and words[n].gap == 2 and #words[n].letters == 1 and separated(words, n - 1) and like_fillers(words[n].letters)
    if bare or initials or behind then status = "doubt" end
  end
  if not status or status == "doubt" then return field, status end
  return kept .. FILLERS[#field - #kept], status
end

--- Returns the problem with the separators of a field: one pair of fillers must end the surname, with single ones elsewhere.
---@param field string
---@return "name_separator"|"restored.filler_count"|nil problem "name_separator": several pairs, any of which may end it
function name_field.separators(field)
  local count, wide = 0, false
  for i, word in ipairs(words_of(field)) do
    if word.gap >= 2 then
      count = count + 1
      wide = wide or i > 1 and word.gap > 2
    end
  end
  return count > 1 and "name_separator" or wide and "restored.filler_count" or nil
end

--- Returns whether `settle` or `separators` have to inspect a field; fast for the usual field.
---@param field string
---@return boolean
function name_field.odd(field)
  local length = #field
  if byte(field, length) ~= 60 then return find(field, "[KCSLXGZE]$") ~= nil end
  local first, last = find(field, "<<", 1, true)
  if not first then return true end
  if sub(field, first) == FILLERS[length - first + 1] then -- no separator
    return find(field, "KK", 1, true) ~= nil or find(field, RUN_AT_END) ~= nil
  end
  local tail = find(field, "<<", last + 1, true)
  if not tail or byte(field, last + 1) == 60 or sub(field, tail) ~= FILLERS[length - tail + 1] then return true end
  if byte(field, tail - 1) == byte(field, tail - 2) and find(field, RUN_AT_END) then return true end
  return byte(field, tail - 2) == 60 and find(field, "<(%u)<%1<%1<") ~= nil
end

-- Truncates components so that the text ends in a letter: where the cut falls on a filler, the first letter of the next
-- component replaces the last letter of the previous one.
local function cut(text, room)
  if #text <= room then return text end
  if room < 1 then return "" end
  local kept = sub(text, 1, room)
  if sub(kept, -1) ~= "<" then return kept end
  local next_letter = text:match("^<*([^<])", room)
  local before = gsub(kept, "<+$", "")
  if not next_letter then return before end
  if #before + 2 <= room then return before .. ("<"):rep(room - 1 - #before) .. next_letter end
  if #before < 2 then return before end
  return sub(before, 1, -2) .. "<" .. next_letter
end

--- Joins two transliterated identifiers into a field, truncated by the standard: the last position has a
--- letter, and at least one letter of each identifier remains.
---@param surname string A-Z and `<`
---@param given_name string A-Z and `<`; may be empty
---@param room integer characters in the field
---@return string
function name_field.join(surname, given_name, room)
  local field
  if given_name == "" then
    field = cut(surname, room)
  elseif surname == "" then
    field = "<<" .. cut(given_name, room - 2)
  elseif #surname + 2 + #given_name <= room then
    field = surname .. "<<" .. given_name
  else
    local primary = cut(surname, room - 3)
    field = primary .. "<<" .. cut(given_name, room - 2 - #primary)
  end
  return field .. ("<"):rep(room - #field)
end

return name_field
