--- The values of every field by source: the service's field, the machine readable zone, the printed zone, what the
--- number says, telegraph codes, a second provider. Each with its own validity; all compared with one another.

local compare_values = require "idocr.checks.compare_values"
local dates = require "idocr.checks.dates"
local derived = require "idocr.checks.derived"
local states = require "idocr.checks.data.states"
local telecode = require "idocr.checks.telecode"

local fields = {}

---@class idocr.checks.Field
---@field values table<string, idocr.checks.Value> by source: service, mrz, visual, number, telecode, second
---@field status "agree"|"differ"|"not_compared"
---@field pairs { a: string, b: string, status: string }[] what was compared with what

-- The order in which a source is believed where two differ: what check digits cover comes first.
local SOURCES = { "mrz", "number", "service", "telecode", "visual", "second" }
fields.SOURCES = SOURCES

local DATE = { birth_date = true, issue_date = true, expiry_date = true, first_issue_date = true }
local PERSON = { name = true, surname = true, given_name = true }
local CHECKED_BY = { number = "document_number", birth_date = "birth_date", expiry_date = "expiry_date" }

local OLDEST = 125 -- years; the longest human life known is 122
local EARLIEST_EXPIRY = "1980-01-01" -- no machine readable document ended sooner

local NAMES = {}
for field in pairs(compare_values.BY_FIELD) do NAMES[#NAMES + 1] = field end
table.sort(NAMES)

--- Whether a printed value is possible by itself; nil where nobody can tell.
local function valid(field, value)
  if DATE[field] then return dates.split(value) ~= nil end
  if field == "sex" then return value == "M" or value == "F" or value == "X" end
  if field == "nationality" or field == "issuing_country" then
    if states.find(value) then return true end
    if value:find("^%u%u%u$") then return false end
  end
  return nil
end

local function from_card(card, add)
  for _, field in ipairs(NAMES) do
    if card[field] then
      local entry = { value = card[field], valid = valid(field, card[field]) }
      if field == "given_name" and card.middle_name then entry.longer = card.given_name .. " " .. card.middle_name end
      add(field, entry)
    end
  end
end

--- A zone holds two digits of the year: where print or service have the same day in another century that is possible,
--- the zone means that one (people over a hundred, documents that expired before 2000).
local function century(field, value, card, today)
  for _, other in ipairs { card.visual[field] or false, card[field] or false } do
    if dates.split(other) and other:sub(3) == value:sub(3) then
      if field == "birth_date" then
        if other <= today and dates.years(other, today) <= OLDEST then return other end
      elseif other >= EARLIEST_EXPIRY then
        return other
      end
    end
  end
  return value
end

--- Services fill the names of a passport from the zone, cut as they are there.
local function mark_cut(all)
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

local function from_zone(zone, card, today, add)
  local impossible = {}
  for _, problem in ipairs(zone.problems) do impossible[problem] = true end
  local misread = impossible.filler_letters or impossible.name_digit
  for _, field in ipairs(NAMES) do
    local value, known = zone[field], DATE[field] and zone[field .. "_known"] or nil
    local wrong_date = impossible["date." .. field]
    if DATE[field] and value then value = century(field, value, card, today) end
    if value or known or wrong_date then
      local entry = { value = value, known = known, valid = value and valid(field, value) or nil }
      local right = zone.checks[CHECKED_BY[field]]
      if right ~= nil then entry.valid = right and not wrong_date end
      if field == "number" and impossible["restored.filler_letters"] then entry.unfilled = value and value:match("^(.-)K+$") end
      if PERSON[field] then
        entry.zone, entry.truncated, entry.valid, entry.misread = true, zone.name_truncated, nil, misread
      end
      add(field, entry)
    end
  end
  local surname, given = zone.surname, zone.given_name
  if surname or given then
    local both = surname and given
    local whole = both and surname .. " " .. given or surname or given
    if impossible.name_separator then -- nothing tells which of the names is the surname
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
end

--- Whether a number by itself is possible, where its kind tells: stars hide what would have to be known.
local function mark_number(entry, parsed)
  if entry and parsed and not parsed.masked then entry.valid = parsed.valid end
end

local function from_number(parsed, add)
  if parsed.birth_dates then
    local list = parsed.birth_dates
    add("birth_date", { value = #list == 1 and list[1] or nil, values = list, valid = #list > 0 })
  elseif parsed.birth_date or parsed.region_code then
    add("birth_date", { value = parsed.birth_date, valid = parsed.birth_date ~= nil })
  end
  if parsed.sex then add("sex", { value = parsed.sex, valid = true }) end
end

local function from_telecodes(card, add)
  for field, code in pairs { native_surname = card.surname_telecode or false, native_given_name = card.given_name_telecode or false } do
    local name = code and telecode.decode(code)
    -- the tables hold simplified and traditional forms: a name that agrees with its codes stands as it was read
    if name and telecode.compare(card[field], code) == "agree" then name = card[field] end
    if name then add(field, { value = name, valid = true }) end
  end
end

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

--- Gathers and compares.
---@param card table a snapshot
---@param zone idocr.Mrz?
---@param parsed table? what the card's number says
---@param second table? a snapshot of the same card read by another provider
---@param today string ISO
---@return table<string, idocr.checks.Field>
function fields.gather(card, zone, parsed, second, today)
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
    from_zone(zone, card, today, into("mrz"))
    if zone.name_truncated then mark_cut(all) end
  end
  if parsed then
    from_number(parsed, into("number"))
    mark_number(all.number and all.number.values.service, parsed)
  end
  if card.surname_telecode or card.given_name_telecode then from_telecodes(card, into("telecode")) end
  if second then
    from_card(second, into("second"))
    mark_number(all.number and all.number.values.second, derived.number({ kind = card.kind, number = second.number }, { today = today }))
  end
  for field, entry in pairs(all) do compare_all(field, entry) end
  return all
end

--- The most trusted value of a field and its source.
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
