--- Compares Chinese names with their telegraph codes on Macao cards. Cards issued since 2023-12-15 have no codes.

local telecode = require "idocr.checks.telecode"

local PAIRS = { { name = "native_surname", code = "surname_telecode" }, { name = "native_given_name", code = "given_name_telecode" } }

--- Adds the findings about telegraph codes.
---@param context idocr.checks.Context
return function(context)
  local card = context.card
  for _, pair in ipairs(PAIRS) do
    local name, code = card[pair.name], card[pair.code]
    if code and name then
      local status = telecode.compare(name, code)
      if status ~= "not_compared" then
        context.add {
          check = "telecode." .. pair.name, ok = status == "agree", field = pair.name, fields = { pair.name, pair.code },
          expected = context.mask.number(code), found = context.mask.name(name),
          message = status == "agree" and "the Chinese name and its telegraph codes agree"
            or "the Chinese name and its telegraph codes differ",
        }
      end
    elseif code and telecode.decode(code) then
      context.add {
        check = "telecode.missing_name", ok = false, field = pair.name, fields = { pair.name, pair.code },
        found = context.mask.number(code),
        message = ("%s was not read but is encoded in its telegraph codes: see fields.%s.values.telecode"):format(pair.name, pair.name),
      }
    end
  end
end
