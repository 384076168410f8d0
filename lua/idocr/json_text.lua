--- The two JSON texts that every writer of ours needs: a string and a number. How members are ordered, and what an empty
--- table is, each writer knows for itself.

local json_text = {}

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(c) return ESCAPES[c] or ("\\u%04x"):format(c:byte()) end

--- A JSON string. The text is taken to be UTF-8.
---@param text string
---@return string
function json_text.quote(text) return '"' .. text:gsub('[%c"\\]', escape) .. '"' end

--- A JSON number, as people write it where that is the same number.
---@param value number
---@return string? text nil where JSON has no such number (infinite, or not a number)
function json_text.number(value)
  if value ~= value or value == math.huge or value == -math.huge then return nil end
  if value % 1 == 0 and value > -2 ^ 63 and value < 2 ^ 63 then return ("%d"):format(value) end
  local text = ("%.15g"):format(value)
  if tonumber(text) ~= value then text = ("%.17g"):format(value) end
  return (text:gsub(",", ".")) -- a comma: the program's locale
end

return json_text
