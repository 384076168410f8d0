--- Checks the card's number by itself: format, checksum, and the facts that it encodes.

-- Document types with numbers of the form YYMMDD-PB-NNNN; others (MyTentera, i-Kad, POLIS) have other forms.
local WITH_REGISTRATION_NUMBER = { mykad = true, mypr = true, mykid = true, mykas = true }

local rules = {} -- by kind of card

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

-- Returns whether the card has a number that the rules apply to.
local function applies(card)
  if card.kind ~= "malaysia_id" or not card.document_type then return true end
  return WITH_REGISTRATION_NUMBER[card.document_type:lower()] == true
end

--- Adds the findings about the number.
---@param context idocr.checks.Context
return function(context)
  local card = context.card
  local rule = rules[card.kind]
  if not rule or not card.number then return end
  local parsed = context.parsed
  if not applies(card) then return end
  -- the service masked the number; without a document type it may be of another form
  if not parsed and (card.number:find("*", 1, true)) then
    context.add {
      check = "number.masked", ok = true, field = "number",
      message = "the number is partly masked and cannot be checked",
    }
    return
  end
  if not parsed and card.kind == "malaysia_id" and not card.document_type and card.number:find("%a") then return end
  context.add {
    check = "number.shape", ok = parsed ~= nil, field = "number", fields = { "number", "document_type" },
    found = context.mask.number(card.number),
    message = parsed and "the number has the format of this document"
      or "wrong number format for this document: " .. tostring(context.parsed_message),
  }
  if parsed then rule(context, parsed) end
end
