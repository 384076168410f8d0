--- Decodes the reply of a service into the fields of a card.

local errors = require "idocr.errors"
local fields = require "idocr.decode.fields"
local reply = require "idocr.decode.reply"
local values = require "idocr.decode.values"
local warnings = require "idocr.decode.warnings"

local decode = {}

local NONE = {}

local function unread_of(compiled, result, card)
  local unread = {}
  fields.add_unread(unread, compiled.outputs, result, card, "")
  if compiled.visual then fields.add_unread(unread, compiled.visual, result, card.visual or NONE, "visual.") end
  table.sort(unread)
  return unread[1] and unread or nil
end

local function confidences(service, result)
  local found
  local info = result.AdvancedInfo
  if type(info) ~= "table" then return nil end
  for member, field in pairs(service.confidence or NONE) do
    local value = values.confidence(info[member])
    if value then
      found = found or {}
      found[field] = value
    end
  end
  return found
end

--- Decodes a reply. Never raises, whatever is absent or of the wrong type.
---@param kind idocr.Kind
---@param service idocr.Service of that kind
---@param result table the reply without its envelope; changed in place: it becomes `raw` (JSON null stays `json.null` there)
---@param pictures string[]? pictures that `core.reply` took out of the text
---@return table fields of the card
function decode.card(kind, service, result, pictures)
  local compiled = service.compiled
  reply.parse_embedded(result, service.embedded)
  local decoded = reply.decode_pictures(result, compiled.pictures, pictures)

  local card = fields.fill(compiled.outputs, result, decoded)
  fields.compose(service.composed, card)
  if compiled.visual then
    local visual = fields.fill(compiled.visual, result, decoded, card)
    if next(visual) then card.visual = visual end
  end
  card.unread = unread_of(compiled, result, card)
  card.confidence = confidences(service, result)
  card.warnings = warnings.collect(compiled.warnings, result, decoded)
  card.document_type = card.document_type or kind.document_type
  card.kind = kind.kind
  card.provider = service.provider
  card.request_id = errors.request_id(result.RequestId)
  card.raw = result
  return card
end

return decode
