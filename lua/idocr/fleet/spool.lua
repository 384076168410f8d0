--- Keeps results that could not be stored in Redis in files, until they can be.
---
--- Each worker has a separate file, which is locked while the worker runs. The file of a worker that ended is stored by the next one.

local core = require "idocr.core"
local shell_quote = require "idocr.shell_quote"

local spool = {}

---@class idocr.Spool
---@field folder string
---@field prefix string       of the files of one queue
---@field path string         of this worker
---@field vault idocr.Vault
---@field output idocr.Output?
local Spool = {}
Spool.__index = Spool

local WHAT = "spool"

--- Returns the folder that is used where none is named.
---@return string
function spool.default_folder()
  local state, home = os.getenv "XDG_STATE_HOME", os.getenv "HOME"
  if state and state ~= "" then return state .. "/idocr/spool" end
  return home and home ~= "" and home .. "/.local/state/idocr/spool" or "idocr-spool"
end

--- Opens the spool of a worker: makes the folder, and checks that it can be written to.
---@param folder string
---@param queue string   what names the queue and its server
---@param worker string
---@param vault idocr.Vault
---@return idocr.Spool?
---@return string? complaint
function spool.open(folder, queue, worker, vault)
  if core.file_type(folder, true) ~= "folder" then os.execute("mkdir -p -m 700 -- " .. shell_quote(folder) .. " 2>/dev/null") end
  local self = setmetatable({ folder = folder, prefix = core.sha256(queue):sub(1, 16) .. "-", vault = vault }, Spool)
  self.path = ("%s/%s%s.spool"):format(folder, self.prefix, worker)
  local output, message = core.output(self.path)
  if not output then return nil, message end
  output:close()
  os.remove(self.path)
  return self
end

-- Copies the end of an item with its line, which is sealed, as base64.
local function packable(ended)
  local copy = {}
  for name, value in pairs(ended) do copy[name] = value end
  copy.line = core.base64_encode(ended.line)
  return copy
end

--- Adds the end of an item.
---@param ended idocr.ItemEnd
---@return boolean? ok
---@return string? message
function Spool:add(ended)
  local message
  if not self.output then self.output, message = core.output(self.path) end
  if not self.output then return nil, message end
  local ok
  ok, message = self.output:write(core.base64_encode(self.vault:pack(packable(ended), WHAT)) .. "\n")
  return ok, message
end

--- Removes this worker's file: everything in it is stored.
function Spool:clear()
  if not self.output then return end
  os.remove(self.path)
  self.output:close()
  self.output = nil
end

--- Closes this worker's file and leaves it for the next worker.
function Spool:close()
  if self.output then self.output:close() end
  self.output = nil
end

-- Reads the ends in a file. Returns nil where the key does not open one of them.
local function ends_in(self, path)
  local handle = io.open(path, "rb")
  if not handle then return nil end
  local list, opened = {}, true
  for text in handle:lines() do
    local sealed = core.base64_decode(text) -- nil: the last line of a worker that was killed
    local ended = sealed and self.vault:unpack(sealed, WHAT)
    if sealed and not ended then opened = false end
    if ended then
      ended.line = core.base64_decode(ended.line)
      list[#list + 1] = ended
    end
  end
  handle:close()
  return opened and list or nil
end

--- Stores what workers that ended have left.
---@param store fun(ended: idocr.ItemEnd): boolean?, idocr.Error?
---@return integer count of the results that were stored
---@return idocr.Error? err  where it could not go on
function Spool:replay(store)
  local count = 0
  for _, name in ipairs(core.list_directory(self.folder) or {}) do
    local path = self.folder .. "/" .. name
    local is_ours = name:sub(1, #self.prefix) == self.prefix and name:match("%.spool$") and path ~= self.path
    local lock = is_ours and core.output(path) -- nil: its worker runs
    local list = lock and ends_in(self, path)
    for _, ended in ipairs(list or {}) do
      local ok, err = store(ended)
      if not ok then
        lock:close()
        return count, err
      end
      count = count + 1
    end
    if list then os.remove(path) end
    if lock then lock:close() end
  end
  return count
end

return spool
