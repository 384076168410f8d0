--- Makes and reads pictures for specs.
---
---   pictures.bmp(width, height, function(x, y) return red, green, blue end)   24 bits, bottom-up; top_down = true as 4th argument
---   pictures.segments(jpeg)     -> list of { marker, data }, up to the first scan; for SOF also width, height, components
---   pictures.frame(jpeg)        -> { width, height, components } of its SOF segment
---   pictures.has("convert")     -> whether a program is installed
---   pictures.ppm(bytes)         -> { width, height, at = function(x, y) -> red, green, blue }; decoded by ImageMagick

local process = require "spec.support.process"

local pictures = {}

local function le(value, bytes)
  local text = {}
  for i = 1, bytes do
    text[i] = string.char(value % 256)
    value = math.floor(value / 256)
  end
  return table.concat(text)
end

function pictures.bmp(width, height, colour, top_down)
  local rows, padding = {}, ("\0"):rep(-(width * 3) % 4)
  for y = 0, height - 1 do
    local row = {}
    for x = 0, width - 1 do
      local red, green, blue = colour(x, y)
      row[#row + 1] = string.char(blue, green, red)
    end
    rows[top_down and y + 1 or height - y] = table.concat(row) .. padding
  end
  local data = table.concat(rows)
  return "BM" .. le(54 + #data, 4) .. le(0, 4) .. le(54, 4) .. le(40, 4) .. le(width, 4)
    .. le(top_down and 2 ^ 32 - height or height, 4) .. le(1, 2) .. le(24, 2) .. le(0, 4) .. le(#data, 4) .. le(2835, 4) .. le(2835, 4)
    .. le(0, 8) .. data
end

function pictures.segments(jpeg)
  local list, at = {}, 3
  while jpeg:byte(at) == 0xff do
    local marker, length = jpeg:byte(at + 1), jpeg:byte(at + 2) * 256 + jpeg:byte(at + 3)
    local segment = { marker = marker, data = jpeg:sub(at + 4, at + 1 + length) }
    if marker >= 0xc0 and marker <= 0xc2 then
      local a, b, c, d, n = segment.data:byte(2, 6)
      segment.height, segment.width, segment.components = a * 256 + b, c * 256 + d, n
    end
    list[#list + 1] = segment
    if marker == 0xda then break end
    at = at + 2 + length
  end
  return list
end

function pictures.frame(jpeg)
  for _, segment in ipairs(pictures.segments(jpeg)) do
    if segment.width then return { width = segment.width, height = segment.height, components = segment.components } end
  end
end

local found = {}

function pictures.has(program)
  if found[program] == nil then
    found[program] = process.capture("command -v " .. process.quote(program)) ~= ""
  end
  return found[program]
end

function pictures.ppm(bytes)
  local folder = process.tempdir()
  process.write(folder .. "/picture", bytes)
  process.run(("convert %s -depth 8 ppm:%s"):format(process.quote(folder .. "/picture"), process.quote(folder .. "/ppm")))
  local text = process.read(folder .. "/ppm")
  local width, height, first = text:match("^P6%s+(%d+)%s+(%d+)%s+255%s()")
  width, height = tonumber(width), tonumber(height)
  return {
    width = width, height = height,
    at = function(x, y)
      local at = first + (y * width + x) * 3
      return text:byte(at, at + 2)
    end,
  }
end

return pictures
