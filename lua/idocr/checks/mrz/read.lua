--- Reads the fields and check results of lines with the number and width of a format. Lists problems; corrects only letters
--- that must be misread fillers.

local check_digits = require "idocr.checks.mrz.check_digits"
local formats = require "idocr.checks.mrz.formats"
local name_field = require "idocr.checks.mrz.name_field"
local field_date = require "idocr.checks.mrz.field_date"
local zone_fields = require "idocr.checks.mrz.zone_fields"

local byte, sub, find = string.byte, string.sub, string.find
local concat = table.concat
local sum, clean = check_digits.sum, name_field.clean
local TD1, TD2, TD3 = formats.TD1, formats.TD2, formats.TD3
local MRV_A, MRV_B, FRA_ID = formats["MRV-A"], formats["MRV-B"], formats["FRA-ID"]

local FOUL = "[^A-Z0-9<]"

local read = {}

---@class idocr.Mrz
---@field format "TD1"|"TD2"|"TD3"|"MRV-A"|"MRV-B"|"FRA-ID"
---@field document_code string?
---@field issuing_country string?   without fillers: "D", "UTO"
---@field number string?
---@field surname string?           parts separated by one blank
---@field given_name string?
---@field name_truncated boolean    the name field is full, so the name may be truncated
---@field nationality string?
---@field birth_date string?        ISO 8601; nil where it is partly unknown or impossible
---@field birth_date_known string?  the known part of a date with unknown parts: "1974" or "1974-08"
---@field sex "M"|"F"|"X"|nil       "X": unspecified (`<` or X)
---@field expiry_date string?
---@field expiry_date_known string?
---@field expiry_filler true?       no expiry date, and a filler as its check digit
---@field optional_filler true?     TD3: no optional data, and a filler as their check digit
---@field optional string?          optional data (TD1: of the first line), inner fillers as one blank
---@field optional2 string?         TD1: of the second line
---@field issue_date_known string?  French card: year and month of issue
---@field office string?            French card: department and office of issue
---@field long_number_rule "icao"|"filler_counted"|nil  the rule for the check digit of a number over nine characters
---@field checks table<string, boolean>  document_number, birth_date, expiry_date, optional, composite; nil: none
---@field valid boolean             every check digit is correct, and every date, character and code is possible
---@field problems string[]         errors, uncertainties and restorations: see below
---@field lines string[]            the lines that were read, in order and with the right width
---@field given string[]?           the original lines, where anything was restored

