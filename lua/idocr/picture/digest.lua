--- Computes the SHA-256 of a picture's bytes, which names its content: for the result cache, for batches and queues.

local core = require "idocr.core"

local digest = {}

local PIECE = 256 * 1024 -- bytes between two pauses

local function no_pause() end

--- Returns the SHA-256 of an open picture.
---@param image userdata
---@param pause fun()? called between pieces, so that an event loop can run
---@return string? hex nil where the picture cannot be read
function digest.image(image, pause)
  local body = core.body { { image = image, encoding = "raw" } }
  while body do
    local done = body:hash_some(PIECE)
    if done then return body:sha256() end
    if done == nil then return nil end
    (pause or no_pause)()
  end
end

--- Returns the SHA-256 of a file.
---@param path string
---@return string? hex nil where the file cannot be read or is empty
function digest.file(path)
  local image = core.image_file(path)
  if not image then return nil end
  local hex = digest.image(image)
  image:close()
  return hex
end

return digest
