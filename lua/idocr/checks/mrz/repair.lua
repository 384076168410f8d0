--- Proposes what a wrong check digit may be about: one of the usual confusions of optical reading. Only where exactly
--- one such change per wrong digit makes the whole zone valid; two ways to make it right are no proposal at all.
--- Proposals are for people: nothing here changes what was read, and a digit that turns right is no proof.

local digits = require "idocr.checks.mrz.digits"
local parse = require "idocr.checks.mrz.parse"
local formats = require "idocr.checks.mrz.formats"

local sub, byte = string.sub, string.byte
local unpack = table.unpack or unpack -- luacheck: ignore 143

local repair = {}

local CONFUSIONS = {
  O = "0", ["0"] = "O", I = "1", ["1"] = "I", B = "8", ["8"] = "B", S = "5", ["5"] = "S",
  Z = "2", ["2"] = "Z", G = "6", ["6"] = "G",
}

local MOST_TRIALS = 200 -- combinations of candidates; more than one per check is rare

--- Which class of character a position takes: dates and check digits hold digits (or fillers), the rest both.
local function digit_positions(format)
  local set = {}
  for _, name in ipairs { "birth_date", "expiry_date" } do
    local at = format.fields[name]
    if at then for position = at[1], at[2] do set[position] = true end end
  end
  for _, check in ipairs(format.checks) do set[check.digit] = true end
  return set
end

local DIGITS_ONLY = {}
for name, format in pairs(formats) do DIGITS_ONLY[name] = digit_positions(format) end

--- Single changes at these positions that fit their class.
local function changes(text, positions, only_digits)
  local list = {}
  for _, position in ipairs(positions) do
    local from = sub(text, position, position)
    local to = CONFUSIONS[from]
    if to and (not only_digits[position] or to:find("%d")) then
      list[#list + 1] = { position = position, from = from, to = to }
    end
  end
  return list
end

local function positions_of(format, check, result)
  local list, seen = {}, {}
  local function take(position)
    if not seen[position] then
      seen[position] = true
      list[#list + 1] = position
    end
  end
  for _, position in ipairs(check.positions) do take(position) end
  take(check.digit)
  if check.name == "document_number" and format.long_number and result.number and #result.number > 9 then
    for position = format.long_number[1], format.long_number[1] + #result.number - 9 do take(position) end
  end
  return list
end

local function apply(text, list)
  for _, change in ipairs(list) do
    text = sub(text, 1, change.position - 1) .. change.to .. sub(text, change.position + 1)
  end
  return text
end

--- Whether a change makes one check right. Sums are enough for that but where a number runs over nine characters.
local function helps(check, result, text, bytes, change)
  if check.name == "document_number" and result.long_number_rule or byte(text, check.digit) == 60 then
    local trial = parse.parse(apply(text, { change }))
    return trial ~= nil and trial.checks[check.name]
  end
  local before = bytes[change.position]
  bytes[change.position] = byte(change.to)
  local sum = digits.sum(bytes, check.positions, check.weights)
  local right = sum ~= nil and bytes[check.digit] == 48 + sum
  bytes[change.position] = before
  return right
end

--- One list of candidates for each wrong check. The composite has one of its own only where nothing else is wrong.
local function candidates_by_check(format, result, text)
  local groups, bytes = {}, { byte(text, 1, -1) }
  for _, check in ipairs(format.checks) do
    if result.checks[check.name] == false and (check.name ~= "composite" or #groups == 0) then
      local list = {}
      for _, change in ipairs(changes(text, positions_of(format, check, result), DIGITS_ONLY[format.name])) do
        if helps(check, result, text, bytes, change) then
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

--- All ways to take one candidate per group that leave a valid zone; stops at the second.
local function solutions(groups, text, options)
  local found, trials = {}, 0
  local chosen = {}
  local function choose(depth)
    if #found > 1 or trials > MOST_TRIALS then return end
    if depth > #groups then
      trials = trials + 1
      local trial = parse.parse(apply(text, chosen), options)
      if trial and trial.valid then
        found[#found + 1] = { changes = { unpack(chosen) }, lines = trial.lines }
      end
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
---@field changes {line: integer, column: integer, from: string, to: string, check: string}[]
---@field lines string[] the lines with the changes made

--- Proposes a reading under which every check digit is right.
---@param zone string|string[]
---@param options {today: string|number|nil}?
---@return idocr.mrz.Proposal? proposal nil where nothing is wrong, nothing helps, or more than one change would
---@return string? message why not
function repair.repair(zone, options)
  local result, message = parse.parse(zone, options)
  if not result then return nil, message end
  local format = formats[result.format]
  local text = table.concat(result.lines)
  local wrong = false
  for _, right in pairs(result.checks) do wrong = wrong or not right end
  if not wrong then return nil, "every check digit is right" end

  local groups = candidates_by_check(format, result, text)
  if not groups then return nil, "no usual confusion explains the check digits" end
  local found = solutions(groups, text, options)
  if #found == 0 then return nil, "no usual confusion explains the check digits" end
  if #found > 1 then return nil, "more than one change would make the check digits right" end
  for _, change in ipairs(found[1].changes) do
    change.line = math.floor((change.position - 1) / format.width) + 1
    change.column = (change.position - 1) % format.width + 1
    change.position = nil
  end
  return found[1]
end

repair.CONFUSIONS, repair.BLIND = CONFUSIONS, digits.BLIND

return repair
