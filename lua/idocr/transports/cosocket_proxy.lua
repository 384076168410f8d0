--- Which proxy a request goes through in nginx, where no libcurl looks at the environment.

local http1 = require "idocr.transports.http1"

local proxy = {}

local function environment(name)
  local value = os.getenv(name) or os.getenv(name:upper())
  return value ~= "" and value or nil
end

--- Makes a chooser of proxies. nginx passes only those variables on that an `env` line names.
---@param option string|false|nil a proxy's URL; "" or false: none; nil: from https_proxy, http_proxy, all_proxy and no_proxy
---@return fun(url: idocr.Url): idocr.Url?, string?  proxy and its Authorization value
function proxy.chooser(option)
  local function parse(text, name)
    if not text then return nil end
    local url = http1.url(text:find("://", 1, true) and text or "http://" .. text)
    if not url then error(name .. ": this is no URL of an HTTP proxy", 0) end
    if url.scheme ~= "http" then error(name .. ": in nginx a proxy is reached by http:// only", 0) end
    local userinfo = url.userinfo and url.userinfo:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
    url.authorization = userinfo and "Basic " .. ngx.encode_base64(userinfo) or nil
    return url
  end
  if option ~= nil then
    local given = parse(option ~= "" and option or nil, "proxy")
    return function() return given end
  end
  local by_scheme = { -- upper-case HTTP_PROXY is what a CGI gets from a request header: never taken
    http = parse(os.getenv "http_proxy" or environment "all_proxy", "http_proxy"),
    https = parse(environment "https_proxy" or environment "all_proxy", "https_proxy"),
  }
  local direct = {}
  for entry in (environment "no_proxy" or ""):gmatch("[^,%s]+") do
    direct[#direct + 1] = entry:lower():gsub("^%*?%.", "")
  end
  return function(url)
    local host = url.host:lower()
    if host == "localhost" or host:find("^127%.") or host == "::1" or host == "169.254.169.254" then return nil end
    for _, entry in ipairs(direct) do
      if entry == "*" or host == entry or host:sub(-#entry - 1) == "." .. entry then return nil end
    end
    return by_scheme[url.scheme]
  end
end

return proxy
