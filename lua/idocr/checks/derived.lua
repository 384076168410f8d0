--- Derives facts from a card's number: birth date, sex, birthplace or region.

local snapshot = require "idocr.checks.snapshot"

local derived = {}

-- kind of card -> module that parses its number
local MODULES = {
  china_id = "idocr.checks.numbers.china_id",
  malaysia_id = "idocr.checks.numbers.malaysia_id",
  macao_id = "idocr.checks.numbers.macao_id",
}

--- Parses the number of a card.
---@param card table fields of a card
---@param options {today: string|number|nil}?
---@return table? parsed nil where this kind of number encodes no facts, or the number is malformed
---@return string? message
function derived.number(card, options)
  local module = MODULES[card.kind]
  if not module then return nil, "the numbers of this kind of card encode no facts" end
  if type(card.number) ~= "string" then return nil, "the card has no number" end
  return require(module).parse(card.number, options)
end

--- Returns the facts that the number encodes: birth_date, sex, and birthplace or region. For a card without such a number,
--- returns the parsed machine readable zone.
---@param card table fields of a card
---@param options {today: string|number|nil}?
---@return table? facts
---@return string? message
function derived.of(card, options)
  card = snapshot.take(card)
  if card.mrz and not MODULES[card.kind] then return require("idocr.checks.mrz").parse(card.mrz, options) end
  local facts, message = derived.number(card, options)
  if not facts then return nil, message end
  local list = facts.birth_dates
  if list then
    if #list == 1 then facts.birth_date = list[1] end
    for _, date in ipairs(list) do -- the birth date that was read selects the century
      if date == card.birth_date then facts.birth_date = date end
    end
  end
  return facts
end

return derived
