--- Parses URLs, hosts and addresses: one rule for services, proxies, pictures and transports. Nothing is looked up.

local url = {}

local DEFAULT_PORT = { https = 443, http = 80 }
local LONGEST_HOST = 300 -- bytes; a DNS name has 253 at most

-- ---- hosts and addresses

--- Parses a decimal number without a sign.
---@param text string
---@param digits integer  at most so many
---@param most integer    the largest value
---@return integer?
function url.decimal(text, digits, most)
  if not text:find("^%d+$") or #text > digits then return nil end
  local value = tonumber(text)
  return value <= most and value or nil
end

local function ipv4_bytes(text)
  local bytes = { text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
  if #bytes ~= 4 then return nil end
  for index = 1, 4 do
    bytes[index] = url.decimal(bytes[index], 3, 255)
    if not bytes[index] then return nil end
  end
  return bytes
end

-- Returns the bytes of colon-separated groups; the last one may be an IPv4 address.
local function group_bytes(text, bytes)
  if text == "" then return bytes end
  for group, separator in text:gmatch("([^:]*)(:?)") do
    if group == "" and separator == "" then break end
    local tail = separator == "" and ipv4_bytes(group)
    if tail then
      for _, byte in ipairs(tail) do bytes[#bytes + 1] = byte end
    else
      if #group > 4 or not group:find("^%x+$") then return nil end
      local value = tonumber(group, 16)
      bytes[#bytes + 1], bytes[#bytes + 2] = math.floor(value / 256), value % 256
    end
    if #bytes > 16 then return nil end
  end
  if text:sub(-1) == ":" then return nil end
  return bytes
end

local function ipv6_bytes(text)
  text = text:gsub("%%.*$", "") -- the zone
  if #text > 45 or not text:find(":", 1, true) then return nil end
  local head, tail = text:match("^(.-)::(.*)$")
  if not head then
    local bytes = group_bytes(text, {})
    return bytes and #bytes == 16 and bytes or nil
  end
  if tail:find("::", 1, true) then return nil end
  local bytes, rest = group_bytes(head, {}), group_bytes(tail, {})
  if not bytes or not rest or #bytes + #rest > 14 then return nil end
  while #bytes + #rest < 16 do bytes[#bytes + 1] = 0 end
  for _, byte in ipairs(rest) do bytes[#bytes + 1] = byte end
  return bytes
end

local MAPPED = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255 } -- ::ffff:0:0/96 holds the IPv4 addresses

--- Returns the bytes of an address: 4 or 16; 4 also for an IPv4 address that is written as an IPv6 address.
---@param text string without brackets
---@return integer[]?
function url.address(text)
  local bytes = ipv4_bytes(text) or ipv6_bytes(text)
  if not bytes or #bytes == 4 then return bytes end
  for index, byte in ipairs(MAPPED) do
    if bytes[index] ~= byte then return bytes end
  end
  return { bytes[13], bytes[14], bytes[15], bytes[16] }
end

--- Returns whether two addresses of the same length have their first `bits` bits in common.
---@param a integer[]
---@param b integer[]
---@param bits integer
---@return boolean
function url.same_network(a, b, bits)
  if #a ~= #b then return false end
  for index = 1, #a do
    if bits <= 0 then return true end
    local unit = bits >= 8 and 1 or 2 ^ (8 - bits)
    if math.floor(a[index] / unit) ~= math.floor(b[index] / unit) then return false end
    bits = bits - 8
  end
  return true
end

local LOOPBACK = { { 127, 0, 0, 0, bits = 8 }, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, bits = 128 } }
local LINK_LOCAL = { { 169, 254, 0, 0, bits = 16 }, { 254, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, bits = 10 } }

local function within(networks, bytes)
  for _, network in ipairs(networks) do
    if bytes and url.same_network(network, bytes, network.bits) then return true end
  end
  return false
end

--- Returns a host in the form in which hosts are compared: lower case, without brackets and the dot at its end.
---@param host string
---@return string host
---@return integer[]? bytes  of an address
function url.normal_host(host)
  host = host:lower():gsub("^%[(.*)%]$", "%1"):gsub("%.$", "")
  return host, url.address(host)
end

--- Returns whether a host is an address, with or without brackets, and not a name.
---@param host string
---@return boolean
function url.is_address(host) return select(2, url.normal_host(host)) ~= nil end

--- Returns whether a host is a loopback address or `localhost`.
---@param host string
---@return boolean
function url.is_loopback(host)
  local name, bytes = url.normal_host(host)
  return name == "localhost" or name:sub(-10) == ".localhost" or within(LOOPBACK, bytes)
end

--- Returns whether a host is a link-local address, as that of a metadata service.
---@param host string
---@return boolean
function url.is_link_local(host)
  local _, bytes = url.normal_host(host)
  return within(LINK_LOCAL, bytes)
end

local function port_number(text)
  local port = url.decimal(text, 5, 65535)
  return port ~= 0 and port or nil
end

--- Splits `HOST[:PORT]` of a service: letters, digits and `._-`, or an IPv6 address in its brackets, which it keeps.
---@param text string
---@return string? host  in lower case
---@return integer|string|nil port  or the complaint
function url.split_host(text)
  local host, rest = text:match("^(%[[%x:.]+%])(.*)$")
  if not host then host, rest = text:match("^([%w%._-]+)(.*)$") end
  if not host then return nil, "it names no host" end
  if rest == "" then return host:lower(), nil end
  local port = port_number(rest:match("^:(%d+)$") or "")
  if not port then return nil, "its port must be a number from 1 to 65535" end
  return host:lower(), port
end

--- Splits `HOST[:PORT]` with a host name of any characters, as proxies may have.
---@param text string
---@return string? host  without the brackets of an IPv6 address
---@return integer? port
function url.host_and_port(text)
  if #text > LONGEST_HOST then return nil end
  local host, port = text:match("^%[([%x:.]+)%]:?(%d*)$")
  if not host then host, port = text:match("^([^:%[%]]+):?(%d*)$") end
  if not host or port == "" then return host, nil end
  port = port_number(port)
  if port then return host, port end
end

--- Returns an address or name with its port, an IPv6 address in brackets.
---@param host string without brackets
---@param port integer
---@return string
function url.join(host, port) return (host:find(":", 1, true) and "[%s]:%d" or "%s:%d"):format(host, port) end

-- ---- URLs

--- Splits a URL of any scheme without checking its parts.
---@param text any
---@return string? scheme     in lower case; nil where the text is not a URL
---@return string? authority  user, host and port as they are written
---@return string? rest       path, query and fragment
function url.split(text)
  if type(text) ~= "string" then return nil end
  local scheme, authority, rest = text:match("^(%a[%w+.-]*)://([^/?#]*)(.*)$")
  if scheme then return scheme:lower(), authority, rest end
end

--- Returns host and port of a URL for messages: never the user, the path or the query, which may hold a secret.
---@param text any
---@return string authority  "" where there is none
function url.authority(text)
  local _, authority = url.split(text)
  return ((authority or ""):gsub("^.*@", ""))
end

--- Returns whether a scheme is http or https.
---@param scheme string? in lower case
---@return boolean
function url.is_web(scheme) return DEFAULT_PORT[scheme or ""] ~= nil end

---@class idocr.Url
---@field scheme "http"|"https"
---@field host string        without the brackets of an IPv6 address
---@field port integer
---@field authority string   host and port as written in the URL
---@field target string      path and query, at least "/"
---@field userinfo string?

--- Parses an http or https URL for a request.
---@param text any
---@return idocr.Url? parsed nil where it is not such a URL
function url.parse(text)
  local scheme, authority, rest = url.split(text)
  if not url.is_web(scheme) or text:find("[%c ]") then return nil end
  local userinfo, hostport = authority:match("^(.*)@([^@]*)$")
  hostport = hostport or authority
  local host, port = url.host_and_port(hostport)
  if not host then return nil end
  local target = rest:match("^[^#]*")
  if target:sub(1, 1) ~= "/" then target = "/" .. target end
  return {
    scheme = scheme, host = host, port = port or DEFAULT_PORT[scheme], authority = hostport, target = target, userinfo = userinfo,
  }
end

---@class idocr.Endpoint
---@field scheme "https"|"http"
---@field host string        lower case, without port; an IPv6 address in its brackets
---@field port integer?      only where it is not the scheme's default
---@field authority string   host and port
---@field path string        begins with "/"
---@field url string         the normalised URL

--- Parses the URL of a service. A bare host means https.
---@param text string
---@return idocr.Endpoint?, string? complaint
function url.endpoint(text)
  if text:find("[%s%c]") then return nil, "it holds blanks" end
  local scheme, authority, path = url.split(text)
  if not scheme then scheme, authority, path = url.split("https://" .. text) end
  if not url.is_web(scheme) then return nil, "it must start with https:// (or http://)" end
  if authority:find("@", 1, true) then return nil, "it must not hold a user name" end
  if path:find("[?#]") then return nil, "it must not hold a query" end
  local host, port = url.split_host(authority)
  if not host then return nil, port end
  if port == DEFAULT_PORT[scheme] then port = nil end
  if path == "" then path = "/" end
  local named = host .. (port and ":" .. port or "")
  return { scheme = scheme, host = host, port = port, authority = named, path = path, url = scheme .. "://" .. named .. path }
end

--- Parses the URL of a service and refuses one that would send a person's data unencrypted to another machine.
---@param text any
---@param insecure boolean allow that
---@return idocr.Endpoint?, string? complaint
function url.checked_endpoint(text, insecure)
  if type(text) ~= "string" then return nil, "it must be a URL, not a " .. type(text) end
  local parsed, complaint = url.endpoint(text)
  if not parsed then return nil, complaint end
  if parsed.scheme == "http" and not insecure and not url.is_loopback(parsed.host) then
    return nil, "plain http:// would send a person's data unencrypted; use https://, or set insecure = true"
  end
  return parsed
end

return url
