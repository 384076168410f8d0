--- The machine readable zone by itself: shape, check digits, dates, codes, and what a wrong digit may be about.

local digits = require "idocr.checks.mrz.digits"
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

--- The digit that should stand there and the character that does; a digit tells nothing about a person.
local function digit_pair(zone, name)
  if name == "document_number" and (zone.long_number_rule or #(zone.number or "") > 9 and zone.format ~= "FRA-ID") then return end
  local text = table.concat(zone.lines)
  for _, check in ipairs(formats[zone.format].checks) do
    if check.name == name then
      local expected = digits.sum({ text:byte(1, -1) }, check.positions, check.weights)
      return expected and ("%d"):format(expected), (text:sub(check.digit, check.digit):gsub("[^A-Z0-9<]", "?"))
    end
  end
end

local function check_digits(context, zone)
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
        message = right and ("the check digit of %s is right"):format(WORDS[name])
          or ("the check digit of %s is wrong: a character of it, or the digit, was misread or altered"):format(WORDS[name]),
      }
    end
  end
end

local PROBLEMS = {
  ["date.birth_date"] = { "mrz.date.birth_date", "birth_date", "the zone's birth date is no day of the calendar" },
  ["date.expiry_date"] = { "mrz.date.expiry_date", "expiry_date", "the zone's expiry date is no day of the calendar" },
  character = { "mrz.character", "mrz", "the zone holds a character other than A-Z, 0-9 and <" },
  sex = { "mrz.character.sex", "sex", "the zone's sex is neither M, F, X nor <" },
  country_shape = { "mrz.state.shape", "issuing_country", "a code of a state holds something else than letters" },
  unknown_issuing_country = { "mrz.state.issuing_country", "issuing_country", "no state or organisation has this code" },
  unknown_nationality = { "mrz.state.nationality", "nationality", "no state or organisation has this code" },
  name_missing = { "mrz.name", "name", "the zone names nobody" },
}

local function proposal(context)
  local found = repair.repair(context.card.mrz, { today = context.today })
  if not found then return end
  for _, change in ipairs(found.changes) do
    context.add {
      check = "mrz.repair",
      ok = false,
      field = FIELD_OF[change.check],
      expected = change.to,
      found = change.from,
      message = ("line %d, column %d: with %s in place of %s the check digits would be right; look at the picture")
        :format(change.line, change.column, change.to, change.from),
    }
  end
end

---@param context idocr.checks.Context
return function(context)
  local zone = context.zone
  if not zone then
    if context.card.mrz then
      context.add { check = "mrz.shape", ok = false, field = "mrz", message = "no machine readable zone: " .. context.zone_message }
    elseif context.card.kind == "passport" then
      context.add {
        check = "mrz.missing", ok = false, field = "mrz",
        message = "no machine readable zone was read, so nothing vouches for the fields",
      }
    end
    return
  end
  check_digits(context, zone)
  local wrong_digit = false
  for _, right in pairs(zone.checks) do wrong_digit = wrong_digit or not right end
  for _, problem in ipairs(zone.problems) do
    local rule = PROBLEMS[problem]
    if rule then
      local check, field, message = rule[1], rule[2], rule[3]
      local code = check:find("state", 1, true) and context.mask.open(zone[field]) or nil
      context.add { check = check, ok = false, field = field, message = message, found = code }
    end
  end
  if wrong_digit then proposal(context) end
end
