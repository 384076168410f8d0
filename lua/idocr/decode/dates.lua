--- Parses dates as services and cards write them, into ISO 8601. A text that is no possible date gives nil. Where digits alone
--- are ambiguous, the day comes first, as the vendors write it.

local core = require "idocr.core"
local months = require "idocr.decode.months"

local dates = {}

local PLAIN = { -- accented letters that occur in names of months
  ["É"] = "E", ["é"] = "E", ["Û"] = "U", ["û"] = "U", ["Ä"] = "A", ["ä"] = "A", ["Ç"] = "C", ["ç"] = "C",
}

-- Full-width digits, signs and parentheses, Thai digits, the wide space, and the dashes U+2010-U+2015 and U+2212.
local ASCII = { ["．"] = ".", ["／"] = "/", ["－"] = "-", ["−"] = "-", ["　"] = " ", ["（"] = "(", ["）"] = ")" }
for digit = 0, 9 do
  ASCII["\239\188" .. string.char(0x90 + digit)] = tostring(digit)
  ASCII["\224\185" .. string.char(0x90 + digit)] = tostring(digit)
end
for last = 0x90, 0x95 do ASCII["\226\128" .. string.char(last)] = "-" end

--- Replaces other forms of digits, blanks, dashes, slashes, full stops and parentheses by ASCII.
---@param text string
---@return string
function dates.ascii(text)
  if not text:find("[\194\224\226\227\239]") then return text end
  return (text:gsub("\194\160", " "):gsub("[\224\226\227\239][\128-\191][\128-\191]", ASCII))
end

--- Returns ISO 8601 of a date, from numbers or their digits; nil where the Gregorian calendar has no such day, and outside the
--- years 1800 to 2199: no document has such a date.
---@type fun(year: any, month: any, day: any): string?
dates.iso = core.iso_date

-- Years of the Buddhist calendar, which Thai documents print: 543 more than ours. No document has such a year of ours.
local function with_our_years(text)
  return (text:gsub("%f[%d]2[456]%d%d%f[%D]", function(year) return tostring(tonumber(year) - 543) end))
end

-- Splits a date with a Thai month, short ("ธ.ค.") or long; พ.ศ. and ค.ศ. name the calendar.
local function thai_parts(text)
  local d, middle, y = text:match("^(%d%d?)([^%d]*\224[^%d]*)(%d%d%d%d)$")
  if not d then return nil end
  middle = middle:gsub("[%s./-]+", ""):gsub("พศ$", ""):gsub("คศ$", "")
  return y, months.thai[middle], d
end

--- Returns the month that a word, or several words in different languages, name ("AUG/AOUT", "4月/APR"). Unknown words are ignored
--- where one word is known.
local function month_of(text)
  local found
  text = text:gsub("[\194-\244][\128-\191]+", PLAIN):upper()
  for word in text:gmatch("[^%s/%-.,]+") do
    local month = months.latin[word] or tonumber(word:match("^(%d%d?)月$"))
    if not month and word:find("%d") or month and found and month ~= found then return nil end
    found = found or month
  end
  return found
end

--- What else is known about a date whose year is printed with two digits. Without a hint such a date is not parsed.
---@class idocr.DateHint
---@field same string?    the same date from elsewhere on the card: the nearer century wins
---@field latest string?  it cannot be later than this
---@field future boolean? it lies in this century (an expiry)
---@field since string?   the start of a validity that is printed as a number of years

--- Returns the year that two digits mean; nil where the hint does not say it.
---@param two_digits string
---@param month string|integer
---@param day string|integer
---@param hint idocr.DateHint
---@return integer?
function dates.full_year(two_digits, month, day, hint)
  local yy = tonumber(two_digits)
  if hint.same then
    local known = tonumber(hint.same:sub(1, 4))
    return known + (yy - known + 50) % 100 - 50
  elseif hint.future then
    return 2000 + yy
  elseif hint.latest then
    local year = tonumber(hint.latest:sub(1, 2)) * 100 + yy
    local iso = dates.iso(year, month, day)
    return (not iso or iso > hint.latest) and year - 100 or year
  end
end

