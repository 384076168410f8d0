--- Resolves where a provider's requests are sent: the URL to connect to and the Host header to sign.

local urls = require "idocr.url"

local target = {}

--- Returns the URL and the host. `signed_host` replaces the endpoint's host; a port is part of the host unless it is the
--- scheme's default.
---@param options idocr.ProviderOptions
---@param default string  the service's own URL
---@return string url
---@return string host  in lower case
function target.of(options, default)
  local parsed = assert(urls.endpoint(options.endpoint or default))
  return parsed.url, options.signed_host and options.signed_host:lower() or parsed.authority
end

return target
