---@meta idocr.heif
-- luacheck: ignore
--- Declares the optional C module idocr.heif (csrc/heif.c, csrc/lua_heif.c): the decoder of HEIC and AVIF, which needs libheif.

local heif = {}

--- The setting `decoder` of `idocr.fit.new`.
---@type userdata
heif.decoder = nil

return heif
