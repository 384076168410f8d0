--- Reads the fields and check results of lines with the number and width of a format. Lists problems; corrects only letters
--- that must be misread fillers.

local check_digits = require "idocr.checks.mrz.check_digits"
local formats = require "idocr.checks.mrz.formats"
local name_field = require "idocr.checks.mrz.name_field"
local field_date = require "idocr.checks.mrz.field_date"
local states = require "idocr.checks.data.states"

local byte, sub, find, gsub, match = string.byte, string.sub, string.find, string.gsub, string.match
local concat = table.concat
local sum, clean, odd = check_digits.sum, name_field.clean, name_field.odd
local TD1, TD2, TD3 = formats.TD1, formats.TD2, formats.TD3
local MRV_A, MRV_B, FRA_ID = formats["MRV-A"], formats["MRV-B"], formats["FRA-ID"]

local date_of, TWO = field_date.read, field_date.TWO

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

--- A number over nine characters: its tenth position is a filler, the rest and the digit follow in the optional data.
--- 9303-5 4.2.4 leaves the filler out of the sum; some issuers count it. The second reading counts only where the
--- composite digit vouches for it, or a wrong digit would have two chances to pass.
---@return string? number
---@return string? rest optional data behind it
---@return boolean? right
---@return string? rule
local function long_number(text, format, composite)
  local from = format.long_number[1]
  local area = sub(text, from, format.long_number[2])
  local tail, rest = match(area, "^([A-Z0-9]+)(.*)$")
  if not tail or #tail < 2 then return nil end
  local first, digit = sub(text, format.fields.number[1], format.fields.number[2]), tonumber(sub(tail, -1))
  local more = sub(tail, 1, -2)
  local number = first .. more
  local right, rule = false, nil
  if digit then
    if check_digits.of(number) == digit then
      right, rule = true, "icao"
    elseif check_digits.of(first .. "<" .. more) == digit then
      right, rule = composite == true, "filler_counted"
    end
  end
  return number, rest, right, rule
end

local CODE = {} ---@type table<string, string|false> three characters -> a known code; false: no code
CODE["<<<"] = false
local GERMANY = { DKK = true, ["DK<"] = true, ["D<K"] = true } -- the only one-letter code, with its fillers read as K

