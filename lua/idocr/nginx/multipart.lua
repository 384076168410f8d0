--- Parses multipart forms (RFC 7578) as browsers and HTTP libraries write them: reads text fields, and locates pictures.

local core = require "idocr.core"
local errors = require "idocr.errors"
local header_params = require "idocr.nginx.header_params"
local picture = require "idocr.picture"
local runtime = require "idocr.nginx.runtime"

local multipart = {}

local WINDOW = 128 * 1024 -- bytes searched at once for a boundary
local PADDING = 128 -- blanks that may follow a boundary in its line
local MAX_HEAD = 8 * 1024
local MAX_TEXT = 64 * 1024
local MAX_PARTS = 32
local HEAD = 1024 -- bytes that suffice to recognise a format
local CANDIDATES = 500 -- false boundaries checked between two pauses

local function refuse(code, message) return nil, errors.unsent("image", code, message) end

local function broken(what) return refuse("BadForm", "malformed form: " .. what) end

--- Makes the error for a picture that is too large.
---@param max integer
---@return nil, idocr.Error
function multipart.too_large(max)
  return refuse("PictureTooLarge", ("the picture is larger than %d bytes (max_bytes)"):format(max))
end

-- Parses the header lines of a part, by name in lower case; joins folded lines.
local function headers_of(head)
  local headers = {}
  for line in head:gsub("\r?\n[ \t]+", " "):gmatch("[^\r\n]+") do
    local name, value = line:match("^%s*([^:%s]+)%s*:%s*(.-)%s*$")
    if name then headers[name:lower()] = value end
  end
  return headers
end

-- ---- boundaries

-- Parses the rest of a boundary line: the end of the form, or of the line. Returns nil for anything else: data, not a boundary.
---@return "end"|"part"|nil kind, integer? next
local function line_end(window, at, last)
  local rest = window:sub(at, at + PADDING - 1)
  if rest:sub(1, 2) == "--" or last and at + PADDING > #window and rest:find("^%s*$") then return "end" end
  local stop = rest:match("^[ \t]*\r?\n()")
  if stop then return "part", stop - 1 end
end

--- Finds a boundary at or after `from`, one window at a time.
---@return integer? at, "end"|"part"|string|nil kind_or_error, integer? next offset after its line
local function find(image, delimiter, from)
  while true do
    runtime.pause()
    local window, why = image:read(from, WINDOW)
    if not window then return nil, why end
    local last, start, count, skip = #window < WINDOW, 1, 0, WINDOW - #delimiter + 1
    while true do
      local at, stop = window:find(delimiter, start, true)
      if not at then break end
      if not last and stop + PADDING > #window then -- its line may continue after the window
        skip = at - 1
        break
      end
      local kind, length = line_end(window, stop + 1, last)
      if kind then return from + at - 1, kind, from + stop + (length or 0) end
      start, count = at + 1, count + 1
      if count % CANDIDATES == 0 then runtime.pause() end
    end
    if last then return nil end
    from = from + skip
  end
end

