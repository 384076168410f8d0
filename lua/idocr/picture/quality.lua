--- Measures a picture's pixels and gives advice: resolution, sharpness, light, glare. It never rejects a picture. Readable
--- and unreadable pictures overlap in these measures (white scans look like glare, grey scans like photocopies), so the
--- limits are lenient.

local quality = {}

---@class idocr.PictureLimits  false turns a check off
---@field least_short integer|false  pixels of the shorter side; the vendor recommends 500 x 800
---@field least_long integer|false
---@field most_bytes integer|false   bytes of the file; larger ones are slow to send or near the services' limit
---@field sharpest number|false      least variance of the Laplacian in the sharper parts, at 800 pixels
---@field brightness number|false    least mean grey, 0 to 255
---@field contrast number|false      least span of grey
---@field glare number|false         largest share of overexposed pixels inside the picture
---@field chroma number|false        least mean distance from grey
---@field aspect number|false        largest ratio of the sides; cards have 1.42 to 1.59, two of them above one another less than 3
local LIMITS = {
  least_short = 500, least_long = 800, most_bytes = 5250000, sharpest = 60, brightness = 50, contrast = 30, glare = 0.2, chroma = 4.5,
  aspect = 3,
}

local SLICE = 16 * 1024 -- bytes between pauses; a decompression bomb expands them a thousandfold

--- Measures pixels with the optional module idocr.pixels.
---@param read fun(): string? slices of the file from its beginning; nil at the end
---@return table? measures sharpness, sharpest, brightness, contrast, dark, glare, background, chroma
---@return string? message
---@return "not_built"|"unsupported"|"broken"|"too_large"|"memory"|"empty"|nil code
function quality.measure(read)
  local found, pixels = pcall(require, "idocr.pixels")
  if not found then return nil, "pixel measurement is not built: it needs libjpeg-turbo and libpng", "not_built" end
  local decoder, message, code = pixels.decoder()
  if not decoder then return nil, message, code end
  local more = true
  while more do
    local slice = read()
    if not slice or slice == "" then break end
    more, message, code = decoder:feed(slice)
  end
  local measures
  if more ~= nil then measures, message, code = decoder:measure() end
  decoder:close()
  return measures, message, code
end

--- Compares facts and measures with limits. Raises on a wrong limit.
---@param facts table size (bytes), format, width, height, orientation, complete; all may be absent
---@param measures table? from `quality.measure`
---@param limits idocr.PictureLimits?
---@return idocr.Finding[]
function quality.judge(facts, measures, limits)
  local settled = {}
  for name, value in pairs(LIMITS) do settled[name] = value end
  for name, value in pairs(limits or {}) do
    if LIMITS[name] == nil then error(("unknown picture limit: %s"):format(tostring(name)), 2) end
    if value ~= false and type(value) ~= "number" then error(name .. " must be a number or false", 2) end
    settled[name] = value
  end
  local findings = {}
  local function add(check, value, limit, below, severity, form, good, bad)
    if value == nil or not limit then return end
    local ok = value >= limit
    if not below then ok = value <= limit end
    findings[#findings + 1] = {
      check = "picture." .. check, ok = ok, severity = ok and "info" or severity, field = "image", fields = { "image" },
      expected = (below and ">= " or "<= ") .. form:format(limit), found = form:format(value), message = ok and good or bad,
    }
  end

  local width, height = facts.width, facts.height
  if width and height and width > 0 and height > 0 then
    local short, long = math.min(width, height), math.max(width, height)
    add("resolution.short", short, settled.least_short, true, "warning", "%d", "the shorter side has enough pixels",
      "the shorter side has fewer pixels than the services recommend")
    add("resolution.long", long, settled.least_long, true, "warning", "%d", "the longer side has enough pixels",
      "the longer side has fewer pixels than the services recommend")
    add("aspect", long / short, settled.aspect, false, "warning", "%.2f", "the picture has the proportions of a card",
      "one side is far longer than the other: crop the picture to the card")
  end
  add("size", facts.size, settled.most_bytes, false, "warning", "%d", "the file size is adequate",
    "the file is near the services' limit and slow to send: fewer pixels are enough")
  if facts.orientation and facts.orientation ~= 1 then
    findings[#findings + 1] = {
      check = "picture.orientation", ok = false, severity = "info", field = "image", fields = { "image" },
      expected = "1", found = ("%d"):format(facts.orientation),
      message = "the picture is rotated by its EXIF orientation, which not every service applies",
    }
  end
  if facts.complete ~= true and (facts.format == "jpeg" or facts.format == "png") then
    findings[#findings + 1] = {
      check = "picture.end", ok = false, severity = "info", field = "image", fields = { "image" },
      message = "the end of the picture's file is missing; most programs still show the picture",
    }
  end
  if not measures then return findings end
  add("blur", measures.sharpest, settled.sharpest, true, "warning", "%.0f", "edges are sharp",
    "even the sharpest parts of the picture are blurred: hold the camera still and closer")
  add("dark", measures.brightness, settled.brightness, true, "warning", "%.0f", "there is enough light", "the picture is very dark")
  add("contrast", measures.contrast, settled.contrast, true, "warning", "%.0f", "light and dark differ enough",
    "light and dark hardly differ: haze, a dirty lens, or no card")
  add("glare", measures.glare, settled.glare, false, "warning", "%.3f", "no large part is overexposed",
    "a large part is overexposed: tilt the card or move the lamp, unless the card itself is that white")
  add("colourless", measures.chroma, settled.chroma, true, "info", "%.1f", "the picture has colours",
    "the picture is grey: a grey scan, or a photocopy, for which services return a warning")
  return findings
end

--- Checks an open picture.
---@param image table|userdata `size()`, `info()` and `read(offset, max)` as of an image of idocr.core
---@param limits idocr.PictureLimits?
---@return { ok: boolean, findings: idocr.Finding[], measures: table?, not_measured: string? }  `ok`: no warnings
function quality.check(image, limits)
  local info = image:info() or {}
  local facts = {
    size = image:size(), format = info.format, width = info.width, height = info.height, orientation = info.orientation,
    complete = info.complete,
  }
  local offset = 0
  local measures, message, code = quality.measure(function()
    local slice = image:read(offset, SLICE)
    if slice then offset = offset + #slice end
    return slice
  end)
  local result = { ok = true, findings = quality.judge(facts, measures, limits), measures = measures }
  if not measures then result.not_measured = code or message end
  if code == "broken" then
    result.findings[#result.findings + 1] = {
      check = "picture.broken", ok = false, severity = "warning", field = "image", fields = { "image" },
      message = "the picture's data is corrupt: some programs will not show it",
    }
  end
  for _, finding in ipairs(result.findings) do
    if not finding.ok and finding.severity == "warning" then result.ok = false end
  end
  return result
end

return quality
