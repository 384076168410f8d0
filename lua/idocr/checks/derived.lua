--- Derives facts from a card's number: birth date, sex, birthplace or region.

local numbers = require "idocr.checks.numbers"
local snapshot = require "idocr.checks.snapshot"

local derived = {}

---@class idocr.checks.NumberOfCard
---@field field string
---@field check string      name of the check
---@field parsed table?     nil: the format is wrong
---@field message string?   what the format should be
---@field others boolean?   true: documents of this kind may also have numbers of other forms
---@field places string[]?  the region that the card prints, followed by those that it was split from

-- Returns the options of a check.
local function options_of(entry, card, options)
  return { today = type(options) == "table" and options.today or nil, issuer = entry.issuer and card[entry.issuer] or nil }
end

--- Parses the numbers of a card.
---@param card table fields of a card
---@param options {today: string|number|nil}?
---@return idocr.checks.NumberOfCard[] list only of fields that the card has; the number that it is known by first
function derived.numbers(card, options)
  local list = {}
  for _, entry in ipairs(numbers.of_kind(card.kind)) do
    local text = card[entry.field]
    if type(text) == "string" then
      local check = numbers.get(entry.check) --[[@as table]]
      local parsed, message = check.parse(text, options_of(entry, card, options))
      local place = entry.place and card[entry.place]
      list[#list + 1] = {
        field = entry.field, check = entry.check, parsed = parsed, message = message, others = entry.others,
        places = place and check.places(place),
      }
    end
  end
  return list
end

--- Returns the facts that the number encodes: birth_date, sex, and birthplace or region. For a card without such a number,
--- returns the parsed machine readable zone.
---@param card table fields of a card
---@param options {today: string|number|nil}?
---@return table? facts of the first number that can be parsed; those of a further number under the name of its field
---@return string? message
function derived.of(card, options)
  card = snapshot.take(card)
  if #numbers.of_kind(card.kind) == 0 then
    if card.mrz then return require("idocr.checks.mrz").parse(card.mrz, options) end
    return nil, "the numbers of this kind of card encode no facts"
  end
  local facts, message
  for _, number in ipairs(derived.numbers(card, options)) do
    message = message or number.message
    if number.parsed then
      for _, date in ipairs(number.parsed.birth_dates or {}) do -- the birth date that was read selects the century
        if #number.parsed.birth_dates == 1 or date == card.birth_date then number.parsed.birth_date = date end
      end
      if not facts then facts = number.parsed else facts[number.field] = number.parsed end
    end
  end
  if not facts then return nil, message or "the card has no number" end
  return facts
end

return derived
