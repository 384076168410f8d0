--- A service's reply into the fields of a card, driven by the service's table of outputs.

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

--- What to do for each output, in their order. `parent` is nil for a member of the reply itself.
local function plan_of(outputs)
  if plans[outputs] then return plans[outputs] end
  local plan = { sizes = {} }
  for position, output in ipairs(outputs) do
    local parent, last = output.wire:match("^(.*)%.([^.]+)$")
    local list, index = output.field:match("^([%w_]+)%[(%d+)%]$") -- "mrz[2]"
    if list then plan.sizes[list] = (plan.sizes[list] or 0) + 1 end
    local special = output.as == "picture" or output.as == "date" or list ~= nil
    plan[position] = {
      parent = parent, last = last or output.wire, field = list or output.field, index = tonumber(index),
      convert = values.converters[output.as] or values.converters.text, special = special and output.as or nil, wire = output.wire,
    }
  end
  plans[outputs] = plan
  return plan
end

--- The value of what is no plain converter's work.
local function special(step, sent, result, fields, main)
  if step.special == "picture" then return reply.picture(result, step.wire) end
  local value = step.convert(sent)
  -- few dates need a hint, and making it takes longer than reading most of them
  if value == nil and step.special == "date" then value = step.convert(sent, date_hint(step.field, fields, main)) end
  return value
end

--- Fills fields from outputs. Elements of a list ("mrz[2]") make a list only when every one of them is there.
local function fill(outputs, result, main)
  local plan, fields, lists = plan_of(outputs), {}, nil
  local parent, holder = nil, result
  for position = 1, #plan do
    local step = plan[position]
    if step.parent ~= parent then
      parent, holder = step.parent, result
      if parent then holder = reply.member(result, parent) end
      if type(holder) ~= "table" then holder = NOTHING end
    end
    local sent, field = holder[step.last], step.field
    if sent ~= nil and fields[field] == nil then -- the first member that has it wins
      if not step.special then
        fields[field] = step.convert(sent)
      elseif not step.index then
        fields[field] = special(step, sent, result, fields, main)
      else
        lists = lists or {}
        lists[field] = lists[field] or {}
        lists[field][step.index] = special(step, sent, result, fields, main)
      end
    end
  end
  for name, list in pairs(lists or NOTHING) do
    if #list == plan.sizes[name] then fields[name] = list end
  end
  return fields
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

--- The vendor's name of one exchange, as far as it is safe to repeat.
---@param value any
---@return string?
function decode.request_id(value)
  if type(value) ~= "string" or #value > 128 then return nil end
  return value:match("^[%w._:%-]+$")
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
  card.confidence = confidences(service, result)
  card.warnings = warnings.collect(service, result)
  card.document_type = card.document_type or kind.document_type
  card.kind = kind.kind
  card.provider = meta and meta.provider or service.provider
  card.request_id = decode.request_id(result.RequestId)
  card.raw = result
  return card
end

return decode
