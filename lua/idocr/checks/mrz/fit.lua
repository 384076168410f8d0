--- Fits a row of text to the width of a line: interprets blanks and double characters, and corrects runs of fillers.

local characters = require "idocr.checks.mrz.characters"
local check_digits = require "idocr.checks.mrz.check_digits"
local states = require "idocr.checks.data.states"

local find, gsub, sub, rep, match, byte = string.find, string.gsub, string.sub, string.rep, string.match, string.byte

local fit = {}

---@class idocr.mrz.Fit
---@field text string
---@field notes string[]   restorations
---@field cost integer     0 for a line of the right width; higher for a larger change
---@field exact boolean    no filler was added or removed
---@field verify boolean?  correct check digits have to confirm it

local DOUBLE = characters.DOUBLE
local MOST_RUNS = 8

-- Returns the interpretations of the blanks and double characters of a row, the most likely first.
local function readings(text)
  if not find(text, "[ " .. DOUBLE .. "]") then return { { text = text, notes = {} } } end
  local list = {}
  for _, sign in ipairs(find(text, DOUBLE, 1, true) and { "<", "<<" } or { "" }) do
    local settled = gsub(text, DOUBLE, sign)
    if find(settled, " ", 1, true) then
      list[#list + 1] = { text = gsub(settled, " ", "<"), notes = { "restored.fillers" } }
      list[#list + 1] = { text = gsub(settled, " ", ""), notes = { "restored.blanks" } }
    else
      list[#list + 1] = { text = settled, notes = { "restored.fillers" } }
    end
  end
  return list
end

--- Fits a row that has exactly this width.
---@param text string
---@param width integer
---@return idocr.mrz.Fit?
function fit.exact(text, width)
  for _, reading in ipairs(readings(text)) do
    if #reading.text == width then
      return { text = reading.text, notes = reading.notes, cost = #reading.notes, exact = true }
    end
  end
end

-- Replaces the gaps between letters by fillers and removes other blanks.
local function with_gaps(text)
  text = gsub(gsub(text, DOUBLE, "<<"), "(%w) ( ?)%f[%w]", function(letter, more) return letter .. (more == "" and "<" or "<<") end)
  return (gsub(text, " ", ""))
end

-- Returns whether a line has the code of a known state in its third to fifth character.
local function known_state(text)
  local code = match(text, "^..(%u[%u<][%u<])")
  code = code and match(code, "^(%u+)<*$")
  return code ~= nil and states.name(code) ~= nil
end
fit.known_state = known_state

-- Adds or removes trailing fillers of a name line; inner runs keep the length of a separator.
local function stretch(text, width)
  local missing = width - #text
  if missing >= 0 then return text .. rep("<", missing) end
  local run = #match(text, "<*$")
  if run >= -missing then return sub(text, 1, width) end
  text = gsub(sub(text, 1, #text - run), "<<<+", "<<")
  if #text <= width then return text .. rep("<", width - #text) end
end

-- Returns whether names have several words but no separator between surname and given names.
local function no_separator(names)
  names = match(names, "^<*(.-)<*$")
  return find(names, "<", 1, true) ~= nil and not find(names, "<<", 1, true)
end

--- Returns whether the names of a line joined from pieces begin at their position and end at the fillers.
---@param text string
---@param from integer position of the first name
---@return boolean
function fit.well_joined(text, from) return find(text, "^<?<?%u", from) ~= nil and not find(text, "%u<<<+%u", from) end

--- Fits names by adding or removing trailing fillers.
---@param text string
---@param width integer
---@param from integer position of the first name
---@return idocr.mrz.Fit?
function fit.names(text, width, from)
  local exact = fit.exact(text, width)
  if exact then return exact end
  -- every blank can be a filler in a line that is not too long; in a longer one, only blanks between letters
  local gaps = gsub(gsub(text, DOUBLE, "<<"), " ", "<")
  if #gaps > width then gaps = with_gaps(text) end
  if not find(gaps, "<", 1, true) then return nil end
  local stretched = stretch(gaps, width)
  if not stretched then return nil end
  local notes = { "restored.filler_count" }
  if find(text, " ", 1, true) then notes[2] = "restored.fillers" end
  if #gaps < width and no_separator(sub(stretched, from)) then notes[#notes + 1] = "name_separator" end
  if #gaps < width and not find(gaps, "<<$") then notes[#notes + 1] = "name_open" end -- characters of the name may be missing too
  return { text = stretched, notes = notes, cost = 2 + math.floor(math.abs(width - #gaps) / 8), exact = false }
end

--- Fits the first of two lines: document code, state, names. Adds or removes one filler in the code or the state where that
--- gives a known state.
---@param text string
---@param width integer
---@return idocr.mrz.Fit?
function fit.first(text, width)
  local found = fit.names(text, width, 6)
  if not found or found.exact or known_state(found.text) then return found end
  local gaps = with_gaps(text)
  for at = 0, 4 do
    local other = #gaps < width and at > 0 and sub(gaps, 1, at) .. "<" .. sub(gaps, at + 1)
      or #gaps > width and find(gaps, at == 1 and "^<<" or "^<", at + 1) and (at < 1 or find(gaps, "^[PVIAC]"))
        and sub(gaps, 1, at) .. sub(gaps, at + 2)
    local stretched = other and known_state(other) and stretch(other, width)
    if stretched then return { text = stretched, notes = found.notes, cost = 3, exact = false } end
  end
  return found
end

--- Fits a line with data by changing one run of fillers; returns a fit for each run that may have the wrong length. Never
--- lengthens a number: its check digit does not show whether a filler or a character is missing.
---@param text string
---@param width integer
---@param optional integer position of the optional data
---@param number integer? position of the check digit of a number
---@return idocr.mrz.Fit[]
function fit.data(text, width, optional, number)
  local exact = fit.exact(text, width)
  if exact then return { exact } end
  local list, seen = {}, {}
  local function add(changed, notes, cost)
    if #changed == width and not seen[changed] then
      seen[changed] = true
      list[#list + 1] = { text = changed, notes = notes, cost = cost, exact = false, verify = true }
    end
  end
  for _, reading in ipairs(readings(text)) do
    local missing, n = width - #reading.text, 0
    local notes = { "restored.filler_count", reading.notes[1] }
    for from, to in reading.text:gmatch("()<+()") do
      n = n + 1
      if n > MOST_RUNS then break end
      local length = to - from + missing
      local inside = to > optional or missing < 0 and number and to <= number - missing
      if inside and length >= 0 then
        add(sub(reading.text, 1, from - 1) .. rep("<", length) .. sub(reading.text, to), notes, to > #reading.text and 2 or 3)
      end
    end
    if missing > 0 and #reading.text >= optional - 1 then -- no filler was read
      add(sub(reading.text, 1, optional - 1) .. rep("<", missing) .. sub(reading.text, optional), notes, 3)
    end
  end
  return list
end

-- Returns whether the check digit after a field is correct.
local function right_digit(text, from, to)
  local sum = check_digits.of(sub(text, from, to))
  return sum ~= nil and byte(text, to + 1) == 48 + sum
end
fit.right_digit = right_digit

--- Returns whether a text has the dates and the sex of a second line.
---@param text string
---@param from integer position of the birth date
---@return boolean
function fit.dated(text, from)
  local birth, sex, expiry = sub(text, from, from + 6), sub(text, from + 7, from + 7), sub(text, from + 8, from + 14)
  if #expiry < 7 or not find(sex, "[A-Z<]") then return false end
  local _, count = gsub(birth .. expiry, "%d", "")
  return count >= 6
end

--- Returns whether a text is the second line of the French card.
---@param text string
---@return boolean
function fit.french(text)
  return find(text, "^[MF<X]", 35) ~= nil and right_digit(text, 1, 12) and right_digit(text, 28, 33)
end

--- Counts the correct check digits of number, birth date and expiry date in a second line.
---@param text string
---@return integer
function fit.confirmed_fields(text)
  local expiry = right_digit(text, 22, 27) or sub(text, 22, 28) == "<<<<<<<"
  return (right_digit(text, 1, 9) and 1 or 0) + (right_digit(text, 14, 19) and 1 or 0) + (expiry and 1 or 0)
end

return fit
