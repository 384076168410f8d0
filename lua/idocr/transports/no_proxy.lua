--- Parses `no_proxy`, the list of hosts that are contacted without a proxy, for all transports.
---
--- Entries are separated by commas or blanks; case and a trailing dot are ignored:
---   *                        every host
---   example.com              this host and all below it; `.example.com` and `*.example.com` mean the same
---   10.0.0.7, fd00::1, [fd00::1]   an address, however it is written
---   10.0.0.0/8, fd00::/8     the addresses of a network
---   example.com:8443, 10.0.0.7:8443, [fd00::1]:8443, *:8443   any of these, at that port only

local no_proxy = {}

-- Parses a number of at most `digits` digits and at most `most`; else nil.
local function number(text, digits, most)
  if not text:find("^%d+$") or #text > digits then return nil end
  local value = tonumber(text)
  return value <= most and value or nil
end

local function ipv4_bytes(text)
  local bytes = { text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
  if #bytes ~= 4 then return nil end
  for index = 1, 4 do
    bytes[index] = number(bytes[index], 3, 255)
    if not bytes[index] then return nil end
  end
  return bytes
end

-- Parses colon-separated groups into bytes; the last one may be an IPv4 address.
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

--- Parses an address into 4 or 16 bytes; an IPv4-mapped IPv6 address gives 4.
---@param text string without brackets
---@return integer[]?
local function address_bytes(text)
  local bytes = ipv4_bytes(text) or ipv6_bytes(text)
  if not bytes or #bytes == 4 then return bytes end
  for index, byte in ipairs(MAPPED) do
    if bytes[index] ~= byte then return bytes end
  end
  return { bytes[13], bytes[14], bytes[15], bytes[16] }
end

-- Returns whether the first `bits` bits of two addresses of the same length are equal.
local function same_network(a, b, bits)
  if #a ~= #b then return false end
  for index = 1, #a do
    if bits <= 0 then return true end
    local unit = bits >= 8 and 1 or 2 ^ (8 - bits)
    if math.floor(a[index] / unit) ~= math.floor(b[index] / unit) then return false end
    bits = bits - 8
  end
  return true
end

-- Splits an entry into host, without brackets, and port (nil: all ports). Returns nil for an invalid entry.
local function split(entry)
  local inside, rest = entry:match("^%[([^%]]*)%](.*)$")
  if inside then
    local bits = rest:match("^/%d+")
    if bits then inside, rest = inside .. bits, rest:sub(#bits + 1) end
  elseif select(2, entry:gsub(":", "")) > 1 then
    inside, rest = entry, "" -- an IPv6 address
  else
    inside, rest = entry:match("^([^:]*)(.*)$")
  end
  if rest == "" then return inside end
  local port = rest:sub(1, 1) == ":" and number(rest:sub(2), 5, 65535)
  if port then return inside, port end
end

-- Parses an entry; nil where it is invalid.
local function parse_entry(text)
  local host, port = split(text)
  if not host then return nil end
  if host == "*" then return { all = true, port = port } end
  host = host:gsub("%.$", "")
  local address, bits = host:match("^([^/]+)/(%d+)$")
  local bytes = address_bytes(address or host)
  if bytes then
    local most = #bytes * 8
    if bits and #bytes == 4 and address:find(":", 1, true) then bits = tostring(tonumber(bits) - 96) end -- ::ffff:10.0.0.0/104
    return { bytes = bytes, bits = bits and number(bits, 3, most) or not bits and most or nil, port = port }
  end
  local name = host:gsub("^%*?%.", "")
  if name == "" or name:find("[/*:]") then return nil end
  return { name = name, port = port }
end

local function matches(entry, host, bytes, port)
  if entry.port and entry.port ~= port then return false end
  if entry.all then return true end
  if entry.bytes then return bytes ~= nil and entry.bits ~= nil and same_network(entry.bytes, bytes, entry.bits) end
  if bytes then return false end -- names never match an address by suffix
  return host == entry.name or host:sub(-#entry.name - 1) == "." .. entry.name
end

-- A host as it is compared: lower case, without brackets and the dot at its end; and its bytes where it is an address.
local function normal(host)
  host = host:lower():gsub("^%[(.*)%]$", "%1"):gsub("%.$", "")
  return host, address_bytes(host)
end

--- Parses a list. What is no entry in it matches nothing.
---@param text string?
---@return fun(host: string, port: integer): boolean  whether the host is reached without a proxy
function no_proxy.parse(text)
  local entries = {}
  for entry in (text or ""):lower():gmatch("[^,%s]+") do entries[#entries + 1] = parse_entry(entry) end
  return function(host, port)
    local bytes
    host, bytes = normal(host)
    for _, entry in ipairs(entries) do
      if matches(entry, host, bytes, port) then return true end
    end
    return false
  end
end

local LOCAL = { { 127, 0, 0, 0, bits = 8 }, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, bits = 128 } }
local LINK_LOCAL = { { 169, 254, 0, 0, bits = 16 }, { 254, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, bits = 10 } }

local function within(networks, bytes)
  for _, network in ipairs(networks) do
    if bytes and same_network(network, bytes, network.bits) then return true end
  end
  return false
end

--- Returns whether a host name or address is loopback.
---@param host string
---@return boolean
function no_proxy.is_loopback(host)
  local bytes
  host, bytes = normal(host)
  return host == "localhost" or host:sub(-10) == ".localhost" or within(LOCAL, bytes)
end

--- Returns whether a host is a link-local address, such as that of a metadata service.
---@param host string
---@return boolean
function no_proxy.is_link_local(host)
  local _, bytes = normal(host)
  return within(LINK_LOCAL, bytes)
end

return no_proxy
