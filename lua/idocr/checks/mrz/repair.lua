--- Proposes corrections for wrong check digits from the usual confusions of OCR. Where only digits or only letters are allowed,
--- another character is replaced by its look-alike of that class; elsewhere exactly one change per wrong digit must make the
--- check digits correct, and where two changes would, nothing is proposed.
--- Proposals are for people: the zone is not changed, and a correct digit is no proof.

local check_digits = require "idocr.checks.mrz.check_digits"
local parse = require "idocr.checks.mrz.parse"
local read = require "idocr.checks.mrz.read"
local formats = require "idocr.checks.mrz.formats"
local dates = require "idocr.checks.dates"

local sub, byte, find = string.sub, string.byte, string.find
local unpack = table.unpack or unpack -- luacheck: ignore 143

local repair = {}

-- Where letters and digits are allowed.
local CONFUSIONS = {
  O = "0", ["0"] = "O", I = "1", ["1"] = "I", B = "8", ["8"] = "B", S = "5", ["5"] = "S",
  Z = "2", ["2"] = "Z", G = "6", ["6"] = "G", ["|"] = "1", ["!"] = "1",
}
-- Where only digits are allowed, and where only letters are.
local AS_DIGIT = {
  O = "0", D = "0", Q = "0", U = "0", I = "1", L = "1", ["|"] = "1", ["!"] = "1", Z = "2", A = "4", S = "5", ["$"] = "5", G = "6",
  T = "7", B = "8", ["&"] = "8",
}
local AS_LETTER = {
  ["0"] = "O", ["1"] = "I", ["2"] = "Z", ["4"] = "A", ["5"] = "S", ["6"] = "G", ["7"] = "T", ["8"] = "B", ["|"] = "I", ["!"] = "I",
  ["$"] = "S", ["&"] = "B",
}

local MOST_TRIALS = 200 -- combinations of candidates

local LETTERS = { "issuing_country", "nationality", "names", "surname", "given_name" }

-- Returns the positions where only digits and only letters are allowed, each with its field or check.
local function classes_of(format)
  local digit, letter = {}, {}
  for _, name in ipairs { "birth_date", "expiry_date" } do
    local at = format.fields[name]
    if at then for position = at[1], at[2] do digit[position] = name end end
  end
  for _, check in ipairs(format.checks) do digit[check.digit] = check.name end
  for _, name in ipairs(LETTERS) do
    local at = format.fields[name]
    if at then for position = at[1], at[2] do letter[position] = name == "names" and "name" or name end end
  end
  return { digit = digit, letter = letter }
end

local CLASSES = {}
for name, format in pairs(formats) do CLASSES[name] = classes_of(format) end

