--- Lists the picture formats that can be made to fit: the libraries that decode them, and Debian's packages of these.

local JPEG_PNG = { "libjpeg-turbo and libpng", "libjpeg-dev libpng-dev" }
local HEIF = { "libheif", "libheif-dev" }

return {
  jpeg = JPEG_PNG, png = JPEG_PNG, bmp = JPEG_PNG, webp = { "libwebp", "libwebp-dev" }, heic = HEIF, heif = HEIF, avif = HEIF,
}
