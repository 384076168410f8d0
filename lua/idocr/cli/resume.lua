--- Reads the output of earlier batch runs, so that pictures with a final outcome are skipped. A line with the SHA-256 of its
--- file is about that content: under its path, and under another path when the file was renamed or moved.

local core = require "idocr.core"
local entry = require "idocr.cli.entry"
local json = require "idocr.json"

local resume = {}

---@alias idocr.cli.Outcome
---| "done"   a card, or a final error of the service
---| "unsure" it may have been billed
---| "again"  it cost nothing

-- Of several lines for one file, the one with the highest rank counts; it causes the fewest payments.
local RANK = { again = 1, unsure = 2, done = 3 }

---@class idocr.cli.Memory
---@field outcomes table<string, idocr.cli.Outcome>  by path, as in the line and with links resolved: of lines without a SHA-256
---@field contents table<string, { outcome: idocr.cli.Outcome, paths: table<string, true> }>  by SHA-256; paths with links resolved
---@field hashed table<string, table<string, idocr.cli.Outcome>>  by path, then by SHA-256
---@field written table<string, true>                 portraits that those runs wrote, by path with links resolved
---@field folders table<string, string|false>        folder of a line -> the folder with links resolved
local Memory = {}
Memory.__index = Memory

local function outcome_of(line)
  local verdict = entry.verdict(line)
  return (verdict == nil or verdict == "final") and "done" or verdict
end

-- Resolves the links of the folder, so that `scans`, `../x/scans` and `/x/scans` are equal. The file itself may be missing.
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

-- Sets the outcome under a key, unless a more expensive one is there.
local function raise(outcomes, key, outcome)
  local known = outcomes[key]
  if not known or RANK[outcome] > RANK[known] then outcomes[key] = outcome end
end

function Memory:note(path, outcome, hash)
  local canonical = self:canonical(path)
  for _, key in ipairs { path, canonical } do
    if hash then
      self.hashed[key] = self.hashed[key] or {}
      raise(self.hashed[key], hash, outcome)
    else
      raise(self.outcomes, key, outcome)
    end
  end
  if not hash then return end
  local content = self.contents[hash] or { paths = {} }
  self.contents[hash] = content
  raise(content, "outcome", outcome)
  content.paths[canonical or path] = true
end

-- Returns the most expensive outcome of any content that a path has had.
local function worst(outcomes)
  local result = {}
  for _, outcome in pairs(outcomes) do raise(result, "outcome", outcome) end
  return result.outcome
end

-- Returns the outcome of a content of which an earlier run found a file that is not among those of this run: it was moved. Where all
-- those files are still here, another one is a copy, which is another picture.
local function of_moved(self, hash, here)
  local content = self.contents[hash]
  for path in pairs(content and content.paths or {}) do
    if not here[path] then return content.outcome end
  end
end

--- Returns the outcome of a file in earlier runs, nil if there is none.
---@param path string
---@param hash_of (fun(): string?)?  returns the file's SHA-256; called only where an earlier line has one
---@param here table<string, true>?  the paths of this run
---@return idocr.cli.Outcome?
function Memory:outcome(path, hash_of, here)
  local canonical = self:canonical(path)
  local by_hash = self.hashed[path] or canonical and self.hashed[canonical]
  local hash = hash_of and next(self.contents) and hash_of()
  local outcome = self.outcomes[path] or canonical and self.outcomes[canonical] or nil
  if by_hash then outcome = hash and by_hash[hash] or not hash and worst(by_hash) or outcome end
  if not outcome and hash then outcome = of_moved(self, hash, here or {}) end
  return outcome
end

--- Returns whether earlier runs wrote this file as a portrait, which must not be read.
---@param path string
---@return boolean
function Memory:wrote(path) return self.written[self:canonical(path) or path] == true end

function Memory:add(line)
  local hash = type(line.sha256) == "string" and line.sha256:match("^%x+$") or nil
  self:note(entry.path(line), outcome_of(line), hash)
  local portrait = type(line.card) == "table" and line.card.portrait
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

--- Reads the JSON Lines file of earlier runs, also of older versions. Ignores incomplete lines.
---@param path string
---@return idocr.cli.Memory memory
---@return boolean torn  the last line is incomplete
function resume.load(path)
  local memory = setmetatable({ outcomes = {}, contents = {}, hashed = {}, written = {}, folders = {} }, Memory)
  if core.file_type(path, true) ~= "file" then return memory, false end -- reading a pipe or a device might never end
  local handle = io.open(path, "rb")
  if not handle then return memory, false end
  for text in handle:lines() do
    local line = json.decode(text)
    if type(line) == "table" and type(line.file) == "string" then memory:add(line) end
  end
  local torn = is_torn(handle)
  handle:close()
  return memory, torn
end

return resume
