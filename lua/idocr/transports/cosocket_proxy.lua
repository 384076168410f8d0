--- The proxy of a request in nginx, as the cosocket transport uses it: reached by plain HTTP, with its Authorization value.

local proxies = require "idocr.transports.proxies"

local proxy = {}

local SCHEMES = { http = true } -- a TLS handshake or SOCKS before the service's own handshake is more than cosockets do

--- Makes a chooser of proxies. nginx passes on only the variables that an `env` line names.
---@param option string|false|nil a proxy's URL; "" or false: none; nil: from http_proxy, https_proxy, all_proxy and no_proxy
---@return fun(url: idocr.Url): (idocr.Proxy|{ authorization: string? })?
function proxy.chooser(option)
  local choose = proxies.chooser(option, SCHEMES)
  return function(url)
    local chosen = choose(url)
    if chosen and chosen.user and not chosen.authorization then
      chosen.authorization = "Basic " .. ngx.encode_base64(chosen.user .. ":" .. (chosen.password or ""))
    end
    return chosen
  end
end

return proxy
