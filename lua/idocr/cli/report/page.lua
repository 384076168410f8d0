--- Builds the page of a report: its style, its script and the data in one self-contained file.

local core = require "idocr.core"
local json = require "idocr.json"

local page = {}

local folder = (debug.getinfo(1, "S").source:match("^@(.*)page%.lua$") or "lua/idocr/cli/report/")

local function read(name)
  local handle, problem = io.open(folder .. name, "rb")
  if not handle then error("idocr: cannot read a file of the report's page: " .. problem, 0) end
  local text = handle:read("*a")
  handle:close()
  return text
end

-- Returns the source of a Content-Security-Policy that allows exactly this text.
local function hash_source(text)
  local raw = core.sha256(text):gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end)
  return "'sha256-" .. core.base64_encode(raw) .. "'"
end

-- Characters that could end the script element or begin a comment in it. JSON has them only in strings, where they can be escaped.
local ESCAPES = { ["<"] = "\\u003c", [">"] = "\\u003e", ["&"] = "\\u0026" }

--- Encodes a value as JSON that can stand in an HTML script element.
---@param value any
---@return string
function page.json(value) return (json.encode(value):gsub("[<>&]", ESCAPES)) end

--- Returns the page.
---@param head table      the data but for the entries
---@param entries string[] the entries, each of `page.json`
---@return string html
function page.make(head, entries)
  local style, script = read "style.css", read "script.js"
  local parts = {
    style = style, script = script, style_hash = hash_source(style), script_hash = hash_source(script),
    head = page.json(head), entries = "[" .. table.concat(entries, ",\n") .. "]",
  }
  return (read "page.html":gsub("@([%l_]+)@", parts))
end

return page
