--- Selects the proxy of a request in nginx: an HTTP proxy, with the value of its Proxy-Authorization header.

local proxies = require "idocr.transports.proxies"

local proxy = {}

local SCHEMES = { http = true } -- cosockets can do neither TLS in TLS nor SOCKS

--- Returns a function that selects the proxy of a URL. nginx keeps only the environment variables that an `env` directive names.
---@param option string|false|nil a proxy's URL; "" or false: none; nil: from http_proxy, https_proxy, all_proxy and no_proxy
---@return fun(url: idocr.Url): (idocr.Proxy|{ authorization: string? })?
function proxy.chooser(option)
  local choose = proxies.chooser(option, SCHEMES)
  return function(url)
    local chosen = choose and choose(url)
    if chosen and chosen.user and not chosen.authorization then
      chosen.authorization = "Basic " .. ngx.encode_base64(chosen.user .. ":" .. (chosen.password or ""))
    end
    return chosen
  end
end

return proxy
