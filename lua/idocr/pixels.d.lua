---@meta idocr.pixels
-- luacheck: ignore
--- The optional C module that looks at pixels (csrc/lua_pixels.c), over libjpeg-turbo and libpng. Bytes go in by slices,
--- measures come out. Wrong types raise; everything else is returned.

local pixels = {}

---@class idocr.pixels.Decoder
local decoder = {}

---@class idocr.pixels.Measures  see csrc/pixels.h
---@field sharpness number
---@field sharpest number
---@field brightness number
---@field contrast number
---@field dark number
---@field glare number
---@field background number
---@field chroma number

---@return idocr.pixels.Decoder?
---@return string? message
---@return "memory"|nil code
function pixels.decoder() end

--- Takes the next bytes of a picture's file.
---@param bytes string
---@return boolean? more  false: all rows are in
---@return string? message
---@return "unsupported"|"too_large"|"memory"|"broken"|nil code
function decoder:feed(bytes) end

--- What the rows that came in so far look like.
---@return idocr.pixels.Measures?
---@return string? message
---@return "empty"|nil code
function decoder:measure() end

---@return "jpeg"|"png"|nil
function decoder:format() end

function decoder:close() end

return pixels
