--- Converts values of a reply into values of a card. A converter returns nil for a value that it does not understand, for empty
--- text and for JSON null; it never raises for a value of another type.

local core = require "idocr.core"
local date_parts = require "idocr.decode.date_parts"
local dates = require "idocr.decode.dates"
local sex = require "idocr.decode.sex"

local values = {}

local mrz_text = core.mrz_text
local MOST_EXACT = 2 ^ 53 -- cjson's numbers are doubles

local NOTHING = { ["无"] = true, ["無"] = true, ["-"] = true, ["--"] = true } -- printed where a card has no value

--- Returns a text without blanks around it.
local function text(value)
  value = core.text(value)
  if NOTHING[value] then return nil end
  return value
end

--- Returns a number without the blanks and hyphens that group its digits, which may be Thai.
local function compact(value)
  value = text(value)
  return value and text((dates.ascii(value):gsub("[%s-]+", "")))
end

local LONGEST_NUMBER = 64 -- bytes

--- Returns a finite number from a number or from decimal text.
local function finite(value)
  if type(value) == "string" then
    value = #value <= LONGEST_NUMBER and value:match("^%s*[+-]?%d+%.?%d*%s*$") and tonumber(value)
  end
  if type(value) ~= "number" or value ~= value or value >= math.huge or value <= -math.huge then return nil end
  return value
end

local function whole(value)
  value = finite(value)
  if not value or value % 1 ~= 0 or value >= MOST_EXACT or value <= -MOST_EXACT then return nil end
  return math.floor(value) -- an integer, not a float, on 5.4
end

local RESIDENT_TYPES = {
  ["permanent resident identity card"] = "permanent",
  ["non-permanent resident identity card"] = "non-permanent",
  ["permanent"] = "permanent",
  ["non-permanent"] = "non-permanent",
  ["永久性居民身份证"] = "permanent",
  ["非永久性居民身份证"] = "non-permanent",
  ["永久性居民身份證"] = "permanent",
  ["非永久性居民身份證"] = "non-permanent",
  ["1"] = "permanent",
  ["0"] = "non-permanent",
}

local function resident_type(value)
  value = text(value)
  return value and RESIDENT_TYPES[value:lower()]
end

--- Returns a score from 0 to 100.
local function score(value)
  value = finite(value)
  if not value or value < 0 or value > 100 then return nil end
  return whole(value) or value
end

--- Returns a person's height in metres from "1.72" or "1,72"; "170" and "0" cannot be one.
local function metres(value)
  value = finite(type(value) == "string" and value:gsub(",", ".", 1) or value)
  return value and value > 0 and value < 3 and value or nil
end

--- Returns a person's height in metres from centimetres, "178", "178 cm", "178厘米"; metres stay metres.
local function centimetres(value)
  local number = finite(type(value) == "string" and value:match("^%s*([%d.]+)[%s%a\128-\255]*$") or value)
  return number and (metres(number) or metres(number / 100)) or nil
end

local BOOLEANS = { [true] = true, [false] = false, ["true"] = true, ["false"] = false }

local function boolean(value)
  if type(value) ~= "boolean" and type(value) ~= "string" then return nil end
  return BOOLEANS[value]
end

--- Returns the `Position` of each element; nil for an empty list.
local function positions(value)
  if type(value) ~= "table" then return nil end
  local list = {}
  for _, element in ipairs(value) do
    local position = text(type(element) == "table" and element.Position or nil)
    if position then list[#list + 1] = position end
  end
  return list[1] and list or nil
end

local function confidence(value)
  if type(value) == "table" then value = value.Confidence end
  value = finite(value)
  return value and value >= 0 and value <= 1 and value or nil
end

local function of_text(read)
  return function(value, hint) return read(text(value), hint) end
end

---@type table<string, fun(value: any, hint: table?): any>
values.converters = {
  text = text,
  mrz_text = mrz_text,
  compact = compact,
  sex = sex.read,
  sex_es = sex.spanish,
  resident_type = resident_type,
  number = finite,
  integer = whole,
  metres = metres,
  centimetres = centimetres,
  score = score,
  boolean = boolean,
  positions = positions,
  date = of_text(dates.read),
  date_dmy = of_text(date_parts.day_first),
  date_mdy = of_text(date_parts.month_first),
  date_at_start = of_text(date_parts.at_start),
  date_at_end = of_text(date_parts.at_end),
  text_before_date = of_text(date_parts.before),
  text_after_date = of_text(date_parts.after),
  month_year = of_text(date_parts.month_year),
  year = of_text(date_parts.year),
  last_year = of_text(date_parts.last_year),
  open_end = of_text(date_parts.open_end),
  period_start = function(value) return (dates.period(text(value))) end,
  period_end = function(value) return (select(2, dates.period(text(value)))) end,
  period_open = function(value) return (select(3, dates.period(text(value)))) end,
}

-- Returns a converter that knows more words for "no end", in any case.
local function open_end_with(words)
  local known = {}
  for _, word in ipairs(words) do known[word:upper()] = true end
  return function(value)
    value = text(value)
    return value and known[value:upper()] or date_parts.open_end(value)
  end
end

--- Returns the function that converts a member; nil for a picture.
---@param output idocr.Output
---@return (fun(value: any, hint: idocr.DateHint?): any)?
function values.converter(output)
  local translated = output.values
  if translated then
    return function(value) return translated[text(value)] end
  end
  if output.as == "open_end" and output.formats then return open_end_with(output.formats) end
  return values.converters[output.as]
end

--- Returns 0..1 from 0..100.
function values.percent(value)
  value = score(value)
  return value and value / 100
end

--- Returns 0..1 from `{"Confidence":"0.9999"}`.
values.confidence = confidence

--- Returns an integer from an integer, an integral float or decimal text.
values.whole = whole

return values
