--- Makes a small JPEG of a picture file, upright and without metadata, with the module idocr.fit.

local core = require "idocr.core"
local fit = require "idocr.picture.fit"

local thumbnail = {}

local QUALITY = 72 -- of the JPEG

---@class idocr.ThumbnailSettings
---@field longest integer  pixels of the longer side
---@field sha256 string?   of the file: a file with another content is not used

--- Returns the bytes of the small picture.
---@param path string
---@param settings idocr.ThumbnailSettings
---@return string? bytes  nil: no picture, another content, or it cannot be decoded
function thumbnail.make(path, settings)
  local image = core.image_file(path)
  if not image then return nil end
  local info = image:info()
  local made
  if info and info.format and (not settings.sha256 or image:sha256() == settings.sha256) then
    made = fit.small(image, info, settings.longest, QUALITY)
  end
  image:close()
  if not made then return nil end
  local bytes = made:read(0, made:size())
  made:close()
  return bytes
end

return thumbnail