-- Problems that make a zone invalid:
--   check_digit.NAME, date.birth_date, date.expiry_date, character, sex, country_shape
--   name_digit: a name contains a digit; filler_letters: fillers were read as letters, and no check digit shows which
-- Uncertainties, which no check digit can resolve:
--   unknown_issuing_country, unknown_nationality (new codes are added), name_missing, sex_letter (X is for the printed
--   zone), name_digit_national (an issuer's rule writes digits for letters), name_doubt, name_separator
-- Restorations:
--   restored.case, .characters (of the same shape or meaning), .blanks (removed), .fillers (blanks or other characters),
--   .filler_count (added or removed), .filler_letters, .line_breaks, .line_order, .other_text (ignored)

local COUNT_OF = { [30] = 3, [36] = 2, [44] = 2 }
read.COUNT_OF = COUNT_OF

-- Returns the format of lines by their number and width; nil where no format has these.
---@param lines string[]
---@return idocr.mrz.Format?
local function format_of(lines)
  local width = #(lines[1] or "")
  local count = COUNT_OF[width]
  if #lines ~= count then return nil end
  for i = 2, count do
    if #lines[i] ~= width then return nil end
  end
  if count == 3 then return TD1 end
  local visa = byte(lines[1]) == 86 -- V
  if width == 44 then return visa and MRV_A or TD3 end
  if visa then return MRV_B end
  if sub(lines[1], 1, 5) == "IDFRA" then return FRA_ID end
  return TD2
end

-- Returns the bytes of a text. LuaJIT compiles the loop, but not a call with 88 results.
local bytes_of = rawget(_G, "jit") and function(text)
  local bytes = {}
  for i = 1, #text do bytes[i] = byte(text, i) end
  return bytes
end or function(text)
  return { byte(text, 1, 90) }
end

-- Compares every check digit with its expected value.
local function run_checks(format, bytes, checks)
  local list = format.checks
  for i = 1, #list do
    local check = list[i]
    local got, expected = bytes[check.digit], sum(bytes, check.positions, check.weights)
    if check.empty_filler and got == 60 then
      -- a filler is correct for an empty field only
      local empty = true
      local positions = check.positions
      for j = 1, #positions do
        if bytes[positions[j]] ~= 60 then empty = false break end
      end
      checks[check.name] = empty
    else
      checks[check.name] = expected ~= nil and got == 48 + expected
    end
  end
end

-- Returns true where the check digit is a filler.
local function filler_digit(name, format, bytes)
  for _, check in ipairs(format.checks) do
    if check.name == name then return bytes[check.digit] == 60 or nil end
  end
end

local SEX = { M = "M", F = "F", ["<"] = "X", X = "X" }

-- Reads lines as one format.
local function read_as(format, lines, text, foul, today)
  local bytes = bytes_of(text)
  local fields, problems, valid = format.fields, {}, true
  local checks = { document_number = false, birth_date = false, expiry_date = nil, optional = nil, composite = nil }
  run_checks(format, bytes, checks)
  if foul then
    valid = false
    problems[1] = "character"
  end

  local number, optional, rule = zone_fields.number(format, text, bytes, checks)
  for i = 1, #format.checks do
    local name = format.checks[i].name
    if not checks[name] then
      valid = false
      problems[#problems + 1] = "check_digit." .. name
    end
  end

  local issuing_country, nationality, possible = zone_fields.codes(text, fields.nationality, problems)
  local birth, birth_known, born = zone_fields.date(fields.birth_date, text, today, "birth_date", problems)
  local expiry, expiry_known, expires
  if fields.expiry_date then expiry, expiry_known, expires = zone_fields.date(fields.expiry_date, text, nil, "expiry_date", problems) end
  local letter = sub(text, fields.sex[1], fields.sex[1])
  local sex = SEX[letter]
  if not sex or letter == "X" then problems[#problems + 1] = sex and "sex_letter" or "sex" end
  valid = valid and possible and born and expires ~= false and sex ~= nil

  local surname, given_name, truncated, certain
  if fields.names then
    surname, given_name, truncated, certain = zone_fields.names(fields.names, text, problems)
    valid = valid and certain
  end

  local result = {
    format = format.name, lines = lines, checks = checks, problems = problems, valid = valid,
    document_code = clean(sub(text, 1, 2)), issuing_country = issuing_country, nationality = nationality,
    number = number, long_number_rule = rule, optional = optional and zone_fields.optional(optional, problems),
    surname = surname, given_name = given_name, name_truncated = truncated,
    birth_date = birth, birth_date_known = birth_known, expiry_date = expiry, expiry_date_known = expiry_known, sex = sex,
  }
  if fields.optional2 then result.optional2 = zone_fields.optional(sub(text, fields.optional2[1], fields.optional2[2]), problems) end
  if format == FRA_ID then
    valid = zone_fields.french(result, text, fields) and valid
    result.valid = valid
  elseif expires and not expiry and not expiry_known then
    result.expiry_filler = filler_digit("expiry_date", format, bytes)
  end
  if format == TD3 and not result.optional then result.optional_filler = filler_digit("optional", format, bytes) end
  for i = #problems, 2, -1 do
    if problems[i] == problems[i - 1] then table.remove(problems, i) end
  end
  if not result.surname and not result.given_name then problems[#problems + 1] = "name_missing" end
  return result
end

-- Returns whether a text begins with "IDFRA" with at most one misread letter.
local function nearly_french(text)
  local right = 0
  for i = 1, 5 do
    if byte(text, i) == byte("IDFRA", i) then right = right + 1 end
  end
  return right >= 4
end

--- Counts the correct check digits.
---@param result idocr.Mrz
---@return integer
function read.right(result)
  local n = 0
  for _, right in pairs(result.checks) do
    if right then n = n + 1 end
  end
  return n
end

--- Reads lines as the format of their number and width.
---@param lines string[]
---@param today string ISO
---@return idocr.Mrz? result nil where no format has this number and width of lines
function read.lines(lines, today)
  local format = format_of(lines)
  if not format then return nil end
  local text = concat(lines)
  local foul = find(text, FOUL)
  local result = read_as(format, lines, text, foul, today)
  if not result.valid and (format == FRA_ID or format == TD2 and nearly_french(text)) then
    -- other French documents of this size are TD2; and the letters that identify the French card may be misread
    local other_format = format == FRA_ID and TD2 or FRA_ID
    local other = read_as(other_format, lines, text, foul, today)
    if other_format == TD2 then
      if other.valid then return other end
    elseif read.right(other) > read.right(result) then
      return other
    end
  end
  return result
end

--- Returns whether the dates exist in the calendar, as far as they are given.
---@param result idocr.Mrz
---@return boolean
function read.dates_possible(result)
  for _, problem in ipairs(result.problems) do
    if find(problem, "^date%.") then return false end
  end
  return true
end

--- Returns whether every check digit is correct.
---@param result idocr.Mrz
---@return boolean
function read.all_right(result)
  for _, right in pairs(result.checks) do
    if not right then return false end
  end
  return true
end

read.date = field_date.read

return read
