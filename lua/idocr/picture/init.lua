--- Represents pictures that the caller passes as a path, bytes, base64 text or a URL, and opens them.

local core = require "idocr.core"
local decode_base64 = require "idocr.base64_text"
local errors = require "idocr.errors"
local urls = require "idocr.url"

local picture = {}

--- A picture that is not yet opened.
---@class idocr.Picture
---@field source "file"|"bytes"|"base64"|"url"

local Picture = { __name = "idocr.Picture" }
Picture.__index = Picture

-- Shows neither the path, which can contain a name, nor the bytes.
function Picture:__tostring() return "picture (" .. self.source .. ")" end

local LONGEST_PATH = 4096 -- bytes; PATH_MAX of Linux
local LONGEST_URL = 8192
local LONGEST_TEXT = 32 * 1024 * 1024 -- bytes of base64 text that is detected and decoded automatically

--- Returns whether a value is a picture made here.
---@param value any
---@return boolean
function picture.is(value) return getmetatable(value) == Picture end

local function new(source, value, offset, length)
  return setmetatable({ source = source, value = value, offset = offset, length = length }, Picture)
end

local BEGINNINGS = { "\255\216\255", "\137PNG", "GIF8[79]a", "%%PDF%-", "RIFF....WEBP" }

-- Prefixes of the base64 text of a JPEG, PNG, PDF, GIF and WebP.
local BASE64_BEGINNINGS = { "/9j/", "_9j_", "iVBORw0KGgo", "JVBERi0", "R0lGOD", "UklGR" }
local LEAST_BASE64 = 64 -- characters; a shorter text may be a path with such a prefix

--- Returns a complaint about a path; nil where it is valid. Most wrong paths are pictures. Line breaks are allowed in the
--- path of `idocr.file`, but not in a plain string (`plain`).
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
    return "that is not a path; use idocr.bytes(string) for the bytes of a picture, idocr.base64(string) for base64 text"
  end
end

local function is_count(value) return type(value) == "number" and value >= 0 and value == math.floor(value) end

local function range_complaint(offset, length)
  if offset == nil and length == nil or is_count(offset) and is_count(length) then return nil end
  return "offset and length must be given together, both whole numbers of bytes"
end

--- Makes a picture of a file or a part of one. The file is opened by the call and read in slices.
---@param path string
---@param offset integer? with `length`: selects a part of the file
---@param length integer?
---@return idocr.Picture?, string? complaint
function picture.file(path, offset, length)
  local complaint = path_complaint(path) or range_complaint(offset, length)
  if complaint then return nil, complaint end
  return new("file", path, offset, length)
end

--- Makes a picture of a string of bytes, which is borrowed and not copied. Base64 text and data URLs are decoded.
---@param bytes string
---@param offset integer? with `length`: selects a part of the bytes
---@param length integer?
---@return idocr.Picture?, string? complaint
function picture.bytes(bytes, offset, length)
  if type(bytes) ~= "string" then return nil, "the bytes of a picture must be a string, not a " .. type(bytes) end
  local complaint = range_complaint(offset, length)
  if complaint then return nil, complaint end
  return new("bytes", bytes, offset, length)
end

--- Makes a picture of base64 text or a data URL; line breaks, the URL-safe alphabet and missing padding are allowed.
---@param text string
---@return idocr.Picture?, string? complaint
function picture.base64(text)
  if type(text) ~= "string" then return nil, "base64 must be a string, not a " .. type(text) end
  return new("base64", text)
end

--- Makes a picture of a URL that the service downloads.
---@param url string http or https
---@return idocr.Picture?, string? complaint
function picture.url(url)
  if type(url) ~= "string" then return nil, "a URL must be a string, not a " .. type(url) end
  local scheme, authority = urls.split(url)
  if not urls.is_web(scheme) or authority == "" then return nil, "a picture's URL must begin with http:// or https://" end
  if url:find("[%s%c]") then return nil, "a picture's URL must not contain blanks; percent-encode them" end
  if #url > LONGEST_URL then return nil, "a picture's URL must not be longer than " .. LONGEST_URL .. " bytes" end
  return new("url", url)
end

--- Converts the value of a picture param; a plain string is a path.
---@param value any
---@return idocr.Picture?, string? complaint
function picture.from(value)
  if picture.is(value) then return value end
  if type(value) == "string" then
    local complaint = path_complaint(value, true)
    if complaint then return nil, complaint end
    return new("file", value)
  end
  return nil, "must be a path, or a picture made by idocr.file, .bytes, .base64 or .url, not a " .. type(value)
end

local function refused(code, message) return nil, errors.unsent("image", code, message) end

--- Decodes an open picture that is base64 text or a data URL, which no service accepts; nil for any other picture.
---@param image userdata
---@return userdata? decoded
local function decoded_image(image)
  -- The first byte distinguishes most pictures from text.
  local size, first = image:size(), image:read(0, 1)
  if not first or not first:find("^[%sdD/_biIJRUQAST\239]") or size > LONGEST_TEXT then return nil end
  local info = image:info()
  if not info or info.format ~= "base64" and info.format ~= "data_url" then return nil end
  local text = image:read(0, size)
  local bytes = text and decode_base64(text)
  return bytes and bytes ~= "" and core.image_bytes(bytes) or nil
end

-- Returns an entry whose picture is closed after the call.
local function owned(image)
  local decoded = decoded_image(image)
  if not decoded then return { image = image, owned = true } end
  image:close()
  return { image = decoded, owned = true }
end

--- Opens a picture.
---@param self idocr.Picture
---@return { image: userdata?, url: string?, owned: boolean? }|nil opened, idocr.Error? err  `owned`: closed after the call
function picture.open(self)
  if self.source == "url" then return { url = self.value } end
  if self.source == "file" then
    local image, message, code = core.image_file(self.value, self.offset, self.length)
    if image then return owned(image) end
    if code == "empty" then return refused("PictureEmpty", "the file of the picture is empty") end
    return refused("PictureUnreadable", message) -- the system's message, without the path
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

--- Closes the pictures that `open` opened.
---@param opened table<string, table>?
function picture.close_all(opened)
  for _, entry in pairs(opened or {}) do
    if entry.owned then entry.image:close() end
  end
end

return picture
