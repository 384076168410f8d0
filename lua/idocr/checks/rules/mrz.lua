--- Checks the machine readable zone, without other fields: format, check digits, dates and codes, and proposes repairs.

local check_digits = require "idocr.checks.mrz.check_digits"
local formats = require "idocr.checks.mrz.formats"
local repair = require "idocr.checks.mrz.repair"

local FIELD_OF = {
  document_number = "number", birth_date = "birth_date", expiry_date = "expiry_date", optional = "optional", composite = "mrz",
}
local ORDER = { "document_number", "birth_date", "expiry_date", "optional", "composite" }
local WORDS = {
  document_number = "the document number", birth_date = "the birth date", expiry_date = "the expiry date",
  optional = "the optional data", composite = "the whole zone",
}

-- Returns the expected check digit and the character that was read. A check digit is not personal data.
local function digit_pair(zone, name)
  if name == "document_number" and (zone.long_number_rule or #(zone.number or "") > 9 and zone.format ~= "FRA-ID") then return end
  local text = table.concat(zone.lines)
  for _, check in ipairs(formats[zone.format].checks) do
    if check.name == name then
      local expected = check_digits.sum({ text:byte(1, -1) }, check.positions, check.weights)
      return expected and ("%d"):format(expected), (text:sub(check.digit, check.digit):gsub("[^A-Z0-9<]", "?"))
    end
  end
end

local function report_check_digits(context, zone)
  for _, name in ipairs(ORDER) do
    local right = zone.checks[name]
    if right ~= nil then
      local expected, found
      if not right then expected, found = digit_pair(zone, name) end
      context.add {
        check = "mrz.check_digit." .. name,
        ok = right,
        field = FIELD_OF[name],
        expected = expected,
        found = found,
        message = (right and "the check digit of %s is correct"
          or "the check digit of %s is wrong: a character of it, or the digit, was misread or altered"):format(WORDS[name]),
      }
    end
  end
end

local PROBLEMS = {
  ["date.birth_date"] = { "mrz.date.birth_date", "birth_date", "the zone's birth date does not exist in the calendar" },
  ["date.expiry_date"] = { "mrz.date.expiry_date", "expiry_date", "the zone's expiry date does not exist in the calendar" },
  character = { "mrz.character", "mrz", "the zone contains a character other than A-Z, 0-9 and <" },
  sex = { "mrz.character.sex", "sex", "the zone's sex is neither M, F, X nor <" },
  country_shape = { "mrz.state.shape", "issuing_country", "a code of a state contains a character other than a letter" },
  unknown_issuing_country = { "mrz.state.issuing_country", "issuing_country", "no state or organisation has this code" },
  unknown_nationality = { "mrz.state.nationality", "nationality", "no state or organisation has this code" },
  name_missing = { "mrz.name", "name", "the zone has no name" },
  name_digit = { "mrz.name.digit", "name", "the zone's name contains a digit, which is a misread letter: compare with the picture" },
  name_digit_national = { "mrz.name.digit", "name",
    "the zone's name contains digits for letters, a rule of its issuer: compare with the printed name" },
  filler_letters = { "mrz.name.filler_letters", "name",
    "fillers of the zone's name were read as letters, so the name is uncertain: compare with the picture" },
  name_doubt = { "mrz.name.filler_letters", "name",
    "letters of the zone's name may be fillers that were misread: compare with the picture" },
  name_separator = { "mrz.name.separator", "name",
    "the fillers of the zone's name do not separate the surname from the given names: compare with the picture" },
  sex_letter = { "mrz.character.sex_letter", "sex", "the zone's sex is X instead of < for an unspecified sex" },
  ["restored.case"] = { "mrz.restored.case", "mrz", "small letters of the zone were read as capitals" },
  ["restored.characters"] = { "mrz.restored.characters", "mrz",
    "characters of the zone were replaced by those of the same shape or meaning; invisible ones were removed" },
  ["restored.blanks"] = { "mrz.restored.blanks", "mrz", "blanks in the zone were removed" },
  ["restored.fillers"] = { "mrz.restored.fillers", "mrz", "blanks or other characters in the zone were read as fillers" },
  ["restored.filler_count"] = { "mrz.restored.filler_count", "mrz",
    "the zone had too few or too many fillers: their number was corrected" },
  ["restored.filler_letters"] = { "mrz.restored.filler_letters", "mrz", "letters where only fillers are possible were read as fillers" },
  ["restored.line_breaks"] = { "mrz.restored.line_breaks", "mrz", "the lines of the zone were broken in other places" },
  ["restored.line_order"] = { "mrz.restored.line_order", "mrz", "the lines of the zone were reordered" },
  ["restored.other_text"] = { "mrz.restored.other_text", "mrz", "text around the zone was ignored" },
}

-- Reports the proposed repair of a zone.
local function proposal(context)
  local found = repair.repair(context.card.mrz, { today = context.today })
  if not found then return end
  for _, change in ipairs(found.changes) do
    local gain = FIELD_OF[change.check] and "the check digits would be correct" or "the field would contain letters only"
    context.add {
      check = "mrz.repair",
      ok = false,
      field = FIELD_OF[change.check] or change.check,
      expected = change.to,
      found = change.from,
      message = ("line %d, column %d: with %s in place of %s %s; compare with the picture")
        :format(change.line, change.column, change.to, change.from, gain),
    }
  end
end

-- Reports the problems of a zone other than check digits.
local function problems(context, zone)
  for _, problem in ipairs(zone.problems) do
    local rule = PROBLEMS[problem]
    if rule then
      local check, field, message = rule[1], rule[2], rule[3]
      local code = check:find("state", 1, true) and context.mask.open(zone[field]) or nil
      context.add { check = check, ok = false, field = field, message = message, found = code }
    end
  end
end

local function no_zone(context)
  local part = context.zone_part
  if context.card.mrz then
    context.add {
      check = "mrz.shape", ok = false, field = "mrz",
      message = "no machine readable zone was found: " .. context.zone_message
        .. (part and "; its legible fields are compared with the card" or ""),
    }
  elseif context.card.kind == "passport" then
    context.add {
      check = "mrz.missing", ok = false, field = "mrz",
      message = "no machine readable zone was read, so no check digit confirms the fields",
    }
  end
  if part then
    report_check_digits(context, part)
    problems(context, part)
  end
end

-- Returns whether fillers leave the expiry date unspecified.
local function unstated(zone)
  if zone.format == "FRA-ID" or zone.expiry_date or zone.expiry_date_known then return false end
  for _, problem in ipairs(zone.problems) do
    if problem == "date.expiry_date" or problem == "check_digit.expiry_date" then return false end
  end
  return true
end

--- Adds the findings about the machine readable zone.
---@param context idocr.checks.Context
return function(context)
  local zone = context.zone
  if not zone then return no_zone(context) end
  report_check_digits(context, zone)
  if unstated(zone) then
    context.add {
      check = "mrz.no_expiry", ok = true, field = "expiry_date",
      message = "the zone has fillers instead of an expiry date"
        .. (zone.expiry_filler and " and of its check digit" or ""),
    }
  end
  problems(context, zone)
  if not zone.valid then proposal(context) end
end
