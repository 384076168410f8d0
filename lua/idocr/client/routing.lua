--- Chooses the action of a provider for a kind, and decides whether the next provider is asked after a failure.

local constants = require "idocr.constants"
local errors = require "idocr.errors"
local kinds = require "idocr.kinds"
local money = require "idocr.client.money"

local routing = {}

-- Returns the date when a site lost the action that read a kind.
local function removal(kind, provider, site)
  for _, service in ipairs(kind.services) do
    if service.provider == provider and service.removed and service.removed[site] then return service.removed[site] end
  end
end

-- Returns a sentence that names the services that read a kind today.
local function readers(kind)
  local names = {}
  for _, service in ipairs(kind.services) do
    for _, site in ipairs(constants.SITES) do
      if service.sites and service.sites[site] then names[#names + 1] = ("%s %s (%s)"):format(service.provider, site, service.action) end
    end
    if not service.sites then names[#names + 1] = ("%s (%s)"):format(service.provider, service.action) end
  end
  return names[1] and "it is read by " .. table.concat(names, ", ") or "nothing reads it today"
end

--- Returns the service of a provider that reads a kind.
---@param kind idocr.Kind
---@param provider_options idocr.ProviderOptions
---@param asked table<string, any>  params of the call
---@return idocr.Service?
---@return idocr.Error? err `unsupported` where it has none
function routing.service(kind, provider_options, asked)
  local provider, site = provider_options.provider, provider_options.site
  local service = kinds.service(kind, provider, site, asked)
  if service then return service end
  local where = provider == "tencent" and ("tencent's site %q"):format(site) or provider
  local date = removal(kind, provider, site)
  local refused = date and ("%s no longer reads %s, since %s"):format(where, kind.kind, date)
    or ("%s does not read %s"):format(where, kind.kind)
  return nil, errors.unsent("unsupported", "KindUnsupported", refused .. "; " .. readers(kind))
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
local OTHER_LIMITS = { PictureFormat = true, PictureTooLarge = true, PictureTooSmall = true }

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
