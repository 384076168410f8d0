--- Macao: telegraph codes against Chinese names. Cards issued since 2023-12-15 print no codes; absent is not failed.

local telecode = require "idocr.checks.telecode"

local PAIRS = { { name = "native_surname", code = "surname_telecode" }, { name = "native_given_name", code = "given_name_telecode" } }

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
            or "the Chinese name is not the one that its telegraph codes spell",
        }
      end
    elseif code and telecode.decode(code) then
      context.add {
        check = "telecode.missing_name", ok = false, field = pair.name, fields = { pair.name, pair.code },
        found = context.mask.number(code),
        message = ("%s was not read, but its telegraph codes spell it: see fields.%s.values.telecode"):format(pair.name, pair.name),
      }
    end
  end
end
