--- Extracts the picture from the current nginx request: the raw body, or a part of a multipart form. Does not copy it: the picture
--- refers to the body in memory or to the file into which nginx spooled it.

local core = require "idocr.core"
local errors = require "idocr.errors"
local header_params = require "idocr.nginx.header_params"
local multipart = require "idocr.nginx.multipart"
local nearest = require "idocr.nearest"
local picture = require "idocr.picture"
local redact = require "idocr.redact"
local runtime = require "idocr.nginx.runtime"

local request = {}

local LARGEST = 10 * 1024 * 1024 -- bytes of a picture; no service takes more
local FORM_EXTRA = 256 * 1024 -- bytes of a form without its pictures
local AS_TEXT = 1.4 -- length of base64 with line breaks per byte of the picture

local OPTIONS = { field = "string", max_bytes = "number" }

local function refuse(code, message) return nil, errors.unsent("image", code, message) end

--- Reads the body of the request.
---@return { image: userdata, bytes: string?, path: string? }? whole the body as a core image, and its string or path, idocr.Error?
local function body(max)
  local announced = tonumber(ngx.var.http_content_length)
  if announced and announced > max * AS_TEXT + FORM_EXTRA then return multipart.too_large(max) end
  runtime.pause() -- many uploads may begin in one event-loop iteration; reading one costs as much as hashing it
  -- Raises over HTTP/2 without Content-Length in some versions of ngx_lua, and in phases without a body.
  local read, why = pcall(ngx.req.read_body)
  if not read then
    return refuse("PictureUnreadable", "nginx cannot read the body of this request: " .. redact.describe(why)
      .. "; over HTTP/2 send a Content-Length header")
  end
  local bytes = ngx.req.get_body_data()
  if bytes then return { bytes = bytes, image = core.image_bytes(bytes) } end
  local path = ngx.req.get_body_file()
  if not path then return refuse("PictureMissing", "the request has no body: send the picture as the body or in a form") end
  local image, _, code = core.image_file(path)
  if not image then
    if code == "empty" then return refuse("PictureEmpty", "the picture is empty") end
    return refuse("PictureUnreadable", "the file into which nginx spooled the request cannot be read")
  end
  return { path = path, image = image }
end

-- Content types that never hold a picture, with a hint for the error message. Other types are accepted.
local NO_PICTURE = {
  ["application/x-www-form-urlencoded"] = " (the default of curl -d and --data-binary)",
  ["application/json"] = "", ["application/xml"] = "", ["text/plain"] = "", ["text/html"] = "", ["text/xml"] = "", ["text/csv"] = "",
}

local function wrong_type(kind)
  return refuse("BadForm", ("a request of type %s%s holds no picture: send the picture as the body with its own type "
    .. "(curl -H 'Content-Type: image/jpeg' --data-binary @FILE), or in a multipart/form-data form (curl -F image=@FILE)"):format(
    NO_PICTURE[kind] and kind or kind:match("^%l+") .. "/*", NO_PICTURE[kind] or ""))
end

--- Returns the whole body as a picture.
local function from_body(kind, max)
  local whole, err = body(max)
  if not whole then return nil, err end
  local image = whole.image
  local size = image:size()
  local too_large = multipart.exceeds(image, 0, size, max)
  local text = kind == "text/plain" and not multipart.format(image, 0, size)
  image:close()
  if too_large then return multipart.too_large(max) end
  if size == 0 then return refuse("PictureEmpty", "the picture is empty") end
  if text then return wrong_type(kind) end -- text that is neither base64 nor a data URL
  return whole.bytes and picture.bytes(whole.bytes) or picture.file(whole.path), { fields = {}, pictures = {} }
end

-- Lists the fields that hold pictures, for the error that the requested one does not.
local function names_of(pictures)
  local names = {}
  for name in pairs(pictures) do names[#names + 1] = redact.scrub(name:sub(1, 32)) end
  if #names == 0 then return "" end
  table.sort(names)
  return " (there are pictures in: " .. table.concat(names, ", ") .. ")"
end

--- Returns the picture in a field of a form.
local function from_form(header, field, max)
  local boundary = header_params.boundary(header)
  if not boundary then return refuse("BadForm", "the form does not name its boundary") end
  local whole, err = body(max)
  if not whole then return nil, err end
  local form
  form, err = multipart.read(whole, boundary, field, max)
  whole.image:close()
  if not form then return nil, err end
  local found = form.pictures[field]
  if not found then return refuse("PictureMissing", "the form has no picture in its field " .. field .. names_of(form.pictures)) end
  return found, form
end

---@class idocr.RequestForm
---@field fields table<string, string>            text fields by name; names ignore case
---@field pictures table<string, idocr.Picture>   pictures by name; likewise
---@field repeated table<string, true>?           names in lower case that occur more than once: the last text and the first picture count

--- Returns the picture in the current request: its whole body, or the field `field` of a multipart form. A part is a picture where
--- it has a file name, the type image/*, application/pdf or application/octet-stream, or the bytes of a picture.
---@param options { field: string?, max_bytes: integer? }? `field`: "image"; `max_bytes`: 10 MiB
---@return idocr.Picture? picture valid until the request ends
---@return idocr.RequestForm|idocr.Error form the whole form; or the error (category "image")
function request.image(options)
  options = options or {}
  for name, value in pairs(options) do
    local wanted = OPTIONS[name]
    if not wanted then error(("request_image has no option %q%s"):format(tostring(name), nearest.hint(name, OPTIONS)), 2) end
    if type(value) ~= wanted then error(("option %s must be a %s, not a %s"):format(name, wanted, type(value)), 2) end
  end
  local field, max = options.field or "image", options.max_bytes or LARGEST
  local header = ngx.var.http_content_type or ""
  local kind = header:lower():match("^%s*([^;%s]*)")
  local encoding = (ngx.var.http_content_encoding or ""):lower()
  if encoding ~= "" and encoding ~= "identity" then
    return refuse("BadForm", "the body of the request is compressed (Content-Encoding): send it uncompressed")
  end
  if kind:find("^multipart/") then return from_form(header, field, max) end
  if kind ~= "text/plain" and (NO_PICTURE[kind] or kind:find("^text/")) then return wrong_type(kind) end
  return from_body(kind, max)
end

return request
