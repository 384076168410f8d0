--- Parses a machine readable zone into fields and check results. Restores what has one interpretation and names it in
--- `problems`; returns the legible fields beside the message where the zone cannot be parsed.

local characters = require "idocr.checks.mrz.characters"
local fit = require "idocr.checks.mrz.fit"
local partial = require "idocr.checks.mrz.partial"
local read = require "idocr.checks.mrz.read"
local restore = require "idocr.checks.mrz.restore"
local dates = require "idocr.checks.dates"

local find, sub, concat = string.find, string.sub, table.concat

local LONGEST = 4096 -- bytes of text: a page around a zone
local MOST_LINES = 40

-- Names of restorations, in the order of `problems`.
local RESTORED = {
  "restored.case", "restored.characters", "restored.blanks", "restored.fillers", "restored.filler_count", "restored.line_breaks",
  "restored.line_order", "restored.other_text", "name_separator",
}

-- Returns the lines of an argument, unchanged.
---@return string[]? lines
---@return string|boolean message or, beside lines, whether they contained escapes
local function lines_of(zone)
  if type(zone) == "string" then zone = { zone } end
  if type(zone) ~= "table" then return nil, "a machine readable zone must be a list of lines or a string" end
  local lines, length, escaped = {}, 0, false
  for i = 1, MOST_LINES + 1 do
    local line = zone[i]
    if line == nil then break end
    if type(line) ~= "string" then return nil, "a line is not a string" end
    length = length + #line
    if length > LONGEST then return nil, "the text is too long for a machine readable zone" end
    local parts, also = characters.lines(line)
    for j = 1, #parts do lines[#lines + 1] = parts[j] end
    escaped = escaped or also
  end
  if #lines > MOST_LINES then return nil, ("the text has more than %d lines"):format(MOST_LINES) end
  return lines, escaped
end

