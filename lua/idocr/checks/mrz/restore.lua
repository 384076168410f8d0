--- Finds the lines of a machine readable zone in rows of text with defects: other text around it, another order, joined or
--- broken lines, a wrong number of fillers. Accepts a result only where correct check digits confirm it alone, or where only
--- names or text beside the zone were restored.

local fit = require "idocr.checks.mrz.fit"
local read = require "idocr.checks.mrz.read"
local line_candidates = require "idocr.checks.mrz.line_candidates"
local states = require "idocr.checks.data.states"

local find, gsub, sub = string.find, string.gsub, string.sub

local restore = {}

local MOST_READINGS = 600 -- most combinations of lines to read
local WIDTH = read.COUNT_OF

local CODE = "^[A-Z][A-Z0-9<][A-Z<][A-Z<][A-Z<]"

-- Returns whether a line can be the first: its state is known, or it has the form of a first line.
local function plausible(fitted, u)
  if not find(fitted.text, CODE) then return false end
  if fit.known_state(fitted.text) then return true end
  return u.broken == 0 and fitted.exact and not fitted.notes[1] and find(fitted.text, "^[A-Z0-9]*<[A-Z0-9<]*$") ~= nil
end

-- Returns whether a line has names at their position.
local function holds_names(fitted, u, from) return u.broken == 0 or fit.well_joined(fitted.text, from) end

-- Returns whether a line with data is the first of three, or the first of the French card with a corrected run of fillers.
local function is_first(data, width, u)
  if width == 30 then return plausible(data, u) end
  return width == 36 and data.verify and find(data.text, "^IDFRA")
end

-- Returns whether a line can be the second.
local function is_second(data, width)
  if width == 30 then return fit.dated(data.text, 1) end
  return fit.dated(data.text, 14) or width == 36 and data.exact and fit.french(data.text)
end

-- Sorts the candidates by the lines that they can be.
local function roles_of(candidates, width)
  local first, second, names = {}, {}, {}
  local function add(list, u, fitted) list[#list + 1] = { unit = u, fit = fitted } end
  for _, u in ipairs(candidates) do
    if #gsub(u.text, " ", "") <= width + 22 then
      local fitted = width ~= 30 and fit.first(u.text, width)
      if fitted and plausible(fitted, u) and holds_names(fitted, u, 6) and not fit.dated(fitted.text, 14) then
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
          if is_first(data, width, u) then add(first, u, data) end
        end
      end
      if width == 30 and not find(u.text, "[0-9?]") then
        fitted = fit.names(u.text, width, 1)
        if fitted and holds_names(fitted, u, 1) then add(names, u, fitted) end
      end
    end
  end
  return first, second, names
end

local function apart(a, b) return a.unit.to < b.unit.from or b.unit.to < a.unit.from end
local function before(a, b) return a.unit.to < b.unit.from end

-- Combines lines to a zone with its restorations and their cost.
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
  local whole = true -- every line is an unchanged row
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

-- Reads one combination. Rejects one that check digits do not confirm, unless its lines are whole and in order.
local function judge(candidate, today)
  local result = read.lines(candidate.lines, today)
  if not result then return nil end
  candidate.result = result
  candidate.right = read.right(result)
  candidate.confirmed = read.all_right(result) and (candidate.right > 1 or candidate.ordered)
  -- after a corrected run of fillers, the nationality must be known and the number must not reach into the fillers
  if candidate.verify and result.format ~= "FRA-ID" then
    if result.long_number_rule or not states.name(result.nationality) or not read.dates_possible(result) then return nil end
    if find(result.format == "TD1" and sub(result.lines[1], 6) or result.lines[2], "^<") then return nil end
  end
  if candidate.confirmed then return candidate end
  local first = candidate.parts[1]
  if not first.fit.exact and WIDTH[#first.unit.text] then return nil end -- it is a whole line of another format
  if candidate.verify or candidate.right < 2 and candidate.parts[2].unit.broken > 0 then return nil end
  if not candidate.ordered and (candidate.right < 3 or not fit.known_state(candidate.lines[1])) then return nil end
  return candidate
end

-- Returns whether one combination is better than another.
local function better(a, b)
  if not b or a.confirmed ~= b.confirmed then return b == nil or a.confirmed end
  if not a.confirmed and a.right ~= b.right then return a.right > b.right end
  if a.whole ~= b.whole then return a.whole end
  return a.cost < b.cost
end

-- Returns whether two confirmed combinations have different lines and neither is more likely.
---@return boolean rivals
---@return boolean? zones true where they are in different rows
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
---@field confirmed boolean  every check digit is correct
---@field right integer      number of correct check digits
---@field ordered boolean

--- Searches rows for a zone.
---@param rows idocr.mrz.Row[]
---@param today string ISO
---@return idocr.mrz.Found? found
---@return boolean? several true where several zones were found
function restore.search(rows, today)
  local list = line_candidates.of(rows)
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
    local first, second, names = roles_of(list, width)
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
