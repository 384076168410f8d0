--- Checks a picture's format, size and completeness before sending, and rejects what the service would certainly reject.

local errors = require "idocr.errors"
local fit_formats = require "idocr.picture.fit_formats"
local kinds = require "idocr.kinds"

local limits = {}

local function refused(code, message, can_fit)
  local fitted = can_fit and "; fit = true makes it fit" or ""
  return nil, errors.unsent("image", code, message .. fitted .. "; precheck = false sends it anyway")
end

-- Descriptions of the formats of csrc/image_format.h.
local NAMES = {
  jpeg = "JPEG", png = "PNG", bmp = "BMP", gif = "GIF", pdf = "PDF", webp = "WebP",
  heic = "HEIC", heif = "HEIF", avif = "AVIF", tiff = "TIFF", dng = "DNG, a raw photo", raw = "a raw photo of a camera",
  jpegxl = "JPEG XL", jpeg2000 = "JPEG 2000", jpegxr = "JPEG XR", psd = "a Photoshop file", ico = "an icon (ICO)", svg = "SVG",
  video = "a video", zip = "a ZIP archive", gzip = "compressed with gzip", html = "a web page (HTML)",
  appledouble = "the AppleDouble metadata file of a picture", base64 = "base64 text", data_url = "a data URL",
}

-- What the user can do about a format that is not accepted.
local ADVICE = {
  base64 = "give the text to idocr.base64", data_url = "give it to idocr.base64",
  zip = "unpack it", gzip = "unpack it", appledouble = "send the file with the same name without the prefix ._",
  html = "save the picture itself",
}
for format in ("gif webp heic heif avif tiff dng raw jpegxl jpeg2000 jpegxr psd ico svg bmp pdf png jpeg"):gmatch("%w+") do
  ADVICE[format] = "convert it"
end

local function list_formats(formats)
  local names = {}
  for format in pairs(formats) do names[#names + 1] = NAMES[format] or format end
  table.sort(names)
  return table.concat(names, ", ")
end

--- Returns the name of a format for messages.
---@param format string
---@return string
function limits.format_name(format) return NAMES[format] or format end

local function wrong_format(format, accepted, action, can_fit)
  local found = format and "is " .. (NAMES[format] or format) or "has no known format"
  local advice = ADVICE[format] and ": " .. ADVICE[format] or ""
  return refused("PictureFormat", ("the picture %s; %s takes %s%s"):format(found, action, list_formats(accepted), advice),
    can_fit and accepted.jpeg)
end

local function base64_length(size) return math.ceil(size / 3) * 4 end

-- Formats a size in bytes for messages.
local function human(bytes)
  if bytes >= 1024 * 1024 then return ("%.1f MiB"):format(bytes / 1024 / 1024) end
  return ("%d KiB"):format(math.ceil(bytes / 1024))
end

limits.human = human

local SLICE = 16 * 1024 -- bytes of a picture between two pauses

--- Returns whether the data of a picture certainly ends before its last pixel. Decoders show a JPEG whose end marker is
--- missing or overwritten, so its blocks are counted.
---@param image userdata
---@param info idocr.core.ImageInfo
---@param pause fun()?
---@return boolean
function limits.is_cut(image, info, pause)
  if info.format ~= "jpeg" or info.complete ~= nil then return info.complete == false end
  local walk = image:jpeg_walk()
  local result
  repeat
    if pause then pause() end
    result = walk:step(SLICE)
  until result ~= "more"
  return result == "early"
end

local function too_large(size, taken, action, site)
  local most_text = kinds.by_site(taken.max_base64, site)
  if most_text and base64_length(size) > most_text then
    return ("the picture has %s; %s takes at most %s (%s as base64)"):format(
      human(size), action, human(math.floor(most_text / 4) * 3), human(most_text))
  end
  if taken.max_bytes and size > taken.max_bytes then
    return ("the picture has %s; %s takes at most %s"):format(human(size), action, human(taken.max_bytes))
  end
end

-- Returns a limit of the pixels for a format; nil where there is none.
local function for_format(limit, format)
  if type(limit) == "table" then return limit[format] end
  return limit
end

--- Returns the most bytes that a picture may have; nil: no limit.
---@param taken idocr.Limits
---@param site string?
---@return integer?
function limits.most_bytes(taken, site)
  local text = kinds.by_site(taken.max_base64, site)
  local most = text and math.floor(text / 4) * 3
  if most and taken.max_bytes then return math.min(most, taken.max_bytes) end
  return most or taken.max_bytes
end

--- Returns the most pixels of the longer side that an action takes of a format; nil: no limit.
---@param taken idocr.Limits
---@param format string?
---@return integer?
function limits.most_side(taken, format) return for_format(taken.max_side, format) end

--- Returns the least pixels of the shorter side that an action takes of a format; nil: no limit.
---@param taken idocr.Limits
---@param format string?
---@return integer?
function limits.least_side(taken, format) return for_format(taken.min_side, format) end

local function check_sides(info, taken, action, can_fit)
  if not (info.width and info.height) then return true end
  local most, least = limits.most_side(taken, info.format), limits.least_side(taken, info.format)
  local complaint = "the picture has %d × %d pixels; %s takes at %s %d a side"
  if most and math.max(info.width, info.height) > most then
    return refused("PictureTooLarge", complaint:format(info.width, info.height, action, "most", most), can_fit)
  end
  if least and math.min(info.width, info.height) < least then
    return refused("PictureTooSmall", complaint:format(info.width, info.height, action, "least", least))
  end
  return true
end

--- Checks a picture against the limits of the action: format, size, dimensions and completeness.
---@param image userdata
---@param taken idocr.Limits what the action takes as this picture: `kinds.limits`
---@param action string for messages
---@param site string?
---@param pause fun()? called between slices of long work
---@param fitted boolean? `fit` is on already: messages do not name it
---@return true?, idocr.Error?
function limits.picture(image, taken, action, site, pause, fitted)
  local size = image:size()
  if size == 0 then return nil, errors.unsent("image", "PictureEmpty", "the picture is empty") end
  local info, _, code = image:info()
  if code == "changed" then
    return nil, errors.unsent("image", "PictureChanged", "the picture's file changed while it was being read")
  end
  if not info then return nil, errors.unsent("image", "PictureUnreadable", "the picture's file cannot be read") end

  local can_fit = not fitted and fit_formats[info.format] ~= nil
  local formats = kinds.by_site(taken.formats, site)
  if formats and not formats[info.format] then return wrong_format(info.format, formats, action, can_fit) end
  local complaint = too_large(size, taken, action, site)
  if complaint then return refused("PictureTooLarge", complaint, can_fit) end
  if info.width == 0 or info.height == 0 then
    return refused("PictureUnreadable", "the image header declares zero width or height")
  end
  local fits, err = check_sides(info, taken, action, can_fit)
  if not fits then return nil, err end
  if limits.is_cut(image, info, pause) then
    return refused("PictureTruncated", "the picture's file is truncated: part of the picture is missing")
  end
  return true
end

--- Checks the size of a whole request body: two pictures within the limit can exceed it together.
---@param length integer bytes
---@param most integer? limit of the provider in bytes; nil: none
---@param fitted boolean? as for `limits.picture`
---@return true?, idocr.Error?
function limits.request(length, most, fitted)
  if not most or length <= most then return true end
  return refused("PictureTooLarge", ("the pictures make a request of %s; at most %s are accepted"):format(
    human(length), human(most)), not fitted)
end

return limits
