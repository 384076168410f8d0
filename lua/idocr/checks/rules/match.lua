--- Reports where the sources of a field differ: service, machine readable zone, printed zone, number, second provider.

local sorted_names = require "idocr.sorted_names"

local SOURCE_WORDS = {
  mrz = "machine readable zone", number = "number", personal_number = "personal number", service = "field",
  telecode = "telegraph code", visual = "printed zone", second = "second provider",
}

-- field -> the function of checks/mask.lua for its values
local MASK = {
  birth_date = "date", issue_date = "date", expiry_date = "date", first_issue_date = "date",
  name = "name", surname = "name", given_name = "name", native_name = "name", native_surname = "name", native_given_name = "name",
  sex = "open", nationality = "state", issuing_country = "state", document_code = "open", address = "name", region = "name",
}

-- Masks a value for a finding.
local function masked(context, field, entry)
  if entry.value then return context.mask[MASK[field] or "number"](entry.value) end
  if entry.values then
    local list = {}
    for i, value in ipairs(entry.values) do list[i] = context.mask.date(value) end
    return table.concat(list, " or ")
  end
  return entry.known and context.mask.date(entry.known)
end

-- Returns the end of the check's id where a difference weighs less.
local function doubt(entry, pair)
  local reason = entry.values[pair.a].doubt or entry.values[pair.b].doubt
  return reason and "." .. reason or ""
end

local function report(context, field, entry)
  if entry.status == "not_compared" then return end
  if entry.status == "agree" then
    context.add { check = "match." .. field, ok = true, field = field, message = ("all sources of %s agree"):format(field) }
    return
  end
  for _, pair in ipairs(entry.pairs) do
    if pair.status == "differ" then
      -- rules/telecode.lua reports telegraph codes
      if pair.a ~= "telecode" and pair.b ~= "telecode" then
        context.add {
          check = "match." .. field .. doubt(entry, pair), ok = false, field = field,
          expected = masked(context, field, entry.values[pair.a]), found = masked(context, field, entry.values[pair.b]),
          sources = { pair.a, pair.b },
          message = ("%s: the %s and the %s differ"):format(field, SOURCE_WORDS[pair.a], SOURCE_WORDS[pair.b]),
        }
      end
    end
  end
end

--- Adds the findings about fields that differ or agree.
---@param context idocr.checks.Context
return function(context)
  for _, field in ipairs(sorted_names(context.fields)) do report(context, field, context.fields[field]) end
end
