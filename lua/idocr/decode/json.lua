--- JSON text into Lua values, on a cjson of our own: the settings of the program around us neither change ours nor are
--- changed by them. Runs on Debian's lua-cjson and on OpenResty's.

local cjson = require("cjson").new()

local json = {}

local DEEPEST = 64 -- levels; the services nest four deep, and a reply cannot make the parser recurse further than this

cjson.decode_max_depth(DEEPEST)
cjson.decode_invalid_numbers(false)
-- OpenResty's fork can mark arrays; a card's `raw` must look the same on both
if cjson.decode_array_with_array_mt then cjson.decode_array_with_array_mt(false) end

--- JSON null: kept apart from an absent member. The same value as `require("cjson").null` and, in nginx, `ngx.null`.
json.null = cjson.null

--- Decodes a JSON text. Every number comes back as a float on Lua 5.4.
---@param text string
---@return any value nil where the text is no JSON (JSON null is `json.null`)
---@return string? complaint never a part of the text
function json.decode(text)
  if type(text) ~= "string" then return nil, "no text" end
  local ok, value = pcall(cjson.decode, text)
  if ok and value ~= nil then return value end
  -- cjson's own words can quote what it found
  return nil, text:find("^%s*$") and "it is empty" or "it is not JSON"
end


return json
