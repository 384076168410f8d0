--- Makes the small pictures of a report: the portraits that lines name, and the pictures that were read, up to MOST_BYTES.

local constants = require "idocr.constants"
local core = require "idocr.core"
local entry = require "idocr.cli.entry"
local thumbnail = require "idocr.picture.thumbnail"

local thumbnails = {}

local MOST_BYTES = 64 * 1024 * 1024 -- of all pictures of a page, as base64
local PORTRAIT_SIDE, SOURCE_SIDE = 200, 480 -- pixels of the longer side

---@class idocr.cli.Thumbnails
---@field bytes integer    of the pictures so far
---@field missing integer  pictures whose file is missing, has changed, or cannot be decoded
---@field omitted integer  pictures beyond MOST_BYTES
local Thumbnails = {}
Thumbnails.__index = Thumbnails

--- Returns a maker of the pictures of one page.
---@return idocr.cli.Thumbnails
function thumbnails.new() return setmetatable({ bytes = 0, missing = 0, omitted = 0 }, Thumbnails) end

-- Returns the path of a named file: as the line has it, or relative to the folder of the JSON Lines file.
local function find(path, folder)
  if path:find("\0", 1, true) then return nil end
  if core.file_type(path, true) == "file" then return path end
  local beside = not path:find("^/") and folder .. "/" .. path
  return beside and core.file_type(beside, true) == "file" and beside or nil
end

-- Adds one picture to the list.
local function add(self, list, name, path, settings)
  if self.bytes >= MOST_BYTES then
    self.omitted = self.omitted + 1
    return
  end
  local found = find(path, settings.folder)
  local bytes = found and thumbnail.make(found, settings)
  if not bytes then
    self.missing = self.missing + 1
    return
  end
  local data = "data:image/jpeg;base64," .. core.base64_encode(bytes)
  self.bytes = self.bytes + #data
  list[#list + 1] = { name = name, data = data }
end

--- Returns the pictures of a line: a list of { name, data }, where `data` is a URL; nil if there are none.
---@param data table      the decoded line
---@param folder string   of the JSON Lines file
---@return table[]?
function Thumbnails:of(data, folder)
  local list = {}
  local card = type(data.card) == "table" and data.card or {}
  for _, field in ipairs(constants.PICTURE_FIELDS) do
    local file = type(card[field]) == "table" and card[field].file
    if type(file) == "string" then add(self, list, field, file, { longest = PORTRAIT_SIDE, folder = folder }) end
  end
  local path = data.file ~= nil and entry.path(data)
  if type(path) == "string" and not path:find("^%a[%w+.-]*://") then
    local hash = type(data.sha256) == "string" and data.sha256:lower() or nil
    add(self, list, "source", path, { longest = SOURCE_SIDE, folder = folder, sha256 = hash })
  end
  return list[1] and list or nil
end

return thumbnails
