--- Who is asked: the action of a provider that reads a kind, and whether the next provider may be asked after a failure.

local errors = require "idocr.errors"
local kinds = require "idocr.kinds"
local money = require "idocr.client.money"

local routing = {}

--- The service of a provider for a kind, or why it has none.
---@param kind idocr.Kind
---@param view table the options as this provider sees them
---@return idocr.Service?, idocr.Error?
function routing.service(kind, view)
  local service = kinds.service(kind, view.provider, view.site)
  if service then return service end
  local place = view.provider == "tencent" and ("tencent's site %q"):format(view.site) or view.provider
  return nil, errors.unsent("unsupported", "KindUnsupported", ("%s does not read %s"):format(place, kind.kind))
end

local published

--- The published rate of any action, calls per second; nil where none is published.
---@param view table
---@param action string
---@return number?
function routing.rate(view, action)
  if not published then
    published = {}
    for _, name in ipairs(kinds.list()) do
      for _, service in ipairs(kinds.get(name).services) do published[service.provider .. " " .. service.action] = service end
    end
  end
  local service = published[view.provider .. " " .. action]
  return service and kinds.by_site(service.rate, view.site)
end

-- Another provider has other accounts, lines, limits and clocks, but it sees the same picture.
local ELSEWHERE = {
  unsupported = true, credentials = true, connect = true, tls = true, timeout = true, network = true, http = true,
  protocol = true, throttled = true,
}
local OTHER_LIMITS = { PictureFormat = true, PictureTooLarge = true }

-- Whether another provider may succeed where one failed.
local function may_succeed(err)
  if ELSEWHERE[err.category] then return true end
  if err.category == "image" then return OTHER_LIMITS[err.code] or err.sent == true end
  if err.category == "service" then
    return err.retryable or err.refused_early or not err.code:find("^FailedOperation%.")
  end
  return false
end

--- Whether the next provider is asked after a failure: where it may succeed, and money.lua allows it.
---@param err idocr.Error
---@param allowed idocr.Allowed
---@return boolean
function routing.may_ask_next(err, allowed)
  return money.may_fall_back(err, allowed) and may_succeed(err) and true or false
end

return routing
