--- The name field of a machine readable zone: ICAO Doc 9303-3 section 4.6 and 9303-4, -5, -6 section 4.2.3.
--- Primary identifier, `<<`, secondary identifier; `<` between the parts of each.

local name_field = {}

local byte, find, sub, gsub = string.byte, string.find, string.sub, string.gsub

local FILLERS = {} ---@type table<integer, string>
for i = 0, 90 do FILLERS[i] = ("<"):rep(i) end

--- A field without the fillers around it, inner ones as one blank; nil for an empty one. Hardly a field needs a pattern:
--- zones are read by the hundred thousand.
---@param text string
---@return string?
local function clean(text)
  local at = find(text, "<", 1, true)
  if not at then return text ~= "" and text or nil end
  local length = #text
  if sub(text, at) == FILLERS[length - at + 1] then -- fillers at the end only
    if at == 1 then return nil end
    return sub(text, 1, at - 1)
  end
  local first, last = 1, length
  local double = find(text, "<<", at, true)
  if double and sub(text, double) == FILLERS[length - double + 1] then last = double - 1 end
  while byte(text, last) == 60 do last = last - 1 end
  while byte(text, first) == 60 do first = first + 1 end
  local kept = sub(text, first, last)
  if find(kept, "<", 1, true) then kept = gsub(kept, "<+", " ") end
  return kept
end
name_field.clean = clean

--- Splits a name field. One-name fields have a primary identifier alone, or (some issuers) a secondary one alone.
---@param field string
---@return string? surname
---@return string? given_name
---@return boolean truncated the last position holds a letter, so the name may have been cut
function name_field.split(field)
  local truncated = sub(field, -1) ~= "<"
  local at, last = find(field, "<<", 1, true)
  if not at then return clean(field), nil, truncated end
  return clean(sub(field, 1, at - 1)), clean(sub(field, last + 1)), truncated
end

--- Cuts a run of components so that it ends in a letter: where the cut falls on a filler, the component before gives
--- up its last letter for the first one of the next.
local function cut(text, room)
  if #text <= room then return text end
  if room < 1 then return "" end
  local kept = sub(text, 1, room)
  if sub(kept, -1) ~= "<" then return kept end
  local next_letter = text:match("^<*([^<])", room)
  local before = gsub(kept, "<+$", "")
  if not next_letter then return before end
  if #before + 2 <= room then return before .. ("<"):rep(room - 1 - #before) .. next_letter end
  if #before < 2 then return before end
  return sub(before, 1, -2) .. "<" .. next_letter
end

--- Joins two transliterated identifiers into a field, truncated as the standard says: the last position holds a
--- letter, and at least one letter of each identifier stays.
---@param surname string A-Z and `<`
---@param given_name string A-Z and `<`; may be empty
---@param room integer characters in the field
---@return string
function name_field.join(surname, given_name, room)
  local field
  if given_name == "" then
    field = cut(surname, room)
  elseif surname == "" then
    field = "<<" .. cut(given_name, room - 2)
  elseif #surname + 2 + #given_name <= room then
    field = surname .. "<<" .. given_name
  else
    local primary = cut(surname, room - 3)
    field = primary .. "<<" .. cut(given_name, room - 2 - #primary)
  end
  return field .. ("<"):rep(room - #field)
end

return name_field
