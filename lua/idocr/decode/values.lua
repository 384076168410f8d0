--- Converts values of a reply into values of a card. A converter returns nil for a value that it does not understand, for empty
--- text and for JSON null; it never raises, whatever type the service sent.

local core = require "idocr.core"
local dates = require "idocr.decode.dates"

local values = {}

local text, mrz_text = core.text, core.mrz_text
local MOST_EXACT = 2 ^ 53 -- cjson's numbers are doubles

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

local SEXES = { ["男"] = "M", ["男性"] = "M", ["女"] = "F", ["女性"] = "F" }
for sex, words in pairs {
  M = "M MALE MASCULIN MASCULINO MASCHIO LELAKI LAKI-LAKI LEAKI", -- the last in the vendor's example
  F = "F FEMALE FEMININ FEMENINO FEMININO FEMMINA WEIBLICH PEREMPUAN WANITA",
  X = "X UNSPECIFIED", -- as documents print it
} do
  for word in words:gmatch("%S+") do SEXES[word] = sex end
end

--- Returns "M", "F" or "X" from the words of the services, also in two languages ("男/M"); nil for "<" and unknown words. Words of
--- other languages are ignored where one word is known.
local function sex(value)
  value = text(value)
  local found = SEXES[value or ""]
  if found then return found end
  for word in (value or ""):upper():gmatch("[^/%s()]+") do
    local one = SEXES[word]
    if not one and not word:find("[%a\128-\255]") or one and found and one ~= found then return nil end
    found = found or one
  end
  return found
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

--- Returns a person's height in metres; "170" and "0" cannot be one.
local function metres(value)
  value = finite(value)
  return value and value > 0 and value < 3 and value or nil
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

---@type table<string, fun(value: any, hint: table?): any>
values.converters = {
  text = text,
  mrz_text = mrz_text,
  sex = sex,
  resident_type = resident_type,
  number = finite,
  integer = whole,
  metres = metres,
  score = score,
  boolean = boolean,
  positions = positions,
  date = function(value, hint) return dates.read(text(value), hint) end,
  period_start = function(value) return (dates.period(text(value))) end,
  period_end = function(value) return (select(2, dates.period(text(value)))) end,
  period_open = function(value) return (select(3, dates.period(text(value)))) end,
}

--- Returns 0..1 from `{"Confidence":"0.9999"}`.
values.confidence = confidence

--- Returns an integer from an integer, an integral float or decimal text.
values.whole = whole

return values
