--- Reads the fields of a zone from the joined text of its lines: number, dates, names, codes and optional data. `problems` is the
--- list to which a function adds what it finds, see mrz/read.lua.

local check_digits = require "idocr.checks.mrz.check_digits"
local field_date = require "idocr.checks.mrz.field_date"
local name_field = require "idocr.checks.mrz.name_field"
local states = require "idocr.checks.data.states"

local sub, find, gsub, match = string.sub, string.find, string.gsub, string.match
local clean, odd = name_field.clean, name_field.odd
local date_of, TWO = field_date.read, field_date.TWO

local zone_fields = {}

-- Reads a number over nine characters: its tenth position is a filler, the rest and the digit follow in the optional data.
-- 9303-5 4.2.4 leaves the filler out of the sum; some issuers count it. The second rule is accepted only where the composite
-- digit confirms it; otherwise a wrong digit would have two chances to pass.
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

--- Reads the fields that only the French card has.
---@return boolean certain false where a name contains a digit
function zone_fields.french(result, text, fields)
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

--- Reads the number, which may continue in the optional data. Returns the number, the optional data and the rule of a long
--- number.
function zone_fields.number(format, text, bytes, checks)
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

--- Reads a date field. K is read as a filler: it has the same value, and a date has no letters.
---@return string? date
---@return string? known
---@return boolean possible
function zone_fields.date(at, text, today, field, problems)
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

--- Reads a name field and adds its problems.
---@return string? surname
---@return string? given_name
---@return boolean truncated
---@return boolean certain false where letters of the names are certainly misread
function zone_fields.names(at, text, problems)
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

--- Reads the issuing state and the nationality.
function zone_fields.codes(text, at, problems)
  local issuer, possible = country("issuing_country", sub(text, 3, 5), problems)
  if not at then return issuer, nil, possible end
  local nationality, also = country("nationality", sub(text, at[1], at[2]), problems)
  return issuer, nationality, possible and also
end

--- Reads optional data; five K at the end are fillers.
function zone_fields.optional(text, problems)
  local kept = find(text, "KKKKK", 1, true) and match(text, "^(.-)KKKKK+<*$")
  if not kept then return clean(text) end
  problems[#problems + 1] = "restored.filler_letters"
  return clean(kept)
end

return zone_fields
