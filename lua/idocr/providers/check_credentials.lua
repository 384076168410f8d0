--- Checks credentials before they are used: all parts present, and no part that cannot be an id, a key or a token.

local errors = require "idocr.errors"
local trim = require "idocr.trim"

local LONGEST = { token = 4096 } -- bytes
local LONGEST_OTHER = 512 -- bytes, of an id or a key

-- Characters that no id, key or token has, and what to call them.
local IMPOSSIBLE = {
  { "%c", "a line break or another control character" },
  { "[\128-\255]", "a character that is not ASCII" },
  { " ", "a blank inside" },
  { "[\"'`]", "a quotation mark; write it without quotes" },
  { "[;,]", "a comma or a semicolon" },
  { "[<>{}\\]", "a bracket or a backslash" },
}

-- Returns one part without surrounding white space; nil without a complaint where it is missing.
local function checked_part(name, value)
  value = type(value) == "string" and trim(value) or ""
  if value == "" then return nil end
  local longest = LONGEST[name] or LONGEST_OTHER
  if #value > longest then return nil, ("%s is longer than %d bytes"):format(name, longest) end
  for _, rule in ipairs(IMPOSSIBLE) do
    if value:find(rule[1]) then return nil, ("%s contains %s"):format(name, rule[2]) end
  end
  if name == "secret_id" and value:find("/", 1, true) then return nil, "secret_id contains a slash" end
  return value
end

--- Returns a new table with the named parts and `expires`.
---@param credentials any
---@param required string[] parts that must be present
---@param optional string a part that may be present
---@return table? checked
---@return idocr.Error? err names the part that is missing or malformed, without its value
return function(credentials, required, optional)
  if type(credentials) ~= "table" then
    return nil, errors.unsent("credentials", "NoCredentials", "no credentials were found")
  end
  local checked, missing = { expires = credentials.expires }, {}
  local names = { optional }
  for _, name in ipairs(required) do names[#names + 1] = name end
  for _, name in ipairs(names) do
    local value, complaint = checked_part(name, credentials[name])
    if complaint then return nil, errors.unsent("credentials", "BadCredentials", complaint) end
    checked[name] = value
  end
  for _, name in ipairs(required) do
    if not checked[name] then missing[#missing + 1] = name end
  end
  if missing[1] then
    return nil, errors.unsent("credentials", "NoCredentials", "missing: " .. table.concat(missing, ", "))
  end
  return checked
end
