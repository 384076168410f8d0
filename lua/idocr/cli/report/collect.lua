--- Reads the JSON Lines files of a report: one entry for each picture, and the numbers of the malformed lines.

local entry = require "idocr.cli.entry"
local json = require "idocr.json"

local collect = {}

--- A line that became an entry of a report.
---@class idocr.cli.ReportLine
---@field input integer  number of the input file, from 1
---@field number integer line number in that file, from 1
---@field text string    the line; decoded again when its row is made, because decoded lines need much more memory
---@field kind string?

--- A line that is no result.
---@class idocr.cli.Malformed
---@field input integer
---@field number integer
---@field problem string  never a part of the line

---@class idocr.cli.Collected
---@field lines idocr.cli.ReportLine[]
---@field malformed idocr.cli.Malformed[] only the first ones
---@field malformed_count integer
---@field replaced integer  earlier lines for the same picture

local MOST_LISTED = 20 -- malformed lines that are listed; all are counted

-- Decodes a line. Returns the table, or nil and what is wrong.
local function parse(text)
  local data, problem = json.decode(text)
  if data == nil then return nil, problem end
  if type(data) ~= "table" then return nil, "it is not a JSON object" end
  if type(data.card) ~= "table" and type(data.error) ~= "table" then return nil, "it has no card and no error" end
  return data
end

local function kind_of(data)
  local card = type(data.card) == "table" and data.card or {}
  if type(data.kind) == "string" then return data.kind end
  return type(card.kind) == "string" and card.kind or nil
end

-- Returns what names the picture of a line: the id of a queue's item, or the path with the SHA-256 of the content; nil: nothing.
local function picture_of(data)
  if type(data.id) == "string" then return "id\0" .. data.id end
  local path = data.file ~= nil and entry.path(data)
  if type(path) ~= "string" or path == "" then return nil end
  return "file\0" .. path .. "\0" .. (type(data.sha256) == "string" and data.sha256 or "")
end

-- Of several lines for one picture the last one counts: the earlier ones failed, and a later run tried again. Lines of
-- different kinds are different results; a line without a kind is replaced by one with a kind.
local function add(collected, known, line, data)
  local picture = picture_of(data)
  line.kind = kind_of(data)
  if picture then
    local by_kind = known[picture] or {}
    known[picture] = by_kind
    local earlier = by_kind[line.kind or ""] or by_kind[""]
    if earlier then
      earlier.is_replaced = true
      collected.replaced = collected.replaced + 1
      if by_kind[""] == earlier then by_kind[""] = nil end
    end
    by_kind[line.kind or ""] = line
  end
  collected.lines[#collected.lines + 1] = line
end

local function add_malformed(collected, input, number, problem)
  collected.malformed_count = collected.malformed_count + 1
  if #collected.malformed < MOST_LISTED then
    table.insert(collected.malformed, { input = input, number = number, problem = problem })
  end
end

-- Reads one file. Returns why it could not be read to its end, or nil.
local function read_file(collected, handle, input)
  local known, number = {}, 0
  local read, problem = pcall(function()
    for text in handle:lines() do
      number = number + 1
      if text:find("%S") then
        local data, wrong = parse(text)
        if data then
          add(collected, known, { input = input, number = number, text = text }, data)
        else
          add_malformed(collected, input, number, wrong)
        end
      end
    end
  end)
  return not read and tostring(problem):gsub("^.-:%d+: ", "") or nil
end

--- Reads the files.
---@param paths string[]  - for standard input
---@return idocr.cli.Collected?
---@return string? problem
function collect.read(paths)
  local collected = { lines = {}, malformed = {}, malformed_count = 0, replaced = 0 }
  for input, path in ipairs(paths) do
    local handle, problem = io.stdin, nil
    if path ~= "-" then handle, problem = io.open(path, "rb") end
    if not handle then return nil, problem end
    problem = read_file(collected, handle, input)
    if handle ~= io.stdin then handle:close() end
    if problem then return nil, path .. ": " .. problem end
  end
  local lines = {}
  for _, line in ipairs(collected.lines) do
    if not line.is_replaced then lines[#lines + 1] = line end
  end
  collected.lines = lines
  return collected
end

return collect
