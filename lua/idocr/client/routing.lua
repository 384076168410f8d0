--- Chooses the action of a provider for a kind, and decides whether the next provider is asked after a failure.

local errors = require "idocr.errors"
local kinds = require "idocr.kinds"
local money = require "idocr.client.money"

local routing = {}

--- Returns the service of a provider that reads a kind.
---@param kind idocr.Kind
---@param provider_options idocr.ProviderOptions
---@return idocr.Service?
---@return idocr.Error? err `unsupported` where it has none
function routing.service(kind, provider_options)
  local provider, site = provider_options.provider, provider_options.site
  local service = kinds.service(kind, provider, site)
  if service then return service end
  local where = provider == "tencent" and ("tencent's site %q"):format(site) or provider
  return nil, errors.unsent("unsupported", "KindUnsupported", ("%s does not read %s"):format(where, kind.kind))
end

local published -- "provider action" -> service

--- Returns the published rate limit of any action.
---@param provider_options idocr.ProviderOptions
---@param action string
---@return number? rate calls per second; nil where none is published
function routing.rate(provider_options, action)
  if not published then
    published = {}
    for _, name in ipairs(kinds.list()) do
      for _, service in ipairs(kinds.get(name).services) do published[service.provider .. " " .. service.action] = service end
    end
  end
  local service = published[provider_options.provider .. " " .. action]
  return service and kinds.by_site(service.rate, provider_options.site)
end

-- Categories of errors that another provider may not have: it has other credentials, connections, limits and clocks.
local PROVIDER_SPECIFIC = {
  unsupported = true, credentials = true, connect = true, tls = true, timeout = true, network = true, http = true,
  protocol = true, throttled = true,
}
local OTHER_LIMITS = { PictureFormat = true, PictureTooLarge = true }

-- Returns whether another provider may succeed where one failed; it gets the same picture.
local function may_succeed(err)
  if PROVIDER_SPECIFIC[err.category] then return true end
  if err.category == "image" then return OTHER_LIMITS[err.code] or err.sent == true end
  if err.category == "service" then
    return err.retryable or err.refused_early or not err.code:find("^FailedOperation%.")
  end
  return false
end

--- Returns whether the next provider is asked after a failure: where it may succeed, and money.lua allows it.
---@param err idocr.Error
---@param allowed idocr.Allowed
---@return boolean
function routing.may_ask_next(err, allowed)
  return money.may_fall_back(err, allowed) and may_succeed(err) and true or false
end

return routing
