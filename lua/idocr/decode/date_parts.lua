--- Parses dates that stand beside other text, lack a day or a century, or are replaced by words for "no end".

local dates = require "idocr.decode.dates"
local trim = require "idocr.trim"

local date_parts = {}

local LONGEST = 256 -- bytes

-- Returns the last date of a text that ends with a date, and what stands before it.
local function split_at_end(text)
  for at in text:gmatch "()%f[%d]%d" do
    local iso = dates.read(text:sub(at))
    if iso then return iso, text:sub(1, at - 1) end
  end
end

-- Returns the date that a text begins with, and what stands after it.
local function split_at_start(text)
  for after in text:gmatch "%f[%D]()" do
    local iso = dates.read(text:sub(1, after - 1))
    if iso then return iso, text:sub(after) end
  end
end

local function reader(read)
  return function(text, hint)
    if type(text) ~= "string" or #text > LONGEST then return nil end
    return read(dates.ascii(text), hint)
  end
end

local function not_empty(text)
  text = text and trim(text)
  return text ~= "" and text or nil
end

--- Returns the date at the end of a text ("JAKARTA, 04-03-1990"); of a period, its end.
---@type fun(text: any): string?
date_parts.at_end = reader(function(text) return (split_at_end(text)) end)

--- Returns what stands before the date at the end of a text ("JAKARTA"). Where that date cannot be read, all before the first digit.
---@type fun(text: any): string?
date_parts.before = reader(function(text)
  local _, before = split_at_end(text)
  return not_empty((before or text:match("^%D*")):gsub("[%s,.:;/-]+$", ""))
end)

--- Returns the date at the start of a text ("29/11/2020 CGPI/DIREX/PF").
---@type fun(text: any): string?
date_parts.at_start = reader(function(text) return (split_at_start(text)) end)

--- Returns what stands after the date at the start of a text ("CGPI/DIREX/PF"). Where that date cannot be read, all after the last digit.
---@type fun(text: any): string?
date_parts.after = reader(function(text)
  local _, after = split_at_start(text)
  return not_empty((after or text:match("%D*$")):gsub("^[%s,.:;/-]+", ""))
end)

local NUMERIC = "^(%d%d?)%s*[-/. ]%s*(%d%d?)%s*[-/. ]%s*(%d+)$"

-- Returns the date of its printed numbers; a year of two digits is read by the hint.
local function date_of(year, month, day, hint)
  if #year == 2 then year = dates.full_year(year, month, day, hint or {}) end
  return dates.iso(year, month, day)
end

--- Parses a date whose year may have two digits, after day and month ("23-09-18"): see dates.full_year.
---@type fun(text: any, hint: idocr.DateHint?): string?
date_parts.day_first = reader(function(text, hint)
  local day, month, year = text:match(NUMERIC)
  if year and #year == 2 then return date_of(year, month, day, hint) end
  return dates.read(text)
end)

--- Parses a date that is printed with the month first ("09/04/1994" is 4 September); any other layout as usual.
---@type fun(text: any, hint: idocr.DateHint?): string?
date_parts.month_first = reader(function(text, hint)
  local month, day, year = text:match(NUMERIC)
  return year and date_of(year, month, day, hint) or date_parts.day_first(text, hint)
end)

--- Parses a month and a year, "(06-03)" or "06/2003", into "2003-06".
---@type fun(text: any, hint: idocr.DateHint?): string?
date_parts.month_year = reader(function(text, hint)
  local month, year = text:match("^[(%s]*(%d%d?)%s*[-/. ]%s*(%d+)[)%s]*$")
  local iso = year and (#year == 2 or #year == 4) and date_of(year, month, 1, hint)
  return iso and iso:sub(1, 7) or nil
end)

local function possible_year(year) return year and dates.iso(year, 1, 1) and dates.read(year .. "-01-01") and year or nil end

--- Returns the year that a text begins with, as text: "2017 01", "201701".
---@type fun(text: any): string?
date_parts.year = reader(function(text) return possible_year(text:match("^%D*(%d%d%d%d)")) end)

--- Returns the year that a text ends with, as text: "2022-2032".
---@type fun(text: any): string?
date_parts.last_year = reader(function(text) return possible_year(text:match("%f[%d](%d%d%d%d)%D*$")) end)

local OPEN_ENDS = {} -- upper case, without blanks
for _, words in ipairs {
  "长期 長期 永久", -- Chinese
  "SEUMURHIDUP", -- Indonesian
  "INDETERMINADA INDETERMINADO", -- Portuguese
  "ตลอดชีพ", -- Thai
  "INDEFINIDA INDEFINIDO PERMANENTE NOCADUCA", -- Spanish
  "LIFELONG LIFETIME FORLIFE NOEXPIRY INDEFINITE PERMANENT", -- English
} do
  for word in words:gmatch("%S+") do OPEN_ENDS[word] = true end
end

--- Returns true for the words that mean "no end" or "for life" in place of a date of expiry; nil for anything else.
---@param text any
---@return true?
function date_parts.open_end(text)
  if type(text) ~= "string" or #text > LONGEST then return nil end
  return OPEN_ENDS[text:upper():gsub("[%s.-]+", "") .. ""]
end

return date_parts
