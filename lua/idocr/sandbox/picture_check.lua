--- Checks a picture of a call against the limits of the service, as the service does.

local core = require "idocr.core"

local picture_check = {}

-- Returns a limit for the site, or the larger one where the site is unknown (a loopback address).
local function limit_for(value, site)
  if type(value) ~= "table" or (value.intl == nil and value.cn == nil) then return value end
  if site then return value[site] end
  return math.max(value.intl or 0, value.cn or 0)
end

local function format_taken(formats, site, format)
  if formats == nil then return true end -- the kind's table lists no formats
  if formats.intl == nil and formats.cn == nil then return formats[format] end
  if site then return formats[site] and formats[site][format] end
  return formats.intl and formats.intl[format] or formats.cn and formats.cn[format]
end

local WHOLE_PICTURE = 64 * 1024 * 1024 -- bytes: read in one step

-- Returns whether a file is too incomplete to decode. Decoders accept a JPEG without end marker, but not a PNG without its end.
local function is_truncated(image, info)
  if info.format == "jpeg" and info.complete == nil then return image:jpeg_walk():step(WHOLE_PICTURE) == "early" end
  return info.complete == false or info.format == "png" and not info.complete
end

local function for_format(limit, format)
  if type(limit) == "table" then return limit[format] end
  return limit
end

-- Returns "large" or "small" where the pixels of a picture are out of the limits.
local function size_problem(info, limits)
  local most, least = for_format(limits.max_side, info.format), for_format(limits.min_side, info.format)
  if most and math.max(info.width, info.height) > most then return "large" end
  if least and math.min(info.width, info.height) < least then return "small" end
end

--- Returns the bytes of a picture in base64, or what is wrong with it: "heavy" (too many bytes), "large" or "small" (pixels),
--- "format" (not a complete picture in a format that the service takes).
---@param text string
---@param limits idocr.Limits
---@param site string?
---@return string? bytes
---@return "heavy"|"large"|"small"|"format"|nil problem
function picture_check.read(text, limits, site)
  local most_text = limit_for(limits.max_base64, site)
  if most_text and #text > most_text then return nil, "heavy" end
  local bytes = core.base64_decode(text)
  if not bytes or bytes == "" then return nil, "format" end
  if limits.max_bytes and #bytes > limits.max_bytes then return nil, "heavy" end
  local image = core.image_bytes(bytes)
  local info = image and image:info()
  if not info or not info.format or not format_taken(limits.formats, site, info.format) or is_truncated(image, info) then
    return nil, "format"
  end
  if info.format == "pdf" then return bytes end
  if (info.width or 0) < 1 or (info.height or 0) < 1 then return nil, "format" end
  local problem = size_problem(info, limits)
  if problem then return nil, problem end
  return bytes
end

return picture_check
