--- Parses `no_proxy`, the list of hosts that are contacted without a proxy, for all transports.
---
--- Entries are separated by commas or blanks; case and a trailing dot are ignored:
---   *                        every host
---   example.com              this host and all below it; `.example.com` and `*.example.com` mean the same
---   10.0.0.7, fd00::1, [fd00::1]   an address, however it is written
---   10.0.0.0/8, fd00::/8     the addresses of a network
---   example.com:8443, 10.0.0.7:8443, [fd00::1]:8443, *:8443   any of these, at that port only

local urls = require "idocr.url"

local no_proxy = {}

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
  local port = rest:sub(1, 1) == ":" and urls.decimal(rest:sub(2), 5, 65535)
  if port then return inside, port end
end

-- Parses an entry; nil where it is invalid.
local function parse_entry(text)
  local host, port = split(text)
  if not host then return nil end
  if host == "*" then return { all = true, port = port } end
  host = host:gsub("%.$", "")
  local address, bits = host:match("^([^/]+)/(%d+)$")
  local bytes = urls.address(address or host)
  if bytes then
    local most = #bytes * 8
    if bits and #bytes == 4 and address:find(":", 1, true) then bits = tostring(tonumber(bits) - 96) end -- ::ffff:10.0.0.0/104
    return { bytes = bytes, bits = bits and urls.decimal(bits, 3, most) or not bits and most or nil, port = port }
  end
  local name = host:gsub("^%*?%.", "")
  if name == "" or name:find("[/*:]") then return nil end
  return { name = name, port = port }
end

local function matches(entry, host, bytes, port)
  if entry.port and entry.port ~= port then return false end
  if entry.all then return true end
  if entry.bytes then return bytes ~= nil and entry.bits ~= nil and urls.same_network(entry.bytes, bytes, entry.bits) end
  if bytes then return false end -- names never match an address by suffix
  return host == entry.name or host:sub(-#entry.name - 1) == "." .. entry.name
end

--- Parses a list. What is no entry in it matches nothing.
---@param text string?
---@return fun(host: string, port: integer): boolean  whether the host is reached without a proxy
function no_proxy.parse(text)
  local entries = {}
  for entry in (text or ""):lower():gmatch("[^,%s]+") do entries[#entries + 1] = parse_entry(entry) end
  return function(host, port)
    local bytes
    host, bytes = urls.normal_host(host)
    for _, entry in ipairs(entries) do
      if matches(entry, host, bytes, port) then return true end
    end
    return false
  end
end

return no_proxy
