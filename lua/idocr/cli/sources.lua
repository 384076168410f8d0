--- Finds the pictures that a batch reads: those of a folder, of a list (a file or standard input), or a single picture.

local core = require "idocr.core"
local folder = require "idocr.cli.folder"
local idocr = require "idocr"
local main = require "idocr.cli.main"

local sources = {}

local LONGEST_LIST = 256 * 1024 * 1024 -- bytes

---@class idocr.cli.Sources
---@field all string[]        paths and URLs, in order
---@field left_out idocr.cli.LeftOut?  files of a folder that are skipped
---@field root string?        the folder; nil for a list

--- Returns whether a source is a URL that the service downloads.
---@param source string
---@return boolean
function sources.is_url(source) return source:find("^https?://") ~= nil end

--- Returns the picture of a source. Raises where it is neither a path nor a URL that a service can download.
---@param source string
---@return idocr.Picture
function sources.picture(source) return sources.is_url(source) and idocr.url(source) or idocr.file(source) end

-- Returns whether a file is a picture and not a list: text is no picture format.
local function is_picture(path)
  local image = core.image_file(path)
  local info = image and image:info()
  if image then image:close() end
  return info ~= nil and info.format ~= nil and info.format ~= "base64" and info.format ~= "data_url"
end

--- Parses a list: one path or URL in each line; empty lines are skipped, an entry that is repeated counts once.
---@param text string
---@return string[]
function sources.parse(text)
  local all, seen = {}, {}
  for line in text:gsub("^\239\187\191", ""):gmatch("[^\r\n]+") do
    if line:find("%S") and not seen[line] then
      seen[line] = true
      all[#all + 1] = line
    end
  end
  return all
end

local function read_list(path)
  local handle, problem = io.stdin, nil
  if path ~= "-" then handle, problem = io.open(path, "rb") end
  if not handle then main.usage_error(problem) end
  local text = handle:read(LONGEST_LIST + 1) or ""
  if handle ~= io.stdin then handle:close() end
  if #text > LONGEST_LIST then main.usage_error("the list is longer than 256 MiB") end
  return sources.parse(text)
end

--- Finds the pictures of a source. A source that cannot be read is a usage error.
---@param source string  a folder, a file with a list, "-" (a list on standard input), or a picture
---@param options { recursive: boolean?, formats: table<string, true>?, wrote: fun(path: string): boolean } of `folder.find`
---@return idocr.cli.Sources
function sources.find(source, options)
  local kind, problem = core.file_type(source, true)
  if source ~= "-" and not kind then main.usage_error(source .. ": " .. problem) end
  if source ~= "-" and kind == "folder" then
    local names, unreadable = core.list_directory(source)
    if not names then main.usage_error(source .. ": " .. unreadable) end
    local all, left_out, root = folder.find(source, options)
    return { all = all, left_out = left_out, root = root }
  end
  if kind == "special" and source ~= "-" then
    main.usage_error(source .. ": a list must be a regular file; - reads one from standard input")
  end
  if options.recursive then main.usage_error("--recursive can be used with a folder only") end
  if kind == "file" and source ~= "-" and is_picture(source) then return { all = { source } } end
  local all = read_list(source)
  for index, entry in ipairs(all) do
    local made, complaint = pcall(sources.picture, entry)
    if not made then main.usage_error(("entry %d of the list: %s"):format(index, complaint)) end
  end
  return { all = all }
end

return sources
