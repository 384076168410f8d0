--- Decides how a value of a line appears in a report: masked, unless the user asked for clear values. Values that
--- identify no person are shown as they are: sex, states, the document's dates, words and numbers of the reading.

local mask = require "idocr.checks.mask"
local redact = require "idocr.redact"
local utf8_characters = require "idocr.utf8_characters"
local width = require "idocr.cli.width"
local word_set = require "idocr.word_set"

local shown = {}

local LONGEST = 1000 -- characters of a clear value
local LONGEST_MASKED = 512 -- bytes of a value from which its mask is made
local LONGEST_NAME = 60 -- bytes of a member's name

local DOCUMENT_DATES = word_set [[
  issue_date first_issue_date valid_from expiry_date entry_date registration_date residence_until renewal_from renewal_until
]]
local YEARS = word_set "issue_year expiry_year registration_year"
local STATES = word_set "nationality issuing_country birth_country country"
local WORDS = word_set "document_type resident_type reflections" -- where the value is a word of the vocabulary
local READINGS = word_set "quality border_score angle card_count copy_number issue_count penalty_points"
local EXTENSIONS = word_set "jpg jpeg jfif png bmp gif webp pdf heic heif avif tif tiff"

-- Replaces line breaks and what could disturb a text by harmless characters.
local function clean(text)
  return width.plain((text:gsub("%s+", " ")))
end

-- Cuts a text to some characters and says how long it was.
local function cut(text, most)
  if #text <= most then return clean(text) end
  local list = utf8_characters(text:sub(1, most * 4 + 4))
  if #list <= most and #text <= most * 4 then return clean(text) end
  return clean(table.concat(list, "", 1, math.min(most, #list))) .. (" … (%d bytes)"):format(#text)
end

local function masked_text(name, value)
  if value:find("^%s*$") then return "" end
  if DOCUMENT_DATES[name] and (value:find("^%d%d%d%d%-%d%d$") or value:find("^%d%d%d%d%-%d%d%-%d%d$")) then return value end
  if YEARS[name] and value:find("^%d%d%d%d$") then return value end
  if name == "sex" and value:find("^[MFX]$") then return value end
  if STATES[name] then return mask.state(value) end
  if WORDS[name] and value:find("^%l[%l_-]*$") and #value <= 40 then return value end
  if name == "document_code" then return mask.open(value) end
  if name:find("date$") then return mask.date(value) end
  if name:find("number") or name:find("^mrz") or value:find("%d") and not value:find(" ", 1, true) then return mask.number(value) end
  return mask.name(value)
end

--- Returns the text of a value.
---@param name string   the field without a prefix such as `visual.`
---@param value string|number|boolean
---@param clear boolean?
---@return string
function shown.value(name, value, clear)
  if type(value) == "boolean" then return value and "yes" or "no" end
  if type(value) == "number" then
    local text = ("%.14g"):format(value)
    return (clear or READINGS[name]) and text or mask.number(text)
  end
  if clear then return cut(value, LONGEST) end
  return clean(masked_text(name, value:sub(1, LONGEST_MASKED)))
end

--- Returns the name of a member, for a reader: shortened, and masked if it does not look like the name of a field.
---@param name string
---@param clear boolean?
---@return string
function shown.name(name, clear)
  if clear then return cut(name, LONGEST_NAME) end
  if name:find("^%l[%l%d_]*$") and #name <= 40 and not name:find("%d%d%d") then return name end
  return clean(mask.number(name))
end

--- Returns an identifier such as an error code or a check: as it is, if it looks like one.
---@param value any
---@return string?
function shown.code(value)
  if type(value) == "number" then return ("%.14g"):format(value) end
  if type(value) ~= "string" or value == "" then return nil end
  if #value <= 80 and value:find("^[%a][%w_.%-]*$") then return value end
  return clean(mask.number(value))
end

--- Returns a request id: letters, digits and hyphens; nil for anything else.
---@param value any
---@return string?
function shown.request_id(value)
  if type(value) == "string" and #value <= 80 and value:find("^[%w%-_]+$") then return value end
end

--- Returns a message of ours. In a masked report, runs that could be a number or a key are hidden.
---@param value any
---@param clear boolean?
---@return string?
function shown.message(value, clear)
  if type(value) ~= "string" or value == "" then return nil end
  if clear then return cut(value, LONGEST) end
  return clean(redact.scrub(value))
end

--- Returns the name of a picture. Masked, it is the first character and, of a long name, the last two, with the extension: the
--- folders, and the query of a URL, are left out. Files are often called after the person.
---@param path any
---@param clear boolean?
---@return string?
function shown.file(path, clear)
  if type(path) ~= "string" or path == "" then return nil end
  if clear then return cut(path, LONGEST) end
  local name = path:gsub("^%a[%w+.-]*://[^/]*", ""):gsub("[?#].*$", ""):match("([^/]+)/*$") or ""
  local stem, extension = name:match("^(.+)%.(%w+)$")
  if not stem or not EXTENSIONS[extension:lower()] then stem, extension = name, nil end
  local list = utf8_characters(stem:sub(1, 256))
  local dots = math.max(#list - (#list >= 8 and 3 or 1), 1)
  local text = (list[2] and list[1] or "") .. ("•"):rep(math.min(dots, 12))
  if #list >= 8 then text = text .. list[#list - 1] .. list[#list] end
  return clean(text) .. (extension and "." .. extension:lower() or "")
end

return shown
