--- JSON text into Lua values, in C: a reply is read on every call, and neither its numbers nor its depth are ruled by what the
--- program around us does with its own cjson.

local core = require "idocr.core"

local json = {}

--- JSON null: kept apart from an absent member. The same value as `require("cjson").null` and, in nginx, `ngx.null`.
json.null = core.json "null"

--- Decodes a JSON text. Every number comes back as a float on Lua 5.4; half a surrogate pair becomes U+FFFD.
---@param text string
---@return any value nil where the text is no JSON (JSON null is `json.null`)
---@return string? complaint never a part of the text
function json.decode(text)
  if type(text) ~= "string" then return nil, "no text" end
  local value = core.json(text)
  if value ~= nil then return value end
  return nil, text:find("^%s*$") and "it is empty" or "it is not JSON"
end

return json
