--- Parses the parameters of the headers Content-Type and Content-Disposition, as browsers and HTTP libraries write them.

local header_params = {}

local MAX_BOUNDARY = 200 -- RFC 2046 allows 70

-- Parses a quoted string from `at`, after its quote. Only \" and \\ are escapes: Windows paths have single backslashes.
---@return string? value, integer? next nil: the quote is not closed
local function quoted(text, at, escapes)
  local parts = {}
  while true do
    local stop = text:find(escapes and '["\\]' or '"', at)
    if not stop then return nil end
    parts[#parts + 1] = text:sub(at, stop - 1)
    if text:byte(stop) == 34 then return table.concat(parts), stop + 1 end
    local escaped = text:match('^["\\]', stop + 1)
    parts[#parts + 1] = escaped or "\\"
    at = stop + (escaped and 2 or 1)
  end
end

local function value_at(text, at)
  if text:byte(at) ~= 34 then
    local value, stop = text:match("^([^;]*)()", at)
    return (value:gsub("%s+$", "")), stop
  end
  local value, stop = quoted(text, at + 1, true)
  if not value then value, stop = quoted(text, at + 1, false) end -- a file name that ends in a backslash
  return value, stop or #text + 1
end

-- Decodes an extended value (RFC 5987): UTF-8''na%C3%AFve.jpg.
local function decode_extended(value)
  local encoded = value:match("^[^']*'[^']*'(.*)$") or value
  return (encoded:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- Parses the parameters of a header value, by name in lower case. The first of two with the same name is used, and a plain value
--- before an extended one. Joins values in sections (RFC 2231).
---@param text string `form-data; name="image"; filename*=UTF-8''a.jpg`
---@return table<string, string>
function header_params.parse(text)
  local plain, extended, sections = {}, {}, {}
  local at = text:find(";", 1, true)
  while at do
    local name, start = text:match('^;%s*([^%s=;"]+)%s*=%s*()', at)
    if name then
      local value
      value, at = value_at(text, start)
      name = value and name:lower() or ""
      local base, number, star = name:match("^([^*]+)%*(%d+)(%*?)$")
      if base then
        sections[base] = sections[base] or {}
        sections[base][tonumber(number) + 1] = star == "*" and decode_extended(value) or value
      elseif name:sub(-1) == "*" then
        name = name:sub(1, -2)
        extended[name] = extended[name] or decode_extended(value)
      elseif value then
        plain[name] = plain[name] or value
      end
    else
      at = at + 1
    end
    at = text:find(";", at, true)
  end
  for name, parts in pairs(sections) do extended[name] = extended[name] or table.concat(parts) end
  for name, value in pairs(extended) do plain[name] = plain[name] or value end
  return plain
end

--- Returns the boundary of a Content-Type header, nil where it is missing or too long.
---@param header string
---@return string?
function header_params.boundary(header)
  local boundary = header_params.parse(header).boundary
    or header_params.parse(";" .. (header:match("[%s,]([bB][oO][uU][nN][dD][aA][rR][yY]=.*)") or "")).boundary -- no semicolon
  return boundary and boundary ~= "" and #boundary <= MAX_BOUNDARY and boundary or nil
end

return header_params
