--- Reads JSON with lua-cjson and writes it in a fixed order of members. The results are the same with the lua-cjson of
--- Debian, LuaRocks and OpenResty, and do not depend on the settings that the program gives `cjson`.

local cjson = require "cjson"

local json = {}

local DEEPEST = 64 -- levels of arrays and objects; the services nest four deep
local LARGEST = 2 ^ 30 -- bytes: lua-cjson counts them in an int

--- JSON null, distinct from an absent member. The same value as `require("cjson").null` and, in nginx, `ngx.null`.
json.null = cjson.null

-- ---- decoding

local function new_decoder()
  local private = cjson.new()
  private.decode_max_depth(DEEPEST)
  private.decode_invalid_numbers(false) -- NaN, Infinity, 0x10, 007
  return private.decode
end

local decode = new_decoder()

-- Some versions of lua-cjson read a number without a point as an integer of 64 bits, and a larger one as the largest.
local function reads_floats()
  local large, small = decode "12345678901234567890", decode "1"
  return large == 12345678901234567890.0 and not (math.type and math.type(small) == "integer")
end

local READS_FLOATS = reads_floats()
local SUBTYPES = math.type ~= nil -- Lua has integers
local LONG = ("%d"):rep(19) -- the shortest number that can exceed 64 bits

-- Writes a number with a point and with a digit before it: those versions read "-.5" as an error.
local function with_point(token)
  if token:find("^%-?%d+$") then return token .. ".0" end
  if token:find("^%-%.%d") then return "-0" .. token:sub(2) end
end

-- Returns the position of the closing quote of a JSON string, or the end of the text.
local function end_of_string(text, opening)
  local at = opening
  repeat
    at = text:find('["\\]', at + 1)
    if not at then return #text end
    local escape = text:byte(at) == 92
    if escape then at = at + 1 end
  until not escape
  return at
end

