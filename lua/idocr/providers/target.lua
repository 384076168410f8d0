--- Where a request goes: the URL that is dialled and the host that is named (and signed), by the client's options.

local urls = require "idocr.url"

local target = {}

-- URL -> endpoint, as long as somebody holds it: patterns cost as much as all else that a small call's plan takes
local parsed = setmetatable({}, { __mode = "v" })

local function parse(url)
  local at = parsed[url]
  if not at then
    at = assert(urls.endpoint(url))
    parsed[url] = at
  end
  return at
end

-- An option may be one value, or a table by provider.
local function of_provider(value, provider)
  if type(value) == "table" and not value.scheme then return value[provider] end
  return value
end

--- `signed_host` wins over the endpoint's own host; a port that is not the scheme's own is part of the host.
---@param provider string
---@param options table `endpoint` (a URL or a parsed endpoint) and `signed_host`, each for all or by provider
---@param home string the provider's own URL
---@return idocr.Endpoint at, string host in lower case, as it goes into the Host header
function target.of(provider, options, home)
  local place = of_provider(options.endpoint, provider) or home
  local at = type(place) == "table" and place or parse(place)
  local named = of_provider(options.signed_host, provider)
  return at, named and named:lower() or at.authority
end

return target
