--- Lists the pieces of text that may be a line of a machine readable zone: rows, rows without labels, joined and split rows.

local characters = require "idocr.checks.mrz.characters"
local fit = require "idocr.checks.mrz.fit"
local read = require "idocr.checks.mrz.read"

local find, gsub, sub, match = string.find, string.gsub, string.sub, string.match

local line_candidates = {}

local SCALE = 1000        -- positions within a row
local LONGEST = 110       -- characters of a whole zone with its defects
local MOST_CANDIDATES = 120    -- most candidates
local MOST_JOINED = 8     -- rows that a line may be broken into
local WIDTH = read.COUNT_OF

---@class idocr.mrz.LineCandidate
---@field text string
---@field from number      its beginning and end, in rows
---@field to number
---@field notes table<string, true>
---@field broken integer   cost of joining and splitting

local function add(list, text, from, to, notes, broken)
  if #list >= MOST_CANDIDATES or #text < 6 then return end
  list[#list + 1] = { text = text, from = from, to = to, notes = notes, broken = broken }
end

local function with(notes, name)
  local all = { [name] = true }
  for other in pairs(notes) do all[other] = true end
  return all
end

-- Adds a row without a label before or a remark after it.
local function add_unlabelled(list, row, at)
  local text = row.text
  local notes = with(row.notes, "restored.other_text")
  local value = match(text, "^.*[:=#] *(.*)$")
  if value and #value >= 26 then add(list, value, at, at + 0.9, notes, 1) end
  local front, back = text, text
  for _ = 1, 4 do
    front, back = match(front, "^[^ ]+ +(.*)$"), match(back, "^(.*[^ ]) +[^ ]+$")
    if front and #front >= 26 then add(list, front, at, at + 0.9, notes, 1) end
    if back and #back >= 26 then add(list, back, at, at + 0.9, notes, 1) end
    front, back = front or "", back or ""
  end
end

-- Returns whether a sex between two dates is at a position.
local function has_sex_at(text, at) return find(text, "^[MF<X]", at) and find(text, "^%d", at - 1) and find(text, "^[%d<]", at + 7) end

-- Adds the lines in a text that contains several lines without breaks.
local function add_cuts(list, text, at, notes, broken)
  local function cut(from, to)
    add(list, sub(text, from, to), at + from / SCALE, at + math.min(to, #text) / SCALE, notes, broken)
  end
  local length = #text
  for _, width in ipairs { 44, 36 } do
    if length == 2 * width then
      cut(1, width)
      cut(width + 1, length)
    end
    if length > 62 then
      for p = 1, length - 27 do
        if find(text, "^[^<]", p) and has_sex_at(text, p + 20) and fit.confirmed_fields(sub(text, p, p + 27)) == 3 then
          cut(p, p == 1 and width or length)
          if p > 1 then cut(1, p - 1) else cut(width + 1, length) end
        end
      end
    end
  end
  if length >= 60 and length <= 96 then
    for p = 1, length - 17 do
      if has_sex_at(text, p + 7) and fit.right_digit(text, p, p + 5) and fit.right_digit(text, p + 8, p + 13) then
        cut(1, p - 1)
        cut(p, p + 29)
        cut(p + 30, length)
      end
    end
  end
end

-- Returns whether a length is nearly the width of a line.
local function near_a_width(length)
  return length >= 28 and length <= 32 or length >= 34 and length <= 38 or length >= 40 and length <= 50
end

-- Adds joined rows.
local function add_joined(list, rows)
  for i = 1, #rows do
    local text, raw, notes, line = "", 0, {}, false
    for j = i, math.min(#rows, i + MOST_JOINED - 1) do
      for name in pairs(rows[j].notes) do notes[name] = true end
      local part = gsub(gsub(rows[j].text, " ", ""), characters.DOUBLE, "<<")
      -- a row with nearly the width of a line is a line, unless two rows together have it exactly
      if i ~= j and (line or near_a_width(#part)) and not WIDTH[#text + #part] then break end
      line = near_a_width(#part)
      text, raw = text .. part, raw + #rows[j].text
      if #text > LONGEST then break end
      local noted = raw > #text and with(notes, "restored.blanks") or notes
      if j > i then noted = with(noted, "restored.line_breaks") end
      if j > i and #text <= 48 then add(list, text, i, j + 0.9, noted, 3) end
      if #text >= 60 then add_cuts(list, text, i, noted, j > i and 4 or 1) end
    end
  end
end

-- Adds two lines that are in one row with a blank between them; other blanks may be fillers.
local function add_halves(list, row, at)
  if #row.text < 62 then return end
  for at_blank in row.text:gmatch("() +") do
    local first, second = match(sub(row.text, 1, at_blank - 1), "^(.*[^ ])"), match(sub(row.text, at_blank), "^ *(.*)$")
    if first and #first >= 26 and #second >= 26 and #first <= 48 and #second <= 66 then
      add(list, first, at, at + at_blank / SCALE, row.notes, 1)
      add(list, second, at + (at_blank + 1) / SCALE, at + 0.9, row.notes, 1)
    end
  end
end

--- Lists the candidates in rows.
---@param rows idocr.mrz.Row[]
---@return idocr.mrz.LineCandidate[]
function line_candidates.of(rows)
  local list = {}
  for i = 1, #rows do
    add(list, rows[i].text, i, i + 0.9, rows[i].notes, 0)
  end
  for i = 1, #rows do
    local row = rows[i]
    if #row.text >= 26 and find(row.text, "[ :=#]") then
      add_unlabelled(list, row, i)
      add_halves(list, row, i)
    end
  end
  add_joined(list, rows)
  return list
end

return line_candidates
