--- Reads and writes a text inside a picture: a JPEG comment segment or a PNG international text chunk (iTXt).

local picture_text = {}

local PNG = "\137PNG\r\n\26\n"
local MAX_COMMENT = 65533 -- bytes: a segment's length field counts itself and has 16 bits

-- Lua 5.4 has an operator, which LuaJIT cannot parse; LuaJIT has a library, which 5.4 lacks; Lua 5.1 has neither.
local xor
if rawget(_G, "jit") then
  local bit = require "bit"
  xor = function(a, b) return bit.bxor(a, b) % 2 ^ 32 end
else
  xor = (loadstring or load)("local a, b = ... return a ~ b") or function(a, b)
    local result, bit = 0, 1
    while a > 0 or b > 0 do
      if a % 2 ~= b % 2 then result = result + bit end
      a, b, bit = math.floor(a / 2), math.floor(b / 2), bit * 2
    end
    return result
  end
end

local crc_table

--- Computes the CRC-32 of PNG (ISO 3309).
---@param bytes string
---@return number
function picture_text.crc32(bytes)
  if not crc_table then
    crc_table = {}
    for i = 0, 255 do
      local c = i
      for _ = 1, 8 do
        local half = math.floor(c / 2)
        c = c % 2 == 1 and xor(half, 0xEDB88320) or half
      end
      crc_table[i] = c
    end
  end
  local crc = 0xFFFFFFFF
  for i = 1, #bytes do
    crc = xor(math.floor(crc / 256), crc_table[xor(crc % 256, bytes:byte(i))])
  end
  return xor(crc, 0xFFFFFFFF)
end

local function big32(value)
  value = math.floor(value)
  return string.char(math.floor(value / 0x1000000) % 256, math.floor(value / 0x10000) % 256, math.floor(value / 256) % 256, value % 256)
end

local function u32(bytes, at)
  local a, b, c, d = bytes:byte(at, at + 3)
  return d and ((a * 256 + b) * 256 + c) * 256 + d
end

-- Returns the segments of a JPEG before the image data: a list of {marker, first, last} (positions of the whole segment).
local function jpeg_segments(bytes)
  local segments, at = {}, 3
  while true do
    local ff, marker, high, low = bytes:byte(at, at + 3)
    if ff ~= 0xFF or not low then return nil end
    if marker == 0xDA or marker == 0xD9 then return segments end
    local last = at + 1 + high * 256 + low
    if last > #bytes or high * 256 + low < 2 then return nil end
    segments[#segments + 1] = { marker = marker, first = at, last = last }
    at = last + 1
  end
end

local function png_chunks(bytes)
  local chunks, at = {}, #PNG + 1
  while at <= #bytes do
    local length = u32(bytes, at)
    if not length or at + 11 + length > #bytes then return nil end
    local kind = bytes:sub(at + 4, at + 7)
    chunks[#chunks + 1] = { kind = kind, first = at, last = at + 11 + length }
    if kind == "IEND" then return chunks end
    at = at + 12 + length
  end
  return nil
end

--- Returns the container format of a picture, or nil if it cannot hold a text.
---@param bytes string
---@return "jpeg"|"png"|nil
function picture_text.container(bytes)
  if bytes:sub(1, 2) == "\255\216" then return "jpeg" end
  if bytes:sub(1, #PNG) == PNG then return "png" end
end

local function jpeg_text(bytes, segment, keyword)
  if segment.marker ~= 0xFE then return nil end
  local text = bytes:sub(segment.first + 4, segment.last)
  if text:sub(1, #keyword + 1) == keyword .. " " then return text:sub(#keyword + 2) end
end

local function png_text(bytes, chunk, keyword)
  local data = bytes:sub(chunk.first + 8, chunk.last - 4)
  if chunk.kind == "tEXt" then
    if data:sub(1, #keyword + 1) ~= keyword .. "\0" then return nil end
    data = data:sub(#keyword + 2)
  elseif chunk.kind == "iTXt" then -- keyword, 0, compressed (no), method, language, 0, translated keyword, 0
    local head = keyword .. "\0\0\0\0\0"
    if data:sub(1, #head) ~= head then return nil end
    data = data:sub(#head + 1)
  else
    return nil
  end
  if picture_text.crc32(bytes:sub(chunk.first + 4, chunk.last - 4)) ~= u32(bytes, chunk.last - 3) then return nil end
  return data
end

--- Returns the text with a keyword, or nil if there is none or its checksum is wrong.
---@param bytes string
---@param keyword string
---@return string?
function picture_text.read(bytes, keyword)
  local container = picture_text.container(bytes)
  local parts = container == "jpeg" and jpeg_segments(bytes) or container == "png" and png_chunks(bytes) or {}
  local text_of = container == "jpeg" and jpeg_text or png_text
  for _, part in ipairs(parts) do
    local text = text_of(bytes, part, keyword)
    if text then return text end
  end
end

-- Inserts the comment after the APPn segments, because JFIF and Exif must come first.
local function write_jpeg(bytes, keyword, text)
  local segments = jpeg_segments(bytes)
  if not segments then return nil, "the JPEG file has malformed segments" end
  local payload = keyword .. " " .. text
  if #payload > MAX_COMMENT then return nil, "the text is too long for a JPEG comment (65533 bytes)" end
  local length = #payload + 2
  local comment = string.char(0xFF, 0xFE, math.floor(length / 256), length % 256) .. payload
  local out, placed, at = { bytes:sub(1, 2) }, false, 3
  for _, segment in ipairs(segments) do
    if not placed and not (segment.marker >= 0xE0 and segment.marker <= 0xEF) then
      out[#out + 1], placed = comment, true
    end
    if not jpeg_text(bytes, segment, keyword) then out[#out + 1] = bytes:sub(segment.first, segment.last) end
    at = segment.last + 1
  end
  if not placed then out[#out + 1] = comment end
  out[#out + 1] = bytes:sub(at)
  return table.concat(out)
end

local function write_png(bytes, keyword, text)
  local chunks = png_chunks(bytes)
  if not chunks or not chunks[1] or chunks[1].kind ~= "IHDR" then return nil, "the PNG file has malformed chunks" end
  local body = "iTXt" .. keyword .. "\0\0\0\0\0" .. text
  local out = { PNG }
  for i, chunk in ipairs(chunks) do
    if not png_text(bytes, chunk, keyword) then out[#out + 1] = bytes:sub(chunk.first, chunk.last) end
    if i == 1 then out[#out + 1] = big32(#body - 4) .. body .. big32(picture_text.crc32(body)) end
  end
  out[#out + 1] = bytes:sub(chunks[#chunks].last + 1)
  return table.concat(out)
end

--- Returns the picture with a text added under a keyword. Replaces an existing text with that keyword.
---@param bytes string
---@param keyword string
---@param text string  UTF-8
---@return string? bytes
---@return string? message
function picture_text.write(bytes, keyword, text)
  local container = picture_text.container(bytes)
  if container == "jpeg" then return write_jpeg(bytes, keyword, text) end
  if container == "png" then return write_png(bytes, keyword, text) end
  return nil, "the picture must be a JPEG or PNG file"
end

return picture_text
