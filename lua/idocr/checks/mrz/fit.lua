--- Makes a row of text fit a line of a machine readable zone: blanks, double signs and runs of fillers of the wrong length.

local characters = require "idocr.checks.mrz.characters"
local digits = require "idocr.checks.mrz.digits"
local states = require "idocr.checks.data.states"

local find, gsub, sub, rep, match, byte = string.find, string.gsub, string.sub, string.rep, string.match, string.byte

local fit = {}

---@class idocr.mrz.Fit
---@field text string
---@field notes string[]   what had to be restored
---@field cost integer     0 for a line of the right width; a higher one is a larger change
---@field exact boolean    no filler had to be made up or left out
---@field verify boolean?  only right check digits make it certain

local DOUBLE = characters.DOUBLE
local MOST_RUNS = 8

--- Readings of the blanks and double signs of a row, the likeliest first.
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

--- A row of exactly this width.
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

--- A row of names with a filler for every gap between letters, and no other blank.
local function with_gaps(text)
  text = gsub(gsub(text, DOUBLE, "<<"), "(%w) ( ?)%f[%w]", function(letter, more) return letter .. (more == "" and "<" or "<<") end)
  return (gsub(text, " ", ""))
end

local function known_state(text)
  local code = match(text, "^..(%u[%u<][%u<])")
  code = code and match(code, "^(%u+)<*$")
  return code ~= nil and states.name(code) ~= nil
end
fit.known_state = known_state

--- A name line whose run of fillers at the end has the wrong length; inner runs are never shorter than a separator.
local function stretch(text, width)
  local missing = width - #text
  if missing >= 0 then return text .. rep("<", missing) end
  local run = #match(text, "<*$")
  if run >= -missing then return sub(text, 1, width) end
  text = gsub(sub(text, 1, #text - run), "<<<+", "<<")
  if #text <= width then return text .. rep("<", width - #text) end
end

--- Whether names have words, but no separator between surname and given names.
local function no_separator(names)
  names = match(names, "^<*(.-)<*$")
  return find(names, "<", 1, true) ~= nil and not find(names, "<<", 1, true)
end

--- Whether the names of a line that was joined from pieces begin at their place and end where fillers begin.
---@param text string
---@param from integer place of the first name
---@return boolean
function fit.well_joined(text, from) return find(text, "^<?<?%u", from) ~= nil and not find(text, "%u<<<+%u", from) end

--- Names of another number of characters than the field has, with the fillers at the end made up or left out.
---@param text string
---@param width integer
---@param from integer place of the first name
---@return idocr.mrz.Fit?
function fit.names(text, width, from)
  local exact = fit.exact(text, width)
  if exact then return exact end
  -- in a line that is not too long every blank can be a filler; in a longer one, the blanks between letters
  local gaps = gsub(gsub(text, DOUBLE, "<<"), " ", "<")
  if #gaps > width then gaps = with_gaps(text) end
  if not find(gaps, "<", 1, true) then return nil end
  local stretched = stretch(gaps, width)
  if not stretched then return nil end
  local notes = { "restored.filler_count" }
  if find(text, " ", 1, true) then notes[2] = "restored.fillers" end
  if #gaps < width and no_separator(sub(stretched, from)) then notes[#notes + 1] = "name_separator" end
  if #gaps < width and not find(gaps, "<<$") then notes[#notes + 1] = "name_open" end -- more than fillers may be missing
  return { text = stretched, notes = notes, cost = 2 + math.floor(math.abs(width - #gaps) / 8), exact = false }
end

--- The first line of two: document code, state, names. Where a filler of the code or the state is missing or one too
--- many, only one place for it gives the code of a state.
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

--- A line with data, of the right width or with one run of fillers of another length: each run that may be the wrong one.
--- A number is never made longer: whether a filler or a character of it was not read, its check digit cannot tell.
---@param text string
---@param width integer
---@param optional integer place of the optional data
---@param number integer? place of the check digit of a number
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
      local left = to - from + missing
      local inside = to > optional or missing < 0 and number and to <= number - missing
      if inside and left >= 0 then
        add(sub(reading.text, 1, from - 1) .. rep("<", left) .. sub(reading.text, to), notes, to > #reading.text and 2 or 3)
      end
    end
    if missing > 0 and #reading.text >= optional - 1 then -- none of the fillers was read
      add(sub(reading.text, 1, optional - 1) .. rep("<", missing) .. sub(reading.text, optional), notes, 3)
    end
  end
  return list
end

local function right_digit(text, from, to)
  local sum = digits.of(sub(text, from, to))
  return sum ~= nil and byte(text, to + 1) == 48 + sum
end
fit.right_digit = right_digit

--- Whether a text looks like a second line: dates, their digits, and a sex between them.
---@param text string
---@param from integer place of the birth date
---@return boolean
function fit.dated(text, from)
  local birth, sex, expiry = sub(text, from, from + 6), sub(text, from + 7, from + 7), sub(text, from + 8, from + 14)
  if #expiry < 7 or not find(sex, "[A-Z<]") then return false end
  local _, count = gsub(birth .. expiry, "%d", "")
  return count >= 6
end

--- Whether a text is the second line of the French card.
---@param text string
---@return boolean
function fit.french(text)
  return find(text, "^[MF<X]", 35) ~= nil and right_digit(text, 1, 12) and right_digit(text, 28, 33)
end

--- How many of number, birth and expiry date of a second line have the right digit.
---@param text string
---@return integer
function fit.vouched(text)
  local expiry = right_digit(text, 22, 27) or sub(text, 22, 28) == "<<<<<<<"
  return (right_digit(text, 1, 9) and 1 or 0) + (right_digit(text, 14, 19) and 1 or 0) + (expiry and 1 or 0)
end

return fit
