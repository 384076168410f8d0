--- Parts that the card tables of Tencent's actions share.

local MIB = 1024 * 1024

local parts = {}

--- Most bytes of base64 that an action takes.
parts.MAX_BASE64 = { intl = 7 * MIB, cn = 10 * MIB }
parts.MAX_BASE64_7M = 7 * MIB

parts.JPEG_PNG = { jpeg = true, png = true }
parts.JPEG_PNG_BMP = { jpeg = true, png = true, bmp = true }

parts.FRONT = { { param = "image", base64 = "ImageBase64", url = "ImageUrl" } }
parts.EITHER_SIDE = { { param = "image", base64 = "ImageBase64", url = "ImageUrl", side = "either" } }
parts.FRONT_AND_BACK = {
  { param = "image", base64 = "ImageBase64", url = "ImageUrl" },
  { param = "back", base64 = "BackImageBase64", url = "BackImageUrl" },
}

--- Returns the switch for the portrait, whose name differs between actions.
---@param wire string
---@return idocr.Input
function parts.portrait(wire) return { wire = wire, type = "boolean", param = "portrait" } end

--- Returns the switch for the portrait of an action that requires it.
---@param wire string
---@return idocr.Input
function parts.required_portrait(wire) return { wire = wire, type = "boolean", param = "portrait", constant = false, required = true } end

--- The codes of the member WarnCardInfos.
parts.WARN_CARD_INFOS = {
  [-9101] = "incomplete", [-9102] = "photocopy", [-9103] = "recaptured", [-9104] = "tampered",
  [-9107] = "glare", [-9108] = "blurry", [-9109] = "not_enabled",
}

--- The code with which actions that list none answer a picture of another document.
parts.NOT_READ = "FailedOperation.OcrFailed"

return parts
