--- Pictures as the caller names them (a path, bytes, base64 text, a URL), and how they are opened.

local core = require "idocr.core"
local decode_base64 = require "idocr.base64_text"
local errors = require "idocr.errors"
local urls = require "idocr.url"

local picture = {}

--- A picture that has been named but not yet opened.
---@class idocr.Picture
---@field source "file"|"bytes"|"base64"|"url"|"image"

local Picture = { __name = "idocr.Picture" }
Picture.__index = Picture

-- A path can be a person's name, bytes are a person: neither is shown.
function Picture:__tostring() return "picture (" .. self.source .. ")" end

local LONGEST_PATH = 4096 -- bytes; PATH_MAX of Linux
local LONGEST_URL = 8192
local LONGEST_TEXT = 32 * 1024 * 1024 -- bytes of base64 text that is decoded unasked

---@param value any
---@return boolean
function picture.is(value) return getmetatable(value) == Picture end

local function new(source, value, offset, length)
  return setmetatable({ source = source, value = value, offset = offset, length = length }, Picture)
end

local BEGINNINGS = { "\255\216\255", "\137PNG", "GIF8[79]a", "%%PDF%-", "RIFF....WEBP" }

-- How the base64 text of a JPEG, PNG, PDF, GIF and WebP begins.
local BASE64_BEGINNINGS = { "/9j/", "_9j_", "iVBORw0KGgo", "JVBERi0", "R0lGOD", "UklGR" }
local LEAST_BASE64 = 64 -- characters; a path can begin like that too

