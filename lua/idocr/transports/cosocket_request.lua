--- The picture out of the request that nginx is serving: the raw body, or a part of a form, in memory or in the file
--- that nginx spooled it to. The picture itself is not copied: it is named by where it lies, and read from there.

local core = require "idocr.core"
local errors = require "idocr.errors"
local nearest = require "idocr.nearest"
local picture = require "idocr.picture"
local runtime = require "idocr.transports.cosocket_runtime"

local request = {}

local LARGEST = 10 * 1024 * 1024 -- bytes of a picture; no service takes more
local FORM_EXTRA = 256 * 1024 -- bytes of a form besides its pictures
local WINDOW = 128 * 1024 -- bytes looked through at once for the end of a part
local MAX_HEAD = 8 * 1024
local MAX_TEXT = 64 * 1024
local MAX_PARTS = 32

local OPTIONS = { field = "string", max_bytes = "number" }

local function refuse(code, message)
  return nil, errors.new("image", code, message, { sent = false, billed = false })
end

local function too_large(max)
  return refuse("PictureTooLarge", ("the picture is larger than the %d bytes that are taken here"):format(max))
end

-- The body as nginx has it: { image = core image over all of it, path = or bytes = }.
local function body(max)
  local announced = tonumber(ngx.var.http_content_length)
  if announced and announced > max + FORM_EXTRA then return too_large(max) end
  runtime.pause() -- two hundred uploads may begin in one turn of the loop; taking one in costs as much as hashing it
  ngx.req.read_body()
  local bytes = ngx.req.get_body_data()
  if bytes then return { bytes = bytes, image = core.image_bytes(bytes) } end
  local path = ngx.req.get_body_file()
  if not path then return refuse("PictureMissing", "the request has no body: send the picture as the body or in a form") end
  local image, _, code = core.image_file(path)
  if not image then
    if code == "empty" then return refuse("PictureEmpty", "the picture is empty") end
    return refuse("PictureUnreadable", "the file that nginx spooled the request to cannot be read")
  end
  return { path = path, image = image }
end

local function part_of(whole, offset, length)
  if whole.bytes then return picture.bytes(whole.bytes, offset, length) end
  return picture.file(whole.path, offset, length)
end

--- Where a text begins at or after `from`, nil where it does not occur. Looks through a window at a time.
local function find(image, text, from)
  while true do
    runtime.pause()
    local window, why = image:read(from, WINDOW)
    if not window then return nil, why end
    local at = window:find(text, 1, true)
    if at then return from + at - 1 end
    if #window < WINDOW then return nil end
    from = from + WINDOW - #text + 1
  end
end

local function disposition(head)
  local line
  for name, value in head:gmatch("([^\r\n:]+):[ \t]*([^\r\n]*)") do
    if name:lower() == "content-disposition" then line = ";" .. value end
  end
  if not line or not line:lower():find("^;%s*form%-data") then return nil end
  local function param(name)
    return line:match(";%s*" .. name .. '%s*=%s*"([^"]*)"') or line:match(";%s*" .. name .. "%s*=%s*([^%s;\"]+)")
  end
  return param "name", param "filename"
end

--- Takes a form apart: text fields whole, pictures by where they lie.
---@param whole table
---@param boundary string
---@param wanted string  the field that is a picture even without a file name
---@param max integer    bytes of a picture
local function read_form(whole, boundary, wanted, max)
  local function broken(what) return refuse("BadForm", "the form cannot be read: " .. what) end
  local image, delimiter = whole.image, "\r\n--" .. boundary
  local form = { fields = {}, pictures = {} }
  local at = 0
  if image:read(0, #delimiter - 2) ~= delimiter:sub(3) then
    at = find(image, delimiter, 0)
    if not at then return broken "its boundary does not occur" end
    at = at + 2
  end
  at = at + #delimiter - 2
  for _ = 1, MAX_PARTS do
    local head = image:read(at, MAX_HEAD) or ""
    if head:sub(1, 2) == "--" then return form end
    local blank = head:match("^[ \t]*\r\n()")
    if not blank then return broken "a boundary ends in the middle of a line" end
    local stop, start = head:find("\r\n\r\n", blank - 2, true)
    if not stop then return broken "a part has no end of its header lines" end
    local name, filename = disposition(head:sub(blank, stop - 1))
    if not name then return broken "a part has no name" end
    local from = at + start
    -- An empty part ends with the line break that ends its head.
    local to = find(image, delimiter, from - 2)
    if not to then return broken "its last boundary is missing" end
    local length = math.max(to - from, 0)
    if filename or name == wanted then
      if length > max then return too_large(max) end
      if length > 0 then form.pictures[name] = form.pictures[name] or part_of(whole, from, length) end
    elseif length > MAX_TEXT then
      return broken "a field that is no picture is too long"
    else
      form.fields[name] = length > 0 and image:read(from, length) or ""
    end
    at = to + #delimiter
  end
  return broken "it has too many parts"
end

---@class idocr.RequestForm
---@field fields table<string, string>            text fields by name
---@field pictures table<string, idocr.Picture>   files by name

--- The picture in the current request: its whole body, or the file in the field `field` of a multipart form.
---@param options { field: string?, max_bytes: integer? }? `field`: "image"; `max_bytes`: 10 MiB
---@return idocr.Picture? picture valid until the request ends
---@return idocr.RequestForm|idocr.Error form what else the form held; or why there is no picture (category "image")
function request.image(options)
  options = options or {}
  for name, value in pairs(options) do
    local wanted = OPTIONS[name]
    if not wanted then error(("request_image has no option %q%s"):format(tostring(name), nearest.hint(name, OPTIONS)), 2) end
    if type(value) ~= wanted then error(("option %s must be a %s, not a %s"):format(name, wanted, type(value)), 2) end
  end
  local field, max = options.field or "image", options.max_bytes or LARGEST
  local kind = (ngx.var.http_content_type or ""):lower():match("^%s*([^;%s]*)")
  if kind == "application/x-www-form-urlencoded" or kind == "application/json" or kind:find("^text/") then
    return refuse("BadForm", "a request of type " .. errors.scrub(kind) .. " holds no picture: send it as the body with its own type, "
      .. "or as multipart/form-data")
  end
  local whole, err = body(max)
  if not whole then return nil, err end
  if kind ~= "multipart/form-data" then
    local size = whole.image:size()
    whole.image:close()
    if size > max then return too_large(max) end
    if size == 0 then return refuse("PictureEmpty", "the picture is empty") end
    return part_of(whole), { fields = {}, pictures = {} }
  end
  local header = ngx.var.http_content_type
  local value = select(2, header:lower():find("[;%s]boundary=")) or #header -- only the name is in any case
  local boundary = header:match('^"([^"]+)"', value + 1) or header:match('^[^%s;"]+', value + 1)
  if not boundary or #boundary > 200 then
    whole.image:close()
    return refuse("BadForm", "the form does not name its boundary")
  end
  local form
  form, err = read_form(whole, boundary, field, max)
  whole.image:close()
  if not form then return nil, err end
  if not form.pictures[field] then
    return refuse("PictureMissing", "the form has no picture in its field " .. field)
  end
  return form.pictures[field], form
end

return request
