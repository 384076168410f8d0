--- Collects the values of every field by source (service, machine readable zone, printed zone, number, telegraph codes,
--- second provider), validates each and compares them with one another.

local compare_values = require "idocr.checks.compare_values"
local dates = require "idocr.checks.dates"
local derived = require "idocr.checks.derived"
local states = require "idocr.checks.data.states"
local telecode = require "idocr.checks.telecode"

local fields = {}

---@class idocr.checks.Field
---@field values table<string, idocr.checks.Value> by source: service, mrz, visual, number, personal_number, telecode, second
---@field status "agree"|"differ"|"not_compared"
---@field pairs { a: string, b: string, status: string }[] the comparisons

-- In order of reliability: values with check digits come first.
local SOURCES = { "mrz", "number", "personal_number", "service", "telecode", "visual", "second" }

local DATE = { birth_date = true, issue_date = true, expiry_date = true, first_issue_date = true }
local PERSON = { name = true, surname = true, given_name = true }
local CHECKED_BY = { number = "document_number", birth_date = "birth_date", expiry_date = "expiry_date" }

local EARLIEST_EXPIRY = "1980-01-01" -- no machine readable document expired earlier

local NAMES = {}
for field in pairs(compare_values.BY_FIELD) do NAMES[#NAMES + 1] = field end
table.sort(NAMES)

-- Returns whether such a printed value can exist; nil where this is unknown.
local function valid(field, value)
  if DATE[field] then return dates.split(value) ~= nil end
  if field == "sex" then return value == "M" or value == "F" or value == "X" end
  if field == "nationality" or field == "issuing_country" then
    if states.find(value) then return true end
    if value:find("^%u%u%u$") then return false end
  end
  return nil
end

-- Adds the fields of a card.
local function from_card(card, add)
  for _, field in ipairs(NAMES) do
    if card[field] then
      local entry = { value = card[field], valid = valid(field, card[field]) }
      if field == "given_name" and card.middle_name then entry.longer = card.given_name .. " " .. card.middle_name end
      add(field, entry)
    end
  end
end

-- Selects the century of a zone's date, which has two digits of the year: the one that the printed zone or the service
-- gives, where it is possible (people over a hundred, documents that expired before 2000).
local function century(field, value, card, today)
  for _, other in ipairs { card.visual[field] or false, card[field] or false } do
    if dates.split(other) and other:sub(3) == value:sub(3) then
      if field == "birth_date" then
        if other <= today and dates.years(other, today) <= dates.OLDEST then return other end
      elseif other >= EARLIEST_EXPIRY then
        return other
      end
    end
  end
  return value
end

-- Marks the service's names as truncated where the service took them from a truncated zone.
local function mark_truncated(all)
  for field in pairs(PERSON) do
    local values = all[field] and all[field].values
    local zone, service = values and values.mrz, values and values.service
    if zone and service and zone.truncated and compare_values.compare(field, { value = service.value }, {
      value = zone.value, reversed = zone.reversed, zone = true,
    }) == "agree" then
      service.truncated = true
    end
  end
end

-- Adds the fields of a machine readable zone, except the names as a whole.
local function from_zone(zone, card, today, problems, add)
  local misread = problems.filler_letters or problems.name_digit
  for _, field in ipairs(NAMES) do
    local value, known = zone[field], DATE[field] and zone[field .. "_known"] or nil
    local wrong_date = problems["date." .. field]
    if DATE[field] and value then value = century(field, value, card, today) end
    if value or known or wrong_date then
      local entry = { value = value, known = known, valid = value and valid(field, value) or nil }
      local right = zone.checks[CHECKED_BY[field]]
      if right ~= nil then entry.valid = right and not wrong_date end
      if field == "number" and problems["restored.filler_letters"] then entry.unfilled = value and value:match("^(.-)K+$") end
      if PERSON[field] then
        entry.zone, entry.truncated, entry.valid, entry.misread = true, zone.name_truncated, nil, misread
      end
      add(field, entry)
    end
  end
end

-- Adds the full name of a machine readable zone.
local function full_name_from_zone(zone, problems, add)
  local surname, given = zone.surname, zone.given_name
  if not (surname or given) then return end
  local misread = problems.filler_letters or problems.name_digit
  local both = surname and given
  local whole = both and surname .. " " .. given or surname or given
  if problems.name_separator then -- the border between surname and given names is unknown
    for field, part in pairs { surname = "start", given_name = "end" } do
      add(field, { value = whole, zone = true, part = part, valid = false, truncated = zone.name_truncated, misread = misread })
    end
  end
  add("name", {
    value = whole,
    reversed = both and given .. " " .. surname or nil,
    zone = true,
    truncated = zone.name_truncated,
    misread = misread,
  })
end

-- Sets the validity of a number; a masked number, or one that only an unpublished rule finds wrong, cannot be validated.
local function mark_number(entry, parsed)
  if not entry or not parsed or parsed.masked then return end
  if parsed.valid or not parsed.unofficial then entry.valid = parsed.valid end
end

-- Adds the facts that a number encodes.
local function from_number(parsed, add)
  if parsed.masked then return end
  if parsed.birth_dates then
    local list = parsed.birth_dates
    add("birth_date", { value = #list == 1 and list[1] or nil, values = list, valid = #list > 0 })
  elseif parsed.birth_date or parsed.kind then -- a Chinese number, also with an impossible date
    add("birth_date", { value = parsed.birth_date, valid = parsed.birth_date ~= nil })
  end
  local doubt = parsed.unofficial and parsed.unofficial.sex and "unofficial" or nil
  if parsed.sex then add("sex", { value = parsed.sex, valid = true, doubt = doubt }) end
  if parsed.nationality then add("nationality", { value = parsed.nationality, valid = true, doubt = "first_issue" }) end
  if parsed.region then add("region", { value = parsed.region, valid = true }) end
end

-- Adds the facts of the numbers that a card is known by, and the printed name of the region.
local function from_numbers(list, into)
  for _, number in ipairs(list) do
    if number.parsed and (number.field == "number" or number.field == "personal_number") then
      from_number(number.parsed, into(number.field))
    end
    if number.places then into("service")("region", { value = number.places[1], values = number.places }) end
  end
end

-- Adds the names that the telegraph codes encode.
local function from_telecodes(card, add)
  for field, code in pairs { native_surname = card.surname_telecode or false, native_given_name = card.given_name_telecode or false } do
    local name = code and telecode.decode(code)
    -- the tables have simplified and traditional forms: a name that agrees with its codes is kept as it was read
    if name and telecode.compare(card[field], code) == "agree" then name = card[field] end
    if name then add(field, { value = name, valid = true }) end
  end
end

-- Returns the parsed number that a card is known by.
local function number_of(list)
  for _, number in ipairs(list) do
    if number.field == "number" then return number.parsed end
  end
end

-- Compares all values of a field pairwise and sets its status.
local function compare_all(field, entry)
  local status, values = "not_compared", entry.values
  local present, n = {}, 0
  for i = 1, #SOURCES do
    if values[SOURCES[i]] then
      n = n + 1
      present[n] = SOURCES[i]
    end
  end
  for i = 1, n - 1 do
    for j = i + 1, n do
      local a, b = present[i], present[j]
      local result = compare_values.compare(field, values[a], values[b])
      entry.pairs[#entry.pairs + 1] = { a = a, b = b, status = result }
      if result == "differ" then
        status = "differ"
      elseif result == "agree" and status ~= "differ" then
        status = "agree"
      end
    end
  end
  entry.status = status
end

--- Collects and compares the values of all fields.
---@param card table a snapshot of the card
---@param zone idocr.Mrz?
---@param numbers idocr.checks.NumberOfCard[] the parsed numbers of the card
---@param second table? a snapshot of the same card, read by another provider
---@param today string ISO
---@return table<string, idocr.checks.Field>
function fields.gather(card, zone, numbers, second, today)
  local all = {}
  local function into(source)
    return function(field, entry)
      local target = all[field]
      if not target then
        target = { values = {}, pairs = {}, status = "not_compared" }
        all[field] = target
      end
      target.values[source] = entry
    end
  end
  from_card(card, into("service"))
  from_card(card.visual, into("visual"))
  if zone then
    local problems = {}
    for _, problem in ipairs(zone.problems) do problems[problem] = true end
    from_zone(zone, card, today, problems, into("mrz"))
    full_name_from_zone(zone, problems, into("mrz"))
    if zone.name_truncated then mark_truncated(all) end
  end
  from_numbers(numbers, into)
  mark_number(all.number and all.number.values.service, number_of(numbers))
  if card.surname_telecode or card.given_name_telecode then from_telecodes(card, into("telecode")) end
  if second then
    from_card(second, into("second"))
    local same_kind = { kind = card.kind, number = second.number, issuing_authority = second.issuing_authority }
    mark_number(all.number and all.number.values.second, number_of(derived.numbers(same_kind, { today = today })))
  end
  for field, entry in pairs(all) do compare_all(field, entry) end
  return all
end

--- Returns the most reliable value of a field and its source.
---@param all table<string, idocr.checks.Field>
---@param field string
---@return string? value
---@return string? source
function fields.best(all, field)
  local entry = all[field]
  if not entry then return nil end
  for _, source in ipairs(SOURCES) do
    local value = entry.values[source]
    if value and value.value and value.valid ~= false then return value.value, source end
  end
end

return fields
