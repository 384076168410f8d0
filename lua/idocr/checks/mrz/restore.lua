--- Finds the lines of a machine readable zone in rows of text that have not its shape: other text around it, another order,
--- lines joined or broken, fillers of the wrong number. A reading counts only where it is the one that right check digits
--- confirm, or where nothing but names or text beside the zone had to be settled.

local fit = require "idocr.checks.mrz.fit"
local read = require "idocr.checks.mrz.read"
local characters = require "idocr.checks.mrz.characters"
local states = require "idocr.checks.states"

local find, gsub, sub, match = string.find, string.gsub, string.sub, string.match

local restore = {}

local SCALE = 1000        -- places within a row
local LONGEST = 110       -- characters of a whole zone with what may be wrong with it
local MOST_UNITS = 120    -- texts that may be a line
local MOST_READINGS = 600 -- combinations that are read
local MOST_JOINED = 8     -- rows that one zone may be broken into

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
    local text, raw, notes = "", 0, {}
    for j = i, math.min(#rows, i + MOST_JOINED - 1) do
      for name in pairs(rows[j].notes) do notes[name] = true end
      local part = gsub(gsub(rows[j].text, " ", ""), characters.DOUBLE, "<<")
      if i ~= j and near_a_width(#part) then break end -- a line of its own
      text, raw = text .. part, raw + #rows[j].text
      if #text > LONGEST then break end
      local noted = raw > #text and with(notes, "restored.blanks") or notes
      if j > i then noted = with(noted, "restored.line_breaks") end
      if j > i and #text <= 48 then unit(list, text, i, j + 0.9, noted, 3) end
      if near_a_width(#part) and j < #rows then break end
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

--- Everything that may be a line.
local function units_of(rows)
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

local CODE = "^[A-Z][A-Z0-9<][A-Z<][A-Z<][A-Z<]"

--- Whether a line can begin a zone: its state is known, or it stands there as a line of another state would.
local function plausible(fitted)
  if not find(fitted.text, CODE) then return false end
  return fit.known_state(fitted.text) or fitted.exact and not fitted.notes[1] and find(fitted.text, "^[A-Z0-9]*<[A-Z0-9<]*$") ~= nil
end

--- Whether a line with data is the first of three, or the first of the French card with a run of another length.
local function is_first(data, width)
  if width == 30 then return plausible(data) end
  return width == 36 and data.verify and find(data.text, "^IDFRA")
end

local function is_second(data, width)
  if width == 30 then return fit.dated(data.text, 1) end
  return fit.dated(data.text, 14) or width == 36 and data.exact and fit.french(data.text)
end

--- Lines that the units can be, by role.
local function roles_of(units, width)
  local first, second, names = {}, {}, {}
  local function add(list, u, fitted) list[#list + 1] = { unit = u, fit = fitted } end
  for _, u in ipairs(units) do
    if #gsub(u.text, " ", "") <= width + 22 then
      local fitted = width ~= 30 and fit.first(u.text, width)
      if fitted and plausible(fitted) and not fit.dated(fitted.text, 14) then
        add(first, u, fitted)
      end
      if #u.text >= (width == 30 and 15 or 26) then
        for _, data in ipairs(fit.data(u.text, width, width == 30 and 19 or 29, width > 30 and 10 or nil)) do
          if is_second(data, width) then add(second, u, data) end
        end
        for _, data in ipairs(width == 36 and fit.data(u.text, width, 14) or {}) do
          if data.verify and fit.french(data.text) then add(second, u, data) end
        end
        for _, data in ipairs(width == 44 and {} or fit.data(u.text, width, width == 30 and 16 or 6, width == 30 and 15 or nil)) do
          if is_first(data, width) then add(first, u, data) end
        end
      end
      if width == 30 and not find(u.text, "[0-9?]") then
        fitted = fit.names(u.text, width, 1)
        if fitted then add(names, u, fitted) end
      end
    end
  end
  return first, second, names
end

local function apart(a, b) return a.unit.to < b.unit.from or b.unit.to < a.unit.from end
local function before(a, b) return a.unit.to < b.unit.from end

--- Puts a reading together: its lines, what was restored, and how much.
local function assemble(parts, rows)
  local lines, notes, cost, verify = {}, {}, 0, false
  local covered = {}
  for i, part in ipairs(parts) do
    lines[i] = part.fit.text
    cost = cost + part.fit.cost + part.unit.broken
    verify = verify or part.fit.verify
    for _, name in ipairs(part.fit.notes) do notes[name] = true end
    for name in pairs(part.unit.notes) do notes[name] = true end
    for row = math.floor(part.unit.from), math.floor(part.unit.to) do covered[row] = true end
  end
  if #parts == 2 and find(lines[1], "%d", 6) then cost = cost + 4 end
  local whole = true -- every line is a row as it stands
  for _, part in ipairs(parts) do whole = whole and part.fit.exact and not part.fit.notes[1] and part.unit.broken == 0 end
  local ordered = before(parts[1], parts[2]) and (not parts[3] or before(parts[2], parts[3]))
  if not ordered then
    notes["restored.line_order"] = true
    cost = cost + 3
  end
  for row = 1, #rows do
    if not covered[row] then
      notes["restored.other_text"] = true
      cost = cost + (find(rows[row].text, "[^A-Z0-9<]") and 1 or 4) -- a row of zone characters may belong to the zone
    end
  end
  return { lines = lines, notes = notes, cost = cost, verify = verify, ordered = ordered, whole = whole, parts = parts }
end

--- Reads one combination. What no check digit confirms counts only where the lines are whole and in order.
local function judge(candidate, today)
  local result = read.lines(candidate.lines, today)
  if not result then return nil end
  candidate.result = result
  candidate.right = read.right(result)
  candidate.confirmed = read.all_right(result) and (candidate.right > 1 or candidate.ordered)
  -- made up fillers must leave a nationality that exists, and a number that does not reach into them
  if candidate.verify and result.format ~= "FRA-ID" then
    if result.long_number_rule or not states.name(result.nationality) then return nil end
  end
  if candidate.confirmed then return candidate end
  if candidate.verify then return nil end
  if not candidate.ordered and (candidate.right < 3 or not fit.known_state(candidate.lines[1])) then return nil end
  return candidate
end

local function better(a, b)
  if not b or a.confirmed ~= b.confirmed then return b == nil or a.confirmed end
  if not a.confirmed and a.right ~= b.right then return a.right > b.right end
  if a.whole ~= b.whole then return a.whole end
  return a.cost < b.cost
end

--- Whether two confirmed readings are of different lines, none of them the likelier one.
---@return boolean rivals
---@return boolean? zones they are of different rows
local function rivals(a, b)
  if table.concat(a.lines, "\n") == table.concat(b.lines, "\n") or a.whole and not b.whole then return false end
  for i = 1, #a.parts do
    local x, y = a.parts[i], b.parts[i]
    if y and x.fit.text ~= y.fit.text and apart(x, y) and x.fit.exact and y.fit.exact then return true, true end
  end
  return a.cost == b.cost and a.whole == b.whole
end

---@class idocr.mrz.Found
---@field result idocr.Mrz
---@field notes table<string, true>
---@field confirmed boolean  every check digit is right
---@field right integer      right check digits
---@field ordered boolean

--- Searches for a zone.
---@param rows idocr.mrz.Row[]
---@param today string ISO
---@return idocr.mrz.Found? found
---@return boolean? several several zones were found
function restore.search(rows, today)
  local units = units_of(rows)
  local best, confirmed, readings = nil, {}, 0
  local function try(parts)
    if readings >= MOST_READINGS then return end
    readings = readings + 1
    local candidate = judge(assemble(parts, rows), today)
    if not candidate then return end
    if candidate.confirmed then confirmed[#confirmed + 1] = candidate end
    if better(candidate, best) then best = candidate end
  end
  for _, width in ipairs { 44, 36, 30 } do
    local first, second, names = roles_of(units, width)
    for _, a in ipairs(first) do
      for _, b in ipairs(second) do
        if apart(a, b) then
          if width ~= 30 then
            try { a, b }
          else
            for _, c in ipairs(names) do
              if apart(a, c) and apart(b, c) then try { a, b, c } end
            end
          end
        end
      end
    end
  end
  if best and best.confirmed then
    for _, other in ipairs(confirmed) do
      local rival, zones = rivals(best, other)
      if rival then return nil, zones end
    end
  end
  return best
end

return restore
