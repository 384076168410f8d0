--- Tests the measures of pixels and the advice from them.

local core = require "idocr.core"
local quality = require "idocr.picture.quality"

local built = pcall(require, "idocr.pixels")
local look = built and it or pending -- libjpeg-turbo and libpng are optional

local SPECIMENS = "lua/idocr/sandbox/specimens/"
local FIXTURES = "spec/checks/pictures/"

local function bytes_of(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

local function measure(bytes, slice)
  local at = 1
  return quality.measure(function()
    local piece = bytes:sub(at, at + slice - 1)
    at = at + slice
    return piece ~= "" and piece or nil
  end)
end

-- Writes PNG pictures without compression, painted by a function.
local xor = rawget(_G, "jit") and require("bit").bxor or assert(load("return function(a, b) return a ~ b end"))()
local function u32(n) return string.char(math.floor(n / 2 ^ 24) % 256, math.floor(n / 2 ^ 16) % 256, math.floor(n / 256) % 256, n % 256) end

local CRC = {}
for i = 0, 255 do
  local c = i
  for _ = 1, 8 do c = c % 2 == 1 and xor(math.floor(c / 2), 0xEDB88320) % 2 ^ 32 or math.floor(c / 2) end
  CRC[i] = c
end

local function chunk(kind, data)
  local c = 0xFFFFFFFF
  local text = kind .. data
  for i = 1, #text do c = xor(CRC[xor(c % 256, text:byte(i)) % 256], math.floor(c / 256)) % 2 ^ 32 end
  return u32(#data) .. text .. u32(xor(c, 0xFFFFFFFF) % 2 ^ 32)
end

local function png(width, height, color)
  local rows = {}
  for y = 0, height - 1 do
    local row = { "\0" }
    for x = 0, width - 1 do row[x + 2] = string.char(color(x, y)) end
    rows[y + 1] = table.concat(row)
  end
  local raw, out, at = table.concat(rows), { "\120\1" }, 1
  local a, b = 1, 0
  for i = 1, #raw do
    a = (a + raw:byte(i)) % 65521
    b = (b + a) % 65521
  end
  while at <= #raw do
    local piece = raw:sub(at, at + 65534)
    at = at + 65535
    out[#out + 1] = string.char(at > #raw and 1 or 0, #piece % 256, math.floor(#piece / 256), 255 - #piece % 256,
      255 - math.floor(#piece / 256)) .. piece
  end
  out[#out + 1] = u32(b * 65536 + a)
  return "\137PNG\r\n\26\n" .. chunk("IHDR", u32(width) .. u32(height) .. "\8\2\0\0\0") .. chunk("IDAT", table.concat(out))
    .. chunk("IEND", "")
end

local function finding(findings, check)
  for _, f in ipairs(findings) do if f.check == "picture." .. check then return f end end
end

describe("pixel measurement", function()
  look("measures the same whatever the slices", function()
    for _, name in ipairs { "plain.jpg", "progressive.jpg", "cmyk.jpg", "grey.jpg", "interlaced.png", "deep.png", "palette.png",
      "alpha.png", "bits.png" } do
      local bytes = bytes_of(FIXTURES .. name)
      local whole = assert(measure(bytes, #bytes))
      assert.are.same(whole, assert(measure(bytes, 1)), name)
      assert.are.same(whole, assert(measure(bytes, 137)), name)
      assert.is_true(whole.brightness > 20 and whole.brightness < 235, name)
    end
  end)

  look("gives one picture in many encodings the same light", function()
    local plain = assert(measure(bytes_of(FIXTURES .. "plain.jpg"), 4096))
    for _, name in ipairs { "progressive.jpg", "cmyk.jpg", "interlaced.png", "deep.png" } do
      local other = assert(measure(bytes_of(FIXTURES .. name), 4096))
      assert.is_true(math.abs(other.brightness - plain.brightness) < 3, name)
      assert.is_true(math.abs(other.chroma - plain.chroma) < 4, name)
    end
    assert.is_true(measure(bytes_of(FIXTURES .. "grey.jpg"), 4096).chroma < 0.5)
  end)

  look("measures what was painted", function()
    local flat = assert(measure(png(200, 100, function() return 100, 100, 100 end), 4096))
    assert.are.equal(100, math.floor(flat.brightness + 0.5))
    assert.are.equal(0, flat.sharpness)
    assert.are.equal(0, flat.contrast)
    assert.is_true(flat.chroma < 0.01)

    local board = assert(measure(png(200, 100, function(x, y)
      local v = (math.floor(x / 4) + math.floor(y / 4)) % 2 * 200
      return v, v, v
    end), 4096))
    assert.is_true(board.sharpest > 5000)
    assert.are.equal(200, board.contrast)

    -- a white table around the card is background, a white spot on the card is glare
    local spot = assert(measure(png(100, 100, function(x, y)
      if x < 10 or y < 10 or x >= 90 or y >= 90 then return 255, 255, 255 end
      if x >= 40 and x < 60 and y >= 40 and y < 60 then return 255, 255, 255 end
      return 120, 90, 60
    end), 4096))
    assert.are.equal(0.36, spot.background)
    assert.are.equal(0.04, spot.glare)
    assert.is_true(spot.chroma > 10)

    local dark = assert(measure(png(60, 60, function() return 20, 20, 20 end), 4096))
    assert.are.equal(1, dark.dark)
  end)

  look("shrinks large pictures without losing their light", function()
    local large = assert(measure(png(1777, 301, function(x) local v = x % 2 * 255 return v, v, v end), 65536))
    assert.is_true(math.abs(large.brightness - 127.5) < 1)
  end)

  look("advises nothing on the specimens", function()
    for _, name in ipairs { "passport.jpg", "malaysia_id.jpg", "china_id.jpg", "macao_id.jpg" } do
      local image = assert(core.image_file(SPECIMENS .. name))
      local result = quality.check(image)
      image:close()
      for _, f in ipairs(result.findings) do assert.is_true(f.ok, name .. " " .. f.check .. " " .. tostring(f.found)) end
      assert.is_true(result.ok)
      assert.is_number(result.measures.sharpest)
    end
  end)

  look("reports what it cannot measure, and never raises on damaged data", function()
    local function code(bytes)
      local _, message, what = measure(bytes, 4096)
      assert.is_string(message)
      return what
    end
    assert.are.equal("unsupported", code("BM" .. ("x"):rep(100)))
    assert.are.equal("empty", code(""))
    assert.are.equal("empty", code("\255\216\255\224"))
    assert.are.equal("broken", code((png(4, 4, function() return 1, 2, 3 end):gsub("IHDR", "IHDR\1", 1))))
    -- 100000 x 100000 pixels in a few bytes
    assert.are.equal("too_large", code("\137PNG\r\n\26\n" .. chunk("IHDR", u32(100000) .. u32(100000) .. "\8\2\0\0\0")
      .. chunk("IDAT", "\120\1")))
    -- 10000 x 10000 in a baseline JPEG whose first scan has one colour of three: all coefficients would have to be held
    assert.are.equal("too_large", code("\255\216\255\192\0\17\8\39\16\39\16\3\1\17\0\2\17\0\3\17\0\255\218\0\8\1\1\0\0\63\0"))

    -- 8000 x 8000 pixels are few for a JPEG, which decodes small, and many for a PNG, which has to be inflated
    assert.are.equal("too_large", code("\137PNG\r\n\26\n" .. chunk("IHDR", u32(8000) .. u32(8000) .. "\16\6\0\0\0")
      .. chunk("IDAT", "\120\1")))
    -- a progressive JPEG of 5500 x 5500 pixels whose colours are not halved: 180 MB of coefficients
    local progressive = bytes_of(FIXTURES .. "progressive.jpg")
    local begins = assert(progressive:find("\255\194", 1, true))
    local frame = progressive:sub(begins, begins + 4) .. "\21\124\21\124\3\1\17\0\2\17\1\3\17\1"
    assert.are.equal("too_large", code(progressive:sub(1, begins - 1) .. frame .. progressive:sub(begins + #frame)))

    local seed = 99
    local function random(n)
      seed = seed * 16807 % 2147483647
      return seed % n + 1
    end
    for _, name in ipairs { "plain.jpg", "progressive.jpg", "interlaced.png", "palette.png" } do
      local good = bytes_of(FIXTURES .. name)
      for _ = 1, 150 do
        local bad = good:sub(1, random(#good))
        local at = random(#bad)
        bad = bad:sub(1, at - 1) .. string.char(random(256) - 1) .. bad:sub(at + 1)
        local measures, message = measure(bad, random(500))
        assert.is_true(measures ~= nil or type(message) == "string")
      end
    end
  end)

  look("closes decoders", function()
    local pixels = require "idocr.pixels"
    local decoder = assert(pixels.decoder())
    assert.is_true(decoder:feed("\255\216\255"))
    assert.are.equal("jpeg", decoder:format())
    decoder:close()
    decoder:close()
    assert.has_error(function() decoder:feed("x") end)
  end)
end)

describe("advice on a picture", function()
  local GOOD = { sharpness = 500, sharpest = 900, brightness = 150, contrast = 120, dark = 0, glare = 0.01, background = 0, chroma = 20 }

  local function changed(name, value)
    local copy = {}
    for k, v in pairs(GOOD) do copy[k] = v end
    copy[name] = value
    return copy
  end

  it("comes from the file's header alone where pixels cannot be measured", function()
    local findings = quality.judge({ size = 6e6, width = 400, height = 700, orientation = 6 })
    assert.is_false(finding(findings, "resolution.short").ok)
    assert.is_false(finding(findings, "resolution.long").ok)
    assert.is_false(finding(findings, "size").ok)
    assert.are.equal("info", finding(findings, "orientation").severity)
    assert.is_nil(finding(findings, "blur"))
    assert.is_false(finding(quality.judge { width = 4000, height = 600 }, "aspect").ok)
    assert.are.same({}, quality.judge {})
  end)

  it("is lenient, and gives the reason", function()
    for _, f in ipairs(quality.judge({ size = 1e5, width = 1000, height = 700 }, GOOD)) do assert.is_true(f.ok, f.check) end
    for check, measures in pairs {
      blur = changed("sharpest", 28), dark = changed("brightness", 30), contrast = changed("contrast", 10), glare = changed("glare", 0.4),
    } do
      local f = finding(quality.judge({}, measures), check)
      assert.are.same({ false, "warning" }, { f.ok, f.severity })
      assert.is_string(f.message)
    end
    assert.are.equal("info", finding(quality.judge({}, changed("chroma", 0)), "colourless").severity)
  end)

  it("uses the caller's limits", function()
    assert.is_true(finding(quality.judge({}, changed("sharpest", 28), { sharpest = 20 }), "blur").ok)
    assert.is_nil(finding(quality.judge({}, changed("sharpest", 28), { sharpest = false }), "blur"))
    assert.has_error(function() quality.judge({}, GOOD, { sharp = 1 }) end)
    assert.has_error(function() quality.judge({}, GOOD, { sharpest = "very" }) end)
  end)
end)
