--- Formats the head of an HTTP/1.1 request, without I/O.

local urls = require "idocr.url"

local TOKEN = "^[%w!#$%%&'*+%-.^_`|~]+$"

-- Headers that this function sets itself, or that belong to one connection.
local SET_HERE = {
  ["content-length"] = true, ["transfer-encoding"] = true, connection = true, ["proxy-authorization"] = true, expect = true,
}

local FORBIDDEN = "[%z\1-\8\10-\31\127]" -- control characters in a header value; a tab is allowed

--- Formats the head of a request, with its final empty line.
---@param request table method, url, host, headers
---@param target string request target: a path, an absolute URL or an authority
---@param length integer? bytes of the body; nil: no body
---@param proxy_authorization string?
---@return string? head nil: a header is invalid
---@return string? why
return function(request, target, length, proxy_authorization)
  local lines, has_host = { request.method .. " " .. target .. " HTTP/1.1" }, false
  for _, header in ipairs(request.headers or {}) do
    local name, value = header[1], tostring(header[2])
    if not name:find(TOKEN) or value:find(FORBIDDEN) then return nil, "a header name or value holds a forbidden character" end
    local lower = name:lower()
    if lower == "host" then has_host = true end
    if not SET_HERE[lower] then lines[#lines + 1] = name .. ": " .. value end
  end
  if not has_host then table.insert(lines, 2, "Host: " .. (request.host or urls.authority(request.url))) end
  if length then lines[#lines + 1] = ("Content-Length: %d"):format(length) end
  if proxy_authorization then lines[#lines + 1] = "Proxy-Authorization: " .. proxy_authorization end
  lines[#lines + 1] = "\r\n"
  return table.concat(lines, "\r\n")
end