--- Finds the first boundary, at the beginning or after a preamble, and the form's line break.
---@return "end"|"part"|nil kind, integer? next, string? line_break
local function find_first(image, boundary)
  local marker = "--" .. boundary
  local kind, next_at
  local start = image:read(0, #marker + PADDING)
  if start and start:sub(1, #marker) == marker then
    kind, next_at = line_end(start, #marker + 1, #start < #marker + PADDING)
    next_at = next_at and #marker + next_at
  end
  if not kind then
    local _
    _, kind, next_at = find(image, "\n" .. marker, 0)
  end
  if kind ~= "part" then return kind == "end" and kind or nil end
  return kind, next_at, image:read(next_at - 2, 2) == "\r\n" and "\r\n" or "\n"
end

-- ---- parts

local TYPES = { ["application/pdf"] = true, ["application/octet-stream"] = true, ["binary/octet-stream"] = true }

--- Recognises the format of a part by its first bytes.
---@return string? format
---@return boolean? binary whether the bytes cannot be text
function multipart.format(image, from, length)
  local head = length > 0 and image:read(from, math.min(length, HEAD))
  if not head or head == "" then return nil end
  local info = core.image_bytes(head):info()
  return info and info.format, head:find("[%z\1-\8\14-\31\127-\255]") ~= nil
end

-- Returns whether a part without a file name and a type is a picture: binary bytes, or base64 text of a picture.
local function holds_picture(image, part)
  if part.length < 32 then return false end
  local format, binary = multipart.format(image, part.from, part.length)
  if not format then return false end
  if format == "data_url" then return image:read(part.from, HEAD):lower():find("^[^,]*%f[%w]base64%s*,") ~= nil end
  return binary or format == "base64" or image:read(part.from, 5) == "%PDF-"
end

local function is_picture(image, part, wanted)
  local kind = (part.headers["content-type"] or ""):lower():match("^[^;%s]*")
  return part.filename ~= nil or part.name:lower() == wanted:lower() or kind:find("^image/") ~= nil or TYPES[kind] == true
    or holds_picture(image, part)
end

--- Returns whether a picture of `length` bytes is too large; base64 text may be longer by its overhead.
---@param image userdata
---@param from integer
---@param length integer
---@param max integer
---@return boolean
function multipart.exceeds(image, from, length, max)
  if length <= max then return false end
  local format = multipart.format(image, from, length)
  return not (format == "base64" or format == "data_url") or length > max * 1.4 + HEAD
end

local RAW = { [""] = true, binary = true, ["8bit"] = true, ["7bit"] = true, identity = true }

local function part_of(whole, offset, length)
  if whole.bytes then return picture.bytes(whole.bytes, offset, length) end
  return picture.file(whole.path, offset, length)
end

-- Some writers quote the value, or append a comment.
local function encoding_of(part) return (part.headers["content-transfer-encoding"] or ""):lower():match("^\"?([^%s;\"]*)") end

local function decode_quoted_printable(text)
  return (text:gsub("=[ \t]*\r?\n", ""):gsub("=(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- `longest`: encoded bytes per byte of a picture, at most.
local DECODERS = {
  base64 = { longest = 1.4, decode = picture.base64 },
  ["quoted-printable"] = { longest = 3.2, decode = function(text) return picture.bytes(decode_quoted_printable(text)) end },
}

--- Returns the picture in a part: a range of the body, or decoded where the part has a Content-Transfer-Encoding.
local function take_picture(whole, part, max)
  local encoding = encoding_of(part)
  local _, binary = multipart.format(whole.image, part.from, part.length)
  if not RAW[encoding] and not binary then
    local decoder = DECODERS[encoding]
    if not decoder then return broken "a picture has an unknown Content-Transfer-Encoding: send it without one" end
    if part.length > max * decoder.longest + HEAD then return multipart.too_large(max) end
    return decoder.decode(whole.image:read(part.from, part.length))
  end
  if multipart.exceeds(whole.image, part.from, part.length, max) then return multipart.too_large(max) end
  return part_of(whole, part.from, part.length)
end

local function take_text(whole, part)
  if part.length > MAX_TEXT then return broken "a text field is too long" end
  local text = part.length > 0 and whole.image:read(part.from, part.length) or ""
  local encoding = encoding_of(part)
  if encoding == "base64" then return core.base64_decode((text:gsub("%s+", ""))) or text end
  return encoding == "quoted-printable" and decode_quoted_printable(text) or text
end

--- Parses the header lines of a part from `at`.
---@return { name: string, filename: string?, headers: table, from: integer }? part, idocr.Error? err
local function read_head(image, at, line_break)
  local head = image:read(at - #line_break, MAX_HEAD) or ""
  local stop, start = head:find(line_break .. line_break, 1, true)
  if not stop then return broken "the header lines of a part do not end" end
  local headers = headers_of(head:sub(1, stop - 1))
  local disposition = headers["content-disposition"]
  local params = disposition and header_params.parse(disposition) -- of any type: mail libraries write "attachment"
  if not params or not params.name then return broken "a part has no name" end
  return { name = params.name, filename = params.filename, headers = headers, from = at - #line_break + start }
end

-- Finds a name ignoring case where none matches exactly.
local ANY_CASE = {
  __index = function(self, name)
    local wanted = type(name) == "string" and name:lower()
    for other, value in next, self do
      if other:lower() == wanted then return value end
    end
  end,
}

-- Records a name that occurs again.
local function note_repeated(form, seen, name)
  local key = name:lower()
  if seen[key] then
    form.repeated = form.repeated or {}
    form.repeated[key] = true
  end
  seen[key] = true
end

--- Parses a form: text fields as strings, pictures as ranges of the body.
---@param whole { image: userdata, bytes: string?, path: string? }
---@param boundary string
---@param wanted string  the field that is always a picture
---@param max integer    largest picture in bytes
---@return idocr.RequestForm?, idocr.Error?
function multipart.read(whole, boundary, wanted, max)
  local image, form, seen = whole.image, { fields = {}, pictures = {} }, {}
  local kind, at, line_break = find_first(image, boundary)
  if not kind then return broken "the boundary does not occur" end
  for _ = 1, MAX_PARTS do
    if kind == "end" then
      setmetatable(form.fields, ANY_CASE)
      setmetatable(form.pictures, ANY_CASE)
      return form
    end
    local part, err = read_head(image, at, line_break)
    if not part then return nil, err end
    -- An empty part ends with the line break that ends its head.
    local to
    to, kind, at = find(image, line_break .. "--" .. boundary, part.from - #line_break)
    if not to then return broken "the last boundary is missing" end
    part.length = math.max(to - part.from, 0)
    local value
    if part.length > 0 then note_repeated(form, seen, part.name) end
    if is_picture(image, part, wanted) then
      if part.length > 0 then
        value, err = take_picture(whole, part, max)
        if not value then return nil, err end
        form.pictures[part.name] = form.pictures[part.name] or value
      end
    else
      value, err = take_text(whole, part)
      if not value then return nil, err end
      form.fields[part.name] = value
    end
  end
  return broken "too many parts"
end

return multipart
