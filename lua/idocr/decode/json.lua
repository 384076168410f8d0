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

local REPLACEMENT = "\\ufffd"

--- Half a surrogate pair in an escape stands for no character: cjson refuses the whole text for it, and a reply that was
--- paid for would be lost. Each becomes U+FFFD.
local function mend_surrogates(text)
  local parts, kept, at = {}, 1, 1
  while true do
    at = text:find("\\", at, true)
    if not at then break end
    if text:find("^\\u[dD][89abAB]%x%x\\u[dD][c-fC-F]%x%x", at) then
      at = at + 12
    elseif text:find("^\\u[dD][89a-fA-F]%x%x", at) then
      parts[#parts + 1] = text:sub(kept, at - 1) .. REPLACEMENT
      at = at + 6
      kept = at
    else
      at = at + 2
    end
  end
  parts[#parts + 1] = text:sub(kept)
  return table.concat(parts)
end

--- Decodes a JSON text. Every number comes back as a float on Lua 5.4.
---@param text string
---@return any value nil where the text is no JSON (JSON null is `json.null`)
---@return string? complaint never a part of the text
function json.decode(text)
  if type(text) ~= "string" then return nil, "no text" end
  if text:sub(1, 3) == "\239\187\191" then text = text:sub(4) end -- a byte order mark
  local ok, value = pcall(cjson.decode, text)
  if not ok and text:find("\\u[dD][89a-fA-F]") then ok, value = pcall(cjson.decode, mend_surrogates(text)) end
  if ok and value ~= nil then return value end
  -- cjson's own words can quote what it found
  return nil, text:find("^%s*$") and "it is empty" or "it is not JSON"
end

return json