--- Returns what is wrong with a path, nil where nothing is: most wrong ones are pictures. Line breaks are taken for part of a
--- path that `idocr.file` got, not of a plain string (`plain`).
local function path_complaint(value, plain)
  if type(value) ~= "string" then return "a path must be a string, not a " .. type(value) end
  if value == "" then return "the path is empty" end
  for _, beginning in ipairs(BEGINNINGS) do
    if value:find("^" .. beginning) then return "that is a picture, not a path; use idocr.bytes(string)" end
  end
  if value:find("^[dD][aA][tT][aA]:") then return "that is a data URL, not a path; use idocr.base64(string)" end
  if #value >= LEAST_BASE64 and not value:find("[^%w+/=_-]") then
    for _, beginning in ipairs(BASE64_BEGINNINGS) do
      if value:sub(1, #beginning) == beginning then return "that is base64 text, not a path; use idocr.base64(string)" end
    end
  end
  if value:find("^%a[%w+.-]*://") then return "that is a URL, not a path; use idocr.url(string)" end
  if value:find("%z") or #value > LONGEST_PATH or plain and value:find("[\r\n]") then
    return "that is no path; for the bytes of a picture use idocr.bytes(string), for base64 text idocr.base64(string)"
  end
end

local function is_count(value) return type(value) == "number" and value >= 0 and value == math.floor(value) end

local function range_complaint(offset, length)
  if offset == nil and length == nil or is_count(offset) and is_count(length) then return nil end
  return "a part is named by offset and length, both whole numbers of bytes"
end

--- A picture in a file, or in a part of one. It is opened when the call is made, and read in slices.
---@param path string
---@param offset integer? with `length`: only this part of it
---@param length integer?
---@return idocr.Picture?, string? complaint
function picture.file(path, offset, length)
  local complaint = path_complaint(path) or range_complaint(offset, length)
  if complaint then return nil, complaint end
  return new("file", path, offset, length)
end

--- A picture as a string of its bytes; they are borrowed, never copied. (Base64 text and data URLs are decoded all the same.)
---@param bytes string
---@param offset integer? with `length`: only this part of them
---@param length integer?
---@return idocr.Picture?, string? complaint
function picture.bytes(bytes, offset, length)
  if type(bytes) ~= "string" then return nil, "the bytes of a picture must be a string, not a " .. type(bytes) end
  local complaint = range_complaint(offset, length)
  if complaint then return nil, complaint end
  return new("bytes", bytes, offset, length)
end

--- A picture as base64 text, with or without `data:…;base64,` before it: in lines, URL-safe and unpadded too.
---@param text string
---@return idocr.Picture?, string? complaint
function picture.base64(text)
  if type(text) ~= "string" then return nil, "base64 must be a string, not a " .. type(text) end
  return new("base64", text)
end

--- A picture that the service itself downloads.
---@param url string http or https
---@return idocr.Picture?, string? complaint
function picture.url(url)
  if type(url) ~= "string" then return nil, "a URL must be a string, not a " .. type(url) end
  local scheme, authority = urls.split(url)
  if not urls.is_web(scheme) or authority == "" then return nil, "a picture's URL must begin with http:// or https://" end
  if url:find("[%s%c]") then return nil, "a picture's URL cannot hold blanks; percent-encode them" end
  if #url > LONGEST_URL then return nil, "a picture's URL cannot be longer than " .. LONGEST_URL .. " bytes" end
  return new("url", url)
end

--- A picture that is already open (`core.image_file`, `core.image_bytes`). It stays open after the call.
---@param image userdata
---@return idocr.Picture
function picture.image(image) return new("image", image) end

--- What a param may hold: a plain string is a path.
---@param value any
---@return idocr.Picture?, string? complaint
function picture.from(value)
  if picture.is(value) then return value end
  if type(value) == "string" then
    local complaint = path_complaint(value, true)
    if complaint then return nil, complaint end
    return new("file", value)
  end
  return nil, "must be a path or idocr.file, .bytes, .base64 or .url of something, not a " .. type(value)
end

local function refused(code, message) return nil, errors.unsent("image", code, message) end

--- The picture that an open one holds as text, nil where it is not base64 text or a data URL: no service reads either, so
--- they can only be meant to be decoded.
---@param image userdata
---@return userdata? decoded
local function decoded_image(image)
  -- The first byte tells most pictures from text without looking further.
  local size, first = image:size(), image:read(0, 1)
  if not first or not first:find("^[%sdD/_biIJRUQAST\239]") or size > LONGEST_TEXT then return nil end
  local info = image:info()
  if not info or info.format ~= "base64" and info.format ~= "data_url" then return nil end
  local text = image:read(0, size)
  local bytes = text and decode_base64(text)
  return bytes and bytes ~= "" and core.image_bytes(bytes) or nil
end

-- Opened pictures are closed after the call.
local function owned(image)
  local decoded = decoded_image(image)
  if not decoded then return { image = image, owned = true } end
  image:close()
  return { image = decoded, owned = true }
end

--- Opens a picture.
---@param self idocr.Picture
---@return { image: userdata?, url: string?, owned: boolean? }|nil opened, idocr.Error? err  `owned`: close it after the call
function picture.open(self)
  if self.source == "url" then return { url = self.value } end
  if self.source == "image" then return { image = self.value } end
  if self.source == "file" then
    local image, message, code = core.image_file(self.value, self.offset, self.length)
    if image then return owned(image) end
    if code == "empty" then return refused("PictureEmpty", "the file of the picture is empty") end
    return refused("PictureUnreadable", message) -- in the system's words, without the path
  end
  local bytes = self.value
  if self.source == "base64" then
    local decoded, complaint = decode_base64(bytes)
    if not decoded then return refused("PictureUnreadable", complaint) end
    bytes = decoded
  end
  if bytes == "" then return refused("PictureEmpty", "the picture is empty") end
  local image, message = core.image_bytes(bytes, self.offset, self.length)
  if not image then return refused("PictureUnreadable", message) end
  return owned(image)
end

--- Closes what `open` opened itself.
---@param opened table<string, table>?
function picture.close_all(opened)
  for _, entry in pairs(opened or {}) do
    if entry.owned then entry.image:close() end
  end
end

return picture
