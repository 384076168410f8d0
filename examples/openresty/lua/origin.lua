--- Whether a request comes from the gateway's own page. The page of another site could spend money here with pictures of its
--- own; where it makes its own name point to this machine (DNS rebinding), its Origin and Host agree.

local origin = {}

local hosts = {}

-- The name of a Host header: lower case, without the port and the dot at the end.
local function name_of(host)
  return (host:lower():gsub("^(%b[]):%d*$", "%1"):gsub("^([^:]*):%d*$", "%1"):gsub("%.$", ""))
end

--- Sets the host names, besides server_name and loopback, under which browsers reach the gateway.
---@param list string? names, addresses or URLs, separated by commas or blanks; ports make no difference
function origin.allow(list)
  hosts = {}
  for name in (list or ""):gmatch("[^%s,]+") do hosts[name_of(name:match("^%a+://([^/]*)") or name)] = true end
end

--- Whether a Host header names this gateway.
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

--- Why a browser's request is not the page's own, nil where it is, and for programs that are no browsers.
---@return string? message
function origin.complaint()
  local site, from, host = ngx.var.http_sec_fetch_site, ngx.var.http_origin, ngx.var.http_host
  if not site and not from then return nil end
  if not origin.is_ours(host) then
    return "the gateway does not go by this host name: its operator can add it to server_name or IDOCR_HOSTS"
  end
  if site and site ~= "same-origin" and site ~= "none" or not site and from:match("^%a+://(.+)$") ~= host then
    return "pages of other origins may not ask here"
  end
end

return origin
