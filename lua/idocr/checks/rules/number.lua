--- Checks each number of the card, without other fields: format, checksum, and the facts that it encodes.

local findings = require "idocr.checks.numbers.findings"
local normalize = require "idocr.checks.numbers.normalize"
local shape = require "idocr.checks.numbers.shape"

-- Document types with numbers of the form YYMMDD-PB-NNNN; others (MyTentera, i-Kad, POLIS) have other forms.
local WITH_REGISTRATION_NUMBER = { mykad = true, mypr = true, mykid = true, mykas = true }

local rules = {} -- by name of the check; others have the findings of numbers/findings.lua

function rules.china_id(context, parsed)
  context.add {
    check = "number.checksum", ok = parsed.checksum ~= false, field = "number", found = context.mask.number(context.card.number),
    message = parsed.checksum == nil and "a 15-digit number has no checksum"
      or parsed.checksum and "the checksum of the number is correct"
      or "the checksum of the number is wrong: a digit was misread or altered",
  }
  context.add {
    check = "number.birth_date", ok = parsed.birth_date ~= nil, field = "number",
    message = parsed.birth_date and "the birth date in the number is possible" or "the birth date in the number is impossible",
  }
  context.add {
    check = "number.region", ok = parsed.region ~= nil, field = "number",
    found = not parsed.region and parsed.region_code:sub(1, 2) .. "••••" or nil,
    message = parsed.region and "the number begins with a province code" or "the number begins with an unknown province code",
  }
end

function rules.malaysia_id(context, parsed)
  context.add {
    check = "number.birth_date", ok = #parsed.birth_dates > 0, field = "number",
    message = #parsed.birth_dates > 0 and "the birth date in the number is possible"
      or "the birth date in the number is impossible in any century",
  }
  context.add {
    check = "number.birthplace", ok = parsed.birthplace ~= nil, field = "number",
    found = not parsed.birthplace and parsed.birthplace_code or nil,
    message = parsed.birthplace and "the birthplace code was assigned" or "the birthplace code was never assigned",
  }
  local back = context.card.back_number
  if back then
    local digits = back:gsub("%D", "")
    if not back:find("*", 1, true) and #digits >= 12 then
      local same = digits:sub(1, 12) == (parsed.number:gsub("%D", ""))
      context.add {
        check = "number.back", ok = same, field = "back_number", fields = { "number", "back_number" },
        expected = context.mask.number(parsed.number), found = context.mask.number(back),
        message = same and "both sides of the card have the same number" or "the sides of the card have different numbers",
      }
    end
  end
end

function rules.macao_id(context, parsed)
  context.add {
    check = "number.prefix", ok = parsed.valid, field = "number", found = parsed.prefix,
    message = parsed.valid and "the number begins with 1, 5 or 7 (the algorithm of its check character is not published)"
      or "the number does not begin with 1, 5 or 7",
  }
end

-- Adds the findings about a number for which no separate rule exists.
local function general(context, parsed, number)
  for _, found in ipairs(findings.of(parsed)) do
    context.add {
      check = "number." .. found.check, ok = found.ok, field = number.field, message = found.message,
      found = not found.ok and context.mask.number(context.card[number.field]) or nil,
    }
  end
end

-- Compares the number with the text in the card's window, which repeats it, with or without the check character.
local function window(context, parsed)
  local printed = shape.compact(context.card.window_text)
  printed = printed and printed:gsub("[()]", "")
  if not printed or not printed:find("^%u%u?%d%d%d%d%d%d[%dA]?$") then return end
  local whole = parsed.number:gsub("[()]", "")
  local same = printed == whole or printed == whole:sub(1, -2)
  context.add {
    check = "number.window", ok = same, field = "window_text", fields = { "number", "window_text" },
    expected = context.mask.number(parsed.number), found = context.mask.number(context.card.window_text),
    message = same and "the window of the card repeats the number" or "the window of the card has another number",
  }
end

function rules.hong_kong_id(context, parsed, number)
  general(context, parsed, number)
  if not parsed.masked then window(context, parsed) end
end

function rules.singapore_id(context, parsed, number)
  general(context, parsed, number)
  local birth_date = context.card.birth_date
  if not parsed.birth_year or not birth_date then return end
  local same = parsed.birth_year == birth_date:sub(1, 4)
  context.add {
    check = "number.birth_year", ok = same, field = "birth_date", fields = { "number", "birth_date" },
    expected = parsed.birth_year .. "-••-••", found = context.mask.date(birth_date),
    message = same and "the number has the year of birth" or "the number has another year of birth",
  }
end

-- Returns whether the card has a number that the rules apply to.
local function applies(card)
  if card.kind ~= "malaysia_id" or not card.document_type then return true end
  return WITH_REGISTRATION_NUMBER[card.document_type:lower()] == true
end

-- Checks of numbers with several letters, of which many may be X.
local WITH_LETTERS = { hong_kong_id = true, mexico_curp = true, mexico_voter_id = true, singapore_id = true }

-- Returns whether a text that a check could not parse is a masked number: stars or dots, or several X (one may be a misread digit).
local function is_masked(text, check)
  text = normalize(text):upper()
  return text:find("*", 1, true) ~= nil or not WITH_LETTERS[check] and text:find("XX.*X") ~= nil
end

local function check(context, number)
  local card, parsed = context.card, number.parsed
  local text = card[number.field]
  -- the service masked the number; without a document type it may be of another form
  if not parsed and is_masked(text, number.check) then
    context.add {
      check = "number.masked", ok = true, field = number.field,
      message = "the number is partly masked and cannot be checked",
    }
    return
  end
  if not parsed and card.kind == "malaysia_id" and not card.document_type and text:find("%a") then return end
  context.add {
    check = number.others and "number.shape.others" or "number.shape", ok = parsed ~= nil, field = number.field,
    fields = number.field == "number" and { "number", "document_type" } or nil, found = context.mask.number(text),
    message = parsed and "the number has the format of this document"
      or "wrong number format for this document: " .. tostring(number.message),
  }
  if parsed then (rules[number.check] or general)(context, parsed, number) end
end

--- Adds the findings about the numbers.
---@param context idocr.checks.Context
return function(context)
  if not applies(context.card) then return end
  for _, number in ipairs(context.numbers) do check(context, number) end
end
