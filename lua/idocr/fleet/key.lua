--- Reads the key that seals what a queue stores: 32 bytes, as hexadecimal digits or base64, or in a file.

local base64_text = require "idocr.base64_text"
local core = require "idocr.core"

local key = {}

local BYTES = 32
local LARGEST = 4096 -- bytes of a file

-- Converts 64 hexadecimal digits or the base64 of 32 bytes; nil for any other text.
local function from_text(text)
  text = text:match("^%s*(.-)%s*$")
  if #text == 2 * BYTES and not text:find("%X") then
    return (text:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end))
  end
  local bytes = #text <= 64 and text ~= "" and base64_text(text)
  return bytes and #bytes == BYTES and bytes or nil
end

--- Reads a key from a file that holds the 32 bytes, or their hexadecimal digits or base64.
---@param path string
---@return string? key
---@return string? complaint never a part of the file
function key.file(path)
  local content, message = core.read_file(path, LARGEST)
  if not content then return nil, message end
  local bytes = from_text(content)
  if bytes then return bytes end
  if #content == BYTES then return content end
  return nil, "the file must hold 32 random bytes, or them as 64 hexadecimal digits or base64"
end

--- Reads a key from the value of an environment variable: hexadecimal digits, base64, or the path of a file.
---@param text string
---@return string? key
---@return string? complaint never a part of the text
function key.text(text)
  local bytes = from_text(text)
  if bytes then return bytes end
  if text:find("/", 1, true) or core.file_type(text, true) == "file" then return key.file(text) end
  return nil, "it must be 32 random bytes as 64 hexadecimal digits or base64, or the path of a file"
end

return key