-- Reads the code of a state; adds a problem for a code that is malformed or unknown.
---@return string? code
---@return boolean possible
local function country(field, text, problems)
  local code = CODE[text]
  if code then return code, true end
  if code == false then return nil, true end
  if GERMANY[text] then
    problems[#problems + 1] = "restored.filler_letters"
    return "D", true
  end
  code = match(text, "^([A-Z]+)<*$")
  if not code then
    problems[#problems + 1] = "country_shape"
    return clean(text), false
  end
  if states.name(code) then
    CODE[text] = code -- codes of the standard only, so the table stays small
  else
    problems[#problems + 1] = "unknown_" .. field
  end
  return code, true
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

-- Reads the fields that only the French card has.
---@return boolean certain false where a name contains a digit
local function read_french(result, text, fields)
  result.nationality = "FRA"
  result.surname = clean(sub(text, fields.surname[1], fields.surname[2]))
  local given = sub(text, fields.given_name[1], fields.given_name[2])
  result.given_name = clean(given)
  result.name_truncated = sub(given, -1) ~= "<" or sub(text, fields.surname[2], fields.surname[2]) ~= "<"
  result.office = clean(sub(text, fields.office[1], fields.office[2]))
  local yy, month = match(result.number or "", "^(%d%d)(%d%d)")
  if yy and TWO[month] >= 1 and TWO[month] <= 12 then -- issued 1988-2021
    result.issue_date_known = (TWO[yy] >= 80 and "19" or "20") .. yy .. "-" .. month
  end
  if not find((result.surname or "") .. (result.given_name or ""), "%d") then return true end
  result.problems[#result.problems + 1] = "name_digit"
  return false
end

local SEX = { M = "M", F = "F", ["<"] = "X", X = "X" }

-- Reads the number, which may continue in the optional data. Returns the number, the optional data and the rule of a long
-- number.
local function number_of(format, text, bytes, checks)
  local fields = format.fields
  local at = fields.number
  local number, optional, rule = clean(sub(text, at[1], at[2])), nil, nil
  if fields.optional then optional = sub(text, fields.optional[1], fields.optional[2]) end
  if format.long_number and bytes[at[2] + 1] == 60 and number then
    local whole, rest, right, long_rule = long_number(text, format, checks.composite)
    -- fillers within the nine characters indicate a short number without a check digit, unless the composite confirms a long one
    if whole and (bytes[at[1]] ~= 60 and bytes[at[2]] ~= 60 or right and checks.composite) then
      number, optional, rule = clean(whole), rest, long_rule
      checks.document_number = right
    end
  end
  return number, optional, rule
end

-- Reads a date field. K is read as a filler: it has the same value, and a date has no letters.
---@return string? date
---@return string? known
---@return boolean possible
local function date_at(at, text, today, field, problems)
  local written = sub(text, at[1], at[2])
  local date, known, possible = date_of(written, today)
  if not possible and find(written, "K", 1, true) then
    date, known, possible = date_of(gsub(written, "K", "<"), today)
    if possible then problems[#problems + 1] = "restored.filler_letters" end
  end
  if not possible then problems[#problems + 1] = "date." .. field end
  return date, known, possible
end

local NAME_PROBLEM = { restored = "restored.filler_letters", misread = "filler_letters", doubt = "name_doubt" }

-- Reads a name field and adds its problems.
---@return string? surname
---@return string? given_name
---@return boolean truncated
---@return boolean certain false where letters of the names are certainly misread
local function names_at(at, text, problems)
  local field, certain = sub(text, at[1], at[2]), true
  if odd(field) then
    local status
    field, status = name_field.settle(field)
    if status then
      problems[#problems + 1] = NAME_PROBLEM[status]
      certain = status ~= "misread"
    end
    if status ~= "doubt" then problems[#problems + 1] = name_field.separators(field) end
  end
  if find(field, "%d") then
    -- the Russian national passport writes digits for letters that Latin lacks; 9303-3 4.6 forbids digits otherwise
    local national = sub(text, 1, 5) == "PNRUS"
    problems[#problems + 1] = national and "name_digit_national" or "name_digit"
    certain = certain and national
  end
  local surname, given_name, truncated = name_field.split(field)
  return surname, given_name, truncated, certain
end

-- Reads the issuing state and the nationality.
local function codes(text, at, problems)
  local issuer, possible = country("issuing_country", sub(text, 3, 5), problems)
  if not at then return issuer, nil, possible end
  local nationality, also = country("nationality", sub(text, at[1], at[2]), problems)
  return issuer, nationality, possible and also
end

-- Reads optional data; five K at the end are fillers.
local function optional_of(text, problems)
  local kept = find(text, "KKKKK", 1, true) and match(text, "^(.-)KKKKK+<*$")
  if not kept then return clean(text) end
  problems[#problems + 1] = "restored.filler_letters"
  return clean(kept)
end

-- Returns true where the check digit is a filler.
local function filler_digit(name, format, bytes)
  for _, check in ipairs(format.checks) do
    if check.name == name then return bytes[check.digit] == 60 or nil end
  end
end

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

  local number, optional, rule = number_of(format, text, bytes, checks)
  for i = 1, #format.checks do
    local name = format.checks[i].name
    if not checks[name] then
      valid = false
      problems[#problems + 1] = "check_digit." .. name
    end
  end

  local issuing_country, nationality, possible = codes(text, fields.nationality, problems)
  local birth, birth_known, born = date_at(fields.birth_date, text, today, "birth_date", problems)
  local expiry, expiry_known, expires
  if fields.expiry_date then expiry, expiry_known, expires = date_at(fields.expiry_date, text, nil, "expiry_date", problems) end
  local letter = sub(text, fields.sex[1], fields.sex[1])
  local sex = SEX[letter]
  if not sex or letter == "X" then problems[#problems + 1] = sex and "sex_letter" or "sex" end
  valid = valid and possible and born and expires ~= false and sex ~= nil

  local surname, given_name, truncated, certain
  if fields.names then
    surname, given_name, truncated, certain = names_at(fields.names, text, problems)
    valid = valid and certain
  end

  local result = {
    format = format.name, lines = lines, checks = checks, problems = problems, valid = valid,
    document_code = clean(sub(text, 1, 2)), issuing_country = issuing_country, nationality = nationality,
    number = number, long_number_rule = rule, optional = optional and optional_of(optional, problems),
    surname = surname, given_name = given_name, name_truncated = truncated,
    birth_date = birth, birth_date_known = birth_known, expiry_date = expiry, expiry_date_known = expiry_known, sex = sex,
  }
  if fields.optional2 then result.optional2 = optional_of(sub(text, fields.optional2[1], fields.optional2[2]), problems) end
  if format == FRA_ID then
    valid = read_french(result, text, fields) and valid
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

read.date = date_of

return read
