--- Lists the pieces of text that may be a line of a machine readable zone: rows as they stand, without labels, joined and cut.

local characters = require "idocr.checks.mrz.characters"
local fit = require "idocr.checks.mrz.fit"
local read = require "idocr.checks.mrz.read"

local find, gsub, sub, match = string.find, string.gsub, string.sub, string.match

local units = {}

local SCALE = 1000        -- places within a row
local LONGEST = 110       -- characters of a whole zone with what may be wrong with it
local MOST_UNITS = 120    -- texts that may be a line
local MOST_JOINED = 8     -- rows that one zone may be broken into
local WIDTH = read.COUNT_OF

---@class idocr.mrz.Unit
---@field text string
---@field from number      where it begins and ends, in rows
---@field to number
---@field notes table<string, true>
---@field broken integer   cost of joining and cutting

local function unit(list, text, from, to, notes, broken)
  if #list >= MOST_UNITS or #text < 6 then return end
  list[#list + 1] = { text = text, from = from, to = to, notes = notes, broken = broken }
end

local function with(notes, name)
  local all = { [name] = true }
  for other in pairs(notes) do all[other] = true end
  return all
end

--- A row without a label before or a remark behind it.
local function add_unlabelled(list, row, at)
  local text = row.text
  local notes = with(row.notes, "restored.other_text")
  local value = match(text, "^.*[:=#] *(.*)$")
  if value and #value >= 26 then unit(list, value, at, at + 0.9, notes, 1) end
  local front, back = text, text
  for _ = 1, 4 do
    front, back = match(front, "^[^ ]+ +(.*)$"), match(back, "^(.*[^ ]) +[^ ]+$")
    if front and #front >= 26 then unit(list, front, at, at + 0.9, notes, 1) end
    if back and #back >= 26 then unit(list, back, at, at + 0.9, notes, 1) end
    front, back = front or "", back or ""
  end
end

local function sexed(text, at) return find(text, "^[MF<X]", at) and find(text, "^%d", at - 1) and find(text, "^[%d<]", at + 7) end

--- The pieces of several lines that stand in one run of characters.
local function add_cuts(list, text, at, notes, broken)
  local function cut(from, to)
    unit(list, sub(text, from, to), at + from / SCALE, at + math.min(to, #text) / SCALE, notes, broken)
  end
  local length = #text
  for _, width in ipairs { 44, 36 } do
    if length == 2 * width then
      cut(1, width)
      cut(width + 1, length)
    end
    if length > 62 then
      for p = 1, length - 27 do
        if find(text, "^[^<]", p) and sexed(text, p + 20) and fit.vouched(sub(text, p, p + 27)) == 3 then
          cut(p, p == 1 and width or length)
          if p > 1 then cut(1, p - 1) else cut(width + 1, length) end
        end
      end
    end
  end
  if length >= 60 and length <= 96 then
    for p = 1, length - 17 do
      if sexed(text, p + 7) and fit.right_digit(text, p, p + 5) and fit.right_digit(text, p + 8, p + 13) then
        cut(1, p - 1)
        cut(p, p + 29)
        cut(p + 30, length)
      end
    end
  end
end

local function near_a_width(length)
  return length >= 28 and length <= 32 or length >= 34 and length <= 38 or length >= 40 and length <= 50
end

local function add_joined(list, rows)
  for i = 1, #rows do
    local text, raw, notes, line = "", 0, {}, false
    for j = i, math.min(#rows, i + MOST_JOINED - 1) do
      for name in pairs(rows[j].notes) do notes[name] = true end
      local part = gsub(gsub(rows[j].text, " ", ""), characters.DOUBLE, "<<")
      -- what has nearly the width of a line is one, unless two rows together have it exactly
      if i ~= j and (line or near_a_width(#part)) and not WIDTH[#text + #part] then break end
      line = near_a_width(#part)
      text, raw = text .. part, raw + #rows[j].text
      if #text > LONGEST then break end
      local noted = raw > #text and with(notes, "restored.blanks") or notes
      if j > i then noted = with(noted, "restored.line_breaks") end
      if j > i and #text <= 48 then unit(list, text, i, j + 0.9, noted, 3) end
      if #text >= 60 then add_cuts(list, text, i, noted, j > i and 4 or 1) end
    end
  end
end

--- Two lines in one row with a blank between them, which may have blanks for fillers themselves.
local function add_halves(list, row, at)
  if #row.text < 62 then return end
  for place in row.text:gmatch("() +") do
    local left, right = match(sub(row.text, 1, place - 1), "^(.*[^ ])"), match(sub(row.text, place), "^ *(.*)$")
    if left and #left >= 26 and #right >= 26 and #left <= 48 and #right <= 66 then
      unit(list, left, at, at + place / SCALE, row.notes, 1)
      unit(list, right, at + (place + 1) / SCALE, at + 0.9, row.notes, 1)
    end
  end
end

--- Lists everything that may be a line.
---@param rows idocr.mrz.Row[]
---@return idocr.mrz.Unit[]
function units.of(rows)
  local list = {}
  for i = 1, #rows do
    unit(list, rows[i].text, i, i + 0.9, rows[i].notes, 0)
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

return units
