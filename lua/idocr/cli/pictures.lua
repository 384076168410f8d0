--- Writing the pictures of a card to files.

local core = require "idocr.core"

local pictures = {}

local EXTENSIONS = { jpeg = ".jpg", png = ".png", bmp = ".bmp", gif = ".gif", webp = ".webp" }

--- The last part of a path without its extension.
---@param path string
---@return string
function pictures.stem(path)
  local name = path:match("([^/]+)/*$") or path
  return name:match("^(.+)%.[^.]+$") or name
end

--- Whether a path names a folder that is there.
---@param path string
---@return boolean
function pictures.is_folder(path)
  local handle = io.open(path, "r")
  if not handle then return false end
  local _, _, code = handle:read(0)
  handle:close()
  return code == 21 -- EISDIR
end

local function extension(bytes)
  local image = core.image_bytes(bytes)
  local info = image and image:info() or {}
  return EXTENSIONS[info.format] or ".bin"
end

--- Writes a picture whole or not at all: under another name first.
---@param bytes string
---@param place string a file, or a folder that is there: then the file is called STEM-FIELD.EXTENSION
---@param source string path of the picture that was read
---@param field string
---@return string? path
---@return string? problem
function pictures.write(bytes, place, source, field)
  local path = place
  if place:sub(-1) == "/" or pictures.is_folder(place) then
    path = place:gsub("/+$", "") .. "/" .. pictures.stem(source) .. "-" .. field .. extension(bytes)
  end
  local handle, problem = io.open(path .. ".part", "wb")
  if not handle then return nil, problem end
  local written
  written, problem = handle:write(bytes)
  if handle:close() and written then
    written, problem = os.rename(path .. ".part", path)
    if written then return path end
  end
  os.remove(path .. ".part")
  return nil, problem or ("cannot write " .. path)
end

return pictures
