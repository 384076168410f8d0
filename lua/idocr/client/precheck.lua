--- The look at a picture before it is paid for: only what the service would surely refuse is refused. (What the pixels look
--- like is an opinion: `advice`.)

local errors = require "idocr.errors"
local kinds = require "idocr.kinds"

local precheck = {}

local function refused(code, message) return nil, errors.unsent("image", code, message) end

local NAMES = { jpeg = "JPEG", png = "PNG", bmp = "BMP", gif = "GIF", pdf = "PDF", webp = "WebP" }

local function list_formats(formats)
  local names = {}
  for format in pairs(formats) do names[#names + 1] = NAMES[format] or format end
  table.sort(names)
  return table.concat(names, ", ")
end

local function base64_length(size) return math.ceil(size / 3) * 4 end

-- Whole multiples as people say them.
local function human(bytes)
  if bytes >= 1024 * 1024 then return ("%.1f MiB"):format(bytes / 1024 / 1024) end
  return ("%d KiB"):format(math.ceil(bytes / 1024))
end

--- The look before the call: format, size and whether the file is whole, against what the action takes.
---@param image userdata
---@param service idocr.Service
---@param site string?
---@return true?, idocr.Error?
function precheck.picture(image, service, site)
  local size = image:size()
  if size == 0 then return refused("PictureEmpty", "the picture is empty") end
  local info, _, code = image:info()
  if code == "changed" then return refused("PictureChanged", "the picture's file changed while it was being looked at") end
  if not info then return refused("PictureUnreadable", "the file of the picture cannot be read") end

  local formats = kinds.by_site(service.formats, site)
  if formats and not formats[info.format] then
    local found = info.format and ("is " .. (NAMES[info.format] or info.format)) or "has no known format"
    return refused("PictureFormat", ("the picture %s; %s takes %s"):format(found, service.action, list_formats(formats)))
  end

  local most_text = kinds.by_site(service.max_base64, site)
  if most_text and base64_length(size) > most_text then
    return refused("PictureTooLarge", ("the picture has %s; %s takes at most %s (%s as base64)"):format(
      human(size), service.action, human(math.floor(most_text / 4) * 3), human(most_text)))
  end
  if service.max_bytes and size > service.max_bytes then
    return refused("PictureTooLarge", ("the picture has %s; %s takes at most %s"):format(
      human(size), service.action, human(service.max_bytes)))
  end

  if info.complete == false then
    return refused("PictureTruncated", "the picture's file ends too early; send it whole")
  end
  if info.width == 0 or info.height == 0 then
    return refused("PictureUnreadable", "the picture says that it has no pixels")
  end
  return true
end

--- The look at a whole body: two pictures that fit alone can be too much together.
---@param length integer bytes
---@param most integer? bytes that the provider takes; nil: it names no limit
---@return true?, idocr.Error?
function precheck.request(length, most)
  if not most or length <= most then return true end
  return refused("PictureTooLarge", ("the pictures make a request of %s; at most %s are taken in one"):format(
    human(length), human(most)))
end

return precheck
