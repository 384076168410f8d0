--- Makes the lines of JSON that the commands and the queue write: one for each picture, with a card or an error.

local core = require "idocr.core"
local json = require "idocr.json"
local picture_fields = require "idocr.picture_fields"
local valid_utf8 = require "idocr.valid_utf8"

local line = {}

-- Members that are lists also when they are empty.
local LISTS = {}
for name in ("birth_dates fields findings lines mrz mrz_part params problems reflections services sites unread warnings"):gmatch("%S+") do
  LISTS[name] = true
end

local STYLE = { lists = LISTS, text = valid_utf8 }

-- Copies `raw` with pictures as base64, because JSON cannot contain their bytes.
local function raw_copy(value)
  if type(value) == "table" then
    local copy = {}
    for key, item in pairs(value) do copy[key] = raw_copy(item) end
    return copy
  end
  if type(value) == "string" and (value:find("^\255\216\255") or value:find("^\137PNG")) then return core.base64_encode(value) end
  return value
end

--- Returns a card as a plain table for JSON: of its pictures, only the number of bytes and the file.
---@param card idocr.Card
---@param options { source: string?, files: table<string, string>?, raw: boolean?, report: table? }
---@return table
function line.card(card, options)
  local data = {}
  for name, value in pairs(card) do
    if name ~= "raw" and type(name) == "string" and not name:find("^_") then data[name] = value end
  end
  for _, field in ipairs(picture_fields(card)) do
    data[field] = { bytes = #card[field], file = options.files and options.files[field] }
  end
  data.warnings = card.warnings or {}
  if options.raw then data.raw = raw_copy(card.raw) end
  if options.report then data.report = options.report end
  return data
end

--- Returns an error as a plain table for JSON. Copies members by name, because others (`vendor_message`) may hold personal data.
---@param err idocr.Error
---@return table
function line.error(err)
  return {
    category = err.category, code = err.code, message = err.message, request_id = err.request_id,
    http_status = err.http_status, attempts = err.attempts, retryable = err.retryable or false,
    sent = err.sent, billed = err.billed, resume_token = err.resume_token, cached = err.cached,
  }
end

--- Adds the picture's path to a line, also as base64 if it is not UTF-8, because `file` is then altered.
---@param data table
---@param path string
---@return table data
function line.named(data, path)
  data.file = path
  data.file_base64 = valid_utf8(path) ~= path and core.base64_encode(path) or nil
  return data
end

--- Returns one line of JSON.
---@param data table
---@return string
function line.encode(data) return json.encode(data, STYLE) .. "\n" end

return line
