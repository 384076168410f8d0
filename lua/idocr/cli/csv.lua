--- Writes the lines of a batch as a table of comma-separated values (RFC 4180, UTF-8 with a byte order mark for Excel).

local entry = require "idocr.cli.entry"
local idocr = require "idocr"
local json = require "idocr.json"

local csv = {}

local member = entry.member

-- A spreadsheet would compute a cell that begins with one of these (a formula in a name that a document carries).
local FORMULA = "^[=+%-@\t\r]"

--- Formats a cell: quoted where needed, and with an apostrophe in front of what a spreadsheet would take for a formula.
---@param value any nil, text, number, boolean
---@return string
function csv.cell(value)
  if value == nil or value == json.null then return "" end
  if type(value) == "number" and value % 1 == 0 then value = ("%d"):format(value) end
  local text = tostring(value)
  if text:find(FORMULA) then text = "'" .. text end
  if text:find('[",\r\n]') then return '"' .. text:gsub('"', '""') .. '"' end
  return text
end

local function row(values, count)
  local cells = {}
  for index = 1, count do cells[index] = csv.cell(values[index]) end
  return table.concat(cells, ",") .. "\r\n"
end

-- Returns the text of a field: lists with a line break between their items.
local function text_of(value)
  if type(value) ~= "table" then return value end
  local items = {}
  for index, item in ipairs(value) do items[index] = type(item) == "table" and member(item.name) or tostring(item) end
  return table.concat(items, "\n")
end

local HEAD = { "file", "status", "error" }
local TAIL = { "warnings", "request_id" }

--- Writes the table of all lines of a JSON Lines file. Of several lines for one file the last one counts.
---@param from string  path of the JSON Lines file
---@param to string    path of the table, which is replaced
---@param kind string
---@return true? ok
---@return string? problem
function csv.write(from, to, kind)
  local fields = idocr.describe(kind).fields
  local lines, order = {}, {}
  local input, problem = io.open(from, "rb")
  if not input then return nil, problem end
  for text in input:lines() do
    local line = json.decode(text)
    if type(line) == "table" and type(line.file) == "string" then
      local path = entry.path(line) -- two names that are not UTF-8 can look the same in `file`
      if not lines[path] then order[#order + 1] = path end
      lines[path] = line
    end
  end
  input:close()

  local output
  output, problem = io.open(to, "wb")
  if not output then return nil, problem end
  local heads = {}
  for _, list in ipairs { HEAD, fields, TAIL } do
    for _, name in ipairs(list) do heads[#heads + 1] = name end
  end
  local written
  written, problem = output:write("\239\187\191", row(heads, #heads))
  for _, path in ipairs(order) do
    local line = lines[path]
    local card, err = member(line.card) or {}, member(line.error) or {}
    local values = { line.file, entry.status(line), member(err.code) }
    for index, name in ipairs(fields) do values[#HEAD + index] = text_of(member(card[name])) end
    values[#HEAD + #fields + 1] = text_of(member(card.warnings))
    values[#HEAD + #fields + 2] = member(card.request_id) or member(err.request_id)
    if written then written, problem = output:write(row(values, #heads)) end
  end
  local closed, trouble = output:close()
  if not (written and closed) then return nil, problem or trouble end
  return true
end

return csv