-- Returns the date some years after another: the printed "6年".
local function years_after(start, years)
  local year, rest = tonumber(start:sub(1, 4)) + years, start:sub(5)
  return dates.iso(year, rest:sub(2, 3), rest:sub(5, 6)) or dates.iso(year, 2, 28) -- the day after may be no 29 February
end

--- Parses one date in any of the layouts in use: `YYYYMMDD`; year, month, day with any of `/ . -` or 年月日 between; day,
--- month, year with `/ . -` or a blank; day, name of the month (in one or more languages), year; the other two orders of these.
--- Years may be Buddhist, digits Thai.
---@param text any
---@param hint idocr.DateHint? only needed for years of two digits
---@return string? iso
function dates.parse(text, hint) return dates.read(type(text) == "string" and core.text(text) or nil, hint) end

-- Parses the layouts that csrc/date.h leaves: with names of months, and with Chinese or Thai letters.
local function read_words(text, hint)
  local y, m, d = text:match("^(%d%d%d%d)%s*年%s*(%d%d?)%s*月%s*(%d%d?)%s*日?$")
  if not y then y, m, d = thai_parts(text) end
  if m then return dates.iso(y, m, d) end

  local middle
  d, middle, y = text:match("^(%d%d?)([%s.%-/]*[^%d%s.%-/].-)[%s.%-/,]*(%d+)$")
  if not d then d, middle, y = text:match("^(%d%d?)([%s.%-/]+%d%d?月.-)[%s.%-/,]*(%d+)$") end
  if not d then y, middle, d = text:match("^(%d%d%d%d)([%s.%-/]*[^%d%s.%-/].-)[%s.%-/,]*(%d%d?)$") end
  if not d then middle, d, y = text:match("^(%a[^%d]-)[%s.%-]*(%d%d?)%s*[,%s]%s*(%d%d%d%d)$") end
  if not d then
    local years = hint and hint.since and text:match("^(%d%d?)%s*年$")
    return years and years_after(hint.since, tonumber(years)) or nil
  end
  m = month_of(middle)
  if not m then return nil end
  if #y == 2 then y = dates.full_year(y, m, d, hint or {}) end
  return dates.iso(y, m, d)
end

--- Parses a date from a text without blanks around it: see dates.parse.
---@param text string?
---@param hint idocr.DateHint?
---@return string? iso
function dates.read(text, hint)
  if not text or #text > 64 then return nil end
  local plain = core.plain_date(text)
  if plain then return plain end
  text = with_our_years(dates.ascii(text))
  plain = core.plain_date(text)
  if plain == nil then plain = read_words(text, hint) end
  return plain or nil
end

--- Returns the date at the start of a text, and the rest.
local function leading_day(text)
  local y, m, d, rest = text:match("^(%d%d%d%d)%s*[/.%-]%s*(%d%d?)%s*[/.%-]%s*(%d%d?)(.*)$")
  if not y then y, m, d, rest = text:match("^(%d%d%d%d)(%d%d)(%d%d)(.*)$") end
  if not y then d, m, y, rest = text:match("^(%d%d?)%s*[/.%-]%s*(%d%d?)%s*[/.%-]%s*(%d%d%d%d)(.*)$") end
  if not y then return nil, text end
  return dates.iso(y, m, d), rest
end

local DASHES = { "%-", "~", "～", "起至", "至", "到" }

--- Parses a validity period, `YYYY.MM.DD-YYYY.MM.DD`, `DD/MM/YYYY~DD/MM/YYYY`, `自…至…`, or with a word for "no end" in place of the
--- second date.
---@param text any
---@return string? start, string? stop, boolean? open true where the period has no end
function dates.period(text)
  if type(text) ~= "string" or #text > 96 then return nil end
  text = dates.ascii(text):gsub("年", "."):gsub("月", "."):gsub("日", "")
  local start, rest = leading_day(text:gsub("^%s*自", ""):match("^%s*(.-)%s*$"))
  if rest:find("长期", 1, true) or rest:find("長期", 1, true) then return start, nil, true end
  for _, dash in ipairs(DASHES) do
    local stop, count = rest:gsub("^%s*" .. dash, "")
    if count == 1 then return start, (dates.parse(stop)) end
  end
  return start
end

return dates
