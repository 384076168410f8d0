--- Composes the lines of a machine readable zone, with check digits, from the fields that `parse` returns.

local check_digits = require "idocr.checks.mrz.check_digits"
local formats = require "idocr.checks.mrz.formats"
local name_field = require "idocr.checks.mrz.name_field"
local transliteration = require "idocr.checks.names.transliteration"
local dates = require "idocr.checks.dates"

local compose = {}

-- Pads a text with fillers.
local function pad(text, room) return text .. ("<"):rep(room - #text) end

-- Formats a code or number; other characters than letters and digits become fillers.
local function code(value, room, name)
  if value == nil then return ("<"):rep(room) end
  if type(value) ~= "string" then return nil, name .. " is not a string" end
  local text = value:upper():gsub("[^A-Z0-9]", "<")
  if #text > room then return nil, ("%s does not fit into %d characters"):format(name, room) end
  return pad(text, room)
end

-- Formats "YYYY-MM-DD" as YYMMDD; the missing parts of "YYYY-MM", "YYYY" and nil become fillers.
local function date(value, name)
  if value == nil then return "<<<<<<" end
  if dates.split(value) then return (value:sub(3):gsub("-", "")) end
  local year, month = tostring(value):match("^%d%d(%d%d)%-?(%d?%d?)$")
  if not year then return nil, name .. " is not a date" end
  if month == "" then return year .. "<<<<" end
  if #month ~= 2 or tonumber(month) < 1 or tonumber(month) > 12 then return nil, name .. " is not a date" end
  return year .. month .. "<<"
end

local SEX = { M = "M", F = "F", X = "<", ["<"] = "<" }

-- Transliterates a name.
local function name(value, label)
  if value == nil then return "" end
  if type(value) ~= "string" then return nil, label .. " is not a string" end
  local text = transliteration.zone(value)
  if not text then return nil, label .. " has a character that cannot be transliterated" end
  return text
end

local function put(line, at, text)
  for i = at[1], at[2] do line[i] = text:sub(i - at[1] + 1, i - at[1] + 1) end
end

-- Formats the number, which continues in the optional data where it has over nine characters (TD1 and TD2).
---@return string? number
---@return string? optional
---@return string? message
local function number_and_optional(format, fields)
  local at = format.fields.number
  local room = at[2] - at[1] + 1
  local optional_at = format.fields.optional
  local optional_room = optional_at and optional_at[2] - optional_at[1] + 1 or 0
  local number = fields.number
  if format.long_number and type(number) == "string" and #number > room then
    local text = number:upper()
    if text:find("[^A-Z0-9]") then return nil, nil, "a number over nine characters must consist of letters and digits" end
    local rest = text:sub(room + 1) .. check_digits.of(text)
    local optional = fields.optional
    if optional ~= nil then
      if type(optional) ~= "string" then return nil, nil, "optional is not a string" end
      optional = rest .. "<" .. optional
    end
    local written, message = code(optional or rest, optional_room, "number with optional data")
    if not written then return nil, nil, message end
    if written:sub(#rest + 1, #rest + 1) ~= "<" then
      return nil, nil, "the number is too long: a filler must follow its check digit"
    end
    return text:sub(1, room), written
  end
  local written, message = code(number, room, "number")
  if not written then return nil, nil, message end
  local optional
  optional, message = code(fields.optional, optional_room, "optional")
  if not optional then return nil, nil, message end
  return written, optional
end

-- Fills every field except the check digits.
---@return string[]? line characters of the joined lines
---@return string? message
local function fill(format, fields)
  local line = {}
  for i = 1, format.lines * format.width do line[i] = "<" end
  local at = format.fields
  local message

  local function set(field, text, why)
    if not text then message = message or why return end
    put(line, at[field], text)
  end

  local default = format.name:sub(1, 3) == "MRV" and "V" or format.name == "TD3" and "P" or format.name == "FRA-ID" and "ID" or "I"
  set("document_code", code(fields.document_code or default, 2, "document_code"))
  set("issuing_country", code(fields.issuing_country or (format.name == "FRA-ID" and "FRA" or nil), 3, "issuing_country"))
  if at.nationality then set("nationality", code(fields.nationality, 3, "nationality")) end
  set("birth_date", date(fields.birth_date or fields.birth_date_known, "birth_date"))
  if at.expiry_date then set("expiry_date", date(fields.expiry_date or fields.expiry_date_known, "expiry_date")) end
  set("sex", SEX[fields.sex or "X"], "sex must be M, F or X")
  if at.optional2 then set("optional2", code(fields.optional2, at.optional2[2] - at.optional2[1] + 1, "optional2")) end
  if at.office then set("office", code(fields.office, 6, "office")) end

  local number, optional, why = number_and_optional(format, fields)
  set("number", number, why)
  if at.optional then set("optional", optional, why) end

  local surname, surname_why = name(fields.surname, "surname")
  local given, given_why = name(fields.given_name, "given_name")
  if not surname or not given then return nil, message or surname_why or given_why end
  if at.names then
    put(line, at.names, name_field.join(surname, given, at.names[2] - at.names[1] + 1))
  else
    put(line, at.surname, pad(surname, 25):sub(1, 25))
    put(line, at.given_name, pad(given:gsub("<", "<<"), 14):sub(1, 14))
  end
  if message then return nil, message end
  return line
end

-- Returns whether the check digit of an empty field is to be a filler.
local function filler_digit(fields, check)
  if check == "optional" then return fields.optional_filler and fields.optional == nil end
  return fields.expiry_filler and (fields.expiry_date or fields.expiry_date_known) == nil
end

--- Composes the lines of a document.
---@param fields table as returned by `parse`: format, document_code, issuing_country, number, surname, given_name,
---  nationality, birth_date, sex, expiry_date, optional, optional2, office; `optional_filler = true` writes `<` instead
---  of 0 as the check digit of empty optional data (TD3), `expiry_filler = true` as that of a missing expiry date
---@return string[]? lines nil where a field is wrong or too long
---@return string? message
function compose.compose(fields)
  if type(fields) ~= "table" then return nil, "fields must be a table" end
  local format = formats[fields.format]
  if not format then return nil, "format must be one of TD1, TD2, TD3, MRV-A, MRV-B, FRA-ID" end
  local line, message = fill(format, fields)
  if not line then return nil, message end
  local long = format.long_number and type(fields.number) == "string" and #fields.number > 9
  for _, check in ipairs(format.checks) do
    if not (check.name == "document_number" and long) then -- a long number has a filler here
      local bytes = {}
      for i = 1, #line do bytes[i] = line[i]:byte() end
      local digit = check_digits.sum(bytes, check.positions, check.weights)
      line[check.digit] = ("%d"):format(digit)
      if check.empty_filler and filler_digit(fields, check.name) then line[check.digit] = "<" end
    end
  end
  local lines = {}
  local text = table.concat(line)
  for i = 1, format.lines do lines[i] = text:sub((i - 1) * format.width + 1, i * format.width) end
  return lines
end

return compose
