--- Reads the output of earlier batch runs, so that a file with a settled outcome is not paid twice.

local core = require "idocr.core"
local json = require "idocr.json"
local money = require "idocr.client.money"

local resume = {}

---@alias idocr.cli.Outcome
---| "done"   a card, or an answer of the service that would come again
---| "unsure" it may have been billed
---| "again"  it cost nothing

-- Of several lines of a file the one counts that leads to the least payments.
local RANK = { again = 1, unsure = 2, done = 3 }

---@class idocr.cli.Memory
---@field outcomes table<string, idocr.cli.Outcome>  by path: as the line names it, and without links
---@field written table<string, true>                 pictures that those runs wrote, likewise
---@field folders table<string, string|false>        folder of a line -> the same without links
local Memory = {}
Memory.__index = Memory

-- JSON's null is no value.
local function member(value)
  if value ~= json.null then return value end
end

local function outcome_of(entry)
  local err = member(entry.error)
  if type(err) ~= "table" then return "done" end
  local facts = {}
  for _, name in ipairs { "category", "code", "billed", "retryable", "sent" } do facts[name] = member(err[name]) end
  local verdict = money.verdict(facts)
  return verdict == "final" and "done" or verdict
end

-- The path without links, so that `scans`, `../x/scans` and `/x/scans` are one folder; the file itself may be gone.
function Memory:canonical(path)
  local above, name = path:match("^(.*)/([^/]+)$")
  if not name then above, name = ".", path end
  if above == "" then above = "/" end
  local real = self.folders[above]
  if real == nil then
    real = core.real_path(above) or false
    self.folders[above] = real
  end
  return real and real .. "/" .. name
end

function Memory:note(path, outcome)
  for _, key in ipairs { path, self:canonical(path) or nil } do
    local known = self.outcomes[key]
    if not known or RANK[outcome] > RANK[known] then self.outcomes[key] = outcome end
  end
end

--- What earlier runs found out about a file; nil: nothing.
---@param path string
---@return idocr.cli.Outcome?
function Memory:outcome(path)
  local canonical = self:canonical(path)
  return self.outcomes[path] or canonical and self.outcomes[canonical] or nil
end

--- Whether earlier runs wrote this file, a portrait: it is no picture to read.
---@param path string
---@return boolean
function Memory:wrote(path) return self.written[self:canonical(path) or path] == true end

-- The name that a table of JSON gives a file; one that is no UTF-8 is also there as base64.
local function named(entry)
  if type(entry.file_base64) == "string" then return core.base64_decode(entry.file_base64) or entry.file end
  return entry.file
end

function Memory:add(entry)
  self:note(named(entry), outcome_of(entry))
  local portrait = type(entry.card) == "table" and entry.card.portrait
  if type(portrait) == "table" and type(portrait.file) == "string" then
    self.written[self:canonical(portrait.file) or portrait.file] = true
  end
end

local function is_torn(handle)
  local size = handle:seek("end")
  if size == 0 then return false end
  handle:seek("end", -1)
  return handle:read(1) ~= "\n"
end

--- Reads a JSON Lines file that earlier runs wrote, of this version or an older one. A line that does not parse was cut off.
---@param path string
---@return idocr.cli.Memory memory
---@return boolean torn the last line is not whole
function resume.load(path)
  local memory = setmetatable({ outcomes = {}, written = {}, folders = {} }, Memory)
  if core.file_type(path, true) ~= "file" then return memory, false end -- a pipe or a device may never end
  local handle = io.open(path, "rb")
  if not handle then return memory, false end
  for line in handle:lines() do
    local entry = json.decode(line)
    if type(entry) == "table" and type(entry.file) == "string" then memory:add(entry) end
  end
  local torn = is_torn(handle)
  handle:close()
  return memory, torn
end

return resume
