--- Fills the fields of a card from the members of a reply, by the compiled outputs of a service.

local date_parts = require "idocr.decode.date_parts"
local dates = require "idocr.decode.dates"
local json = require "idocr.json"
local reply = require "idocr.decode.reply"
local values = require "idocr.decode.values"

local fields = {}

local null = json.null

local NONE = {}

local PAST = { date_dmy = true, date_mdy = true, month_year = true } -- converters of dates that are over, except an expiry
local UNKNOWN_TODAY = "2049-12-31"

-- Returns what helps to read a year of two digits: the same date in the machine readable zone, the order of the dates, and that no document
-- tells of an event to come.
local function date_hint(step, filled, main, today)
  local field, latest = step.field, nil
  if field == "issue_date" then latest = filled.expiry_date or main and main.expiry_date end
  if PAST[step.as] then today = today or UNKNOWN_TODAY end
  if today and (PAST[step.as] or latest and latest > today) then latest = today end
  return { same = main and main[field], future = field == "expiry_date", latest = latest, since = filled.valid_from }
end

-- A list is filled when it is complete; the elements of an incomplete one are in NAME_part, in their order.
local function fill_list(filled, name, elements, size)
  local list = {}
  for index = 1, size do list[#list + 1] = elements[index] end
  if #list == size then filled[name] = list elseif list[1] then filled[name .. "_part"] = list end
end

--- Fills fields. Where several outputs fill one field, the first that has a value counts.
---@param outputs idocr.CompiledOutputs
---@param result table
---@param pictures table<string, string|false> dotted path -> bytes
---@param main table? fields of the card, where `outputs` are its printed zone
---@param today string? the date of the call
---@return table filled
---@return table<string, number>? confidence field -> 0 to 1, of fields that are filled
function fields.fill(outputs, result, pictures, main, today)
  local filled, lists, steps, confidence = {}, {}, outputs.steps, nil
  local object, names
  for position = 1, #steps do
    local step = steps[position]
    if step.object ~= names then -- outputs of the same object mostly follow one another
      names = step.object
      object = reply.members(result, names)
    end
    local field, index, sent = step.field, step.index, object[step.member]
    if sent ~= nil and sent ~= null and filled[field] == nil then
      local convert = step.convert
      if not convert then
        filled[field] = pictures[step.wire] or nil
      elseif index then
        lists[field] = lists[field] or {}
        if lists[field][index] == nil then lists[field][index] = convert(sent) end
      else
        local value = convert(sent)
        -- Few dates need a hint, and making it takes longer than reading most of them.
        if value == nil and (step.as == "date" or PAST[step.as]) then
          value = convert(sent, date_hint(step, filled, main, today))
        end
        filled[field] = value
        if value ~= nil and step.confidence then
          confidence = confidence or {}
          confidence[field] = values.percent(reply.member(result, step.confidence))
        end
      end
    end
  end
  for name, size in pairs(outputs.sizes) do fill_list(filled, name, lists[name] or NONE, size) end
  return filled, confidence
end

-- What services and documents write where there is no value.
local PLACEHOLDER = "^[%s%-<*/.0]*$"

local NO_VALUE = { ["N/A"] = true, ["无"] = true, ["無"] = true }

local BESIDE_TEXT = { date_at_start = true, date_at_end = true } -- converters: there may be no date at all

local function was_printed(value, as)
  if type(value) == "string" then
    if BESIDE_TEXT[as] and not dates.ascii(value):find("%d") then return false end
    return not (dates.ascii(value):find(PLACEHOLDER) or NO_VALUE[value:upper()] or date_parts.open_end(value))
  end
  return type(value) == "number" and value > 0
end

--- Appends the names of fields whose value the service sent and no converter understood.
---@param unread string[]
---@param outputs idocr.CompiledOutputs
---@param result table
---@param filled table
---@param prefix string
function fields.add_unread(unread, outputs, result, filled, prefix)
  local sent = {}
  for _, step in ipairs(outputs.printed) do
    local field = step.field
    if filled[field] == nil and not (filled.long_term and (step.as == "period_end" or field == "expiry_date")) then
      if was_printed(reply.member(result, step.names), step.as) then sent[field] = true end
    end
  end
  for field in pairs(sent) do unread[#unread + 1] = prefix .. field end
end

--- Fills fields that are made of other fields, where all of those are there.
---@param rules idocr.Composed[]?
---@param filled table
function fields.compose(rules, filled)
  for _, rule in ipairs(rules or NONE) do
    local parts = {}
    for _, name in ipairs(rule.from) do parts[#parts + 1] = filled[name] end
    if #parts == #rule.from and filled[rule.field] == nil then
      filled[rule.field] = table.concat(parts, rule.separator)
    end
  end
end

return fields
