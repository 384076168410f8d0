--- Rejects cross-origin requests of browsers, because pages of other sites could make calls that cost money. Checks Host as
--- well, because Origin and Host of a page agree after DNS rebinding.

local origin = {}

local hosts = {}

-- Returns the host name of a Host header in lower case, without port and trailing dot.
local function name_of(host)
  return (host:lower():gsub("^(%b[]):%d*$", "%1"):gsub("^([^:]*):%d*$", "%1"):gsub("%.$", ""))
end

--- Sets the host names that browsers may use for the gateway, in addition to server_name and loopback.
---@param list string? names, addresses or URLs, separated by commas or spaces; ports are ignored
function origin.allow(list)
  hosts = {}
  for name in (list or ""):gmatch("[^%s,]+") do hosts[name_of(name:match("^%a+://([^/]*)") or name)] = true end
end

--- Returns whether a Host header names this gateway.
---@param host string?
---@return boolean
function origin.is_ours(host)
  local name = host and name_of(host) or ""
  if name == "" then return false end
  if hosts[name] or name == "localhost" or name:find("%.localhost$") or name == "[::1]" then return true end
  if name:find("^127%.%d+%.%d+%.%d+$") then return true end
  local server_name, address = ngx.var.server_name, ngx.var.server_addr
  if server_name:sub(1, 2) == "*." and name:sub(1 - #server_name) == server_name:sub(2) then return true end
  return name == (server_name ~= "" and server_name) or name == address or name == "[" .. tostring(address) .. "]"
end

--- Returns why a request is rejected, or nil if it comes from the gateway's page or from a program other than a browser.
---@return string? message
function origin.rejection()
  local site, from, host = ngx.var.http_sec_fetch_site, ngx.var.http_origin, ngx.var.http_host
  if not site and not from then return nil end
  if not origin.is_ours(host) then
    return "unknown host name; the operator of the gateway can add it to server_name or IDOCR_HOSTS"
  end
  if site and site ~= "same-origin" and site ~= "none" or not site and from:match("^%a+://(.+)$") ~= host then
    return "cross-origin requests are not allowed"
  end
end

return origin
