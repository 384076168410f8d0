--- Two opinions: the same card read by two providers. What they differ in is a finding; what only one of them read is
--- named too, as nobody stands against it.

local compare_values = require "idocr.checks.compare_values"
local mask = require "idocr.checks.mask"
local snapshot = require "idocr.checks.snapshot"

local compare = {}

-- What a provider derives by itself, or prints in another form, is compared by rules of its own; addresses are free text.
local FIELDS = {
  "number", "name", "surname", "given_name", "native_name", "sex", "birth_date", "issue_date", "expiry_date", "nationality",
  "issuing_country", "address",
}

local MASK = {
  number = mask.number, name = mask.name, surname = mask.name, given_name = mask.name, native_name = mask.name,
  birth_date = mask.date, issue_date = mask.date, expiry_date = mask.date, address = mask.name,
  nationality = mask.state, issuing_country = mask.state,
}

local function status_of(field, a, b)
  if a == nil or b == nil then return "not_compared" end
  return compare_values.compare(field, { value = a }, { value = b })
end

--- Compares two readings of a card.
---@param first table fields of a card
---@param second table fields of the same card, read by another
---@return { ok: boolean, findings: idocr.Finding[], fields: table<string, {first: string?, second: string?, status: string}> }
function compare.cards(first, second)
  local a, b = snapshot.take(first), snapshot.take(second)
  local result = { ok = true, findings = {}, fields = {} }
  for _, field in ipairs(FIELDS) do
    if a[field] ~= nil or b[field] ~= nil then
      local status = status_of(field, a[field], b[field])
      result.fields[field] = { first = a[field], second = b[field], status = status }
      local shown = MASK[field] or mask.open
      local alone = a[field] == nil or b[field] == nil
      local ok = status ~= "differ"
      -- free text is read differently by every engine: worth a look, no contradiction
      local severity = ok and "info" or (field == "address" and "warning" or "error")
      if severity == "error" then result.ok = false end
      result.findings[#result.findings + 1] = {
        check = "compare." .. field, ok = ok, severity = severity, field = field, fields = { field },
        sources = { a.provider or "first", b.provider or "second" },
        expected = shown(a[field]), found = shown(b[field]),
        message = not ok and ("%s: the two readings differ"):format(field)
          or status == "agree" and ("%s: both readings agree"):format(field)
          or alone and ("%s: only one provider read it"):format(field) or ("%s: cannot be compared"):format(field),
      }
    end
  end
  return result
end

return compare
