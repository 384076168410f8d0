--- Lists the checks of numbers by name, and says which check reads which field of which kind of card.

local fields_of_kinds = require "idocr.checks.data.number_fields"

local numbers = {}

local NONE = {}
local FOLDER = "idocr.checks.numbers."

local NAMES = {
  "brazil_cnh", "brazil_cpf", "brazil_rg", "china_id", "china_permanent_residence", "china_residence_permit", "hong_kong_id",
  "india_aadhaar", "india_vid", "indonesia_id", "macao_id", "malaysia_id", "mexico_curp", "mexico_voter_id", "pakistan_id",
  "singapore_id", "thailand_id",
}
local KNOWN = {}
for _, name in ipairs(NAMES) do KNOWN[name] = true end

--- Returns the names of all checks, sorted.
---@return string[]
function numbers.names()
  local copy = {}
  for i, name in ipairs(NAMES) do copy[i] = name end
  return copy
end

--- Returns a check: a table with `parse(text, options)`.
---@param name any
---@return table? nil where no check has that name
function numbers.get(name) return KNOWN[name] and require(FOLDER .. name) or nil end

---@class idocr.checks.NumberField
---@field field string      the field of the card
---@field check string      the name of the check
---@field others boolean?   true: documents of this kind may also have numbers of other forms
---@field issuer string?    field that is the `issuer` option of the check
---@field place string?     field with the name of the region that the number encodes

--- Returns the numbers that a kind of card has, the one that it is known by first.
---@param kind any
---@return idocr.checks.NumberField[] empty where the kind has no number with a check
function numbers.of_kind(kind) return fields_of_kinds[kind] or NONE end

return numbers