-- Rewrites the numbers of a text, outside of its strings, by `with_point`.
local function with_points(text)
  local parts, at = {}, 1
  while at <= #text do
    local quote = text:find('"', at, true) or #text + 1
    parts[#parts + 1] = text:sub(at, quote - 1):gsub("[%w.+-]+", with_point)
    at = end_of_string(text, quote) + 1
    parts[#parts + 1] = text:sub(quote, at - 1)
  end
  return table.concat(parts)
end

-- Replaces each half of a surrogate pair by U+FFFD: lua-cjson would refuse the whole text.
local function with_whole_characters(text)
  local parts, from, at = {}, 1, text:find("\\", 1, true)
  while at do
    local second = text:match("^u[dD]([89a-fA-F])%x%x", at + 1)
    if not second then
      at = at + 2
    elseif second:find("[89abAB]") and text:find("^\\u[dD][c-fC-F]%x%x", at + 6) then
      at = at + 12
    else
      parts[#parts + 1] = text:sub(from, at - 1) .. "\\ufffd"
      at = at + 6
      from = at
    end
    at = text:find("\\", at, true)
  end
  parts[#parts + 1] = text:sub(from)
  return table.concat(parts)
end

-- Removes a byte order mark and the zero bytes of a C string's end, and repairs what lua-cjson would refuse or misread.
local function repaired(text)
  if text:byte(-1) == 0 then
    local last = #text
    while text:byte(last) == 0 do last = last - 1 end
    text = text:sub(1, last)
  end
  if text:byte(1) == 0xEF and text:sub(1, 3) == "\239\187\191" then text = text:sub(4) end
  if text:find("\\ud", 1, true) or text:find("\\uD", 1, true) then text = with_whole_characters(text) end
  if not READS_FLOATS and (SUBTYPES or text:find("-.", 1, true) or text:find(LONG)) then text = with_points(text) end
  return text
end

--- Decodes a JSON text; never raises. Numbers are floats on Lua 5.4. Accepted as well: a byte order mark, zero bytes at the
--- end, half a surrogate pair (as U+FFFD), invalid UTF-8 (unchanged), `2.`, `-.5` and `1.e2`. At most 64 levels deep.
---@param text string
---@return any value nil where the text is not JSON (JSON null is `json.null`)
---@return string? complaint never a part of the text
function json.decode(text)
  if type(text) ~= "string" then return nil, "no text" end
  if #text > LARGEST then return nil, "it is too large" end
  local clean = repaired(text)
  if clean:find("\0", 1, true) then return nil, "it is not JSON" end -- lua-cjson would stop there
  local ok, value = pcall(decode, clean)
  if not ok then
    decode = new_decoder() -- learns the decimal point of the locale, which the program may have changed
    ok, value = pcall(decode, clean)
  end
  if ok then return value end
  return nil, text:find("^%s*$") and "it is empty" or "it is not JSON"
end

-- ---- encoding: lua-cjson has no order of members, no empty list on Debian, and writes 14 digits of a number

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(c) return ESCAPES[c] or ("\\u%04x"):format(c:byte()) end

local function quote(text) return '"' .. text:gsub('[%c"\\]', escape) .. '"' end

-- Returns the shortest text that reads as the same number; null where JSON has none (infinite, or not a number).
local function number(value)
  if value ~= value or value == math.huge or value == -math.huge then return "null" end
  if value % 1 == 0 and value > -2 ^ 63 and value < 2 ^ 63 then return ("%d"):format(value) end
  local text = ("%.15g"):format(value)
  if tonumber(text) ~= value then text = ("%.17g"):format(value) end
  return (text:gsub(",", ".")) -- a comma: the program's locale
end

local function sorted_names(members)
  local names = {}
  for name in pairs(members) do
    if type(name) == "string" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

--- An object that keeps the order in which its members are set.
---@class idocr.json.Object
---@field names string[]
---@field values table<string, any>
local Object = {}
Object.__index = Object

local List = {} -- the metatable of lists

-- Marks of a list in the lua-cjson of OpenResty and LuaRocks; nil in Debian's.
local ARRAY, EMPTY_ARRAY, EMPTY = cjson.array_mt, cjson.empty_array_mt, cjson.empty_array

--- Returns whether a value is marked as a list: by `json.list`, or by `array_mt`, `empty_array_mt` or `empty_array` of lua-cjson.
---@param value any
---@return boolean
function json.is_list(value)
  if value == nil then return false end
  if type(value) ~= "table" then return value == EMPTY end
  local metatable = getmetatable(value)
  if metatable == nil then return false end
  return metatable == List or metatable == ARRAY or metatable == EMPTY_ARRAY and next(value) == nil
end

--- Makes an ordered object.
---@param members table? its first members, sorted by name
---@return idocr.json.Object
function json.object(members)
  local object = setmetatable({ names = {}, values = {} }, Object)
  for _, name in ipairs(sorted_names(members or {})) do object:set(name, members[name]) end
  return object
end

--- Sets a member; nil leaves it unchanged.
---@param name string
---@param value any
---@return idocr.json.Object self
function Object:set(name, value)
  if value == nil then return self end
  if self.values[name] == nil then self.names[#self.names + 1] = name end
  self.values[name] = value
  return self
end

--- Returns a member's value.
---@param name string
---@return any
function Object:get(name) return self.values[name] end

--- Returns whether a value is an object of `json.object`.
---@param value any
---@return boolean
function json.is_object(value) return getmetatable(value) == Object end

--- Marks a table as a list, which is written as `[]` also when it is empty.
---@param items table? a new one when absent
---@return table items
function json.list(items) return setmetatable(items or {}, List) end

---@class idocr.json.Style
---@field lists table<string, true>?         names of members that are lists also when empty
---@field text (fun(text: string): string)?  applied to every string and name before it is quoted

local write

local function write_list(items, style, depth)
  local parts = {}
  for index = 1, #items do parts[index] = write(items[index], style, depth) or "null" end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function write_members(names, values, style, depth)
  local parts = {}
  for _, name in ipairs(names) do
    local value = values[name]
    local is_list = type(value) == "table" and style.lists and style.lists[name] and next(value) == nil
    local text = is_list and "[]" or write(value, style, depth)
    if text then parts[#parts + 1] = quote(style.text and style.text(name) or name) .. ":" .. text end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- Returns the JSON text of a value; nil for a value that JSON cannot hold.
function write(value, style, depth)
  local kind = type(value)
  if kind == "string" then return quote(style.text and style.text(value) or value) end
  if kind == "number" then return number(value) end
  if kind == "boolean" then return tostring(value) end
  if kind == "userdata" then return json.is_list(value) and "[]" or "null" end
  if kind == "nil" then return "null" end
  if kind ~= "table" then return nil end
  if depth == DEEPEST then return "null" end
  local metatable = getmetatable(value)
  if metatable == Object then return write_members(value.names, value.values, style, depth + 1) end
  if #value > 0 or json.is_list(value) then return write_list(value, style, depth + 1) end
  return write_members(sorted_names(value), value, style, depth + 1)
end

local PLAIN = {}

--- Encodes a value: objects of `json.object` in their order, other tables sorted by name, null for `json.null`, for numbers
--- that JSON does not have and below 64 levels. Functions are left out. Strings are taken to be UTF-8.
---@param value any
---@param style idocr.json.Style?
---@return string
function json.encode(value, style) return write(value, style or PLAIN, 0) or "null" end

return json
