--- Warning codes into names. The same number means different things in different lists, so a code is only ever looked up
--- by the action and the list that it came in (`warnings` of `idocr.Service`).

local reply = require "idocr.decode.reply"
local values = require "idocr.decode.values"

local warnings = {}

---@class idocr.Warning
---@field code integer    as the service sent it; 0 for `unreadable_picture`, which is ours
---@field name string     one of `warnings.MESSAGES`
---@field message string  one sentence for people
---@field list string     the reply member that it came in

--- Every warning name and what it says.
warnings.MESSAGES = {
  incomplete = "The card is not completely in the picture, or its edge is covered.",
  photocopy = "The picture shows a photocopy.",
  monochrome_copy = "The picture shows a black-and-white copy.",
  recaptured = "The picture was taken of a screen or of another picture.",
  tampered = "The picture looks edited.",
  temporary = "This is a temporary card.",
  occluded = "Something covers a part of the card.",
  glare = "Light reflects from the card.",
  blurry = "The picture is blurry.",
  invalid_date = "The period of validity is not valid.",
  electronic = "The picture shows an electronic card.",
  watermark = "The picture has a watermark.",
  not_enabled = "The service could not look for this: the capability is not enabled for the account.",
  unreadable_picture = "The service sent a picture that cannot be decoded; its text is in raw.",
  unknown = "The service sent a warning that idocr does not know.",
}

--- Every name that a warning of this kind can have.
---@param kind idocr.Kind?
---@return table<string, any> names
function warnings.names(kind)
  local names = {}
  for name in pairs(warnings.MESSAGES) do names[name] = true end
  for _, service in ipairs(kind and kind.services or {}) do
    for _, codes in pairs(service.warnings or {}) do
      for _, name in pairs(codes) do names[name] = true end
    end
  end
  return names
end

--- One warning.
---@param service idocr.Service
---@param list string dotted path of the list in the reply
---@param code integer
---@return idocr.Warning
function warnings.decode(service, list, code)
  local known = service.warnings[list]
  local name = known and known[code] or "unknown"
  return { code = code, name = name, message = warnings.MESSAGES[name], list = list }
end

-- service -> its lists, "WarnCardInfos" before the "Warn" that it replaced
local orders = setmetatable({}, { __mode = "k" })

local function lists_of(service)
  local lists = orders[service]
  if not lists then
    lists = {}
    for list in pairs(service.warnings or {}) do lists[#lists + 1] = list end
    table.sort(lists, function(a, b) return a > b end)
    orders[service] = lists
  end
  return lists
end

--- All warnings of a reply. A list may be absent, null, one bare number, or hold numbers as text; what is no code at all
--- stays in `raw`.
---@param service idocr.Service
---@param result table the reply without its envelope
---@return idocr.Warning[]
function warnings.collect(service, result)
  local found = {}
  for _, list in ipairs(lists_of(service)) do
    local codes = reply.member(result, list)
    if type(codes) ~= "table" then codes = { codes } end
    for _, value in ipairs(codes) do
      local code = values.whole(value)
      if code then found[#found + 1] = warnings.decode(service, list, code) end
    end
  end
  for _, path in ipairs(reply.unreadable_pictures(result)) do
    found[#found + 1] = { code = 0, name = "unreadable_picture", message = warnings.MESSAGES.unreadable_picture, list = path }
  end
  return found
end

return warnings
