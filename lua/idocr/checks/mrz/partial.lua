--- Reads the legible fields of a damaged zone: a whole line beside a missing or damaged one, and fields of a damaged line that
--- their check digits and neighbours confirm.

local check_digits = require "idocr.checks.mrz.check_digits"
local fit = require "idocr.checks.mrz.fit"
local read = require "idocr.checks.mrz.read"
local characters = require "idocr.checks.mrz.characters"

local find, gsub, match, sub, rep = string.find, string.gsub, string.match, string.sub, string.rep

local partial = {}

local FOUL = "[^A-Z0-9<]"
local WHOLE = 6    -- score of a whole line with data, relative to one field: its width identifies the format
local LONGEST_NAMES = 36 -- characters; a longer row is the first line of another format
local WIDTH = read.COUNT_OF
local MOST_OFF = 3 -- most missing or extra characters for which fields are located from the end of the line

-- Positions of the fields in their line.
local TWO = {
  number = { 1, 9 }, nationality = { 11, 13 }, birth_date = { 14, 19 }, sex = { 21, 21 }, expiry_date = { 22, 27 },
}
local THREE = { birth_date = { 1, 6 }, sex = { 8, 8 }, expiry_date = { 9, 14 }, nationality = { 16, 18 } }

local CHECK_OF = { document_number = "number", birth_date = "birth_date", expiry_date = "expiry_date" }
local NAMES = { surname = true, given_name = true, name_truncated = true }

-- Returns whether a field is at its position plus an offset: its check digit is correct and its neighbours are plausible.
local function confirmed(text, field, at, offset, today)
  local from, to = at[field][1] + offset, at[field][2] + offset
  if from < 1 or not fit.right_digit(text, from, to) then return false end
  if field == "number" then return offset == 0 and fit.known_state(sub(text, 9, 13)) and not find(sub(text, from, to), "<%w") end
  local possible = select(3, read.date(sub(text, from, to), field == "birth_date" and today or nil))
  -- the birth date follows the nationality, not another date
  if at == TWO and field == "birth_date" and find(sub(text, from - 3, from - 1), "%d.?%d") then return false end
  local sex = at.sex[1] + offset
  return possible and find(sub(text, sex, sex), "[MF<X]") ~= nil and find(sub(text, from, to), "%d") ~= nil
end

-- Extracts the certain fields of a line of the wrong length and puts them at their positions.
---@return string line
---@return table<string, boolean> known
---@return integer count
local function rescue(text, width, at, today)
  local line, known, count = rep("<", width), {}, 0
  local function take(field, offset, with_digit)
    local from, to = at[field][1], at[field][2] + (with_digit and 1 or 0)
    if known[field] ~= nil and sub(line, from, to) ~= sub(text, from + offset, to + offset) then
      known[field] = false -- it differs when located from the other end of the line
    end
    if known[field] == false then return end
    line = sub(line, 1, from - 1) .. sub(text, from + offset, to + offset) .. sub(line, to + 1)
    if not known[field] then count = count + 1 end
    known[field] = true
  end
  local off = #text - width
  local offsets = { 0 }
  if off ~= 0 and math.abs(off) <= MOST_OFF then offsets[2] = off end
  for _, offset in ipairs(offsets) do
    for _, field in ipairs { "number", "birth_date", "expiry_date" } do
      if at[field] and not known[field] and confirmed(text, field, at, offset, today) then
        take(field, offset, true)
        if field ~= "number" then take("sex", offset) end
        local state = at.nationality[1] + offset
        if at == TWO and fit.known_state(sub(text, state - 2, state + 2)) then take("nationality", offset) end
      end
    end
  end
  for field, certain in pairs(known) do
    if not certain then known[field] = nil end
  end
  return line, known, count
end

local function all_of(...)
  local known = {}
  for _, name in ipairs { ... } do known[name] = true end
  return known
end

local LINE_TWO = all_of("number", "nationality", "birth_date", "sex", "expiry_date", "optional", "composite")
local LINE_ONE = all_of("document_code", "issuing_country", "surname", "given_name", "name_truncated")
local FRENCH_TWO = all_of("number", "birth_date", "sex", "given_name")
local TD1_ONE = all_of("document_code", "issuing_country", "number", "optional")
local TD1_TWO = all_of("birth_date", "sex", "expiry_date", "nationality", "optional2")
local TD1_THREE = all_of("surname", "given_name", "name_truncated")

local function size(set)
  local n = 0
  for _ in pairs(set) do n = n + 1 end
  return n
