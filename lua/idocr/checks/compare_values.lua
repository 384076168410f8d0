--- How two values of one field compare, whatever places they come from. "not_compared" is not "agree": it says that one
--- side is absent, masked, partly unknown or in another script.

local names = require "idocr.checks.names"
local plain = require "idocr.checks.numbers.plain"
local skeleton = require "idocr.checks.names.skeleton"
local states = require "idocr.checks.data.states"
local transliteration = require "idocr.checks.names.transliteration"

local compare_values = {}

---@class idocr.checks.Value
---@field value string?      what that source says
---@field values string[]?   several possible values (a number with an open century)
---@field known string?      the known part of a date
---@field valid boolean?     whether it is possible by itself; nil: nobody can tell
---@field zone boolean?      a name in the letters of a machine readable zone
---@field unfilled string?   a number without the letters at its end that may be fillers
---@field misread boolean?   a zone name in which letters may stand for fillers, or digits for letters
---@field part "start"|"end"|nil of the zone's names, which no separator divides, this name is some words at that end
---@field truncated boolean? a name that may have been cut
---@field reversed string?   a name in the other order
---@field longer string?     a given name with the middle name that is printed in a place of its own

local function bare(text) return (plain(text):upper():gsub("[^%w%*]", "")) end

--- Numbers: separators aside; stars on either side hide a character.
local function number(a, b)
  local left, right = bare(a.value), bare(b.value)
  if left == "" or right == "" then return "not_compared" end
  if left == right then return left:find("*", 1, true) and "not_compared" or "agree" end
  if a.unfilled == right or b.unfilled == left then return "agree" end
  local masked = left:find("*", 1, true) or right:find("*", 1, true)
  if #left ~= #right then return masked and "not_compared" or "differ" end
  for i = 1, #left do
    local x, y = left:sub(i, i), right:sub(i, i)
    if x ~= y and x ~= "*" and y ~= "*" then return "differ" end
  end
  return "not_compared" -- only stars kept them apart
end

local function has(list, value)
  for _, item in ipairs(list) do if item == value then return true end end
  return false
end

local function date(a, b)
  if a.values or b.values then
    local list, one = a.values or b.values, a.values and b or a
    if #list == 0 or not one.value then return "not_compared" end
    return has(list, one.value) and "agree" or "differ"
  end
  if a.value and b.value then return a.value == b.value and "agree" or "differ" end
  local known, whole = a.known or b.known, a.value or b.value
  if known and whole then return whole:sub(3, #known) == known:sub(3) and "not_compared" or "differ" end
  return "not_compared"
end

local function sex(a, b)
  if not (a.value and b.value) then return "not_compared" end
  return a.value == b.value and "agree" or "differ"
end

local function state(a, b)
  local left, right = states.find(a.value), states.find(b.value)
  if not left or not right then return "not_compared" end -- "UTOPIAN" is neither a code nor a name
  return left == right and "agree" or "differ"
end

local function document_code(a, b)
  local left, right = bare(a.value), bare(b.value)
  if left == "" or right == "" then return "not_compared" end
  local n = math.min(#left, #right)
  return left:sub(1, n) == right:sub(1, n) and "agree" or "differ"
end

local MOST_LETTERS = 90

local LETTER_OF = { ["0"] = "O", ["1"] = "I", ["2"] = "Z", ["4"] = "A", ["5"] = "S", ["6"] = "G", ["8"] = "B" }

--- Whether a zone spells a printed name with letters for digits of the same shape, and without some of the letters that
--- optical reading makes of fillers.
local function spells_repaired(printed, zone)
  local want, have = (transliteration.zone(printed) or ""):gsub("<", ""), zone:gsub("%d", LETTER_OF):gsub("[^A-Z0-9]", "")
  if want == "" or #want > MOST_LETTERS or #have > MOST_LETTERS then return false end
  local places = { [0] = true } -- how much of the printed name the letters so far can be
  for i = 1, #have do
    local letter, following = have:sub(i, i), {}
    for place in pairs(places) do
      if want:sub(place + 1, place + 1) == letter then following[place + 1] = true end
      if letter:find("[KCSLXGZE]") then following[place] = true end
    end
    places = following
  end
  return places[#want] == true
end

--- A printed surname or given name against names that no separator divides: it can be some words at one end of them.
local function part_of_names(printed, zone)
  local words = {}
  for word in zone.value:gmatch("%S+") do words[#words + 1] = word end
  for n = 1, #words do
    local first, last = zone.part == "end" and n or 1, zone.part == "end" and #words or n
    local status = names.compare(printed, table.concat(words, " ", first, last), zone.truncated and last == #words)
    if status ~= "differ" then return "not_compared" end
  end
  return "differ"
end

local function one_name(a, b, left, right)
  if a.zone ~= b.zone then
    local zone, printed = a.zone and a or b, a.zone and right or left
    if zone.part then return part_of_names(printed, zone) end
    local status = names.compare(printed, zone.value, zone.truncated)
    if status == "differ" and zone.reversed then
      status = names.compare(printed, zone.reversed, false)
    end
    if status == "differ" and zone.misread and spells_repaired(printed, zone.value) then return "agree" end
    return status
  end
  return names.same(left, right, a.truncated or b.truncated)
end

local function name(a, b)
  local status = one_name(a, b, a.value, b.value)
  if status == "differ" and (a.longer or b.longer) then status = one_name(a, b, a.longer or a.value, b.longer or b.value) end
  return status
end

--- Full names: cards print the surname first or last.
local function full_name(a, b)
  local status = name(a, b)
  if status == "differ" and not a.zone and not b.zone then status = names.same(names.sorted(a.value), names.sorted(b.value)) end
  return status
end

--- Names in the script of the document.
local function native_name(a, b) return names.same(a.value, b.value) end

--- Addresses: letters and digits in order, whatever the spacing, case and punctuation.
local function address(a, b) return skeleton.of(a.value) == skeleton.of(b.value) and "agree" or "differ" end

local function text(a, b)
  local left, right = a.value:gsub("%s+", ""), b.value:gsub("%s+", "")
  return left == right and "agree" or "differ"
end

local BY_FIELD = {
  number = number, back_number = number,
  birth_date = date, issue_date = date, expiry_date = date, first_issue_date = date,
  sex = sex, nationality = state, issuing_country = state, document_code = document_code,
  name = full_name, surname = name, given_name = name,
  native_name = native_name, native_surname = native_name, native_given_name = native_name,
  address = address,
}
compare_values.BY_FIELD = BY_FIELD

--- Compares two values of a field.
---@param field string
---@param a idocr.checks.Value
---@param b idocr.checks.Value
---@return "agree"|"differ"|"not_compared"
function compare_values.compare(field, a, b)
  local compare = BY_FIELD[field] or text
  if compare ~= date and not (a.value and b.value) then return "not_compared" end
  return compare(a, b)
end

return compare_values
