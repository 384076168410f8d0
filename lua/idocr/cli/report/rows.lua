--- Turns a line of results into a row of the report: masked texts, the findings of the offline checks, and numbers.

local constants = require "idocr.constants"
local entry = require "idocr.cli.entry"
local idocr = require "idocr"
local json = require "idocr.json"
local report = require "idocr.checks.report"
local shown = require "idocr.cli.report.shown"

local rows = {}

rows.LEAST_CONFIDENCE = 0.8 -- as in the checks: a card with a field below it counts as low

local MOST_FIELDS = 80 -- of one card
local MOST_ITEMS = 20 -- of a list
local MOST_NOTES = 100 -- warnings or findings of one card
local DEEPEST = 3

-- Members of a card that are no fields, or that the page shows elsewhere.
local OTHER = {}
for name in ([[
  kind provider request_id raw sandbox cached warnings confidence visual second second_error advice report unread
]]):gmatch("%S+") do OTHER[name] = true end
for _, name in ipairs(constants.PICTURE_FIELDS) do OTHER[name] = true end

local titles -- kind -> title

local function known_kinds()
  if not titles then
    titles = {}
    for _, kind in ipairs(idocr.kinds()) do titles[kind] = idocr.describe(kind).title end
  end
  return titles
end

-- Copies JSON without its nulls, which are not nil.
local function without_nulls(value, depth)
  if type(value) ~= "table" then return entry.member(value) end
  local copy = {}
  if depth > 6 then return copy end
  for _, item in ipairs(value) do copy[#copy + 1] = without_nulls(item, depth + 1) end
  for name, item in pairs(value) do
    if type(name) == "string" then copy[name] = without_nulls(item, depth + 1) end
  end
  return copy
end

local function table_or_empty(value) return type(value) == "table" and value or {} end

local function sorted(map)
  local names = {}
  for name in pairs(map) do
    if type(name) == "string" then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

-- Returns the texts of a list, one a line; nil where an item is a table.
local function text_of_list(name, items, clear)
  local texts = {}
  for index = 1, math.min(#items, MOST_ITEMS) do
    if type(items[index]) == "table" then return nil end
    texts[index] = shown.value(name, items[index], clear)
  end
  if #items > MOST_ITEMS then texts[#texts + 1] = ("… %d more"):format(#items - MOST_ITEMS) end
  return table.concat(texts, "\n")
end

-- Adds the rows { name, text, confidence } of a value: one for a list, one for each member of a table.
local function add_value(list, name, label, value, options)
  if #list >= MOST_FIELDS or value == nil or (options.depth or 0) > DEEPEST then return end
  local text
  if type(value) ~= "table" then
    text = shown.value(name, value, options.clear)
  elseif #value > 0 then
    text = text_of_list(name, value, options.clear)
  end
  if text then
    if text ~= "" then list[#list + 1] = { label, text, options.confidence } end
    return
  end
  local deeper = { clear = options.clear, confidence = options.confidence, depth = (options.depth or 0) + 1 }
  if #value > 0 then
    for index = 1, math.min(#value, MOST_ITEMS) do add_value(list, name, ("%s.%d"):format(label, index), value[index], deeper) end
  else
    for _, member in ipairs(sorted(value)) do
      add_value(list, member, label .. "." .. shown.name(member, options.clear), value[member], deeper)
    end
  end
end

-- Returns the names of a card's fields: those of its kind in their order, then unknown ones.
local function field_names(card, kind)
  local names, seen = {}, {}
  for _, name in ipairs(kind and known_kinds()[kind] and idocr.describe(kind).fields or {}) do
    if not OTHER[name] then
      names[#names + 1], seen[name] = name, true
    end
  end
  for _, name in ipairs(sorted(card)) do
    if not OTHER[name] and not seen[name] then names[#names + 1] = name end
  end
  return names
end

local function confidence_of(card, name)
  local value = table_or_empty(card.confidence)[name]
  return type(value) == "number" and value >= 0 and value <= 1 and value or nil
end

local function fields_of(card, kind, clear)
  local list = {}
  for _, name in ipairs(field_names(card, kind)) do
    add_value(list, name, shown.name(name, clear), card[name], { clear = clear, confidence = confidence_of(card, name) })
  end
  local visual = table_or_empty(card.visual)
  for _, name in ipairs(sorted(visual)) do
    if visual[name] ~= card[name] then add_value(list, name, "visual." .. shown.name(name, clear), visual[name], { clear = clear }) end
  end
  return list
end

-- Returns the least confidence of a card's fields.
local function least_confidence(card)
  local least
  for name in pairs(table_or_empty(card.confidence)) do
    local value = confidence_of(card, name)
    if value and (not least or value < least) then least = value end
  end
  return least
end

local function warnings_of(card, clear)
  local list = {}
  for _, warning in ipairs(table_or_empty(card.warnings)) do
    if type(warning) == "table" and #list < MOST_NOTES then
      list[#list + 1] = {
        name = shown.code(warning.name) or "unknown", code = shown.code(warning.code),
        message = clear and shown.message(warning.message, clear) or nil, -- a file of another program may quote a person here
      }
    end
  end
  return list
end

-- Adds the failed ones of some findings. Returns the number of those that passed.
local function add_findings(list, findings, clear, is_advice)
  local passed = 0
  for _, finding in ipairs(table_or_empty(findings)) do
    if type(finding) == "table" and finding.ok == false and #list < MOST_NOTES then
      list[#list + 1] = {
        check = shown.code(finding.check) or "unknown", severity = finding.severity == "error" and "error" or "warning",
        field = type(finding.field) == "string" and shown.name(finding.field, clear) or nil,
        message = not (is_advice and not clear) and shown.message(finding.message, clear) or nil,
        expected = not is_advice and shown.message(finding.expected, true) or nil, -- the checks mask these
        found = not is_advice and shown.message(finding.found, true) or nil,
      }
    elseif type(finding) == "table" and finding.ok == true then
      passed = passed + 1
    end
  end
  return passed
end

local function add_card(row, card, kind, clear)
  card.kind = card.kind or kind
  row.fields = json.list(fields_of(card, kind, clear))
  row.name = type(card.name) == "string" and shown.value("name", card.name, clear) or nil
  row.number = type(card.number) == "string" and shown.value("number", card.number, clear) or nil
  row.warnings, row.findings = json.list(warnings_of(card, clear)), json.list()
  local checked = report.make(card, { second = type(card.second) == "table" and card.second or nil })
  row.passed = add_findings(row.findings, checked.findings, clear)
  add_findings(row.findings, card.advice, clear, true)
  row.confidence = least_confidence(card)
  row.low = row.confidence and row.confidence < rows.LEAST_CONFIDENCE or nil
  row.provider = shown.code(card.provider)
  row.sandbox, row.cached = card.sandbox == true or nil, card.cached == true or nil
end

local function flag(value)
  if type(value) == "boolean" then return value end
end

local function add_error(row, err, clear)
  row.error = {
    code = shown.code(err.code) or "unknown", category = shown.code(err.category), message = shown.message(err.message, clear),
    http_status = type(err.http_status) == "number" and err.http_status or nil,
    attempts = type(err.attempts) == "number" and err.attempts or nil,
    billed = flag(err.billed), retryable = flag(err.retryable), sent = err.sent == "part" and "part" or flag(err.sent),
  }
end

--- Returns the title of a kind of card; nil for a kind that is not known here.
---@param kind string?
---@return string?
function rows.title(kind) return kind and known_kinds()[kind] end

--- Returns the row of a line, ready for JSON.
---@param line idocr.cli.ReportLine
---@param decoded table  the line; has a table `card` or `error`
---@param clear boolean? show values as they are
---@return table
function rows.make(line, decoded, clear)
  local data = without_nulls(decoded, 0)
  local result = type(data.error) == "table" and data.error or data.card
  local row = {
    input = line.input, line = line.number, status = entry.status(decoded),
    file = shown.file(clear and data.file or data.file ~= nil and entry.path(data), clear),
    kind = line.kind and (known_kinds()[line.kind] and line.kind or shown.code(line.kind)),
    hash = type(data.sha256) == "string" and data.sha256:match("^(%x%x%x%x%x%x%x%x%x%x%x%x)%x*$") or nil,
    request_id = shown.request_id(result.request_id),
  }
  if type(data.error) == "table" then add_error(row, data.error, clear) else add_card(row, data.card, line.kind, clear) end
  return row
end

return rows
