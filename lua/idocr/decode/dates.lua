--- Parses dates as services and cards write them, into ISO 8601. A text that is no possible date gives nil. Where digits alone
--- are ambiguous, the day comes first, as the vendors write it.

local core = require "idocr.core"

local dates = {}

local MONTHS = {}
do
  -- English, French, Spanish, Portuguese, Italian, German, Dutch, Malay, as printed on passports, without accents
  local names = {
    "JAN JANV JANUARY JANVIER ENE ENERO JANEIRO GEN GENNAIO JANUAR JANUARI",
    "FEB FEV FEVR FEBRUARY FEVRIER FEBRERO FEVEREIRO FEBBRAIO FEBRUAR FEBRUARI",
    "MAR MARS MARCH MARZO MARCO MRZ MAERZ MARZ MRT MAART MAC",
    "APR AVR APRIL AVRIL ABR ABRIL APRILE",
    "MAY MAI MAYO MAIO MAG MAGGIO MEI",
    "JUN JUNE JUIN JUNIO JUNHO GIU GIUGNO JUNI",
    "JUL JULY JUIL JUILLET JULIO JULHO LUG LUGLIO JULI JULAI",
    "AUG AUGUST AOU AOUT AGO AGOSTO AUGUSTUS OGO OGOS",
    "SEP SEPT SEPTEMBER SEPTEMBRE SEPTIEMBRE SET SETEMBRO SETTEMBRE",
    "OCT OCTOBER OCTOBRE OCTUBRE OUT OUTUBRO OTT OTTOBRE OKT OKTOBER",
    "NOV NOVEMBER NOVEMBRE NOVIEMBRE NOVEMBRO",
    "DEC DECEMBER DECEMBRE DIC DICIEMBRE DEZ DEZEMBRO DICEMBRE DEZEMBER DIS DISEMBER",
  }
  for month, list in ipairs(names) do
    for name in list:gmatch("%u+") do MONTHS[name] = month end
  end
end

local PLAIN = { -- accented letters that occur in names of months
  ["É"] = "E", ["é"] = "E", ["Û"] = "U", ["û"] = "U", ["Ä"] = "A", ["ä"] = "A", ["Ç"] = "C", ["ç"] = "C",
}

-- Full-width digits and signs, and the dashes U+2010-U+2015 and U+2212.
local ASCII = { ["．"] = ".", ["／"] = "/", ["－"] = "-", ["−"] = "-" }
for digit = 0, 9 do ASCII["\239\188" .. string.char(0x90 + digit)] = tostring(digit) end
for last = 0x90, 0x95 do ASCII["\226\128" .. string.char(last)] = "-" end

--- Replaces other forms of digits, dashes, slashes and full stops by ASCII.
---@param text string
---@return string
function dates.ascii(text)
  if not text:find("[\226\239]") then return text end
  return (text:gsub("[\226\239][\128-\191][\128-\191]", ASCII))
end

--- Returns ISO 8601 of a date, from numbers or their digits; nil where the Gregorian calendar has no such day.
---@type fun(year: any, month: any, day: any): string?
dates.iso = core.iso_date

--- Returns the month that a word, or several words in different languages, name ("AUG/AOUT", "4月/APR"). Unknown words are ignored
--- where one word is known.
local function month_of(text)
  local found
  text = text:gsub("[\194-\244][\128-\191]+", PLAIN):upper()
  for word in text:gmatch("[^%s/%-.,]+") do
    local month = MONTHS[word] or tonumber(word:match("^(%d%d?)月$"))
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

local function full_year(two_digits, month, day, hint)
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

--- Parses one date in any of the layouts in use: `YYYYMMDD`; year, month, day with any of `/ . -` or 年月日 between; day,
--- month, year with `/ . -` or a blank; day, name of the month (in one or more languages), year; the other two orders of these.
---@param text any
---@param hint idocr.DateHint? only needed for years of two digits
---@return string? iso
function dates.parse(text, hint) return dates.read(type(text) == "string" and core.text(text) or nil, hint) end

--- Parses a date from a text without blanks around it: see dates.parse.
---@param text string?
---@param hint idocr.DateHint?
---@return string? iso
function dates.read(text, hint)
  if not text or #text > 64 then return nil end
  local plain = core.plain_date(text)
  if plain == nil then
    text = dates.ascii(text)
    plain = core.plain_date(text)
  end
  if plain ~= nil then return plain or nil end
  local y, m, d = text:match("^(%d%d%d%d)%s*年%s*(%d%d?)%s*月%s*(%d%d?)%s*日?$")
  if y then return dates.iso(y, m, d) end

  local middle
  d, middle, y = text:match("^(%d%d?)([%s.%-/]*[^%d%s.%-/].-)[%s.%-/,]*(%d+)$")
  if not d then d, middle, y = text:match("^(%d%d?)([%s.%-/]+%d%d?月.-)[%s.%-/,]*(%d+)$") end
  if not d then y, middle, d = text:match("^(%d%d%d%d)([%s.%-/]*[^%d%s.%-/].-)[%s.%-/,]*(%d%d?)$") end
  if not d then middle, d, y = text:match("^(%a[^%d]-)[%s.%-]*(%d%d?),?%s+(%d%d%d%d)$") end
  if not d then return nil end
  m = month_of(middle)
  if not m then return nil end
  if #y == 2 then y = full_year(y, m, d, hint or {}) end
  return dates.iso(y, m, d)
end

--- Returns the date at the start of a text, and the rest.
local function leading_day(text)
  local y, m, d, rest = text:match("^(%d%d%d%d)%s*[/.%-]%s*(%d%d?)%s*[/.%-]%s*(%d%d?)(.*)$")
  if not y then y, m, d, rest = text:match("^(%d%d%d%d)(%d%d)(%d%d)(.*)$") end
  if not y then return nil, text end
  return dates.iso(y, m, d), rest
end

local DASHES = { "%-", "~", "～", "至", "到" }

--- Parses a validity period, `YYYY.MM.DD-YYYY.MM.DD` or with 长期 (no end) in place of the second date.
---@param text any
---@return string? start, string? stop, boolean? open true where the period has no end
function dates.period(text)
  if type(text) ~= "string" or #text > 96 then return nil end
  text = dates.ascii(text):gsub("年", "."):gsub("月", "."):gsub("日", "")
  local start, rest = leading_day(text:match("^%s*(.-)%s*$"))
  if rest:find("长期", 1, true) or rest:find("長期", 1, true) then return start, nil, true end
  for _, dash in ipairs(DASHES) do
    local stop, count = rest:gsub("^%s*" .. dash, "")
    if count == 1 then return start, (dates.parse(stop)) end
  end
  return start
end

return dates