end

-- Returns the texts of a row with blanks and double characters interpreted.
local function texts_of(row)
  local list = {}
  for _, width in ipairs { 44, 36, 30 } do
    local fitted = fit.exact(row.text, width)
    if fitted then list[#list + 1] = fitted.text end
  end
  if list[1] then return list end
  local text = gsub(row.text, characters.DOUBLE, "<<")
  if not find(text, " ", 1, true) then return { text } end
  return { (gsub(text, " ", "")), (gsub(text, " ", "<")) }
end

-- Returns a longer text from the position where a second line begins.
local function within(text)
  if #text <= 50 then return text end
  for p = 1, #text - 27 do
    if fit.dated(text, p + 13) and fit.confirmed_fields(sub(text, p, p + 27)) == 3 then return sub(text, p) end
  end
  return text
end

local LETTER_CODE = "^[A-Z][A-Z<]%u[%u<][%u<]"
local FIRST_LETTER = "^[PVIAC]" -- of the documents with two lines

-- Returns a first line with a known state: all its fields, or only code and state where the names are not whole.
local function first_line(row, width)
  local fitted = fit.first(row.text, width)
  local text = fitted and fitted.text or gsub(gsub(row.text, " ", ""), characters.DOUBLE, "<<")
  if #text < 20 or not find(text, FIRST_LETTER) or not find(text, LETTER_CODE) then return nil end
  if not fit.known_state(text) or not find(text, "<") then return nil end
  if fit.dated(text, 14) then return nil end
  local names = fitted and not find(text, "^IDFRA") and (fitted.exact or not find(text, "%d", 6))
  if names then return text, LINE_ONE, fitted end
  return sub(text, 1, 5) .. rep("<", width - 5), all_of("document_code", "issuing_country")
end

-- Returns the second line of a row and its certain fields.
local function second_line(row, width, today, french)
  local best, best_known, most = nil, nil, 0
  for _, text in ipairs(texts_of(row)) do
    text = within(text)
    local line, known, count = text, LINE_TWO, size(LINE_TWO)
    if #text == 36 and width == 36 and fit.french(text) then
      known, count = FRENCH_TWO, size(FRENCH_TWO)
    elseif french then
      count = 0
    elseif #text ~= width or not fit.dated(text, 14) then
      line, known, count = rescue(text, width, TWO, today)
    elseif fit.confirmed_fields(text) == 0 and not fit.known_state(sub(text, 9, 13)) then
      count = 0
    end
    if count > most then best, best_known, most = line, known, count end
  end
  return best, best_known, most
end

-- Reads the lines of formats with two lines.
local function two(rows, width, today)
  local lines, known = { rep("<", width), rep("<", width) }, {}
  local most, first_found, french, names, typed = 0, false, false, nil, false
  for _, row in ipairs(rows) do french = french or find(row.text, "^IDFRA") ~= nil end
  for _, row in ipairs(rows) do
    local line, fields, count = second_line(row, width, today, french)
    if count > most then
      lines[2], known[2], most = line, fields, count
    else
      local text, of_first, fitted = first_line(row, width)
      if text and (not first_found or size(of_first) > size(known[1])) then
        lines[1], known[1], first_found, names = text, of_first, true, fitted
        typed = #row.text == width or not WIDTH[#row.text] -- another width identifies another format
      end
    end
  end
  if known[2] == FRENCH_TWO and not first_found then lines[1] = "IDFRA" .. rep("<", 31) end
  local score = most + (known[1] and size(known[1]) or 0) + (known[2] == LINE_TWO and WHOLE or 0)
  if names and names.exact then score = score + 1 end
  return { lines = lines, known = known, score = score, typed = typed, notes = names and names.notes }
end

-- Returns whether the number in a damaged first line of TD1 is whole: a filler before its continuation may be missing.
local function number_is_whole(text)
  local rest, digit = match(text, "^(%w+)(%d)<", 15)
  local longer = rest and check_digits.of(sub(text, 6, 14) .. rest)
  return not find(sub(text, 6, 14), "<%w") and (not longer or ("%d"):format(longer) ~= digit)
end

-- Returns the number, text and certain fields of a line of TD1.
local function td1_line(text, today)
  local second = #text == 30 and find(text, "^[%d<]") and fit.dated(text, 1)
  if second and (fit.right_digit(text, 1, 6) or fit.right_digit(text, 9, 14)) then return 2, text, TD1_TWO end
  if find(text, LETTER_CODE) and fit.known_state(text) and fit.right_digit(text, 6, 14) then
    if #text == 30 then return 1, text, TD1_ONE end
    if number_is_whole(text) then return 1, sub(text, 1, 15) .. rep("<", 15), all_of("document_code", "issuing_country", "number") end
  end
  local line, known, count = rescue(text, 30, THREE, today)
  if count > 0 then return 2, line, known end
end

-- Returns whether a row must be a line of names, even where no other line of its zone was read.
local function names_alone(row)
  return #row.text == 30 and not find(row.text, "[^A-Z<]") and not first_line(row, 30)
end

-- Reads the lines of TD1.
local function three(rows, today)
  local lines, known = { rep("<", 30), rep("<", 30), rep("<", 30) }, {}
  local score = 0
  for _, row in ipairs(rows) do
    for _, text in ipairs(texts_of(row)) do
      local at, line, fields = td1_line(text, today)
      if at and (not known[at] or size(fields) > size(known[at])) then lines[at], known[at] = line, fields end
    end
  end
  local data, notes = known[1] or known[2], nil
  for i, row in ipairs(rows) do
    local names = #row.text < LONGEST_NAMES and fit.names(row.text, 30, 1)
    local here = names_alone(row)
    if data then here = i > 1 or not known[1] end
    if names and here and find(names.text, "^%u[%u<]*<<[%u<]*$") then
      lines[3], known[3], notes = names.text, TD1_THREE, names.notes
    end
  end
  for _, fields in pairs(known) do score = score + size(fields) end
  if known[1] == TD1_ONE or known[2] == TD1_TWO then score = score + WHOLE end
  return { lines = lines, known = known, score = score, typed = known[1] ~= nil, notes = notes }
end

local ALWAYS = { format = true, lines = true, checks = true, problems = true, valid = true }

-- Removes from a result the fields that are not certain.
local function keep(result, known, typed)
  local fields = {}
  for _, set in pairs(known) do
    for name in pairs(set) do fields[name] = true end
  end
  for name in pairs(result) do
    if not ALWAYS[name] and not fields[name] and not fields[(name:gsub("_known$", ""))] then result[name] = nil end
  end
  -- optional data and the whole zone have check digits in some formats only, which the first line identifies
  local whole = typed and (result.format == "TD1" and fields.optional and fields.optional2 or result.format ~= "TD1" and fields.composite)
  local checks = {}
  for name, right in pairs(result.checks) do
    local field = CHECK_OF[name]
    if field and fields[field] or not field and whole then checks[name] = right end
  end
  result.checks = checks
  local problems = {}
  for _, problem in ipairs(result.problems) do
    local check, date, state = problem:match("^check_digit%.(.*)"), problem:match("^date%.(.*)"), problem:match("^unknown_(.*)")
    if check and checks[check] ~= nil or date and fields[date] or state and fields[state]
      or problem:find("^sex") and fields.sex or problem:find("^name_[ds]") and fields.surname then
      problems[#problems + 1] = problem
    end
  end
  result.problems, result.valid, result.partial = problems, false, true
  if not fields.surname then for name in pairs(NAMES) do result[name] = nil end end
  return result
end

--- Reads the certain fields.
---@param rows idocr.mrz.Row[]
---@param today string ISO
---@return idocr.Mrz? part with `partial = true`; nil where no field is certain
function partial.read(rows, today)
  local usable, all = {}, {}
  for _, row in ipairs(rows) do
    all[#all + 1] = row
    for _, text in ipairs { row.text:match("^[^ ]+ +(.*)$") or "", row.text:match("^(.*[^ ]) +[^ ]+$") or "" } do
      if #text >= 26 then all[#all + 1] = { text = text } end -- without a label or remark
    end
  end
  for _, row in ipairs(all) do
    if #row.text >= 20 and not find(gsub(gsub(row.text, " ", ""), characters.DOUBLE, "<"), FOUL) then usable[#usable + 1] = row end
  end
  local best = two(usable, 44, today)
  for _, other in ipairs { two(usable, 36, today), three(usable, today) } do
    if other.score > best.score then best = other end
  end
  if best.score == 0 then return nil end
  local result = read.lines(best.lines, today) --[[@as idocr.Mrz]]
  for _, note in ipairs(best.notes or {}) do
    if note == "name_open" then result.name_truncated = true end
    if note == "name_separator" then result.problems[#result.problems + 1] = note end
  end
  return keep(result, best.known, best.typed)
end

return partial
