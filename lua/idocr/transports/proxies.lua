--- Selects the proxy of a request by the option `proxy` and the environment, for all transports.

local core = require "idocr.core"
local no_proxy = require "idocr.transports.no_proxy"
local trim = require "idocr.trim"
local urls = require "idocr.url"

local proxies = {}

---@class idocr.Proxy
---@field scheme string
---@field host string            without the brackets of an IPv6 address
---@field port integer
---@field authority string       HOST:PORT, for messages
---@field user string?           decoded
---@field password string?       decoded
---@field url string             normalised; holds the password

local PORTS = { http = 80, https = 443, socks4 = 1080, socks4a = 1080, socks5 = 1080, socks5h = 1080 }

local function decode(text)
  return text and (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- Parses the URL of a proxy. Error messages hold only its scheme.
---@param text string without a scheme: http
---@param schemes table<string, true> those that the transport supports
---@return idocr.Proxy? proxy, string? complaint
function proxies.parse(text, schemes)
  if text:find("[%c ]") then return nil, "the URL of a proxy must not hold blanks or control characters" end
  local scheme, rest = text:match("^([%a][%w+.-]*)://(.*)$")
  scheme, rest = (scheme or "http"):lower(), rest or text
  if not schemes[scheme] then
    local names = {}
    for name in pairs(schemes) do names[#names + 1] = name .. "://" end
    table.sort(names)
    local which = PORTS[scheme] and " " .. scheme or "" -- an unknown one could be a part of a password
    return nil, ("unsupported proxy scheme%s: use %s only"):format(which, table.concat(names, ", "))
  end
  local authority = rest:match("^[^/?#]*")
  local userinfo, place = authority:match("^(.*)@([^@]*)$")
  local host, port = urls.host_and_port(place or authority)
  if not host then
    return nil, "the URL of a proxy must be like http://host:port (in a password write / as %2F, ? as %3F, # as %23)"
  end
  port = port or PORTS[scheme]
  local shown = urls.join(host, port)
  local user, password = userinfo, nil
  if userinfo and userinfo:find(":", 1, true) then user, password = userinfo:match("^([^:]*):(.*)$") end
  user, password = decode(user), decode(password)
  local login = user and core.percent_encode(user) .. (password and ":" .. core.percent_encode(password) or "") .. "@" or ""
  return {
    scheme = scheme, host = host, port = port, authority = shown, user = user, password = password,
    url = ("%s://%s%s"):format(scheme, login, shown),
  }
end

local function environment(names)
  for _, name in ipairs(names) do
    local value = os.getenv(name)
    if value and value:find("%S") then return value, name end
  end
end

-- In order of precedence. HTTP_PROXY in capitals is never used: a CGI program gets it from the header `Proxy` of a request.
local VARIABLES = {
  http = { "http_proxy", "all_proxy", "ALL_PROXY" },
  https = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" },
}

local function from_environment(schemes)
  local by_scheme = {}
  for scheme, names in pairs(VARIABLES) do
    local text, name = environment(names)
    if text then
      local proxy, complaint = proxies.parse(trim(text), schemes)
      if not proxy then error(name .. ": " .. complaint, 0) end
      by_scheme[scheme] = proxy
    end
  end
  if next(by_scheme) == nil then return nil end
  local direct = no_proxy.parse((environment { "no_proxy", "NO_PROXY" }))
  return function(url)
    local proxy = by_scheme[url.scheme]
    if not proxy or direct(url.host, url.port) then return nil end
    local near = urls.is_loopback(url.host) or urls.is_link_local(url.host)
    if near and not urls.is_loopback(proxy.host) then return nil end -- only a proxy on this machine can reach it
    return proxy
  end
end

--- Returns a function that selects the proxy of a URL. An explicit proxy is used for every request; `no_proxy` and the exception
--- for local addresses apply to proxies of the environment. Raises, without a position, where a URL is wrong.
---@param option string|false|nil a proxy's URL; "" or false: none; nil: from http_proxy, https_proxy, all_proxy and no_proxy
---@param schemes table<string, true> those that the transport supports
---@return (fun(url: idocr.Url): idocr.Proxy?)|nil choose  nil: no request uses a proxy
function proxies.chooser(option, schemes)
  if option == nil then return from_environment(schemes) end
  if option == false or option == "" then return nil end
  local proxy, complaint = proxies.parse(option, schemes)
  if not proxy then error("proxy: " .. complaint, 0) end
  return function() return proxy end
end

return proxies
