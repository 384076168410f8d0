--- The card's number by itself: shape, checksum, and the facts in it.

-- document types whose number is YYMMDD-PB-NNNN; others (MyTentera, i-Kad, POLIS) have numbers of their own
local WITH_REGISTRATION_NUMBER = { mykad = true, mypr = true, mykid = true, mykas = true }

local rules = {}

function rules.china_id(context, parsed)
  context.add {
    check = "number.checksum", ok = parsed.checksum ~= false, field = "number", found = context.mask.number(context.card.number),
    message = parsed.checksum == nil and "a 15-digit number has no checksum"
      or parsed.checksum and "the checksum of the number is right" or "the checksum of the number is wrong: a digit was misread or altered",
  }
  context.add {
    check = "number.birth_date", ok = parsed.birth_date ~= nil, field = "number",
    message = parsed.birth_date and "the birth date in the number is possible" or "the birth date in the number is impossible",
  }
  context.add {
    check = "number.region", ok = parsed.region ~= nil, field = "number",
    found = not parsed.region and parsed.region_code:sub(1, 2) .. "••••" or nil,
    message = parsed.region and "the number begins with the code of a province" or "no province has the code that the number begins with",
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
        message = same and "both sides of the card carry the same number" or "the two sides of the card carry different numbers",
      }
    end
  end
end

function rules.macao_id(context, parsed)
  context.add {
    check = "number.prefix", ok = parsed.valid, field = "number", found = parsed.prefix,
    message = parsed.valid and "the number begins with a digit in use (how its check character is made is not published)"
      or "Macao numbers begin with 1, 5 or 7",
  }
end

local function applies(card)
  if card.kind ~= "malaysia_id" or not card.document_type then return true end
  return WITH_REGISTRATION_NUMBER[card.document_type:lower()] == true
end

---@param context idocr.checks.Context
return function(context)
  local card = context.card
  local rule = rules[card.kind]
  if not rule or not card.number then return end
  local parsed = context.parsed
  if not applies(card) then return end
  -- a masked number is the service's doing; without a document type another kind of number may be meant
  if not parsed and (card.number:find("*", 1, true)) then
    context.add {
      check = "number.masked", ok = true, field = "number",
      message = "characters of the number are masked: it cannot be checked",
    }
    return
  end
  if not parsed and card.kind == "malaysia_id" and not card.document_type and card.number:find("%a") then return end
  context.add {
    check = "number.shape", ok = parsed ~= nil, field = "number", fields = { "number", "document_type" },
    found = context.mask.number(card.number),
    message = parsed and "the number has the shape that this card's numbers have"
      or "the number has not the shape that this card's numbers have: " .. tostring(context.parsed_message),
  }
  if parsed then rule(context, parsed) end
end