-- Returns the changes at positions of one class, where the character that was read is impossible.
---@return table[]? changes nil where a character has no look-alike of the class
local function forced(text, format, national)
  local classes, list = CLASSES[format.name], {}
  for position = 1, #text do
    local from = sub(text, position, position)
    local digit, letter = classes.digit[position], classes.letter[position]
    local to, wrong
    if digit then
      to, wrong = AS_DIGIT[from], not find(from, "[0-9<]")
    elseif letter and not (national and letter == "name") then
      to, wrong = AS_LETTER[from], not find(from, "[A-Z<]")
    elseif position == 1 then
      to, wrong = AS_LETTER[from], not find(from, "[A-Z]")
    end
    if wrong and not to then return nil end
    if wrong then list[#list + 1] = { position = position, from = from, to = to, check = digit or letter or "document_code" } end
  end
  return list
end

-- Returns the possible changes at positions where both classes are allowed.
local function changes(text, positions, classes)
  local list = {}
  for _, position in ipairs(positions) do
    local from = sub(text, position, position)
    local to = CONFUSIONS[from]
    if to and not classes.digit[position] and (not classes.letter[position] or find(to, "%a")) then
      list[#list + 1] = { position = position, from = from, to = to }
    end
  end
  return list
end

-- Returns the positions that a check covers, its digit included.
local function positions_of(format, check, result)
  local list, seen = {}, {}
  local function include(position)
    if not seen[position] then
      seen[position] = true
      list[#list + 1] = position
    end
  end
  for _, position in ipairs(check.positions) do include(position) end
  include(check.digit)
  if check.name == "document_number" and format.long_number and result.number and #result.number > 9 then
    for position = format.long_number[1], format.long_number[1] + #result.number - 9 do include(position) end
  end
  return list
end

local function apply(text, list)
  for _, change in ipairs(list) do
    text = sub(text, 1, change.position - 1) .. change.to .. sub(text, change.position + 1)
  end
  return text
end

local function lines_of(text, format)
  local lines = {}
  for i = 1, format.lines do lines[i] = sub(text, (i - 1) * format.width + 1, i * format.width) end
  return lines
end

-- Returns whether a change makes one check digit correct. A number over nine characters has to be parsed again for that.
local function helps(check, format, result, text, bytes, change, today)
  if check.name == "document_number" and result.long_number_rule or byte(text, check.digit) == 60 then
    local trial = read.lines(lines_of(apply(text, { change }), format), today)
    return trial ~= nil and trial.checks[check.name]
  end
  local before = bytes[change.position]
  bytes[change.position] = byte(change.to)
  local sum = check_digits.sum(bytes, check.positions, check.weights)
  local right = sum ~= nil and bytes[check.digit] == 48 + sum
  bytes[change.position] = before
  return right
end

-- Returns a list of candidates for each wrong check. The composite gets one only where no other check is wrong.
local function candidates_by_check(format, result, text, today)
  local groups, bytes = {}, { byte(text, 1, -1) }
  for _, check in ipairs(format.checks) do
    if result.checks[check.name] == false and (check.name ~= "composite" or #groups == 0) then
      local list = {}
      for _, change in ipairs(changes(text, positions_of(format, check, result), CLASSES[format.name])) do
        if helps(check, format, result, text, bytes, change, today) then
          change.check = check.name
          list[#list + 1] = change
        end
      end
      if #list == 0 then return nil end
      groups[#groups + 1] = list
    end
  end
  return groups
end

-- Returns whether a result has no problem that a repair can solve.
local function sound(trial)
  if not trial or not read.all_right(trial) then return false end
  for _, problem in ipairs(trial.problems) do
    if find(problem, "^date%.") or problem == "character" or problem == "sex" or problem == "country_shape" or problem == "name_digit" then
      return false
    end
  end
  return true
end

-- Returns the combinations of one candidate per group that give a sound zone; stops at the second.
local function solutions(groups, text, format, today)
  local found, trials = {}, 0
  local chosen = {}
  local function choose(depth)
    if #found > 1 or trials > MOST_TRIALS then return end
    if depth > #groups then
      trials = trials + 1
      local trial = read.lines(lines_of(apply(text, chosen), format), today)
      if sound(trial) then found[#found + 1] = { changes = { unpack(chosen) }, lines = trial.lines } end
      return
    end
    for _, change in ipairs(groups[depth]) do
      chosen[depth] = change
      choose(depth + 1)
    end
    chosen[depth] = nil
  end
  choose(1)
  return trials <= MOST_TRIALS and found or {}
end

---@class idocr.mrz.Proposal
---@field changes {line: integer, column: integer, from: string, to: string, check: string}[] `check`: the check, or the
---  field of letters, that the change is about
---@field lines string[] the lines with the changes made

local NOTHING = "no usual OCR confusion explains the wrong check digits"

--- Proposes changes that make every check digit correct.
---@param zone string|string[]
---@param options {today: string|number|nil}?
---@return idocr.mrz.Proposal? proposal nil where every digit is correct, no change helps, or several do
---@return string? message the reason
function repair.repair(zone, options)
  local result, message = parse.parse(zone, options)
  if not result then return nil, message end
  if sound(result) then return nil, "every check digit is correct" end
  local today = dates.today(type(options) == "table" and options.today or nil)
  local format, text = formats[result.format], table.concat(result.lines)

  local first = forced(text, format, sub(text, 1, 5) == "PNRUS")
  if not first then return nil, NOTHING end
  text = apply(text, first)
  local reread = read.lines(lines_of(text, format), today)
  if not reread or reread.format ~= result.format then return nil, NOTHING end
  local groups = candidates_by_check(format, reread, text, today)
  if not groups then return nil, NOTHING end
  local found = solutions(groups, text, format, today)
  if #found == 0 then return nil, NOTHING end
  if #found > 1 then return nil, "more than one change would make the check digits correct" end
  local list = first
  for _, change in ipairs(found[1].changes) do list[#list + 1] = change end
  for _, change in ipairs(list) do
    change.line = math.floor((change.position - 1) / format.width) + 1
    change.column = (change.position - 1) % format.width + 1
    change.position = nil
  end
  return { changes = list, lines = found[1].lines }
end

return repair
