--- Decodes the reply of a service into the fields of a card.

local errors = require "idocr.errors"
local fields = require "idocr.decode.fields"
local reply = require "idocr.decode.reply"
local values = require "idocr.decode.values"
local warnings = require "idocr.decode.warnings"
local word_set = require "idocr.word_set"

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

--- Decodes a reply. Never raises, even where members are absent or of a wrong type.
---@param kind idocr.Kind
---@param service idocr.Service of that kind
---@param result table the reply without its envelope; changed in place: it becomes `raw` (JSON null stays `json.null` there)
---@param pictures string[]? pictures that `core.reply` took out of the text
---@param today string? the date of the call, YYYY-MM-DD: selects the century of years with two digits
---@return table fields of the card
function decode.card(kind, service, result, pictures, today)
  local compiled = service.compiled
  reply.parse_embedded(result, compiled.embedded)
  local decoded = reply.decode_pictures(result, compiled.pictures, pictures)

  local card, confidence = fields.fill(compiled.outputs, result, decoded, nil, today)
  fields.compose(service.composed, card)
  if compiled.visual then
    local visual = fields.fill(compiled.visual, result, decoded, card, today)
    if next(visual) then card.visual = visual end
  end
  card.unread = unread_of(compiled, result, card)
  card.confidence = confidence or confidences(service, result)
  card.warnings = warnings.collect(compiled.warnings, result, decoded)
  card.document_type = card.document_type or kind.document_type
  card.kind = kind.kind
  card.provider = service.provider
  card.request_id = errors.request_id(result.RequestId)
  card.raw = result
  return card
end

-- Members of a card that say nothing about what was read.
local APART = word_set "kind provider document_type request_id raw warnings unread confidence"

local function has_fields(card)
  for name in pairs(card) do
    if not APART[name] then return true end
  end
  return false
end

-- Returns the kind that a reply of a shared action shows; the kind that was asked for where it shows that too.
local function kind_shown(shows, result, asked)
  if not shows.members then return shows.kinds[(values.converters.text(reply.member(result, shows.names)) or ""):lower()] end
  local members, found = reply.members(result, shows.names), nil
  for name, kind in pairs(shows.kinds) do
    if type(members[name]) == "table" and found ~= asked then found = kind end
  end
  return found
end

--- Returns the error of a reply that shows another document than was asked for (an action that several kinds share answers for
--- each of them), or from which nothing could be read. The service has read a picture, so the reply is billed.
---@param card table fields of `decode.card`
---@param service idocr.Service
---@return idocr.Error? err with the service's own code for "not this card"; nil: it shows this kind
function decode.refusal(card, service)
  local shows = service.compiled.shows
  if not shows and not service.result then return nil end
  local found = shows and kind_shown(shows, card.raw, card.kind)
  if (found or card.kind) == card.kind and has_fields(card) then return nil end
  local message = shows and "the picture shows another document than " .. card.kind or "the service read nothing from the picture"
  if found and found ~= card.kind then message = message .. ": " .. found end
  return errors.sent("service", service.refusal, message, { request_id = card.request_id, http_status = 200, billed = true })
end

return decode
