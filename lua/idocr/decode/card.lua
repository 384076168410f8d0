--- A service's reply into the fields of a card, driven by the service's table of outputs.

local core = require "idocr.core"
local dates = require "idocr.decode.dates"
local errors = require "idocr.errors"
local reply = require "idocr.decode.reply"
local values = require "idocr.decode.values"
local warnings = require "idocr.decode.warnings"

local decode = {}

local NOTHING = {}

--- What helps to read a year of two digits: the machine readable zone beside the printed one, and the order of things.
local function date_hint(field, fields, main)
  return {
    same = main and main[field],
    future = field == "expiry_date",
    latest = field == "issue_date" and (fields.expiry_date or main and main.expiry_date) or nil,
  }
end

-- outputs -> the same made ready: what can be known once is not found out again for every card
local plans = setmetatable({}, { __mode = "k" })

local function steps_of(path)
  local steps = {}
  for step in (path or ""):gmatch("[^.]+") do steps[#steps + 1] = step end
  return steps
end

--- What `core.fill` needs of each output, in their order, and the lists ("mrz[2]") with the length that they must have.
local function plan_of(outputs)
  if plans[outputs] then return plans[outputs] end
  local plan, seen, parent_before = { program = {}, lists = {} }, {}, nil
  for position, output in ipairs(outputs) do
    local parent, last = output.wire:match("^(.*)%.([^.]+)$")
    local list, index = output.field:match("^([%w_]+)%[(%d+)%]$")
    if list then
      plan.lists[list] = plan.lists[list] or { size = 0 }
      plan.lists[list].size = plan.lists[list].size + 1
    end
    local step = {
      field = list or output.field, list = list and plan.lists[list], index = tonumber(index), as = output.as, wire = output.wire,
      convert = values.converters[output.as] or values.converters.text,
    }
    local other, again = position == 1 or parent ~= parent_before, seen[step.field]
    local program, at = plan.program, (position - 1) * 5
    program[at + 1] = (not list and core.converters[output.as] or 0) + (other and core.OTHER_HOLDER or 0)
      + (again and core.FIELD_AGAIN or 0)
    program[at + 2] = steps_of(parent)
    program[at + 3] = last or output.wire
    program[at + 4] = step.field
    program[at + 5] = step
    seen[step.field] = true
    parent_before = parent
  end
  plans[outputs] = plan
  return plan
end

--- Does what `core.fill` leaves to Lua: one output whose member is there. A list grows in `fields` under a key that is no name.
local function unusual(step, sent, result, fields, main)
  local field, list = step.field, step.list
  if fields[field] ~= nil then return end -- the first member that has it wins
  if list then
    fields[list] = fields[list] or {}
    fields[list][step.index] = step.convert(sent)
  elseif step.as == "picture" then
    fields[field] = reply.picture(result, step.wire)
  else
    local value = step.convert(sent)
    -- few dates need a hint, and making it takes longer than reading most of them
    if value == nil and step.as == "date" then value = step.convert(sent, date_hint(field, fields, main)) end
    fields[field] = value
  end
end

--- Fills fields from outputs. Elements of a list ("mrz[2]") make a list when every one of them is there; otherwise those
--- that are there are in NAME_part, in their order.
local function fill(outputs, result, main)
  local plan = plan_of(outputs)
  local fields = core.fill(plan.program, result, unusual, main)
  for name, list in pairs(plan.lists) do
    local elements, sent = fields[list] or NOTHING, {}
    fields[list] = nil
    for index = 1, list.size do sent[#sent + 1] = elements[index] end
    if #sent == list.size then fields[name] = sent elseif sent[1] then fields[name .. "_part"] = sent end
  end
  return fields
end

-- Converters of values that are printed on a document, and may be printed in a way that is not understood.
local PRINTED = { date = true, sex = true, period_start = true, period_end = true, resident_type = true, metres = true }

-- What services and documents write where there is no value.
local PLACEHOLDER = "^[%s%-<*/.0]*$"

local function was_printed(value)
  if type(value) == "string" then return not dates.ascii(value):find(PLACEHOLDER) and value:upper() ~= "N/A" end
  return type(value) == "number" and value ~= 0
end

--- Appends the fields whose value the service sent and no converter understood.
local function collect_unread(unread, outputs, result, fields, prefix)
  local sent = {}
  for _, output in ipairs(outputs) do
    local field = output.field
    if PRINTED[output.as] and fields[field] == nil and not (output.as == "period_end" and fields.long_term) then
      if was_printed(reply.member(result, output.wire)) then sent[field] = true end
    end
  end
  for field in pairs(sent) do unread[#unread + 1] = prefix .. field end
end

local function unread_of(service, result, card)
  local unread = {}
  collect_unread(unread, service.outputs, result, card, "")
  if service.visual then collect_unread(unread, service.visual, result, card.visual or NOTHING, "visual.") end
  table.sort(unread)
  return unread[1] and unread or nil
end

local function compose(rules, fields)
  for _, rule in ipairs(rules or NOTHING) do
    local parts = {}
    for _, name in ipairs(rule.from) do parts[#parts + 1] = fields[name] end
    if #parts == #rule.from and fields[rule.field] == nil then
      fields[rule.field] = table.concat(parts, rule.separator)
    end
  end
end

local function confidences(service, result)
  local found
  local info = reply.member(result, "AdvancedInfo")
  if type(info) ~= "table" then return nil end
  for member, field in pairs(service.confidence or NOTHING) do
    local value = values.confidence(info[member])
    if value then
      found = found or {}
      found[field] = value
    end
  end
  return found
end

--- Makes the fields of a card. Never raises on a reply, whatever is absent or of the wrong type.
---@param kind idocr.Kind
---@param service idocr.Service
---@param result table the reply without its envelope, after `reply.refine`; becomes `raw` (JSON null stays `cjson.null` there)
---@param meta table `provider`
---@return table fields
function decode.card(kind, service, result, meta)
  local card = fill(service.outputs, result)
  compose(service.composed, card)
  if service.visual then
    local visual = fill(service.visual, result, card)
    if next(visual) then card.visual = visual end
  end
  card.unread = unread_of(service, result, card)
  card.confidence = confidences(service, result)
  card.warnings = warnings.collect(service, result)
  card.document_type = card.document_type or kind.document_type
  card.kind = kind.kind
  card.provider = meta and meta.provider or service.provider
  card.request_id = errors.request_id(result.RequestId)
  card.raw = result
  return card
end

return decode
