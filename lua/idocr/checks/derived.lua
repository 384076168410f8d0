--- What a card's number itself says, kept apart from what was read.

local snapshot = require "idocr.checks.snapshot"

local derived = {}

-- kind of card -> module that takes its number apart
local MODULES = {
  china_id = "idocr.checks.numbers.china_id",
  malaysia_id = "idocr.checks.numbers.malaysia_id",
  macao_id = "idocr.checks.numbers.macao_id",
}

--- Takes the number of a card apart.
---@param card table fields of a card
---@param options {today: string|number|nil}?
---@return table? parsed nil where this kind of number says nothing, or it has not the shape
---@return string? message
function derived.number(card, options)
  local module = MODULES[card.kind]
  if not module then return nil, "numbers of this kind of card say nothing" end
  if type(card.number) ~= "string" then return nil, "the card has no number" end
  return require(module).parse(card.number, options)
end

--- The facts for a caller: birth_date, sex, and birthplace or region, as the number says them. A passport's number says
--- nothing; its machine readable zone does.
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
    for _, date in ipairs(list) do -- the century that was read decides
      if date == card.birth_date then facts.birth_date = date end
    end
  end
  return facts
end

return derived
