--- The URL of a service: taken apart, and refused where it would send a person's data over an open line.

local endpoint = {}

---@class idocr.Endpoint
---@field scheme "https"|"http"
---@field host string        lower case, without port; an IPv6 address in its brackets
---@field port integer?      only where it is not the scheme's own
---@field authority string   host and port
---@field path string        begins with "/"
---@field url string         put together again

local DEFAULT_PORT = { https = 443, http = 80 }

--- Whether a host is this machine itself. Names are judged by their letters: nothing is looked up.
---@param host string
---@return boolean
function endpoint.is_loopback(host)
  if host == "localhost" or host:match("%.localhost$") or host == "[::1]" then return true end
  local a, b, c, d = host:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  return a == "127" and tonumber(b) < 256 and tonumber(c) < 256 and tonumber(d) < 256
end

--- Splits `host[:port]`.
---@param text string
---@return string? host, integer|string|nil port or what is wrong
function endpoint.split_host(text)
  local host, port = text:match("^(%[[%x:.]+%])(.*)$")
  if not host then host, port = text:match("^([%w%._-]+)(.*)$") end
  if not host then return nil, "it names no host" end
  if port == "" then return host:lower(), nil end
  local number = tonumber(port:match("^:(%d%d?%d?%d?%d?)$"))
  if not number or number < 1 or number > 65535 then return nil, "its port is no port" end
  return host:lower(), math.floor(number)
end

--- Takes a URL apart. A bare host means https.
---@param text string
---@return idocr.Endpoint?, string? complaint
function endpoint.parse(text)
  if text:find("[%s%c]") then return nil, "it holds blanks" end
  local scheme, rest = text:match("^(%a[%w+.-]*)://(.*)$")
  if not scheme then scheme, rest = "https", text end
  scheme = scheme:lower()
  if not DEFAULT_PORT[scheme] then return nil, "only https:// (and http://) can be dialled" end
  local authority, path = rest:match("^([^/?#]*)(.*)$")
  if authority:find("@", 1, true) then return nil, "a user name does not belong there" end
  if path:find("[?#]") then return nil, "a query does not belong there" end
  local host, port = endpoint.split_host(authority)
  if not host then return nil, port end
  if port == DEFAULT_PORT[scheme] then port = nil end
  if path == "" then path = "/" end
  local named = host .. (port and ":" .. port or "")
  return { scheme = scheme, host = host, port = port, authority = named, path = path, url = scheme .. "://" .. named .. path }
end

--- `parse`, and the rule that a plain line is only for this machine itself or for who asks for it.
---@param text any
---@param insecure boolean
---@return idocr.Endpoint?, string? complaint
function endpoint.check(text, insecure)
  if type(text) ~= "string" then return nil, "it must be a URL, not a " .. type(text) end
  local parsed, complaint = endpoint.parse(text)
  if not parsed then return nil, complaint end
  if parsed.scheme == "http" and not insecure and not endpoint.is_loopback(parsed.host) then
    return nil, "plain http:// would send a person's data over an open line; use https://, or set insecure = true"
  end
  return parsed
end

return endpoint
