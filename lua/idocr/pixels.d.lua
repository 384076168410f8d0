---@meta idocr.pixels
-- luacheck: ignore
--- Declares the optional C module idocr.pixels (csrc/lua_pixels.c), which measures pictures with libjpeg-turbo and libpng.
--- Arguments of a wrong type raise; every other failure is returned.

local pixels = {}

--- Decodes a picture from slices of bytes.
---@class idocr.pixels.Decoder
local decoder = {}

---@class idocr.pixels.Measures  csrc/pixels.h explains each
---@field sharpness number
---@field sharpest number
---@field brightness number
---@field contrast number
---@field dark number
---@field glare number
---@field background number
---@field chroma number

--- Makes a decoder.
---@return idocr.pixels.Decoder?
---@return string? message
---@return "memory"|nil code
function pixels.decoder() end

--- Decodes the next bytes of a file.
---@param bytes string
---@return boolean? more  false: all rows are decoded
---@return string? message
---@return "unsupported"|"too_large"|"memory"|"broken"|nil code
function decoder:feed(bytes) end

--- Measures the rows that are decoded so far.
---@return idocr.pixels.Measures?
---@return string? message
---@return "empty"|nil code
function decoder:measure() end

--- Returns the format, nil while there are too few bytes to tell.
---@return "jpeg"|"png"|nil
function decoder:format() end

--- Frees the memory of the decoder.
function decoder:close() end

return pixels
