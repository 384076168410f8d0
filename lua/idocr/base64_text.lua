--- Decodes base64 text, also with line breaks, with the prefix `data:…;base64,`, in the URL-safe alphabet (RFC 4648,
--- section 5) or without padding. Any other deviation is an error, because lost characters cannot be restored.

local core = require "idocr.core"

local LONGEST_PREFIX = 256 -- bytes before the data of a data URL
local LEAST = 64 -- characters; no picture is shorter, and shorter text is read strictly
local LEAST_WIDTH = 60 -- characters between two blanks that replace line breaks
local LONGEST_END = 64 -- bytes of trailing blanks

local URL_SAFE = { ["-"] = "+", ["_"] = "/" }

--- Returns the text after `data:…;base64,`, also where "data:" or more of the prefix is missing.
---@return string? text, string? complaint
local function without_prefix(text)
  local head = text:sub(1, LONGEST_PREFIX):lower()
  local is_url = head:find("^data:")
  if not is_url and not head:find("^image/") and not head:find("^base64,") then return text end
  local _, stop = head:find("%f[%w]base64%s*,%s*")
  if not stop then
    return nil, is_url and head:find(",", 1, true) and "the data URL is not base64-encoded" or "the data URL has no data"
  end
  text = text:sub(stop + 1)
  if text:find("%", 1, true) then
    text = text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  end
  return text
end

--- Returns whether blanks divide a text into lines of equal length. Otherwise a blank may have been a "+".
local function has_lines(text)
  local width, rest = text:find("[ \t]") - 1, #(text:gsub("[ \t]+", ""))
  if width < LEAST_WIDTH or width % 4 ~= 0 or rest % 4 ~= 0 then return false end
  for line in text:gmatch("[^ \t]+") do
    rest = rest - #line
    if #line > width or #line < width and rest > 0 then return false end
  end
  return true
end

local function without_line_breaks(text)
  if not text:find("[ \t]") then return (text:gsub("[\r\n]+", "")) end
  text = text:gsub("%s+", function(blanks) return blanks:find("[\r\n]") and "" or nil end)
  if text:find("[ \t]") and has_lines(text) then text = text:gsub("[ \t]+", "") end
  return text
end

--- Returns the bytes of base64 text, or nil and a complaint.
---@param text string
---@return string? bytes, string? complaint
return function(text)
  local exact = core.base64_decode(text) -- nothing to repair
  if exact then return exact end
  if text:find("^[%s\239]") then text = text:gsub("^\239\187\191", ""):gsub("^%s+", "") end
  local complaint
  text, complaint = without_prefix(text)
  if not text then return nil, complaint end
  if text:find("%s", -1) then text = text:sub(1, #text - #text:match("%s*$", -LONGEST_END)) end
  if text:find("%s") then text = without_line_breaks(text) end
  if #text >= LEAST then
    if text:find("[-_]") and not text:find("[+/]") then text = text:gsub("[-_]", URL_SAFE) end
    if #text % 4 > 1 and not text:find("=", -2, true) then text = text .. ("="):rep(4 - #text % 4) end
  end
  local bytes, _, position = core.base64_decode(text)
  if bytes then return bytes end
  local where = type(position) == "number" and (" at position %d"):format(position) or ""
  return nil, "the picture is not valid base64" .. where
end
