--- Compares two values of one field from different sources. "not_compared" means that a value is absent, masked, partly
--- unknown or in another script.

local names = require "idocr.checks.names"
local normalize = require "idocr.checks.numbers.normalize"
local skeleton = require "idocr.checks.names.skeleton"
local states = require "idocr.checks.data.states"
local transliteration = require "idocr.checks.names.transliteration"

local compare_values = {}

---@class idocr.checks.Value
---@field value string?      the value in that source
---@field values string[]?   several possible values (a number with an open century, a region and those that it was split from)
---@field known string?      the known part of a date
---@field valid boolean?     whether such a value can exist; nil: unknown
---@field zone boolean?      a name from a machine readable zone
---@field unfilled string?   a number without the trailing letters that may be misread fillers
---@field doubt string?      why a difference weighs less: "unofficial" (no issuer published the rule), "first_issue" (the value then)
---@field misread boolean?   a zone name in which fillers may be read as letters, or letters as digits
---@field part "start"|"end"|nil in a zone name without a separator: the end at which this name is
---@field truncated boolean? a name that may have been cut
---@field reversed string?   a name in the other order
---@field longer string?     a given name followed by the middle name, which is printed separately

local NONE = {}

-- Returns the letters, digits and stars of a text, in capitals.
local function bare(text) return (normalize(text):upper():gsub("[^%w%*]", "")) end

-- Compares numbers without separators; a star in either number masks one character.
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
  return "not_compared" -- they differ in masked characters only
end

-- Returns whether a list contains a value.
local function has(list, value)
  for _, item in ipairs(list) do if item == value then return true end end
  return false
end

-- Compares two dates, of which one may have no day or no month ("1990-03", "1990").
local function one_date(left, right)
  if left == right then return "agree" end
  local length = math.min(#left, #right)
  return #left ~= #right and left:sub(1, length) == right:sub(1, length) and "not_compared" or "differ"
end

-- Compares a date with possible ones.
local function one_of_dates(list, value)
  if #list == 0 or not value then return "not_compared" end
  local status = "differ"
  for _, possible in ipairs(list) do
    local one = one_date(possible, value)
    if one == "agree" then return one end
    if one == "not_compared" then status = one end
  end
  return status
end

-- Compares dates: lists of possible ones, single ones, and those with a known part.
local function date(a, b)
  if a.values and b.values then
    local status = "not_compared"
    for _, value in ipairs(b.values) do
      status = one_of_dates(a.values, value)
      if status == "agree" then return status end
    end
    return status
  end
  if a.values or b.values then return one_of_dates(a.values or b.values, (a.values and b or a).value) end
  if a.value and b.value then return one_date(a.value, b.value) end
  local known, whole = a.known or b.known, a.value or b.value
  if known and whole then return whole:sub(3, #known) == known:sub(3) and "not_compared" or "differ" end
  return "not_compared"
end

local function sex(a, b)
  if not (a.value and b.value) then return "not_compared" end
  return a.value == b.value and "agree" or "differ"
end

-- Returns the code of a printed state: "CAN", "Canada", "加拿大/CAN".
local function state_code(text) return states.find(text) or states.find(text:match("/%s*(%u%u%u)%s*$")) end

local function state(a, b)
  local left, right = state_code(a.value), state_code(b.value)
  if not left or not right then return "not_compared" end -- "UTOPIAN" is neither a code nor a name
  return left == right and "agree" or "differ"
end

-- Compares the names of regions.
local function region(a, b)
  return (a.value == b.value or has(a.values or NONE, b.value) or has(b.values or NONE, a.value)) and "agree" or "differ"
end

local function document_code(a, b)
  local left, right = bare(a.value), bare(b.value)
  if left == "" or right == "" then return "not_compared" end
  local n = math.min(#left, #right)
  return left:sub(1, n) == right:sub(1, n) and "agree" or "differ"
end

local MOST_LETTERS = 90

-- Digits and the letters of similar shape.
local LETTER_OF = { ["0"] = "O", ["1"] = "I", ["2"] = "Z", ["4"] = "A", ["5"] = "S", ["6"] = "G", ["8"] = "B" }

-- Returns whether a zone name is the printed name once digits are replaced by letters of similar shape and letters that may
-- be misread fillers are skipped.
local function spells_repaired(printed, zone)
  local wanted, found = (transliteration.zone(printed) or ""):gsub("<", ""), zone:gsub("%d", LETTER_OF):gsub("[^A-Z0-9]", "")
  if wanted == "" or #wanted > MOST_LETTERS or #found > MOST_LETTERS then return false end
  local lengths = { [0] = true } -- lengths of the printed name that match the letters so far
  for i = 1, #found do
    local letter, following = found:sub(i, i), {}
    for length in pairs(lengths) do
      if wanted:sub(length + 1, length + 1) == letter then following[length + 1] = true end
      if letter:find("[KCSLXGZE]") then following[length] = true end
    end
    lengths = following
  end
  return lengths[#wanted] == true
end

-- Compares a printed surname or given name with the words at one end of a zone name that has no separator.
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

-- Compares two names of which at most one is from a zone.
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

-- Compares names, with and without the middle name.
local function name(a, b)
  local status = one_name(a, b, a.value, b.value)
  if status == "differ" and (a.longer or b.longer) then status = one_name(a, b, a.longer or a.value, b.longer or b.value) end
  return status
end

-- Compares full names, which may have the surname first or last.
local function full_name(a, b)
  local status = name(a, b)
  if status == "differ" and not a.zone and not b.zone then status = names.same(names.sorted(a.value), names.sorted(b.value)) end
  return status
end

-- Compares names in the script of the document.
local function native_name(a, b) return names.same(a.value, b.value) end

-- Compares addresses without spacing, case and punctuation.
local function address(a, b) return skeleton.of(a.value) == skeleton.of(b.value) and "agree" or "differ" end

-- Compares other texts without blanks.
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
  address = address, region = region,
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