-- Returns the lines of a zone that needs no restoration: the usual case.
local function plain_lines(zone)
  if type(zone) ~= "table" or type(zone[1]) ~= "string" or zone[4] ~= nil then return nil end
  local count = read.COUNT_OF[#zone[1]]
  if not count or #zone > count then return nil end
  local lines = {}
  for i = 1, count do
    local line = zone[i]
    if type(line) ~= "string" or #line ~= #zone[1] or find(line, "[^A-Z0-9<]") then return nil end
    lines[i] = line
  end
  return lines
end

-- Splits a text without line ends into lines.
local function split(text)
  if #text == 90 then return { sub(text, 1, 30), sub(text, 31, 60), sub(text, 61) } end
  if #text == 88 then return { sub(text, 1, 44), sub(text, 45) } end
  if #text == 72 then return { sub(text, 1, 36), sub(text, 37) } end
end

-- Returns the lines of rows that have the lengths of a format once blanks are interpreted.
---@return string[]? lines
---@return table<string, true> notes
local function lines_from_rows(rows)
  local notes = {}
  local function note(fitted, row)
    for _, name in ipairs(fitted.notes) do notes[name] = true end
    for name in pairs(row.notes) do notes[name] = true end
  end
  if #rows == 1 then
    for _, length in ipairs { 90, 88, 72 } do
      local fitted = fit.exact(rows[1].text, length)
      if fitted then
        note(fitted, rows[1])
        return split(fitted.text), notes
      end
    end
  end
  for width, count in pairs(read.COUNT_OF) do
    local lines = {}
    for i = 1, #rows == count and count or 0 do
      local fitted = fit.exact(rows[i].text, width)
      if not fitted then break end
      lines[i] = fitted.text
    end
    if #lines == count then
      for i = 1, count do note(fit.exact(rows[i].text, width), rows[i]) end
      return lines, notes
    end
  end
  return nil, notes
end

-- Returns whether the lines seem to be in order.
local function in_place(result)
  local lines = result.lines
  if result.format == "FRA-ID" then return true end
  if result.format == "TD1" then return fit.dated(lines[2], 1) and not find(lines[3], "%d") end
  return fit.dated(lines[2], 14) and not fit.dated(lines[1], 14)
end

-- Returns whether joined rows have a state, a number and names in the right positions.
local function joined_well(result)
  local lines = result.lines
  if not fit.known_state(lines[1]) then return false end
  if result.format == "FRA-ID" then return true end
  if result.format == "TD1" then return fit.well_joined(lines[3], 1) end
  return fit.well_joined(lines[1], 6) and not find(lines[2], "^<")
end

-- Joins rows to a zone that was broken into lines in other places.
---@return idocr.Mrz? result nil unless every check digit is correct
---@return table<string, true>? notes
local function rejoined(rows, today)
  for i = 1, #rows do
    local text, notes = "", { ["restored.line_breaks"] = true }
    for j = i, #rows do
      text = text .. rows[j].text
      if #text > 90 or find(rows[j].text, "[^A-Z0-9<]") then break end
      for name in pairs(rows[j].notes) do notes[name] = true end
      local lines = j > i and split(text)
      if lines and #rows[i].text == #lines[1] then break end -- the rows are the lines
      local result = lines and read.lines(lines, today)
      if result and read.all_right(result) and in_place(result) and joined_well(result) then
        if i > 1 or j < #rows then notes["restored.other_text"] = true end
        return result, notes
      end
    end
  end
end

-- Adds the restorations to the problems of a result.
local function add_restorations(result, notes, given)
  local any, named = false, {}
  for _, problem in ipairs(result.problems) do named[problem] = true end
  for _, name in ipairs(RESTORED) do
    if notes[name] then
      if not named[name] then result.problems[#result.problems + 1] = name end
      any = true
    end
  end
  if any then result.given = given end
  if notes.name_separator then result.valid = false end
  if notes.name_open then result.name_truncated = true end
  return result
end

-- Where optional data begin in each line. They may contain a run of fillers; a number does not.
local OPTIONAL = { TD1 = { 16, 19 }, TD2 = { false, 29 }, TD3 = { false, 29 }, ["MRV-A"] = { false, 29 }, ["MRV-B"] = { false, 29 } }

-- Parses again with runs of one letter in the optional data read as fillers; nil unless every check digit is correct then.
---@return idocr.Mrz?
local function without_letter_runs(result, today)
  local lines, changed = {}, 0
  for i, line in ipairs(result.lines) do
    lines[i] = line
    local from = OPTIONAL[result.format] and OPTIONAL[result.format][i]
    local letter = from and line:match("([KCSLXGZE])%1%1%1%1", from)
    if letter then
      lines[i] = sub(line, 1, from - 1) .. sub(line, from):gsub(letter:rep(5) .. "+", function(run) return ("<"):rep(#run) end)
      changed = changed + 1
    end
  end
  local other = changed > 0 and read.lines(lines, today)
  if not other or not read.all_right(other) then return nil end
  other.problems[#other.problems + 1] = "restored.filler_letters"
  other.given = result.given or result.lines
  return other
end

-- Describes the rows of a text that could not be parsed.
local function message_for(rows)
  if #rows == 0 then return "the text has no line of a machine readable zone" end
  if #rows == 1 then
    return ("one line of %d characters was found; machine readable zones have two lines of 36 or 44, or three of 30")
      :format(#rows[1].text)
  end
  local lengths = {}
  for i = 1, math.min(#rows, 6) do lengths[i] = ("%d"):format(#rows[i].text) end
  return ("lines of %s characters were found; machine readable zones have two lines of 36 or 44, or three of 30")
    :format(concat(lengths, ", ") .. (#rows > 6 and ", …" or ""))
end

local parse = {}

--- Parses a machine readable zone.
---@param zone string|string[] the lines, or one text with or without line ends; other text around the zone is ignored
---@param options {today: string|number|nil}? selects the century of birth dates (ISO or Unix seconds)
---@return idocr.Mrz? result nil where the zone cannot be parsed
---@return string? message what the text contains instead
---@return idocr.Mrz? part the legible fields that check digits or a state code confirm
function parse.parse(zone, options)
  local today = dates.today(type(options) == "table" and options.today or nil)
  local lines = plain_lines(zone)
  if lines then
    local result = read.lines(lines, today)
    if result and (result.valid or in_place(result)) then
      return not read.all_right(result) and without_letter_runs(result, today) or result
    end
  end
  local given, escaped = lines_of(zone)
  if not given then return nil, escaped --[[@as string]] end
  local rows = {}
  for _, line in ipairs(given) do
    for _, row in ipairs(characters.rows(line)) do
      if escaped then row.notes["restored.characters"] = true end
      rows[#rows + 1] = row
    end
  end
  local notes
  lines, notes = lines_from_rows(rows)
  local result = lines and read.lines(lines, today)
  -- blanks may have made the width right by chance
  local certain = result and in_place(result) and not (notes["restored.blanks"] or notes["restored.fillers"])
  if result and (result.valid or certain) then return add_restorations(result, notes, given) end
  if not result then
    local whole, joined = rejoined(rows, today)
    if whole then return add_restorations(whole, joined, given) end
  end
  local found, several = restore.search(rows, today)
  if found and (found.confirmed or not result or found.right > read.right(result) + 1) then
    return add_restorations(found.result, found.notes, given)
  end
  if result then return add_restorations(result, notes, given) end
  if several then return nil, "more than one machine readable zone was found: check each separately" end
  local part = partial.read(rows, today)
  return nil, message_for(rows), part
end

return parse
