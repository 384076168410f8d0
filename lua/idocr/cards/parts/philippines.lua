--- What the card tables of Tencent's Philippine actions share: one picture of the front, members that are objects { Value, Polygon },
--- removed from the Chinese site on one day.

local tencent = require "idocr.cards.parts.tencent"

local philippines = {}

--- Returns the service of an action.
---@param action string
---@param more table the other members of the service
---@return idocr.Service
function philippines.service(action, more)
  local service = {
    provider = "tencent", action = action, sites = { intl = true }, removed = { cn = "2024-11-29" }, rate = 20,
    pictures = tencent.FRONT, formats = tencent.JPEG_PNG, max_base64 = tencent.MAX_BASE64_7M, refusal = tencent.NOT_READ,
  }
  for name, value in pairs(more) do service[name] = value end
  return service
end

return philippines
