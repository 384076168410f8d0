---@meta idocr.fit
-- luacheck: ignore
--- Declares the optional C module idocr.fit (csrc/fit*.c, csrc/lua_fit.c), which makes a picture fit: smaller, upright, sRGB, a
--- JPEG without metadata. It needs libjpeg-turbo and libpng, and uses libwebp and Little CMS where the build found them.

local fit = {}

--- Formats that this build decodes; HEIC and AVIF need the decoder of idocr.heif.
---@type table<"jpeg"|"png"|"bmp"|"webp", boolean>
fit.formats = {}

--- Whether colour profiles are applied.
---@type boolean
fit.profiles = true

---@class idocr.fit.Settings
---@field format "jpeg"|"png"|"bmp"|"webp"|nil
---@field decoder userdata?       instead of a format: idocr.heif's
---@field longest integer?        pixels of the longer side of the result; nil: as many as the picture has
---@field most_side integer?      pixels of the longer side that the result must not exceed; it takes precedence over the next two
---@field least_long integer?     pixels of the longer side below which nothing is scaled
---@field least_short integer?    of the shorter side
---@field most_pixels integer?    of the picture; nil: the limit of the format
---@field orientation integer?    EXIF orientation of the stored pixels (1)
---@field quality integer         of the JPEG, 1 to 100
---@field background boolean?     a decoder that cannot work in steps may use a thread

--- A picture that is being made to fit.
---@class idocr.fit.Job
local job = {}

---@class idocr.fit.Result
---@field from_width integer   pixels of the picture as stored; 0: not known yet
---@field from_height integer
---@field width integer        pixels of the result
---@field height integer
---@field length integer       bytes of the result; 0: not finished
---@field bytes string?        the result
---@field descriptor integer?  of a temporary file with the result, where it is long; closed with the job

--- Starts a fit. The body must hold the picture with the encoding "raw" and nothing else.
---@param body idocr.core.Body
---@param settings idocr.fit.Settings
---@return idocr.fit.Job?
---@return string? message
---@return "memory"|"read"|nil code
function fit.new(body, settings) end

--- Works for about some microseconds.
---@param microseconds integer?  nil or 0: to the end
---@return "done"|"more"|"wait"|nil state  wait: a thread works; call again in some milliseconds
---@return string? message
---@return "broken"|"truncated"|"too_large"|"unsupported"|"profile"|"memory"|"read"|"temporary"|nil code
function job:step(microseconds) end

--- Returns the sizes that are known so far, and the result.
---@return idocr.fit.Result
function job:result() end

--- Frees the memory and the temporary file.
function job:close() end

return fit
