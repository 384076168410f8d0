--- Tests the C module idocr.fit: decoders, sizes, orientation, colours, and what it refuses.

local core = require "idocr.core"
local icc = require "spec.support.icc"
local pictures = require "spec.support.pictures"
local process = require "spec.support.process"

local built, fit = pcall(require, "idocr.fit")
local test = built and it or pending -- libjpeg-turbo and libpng are optional
local seen = built and pictures.has "convert" and it or pending -- looks at pixels
local webp = built and fit.formats.webp and it or pending
local coloured = built and fit.profiles and it or pending

local has_heif, heif = pcall(require, "idocr.heif")
local heic = built and has_heif and it or pending

local SPECIMEN = "lua/idocr/sandbox/specimens/passport.jpg" -- 1000 x 704
local MADE = "spec/fuzz/pictures/"

-- Returns the JPEG and the sizes; or nil, message, code.
local function made(bytes, settings, microseconds)
  local image = core.image_bytes(bytes)
  local given = { quality = 90, format = image:info().format }
  for name, value in pairs(settings or {}) do given[name] = value end
  local job = assert(fit.new(core.body { { image = image, encoding = "raw" } }, given))
  local state, message, code
  local steps = 0
  repeat
    state, message, code = job:step(microseconds)
    steps = steps + 1
  until state ~= "more"
  local result = job:result()
  local jpeg = result.bytes
  if result.descriptor then
    local file = assert(core.image_descriptor(result.descriptor))
    jpeg = file:read(0, file:size())
    file:close()
  end
  job:close()
  if state ~= "done" then return nil, message, code end
  assert.equal(#jpeg, result.length)
  return jpeg, result, steps
end

local function size_of(jpeg)
  local frame = pictures.frame(jpeg)
  return frame.width .. "x" .. frame.height
end

-- Four colours: red | green over blue | white.
local function quarters(width, height)
  return function(x, y)
    if y < height / 2 then
      if x < width / 2 then return 255, 0, 0 end
      return 0, 255, 0
    end
    if x < width / 2 then return 0, 0, 255 end
    return 255, 255, 255
  end
end

local function name_at(picture, x, y)
  local red, green, blue = picture.at(x, y)
  local function high(value) return value > 200 and "1" or value < 60 and "0" or "?" end
  return ({ ["100"] = "R", ["010"] = "G", ["001"] = "B", ["111"] = "W" })[high(red) .. high(green) .. high(blue)] or "?"
end

local function corners(jpeg)
  local picture = pictures.ppm(jpeg)
  local right, low = picture.width - 4, picture.height - 4
  return name_at(picture, 3, 3) .. name_at(picture, right, 3) .. name_at(picture, 3, low) .. name_at(picture, right, low)
end

describe("a fit", function()
  test("scales down, never up, and never below the sizes that it is given", function()
    local bytes = process.read(SPECIMEN)
    for _, case in ipairs {
      { {}, "1000x704" }, { { longest = 2400 }, "1000x704" }, { { longest = 500 }, "500x352" }, { { longest = 100 }, "100x70" },
      { { longest = 1 }, "1x1" }, { { longest = 500, least_long = 800 }, "800x563" }, { { longest = 500, least_short = 500 }, "710x500" },
      { { longest = 500, least_short = 5000 }, "1000x704" }, { { longest = 999 }, "999x703" },
    } do
      local jpeg, result = made(bytes, case[1])
      assert.equal(case[2], size_of(jpeg))
      assert.equal(case[2], result.width .. "x" .. result.height)
      assert.same({ 1000, 704 }, { result.from_width, result.from_height })
    end
  end)

  test("writes a JPEG with no segment but those that a decoder needs", function()
    local bytes = icc.into_jpeg(icc.with_exif(process.read(SPECIMEN), 6), icc.rgb())
    local needed = { [0xe0] = true, [0xdb] = true, [0xc0] = true, [0xc4] = true, [0xda] = true }
    for _, segment in ipairs(pictures.segments((made(bytes, { longest = 300 })))) do
      assert.is_true(needed[segment.marker], ("%02X"):format(segment.marker))
      if segment.marker == 0xe0 then assert.equal("JFIF\0", segment.data:sub(1, 5)) end
    end
  end)

  seen("turns all eight orientations upright", function()
    local expected = { "RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB" }
    for _, size in ipairs { { 64, 48 }, { 203, 151 } } do -- odd sizes: colours have half the resolution
      local width, height = size[1], size[2]
      for _, top_down in ipairs { false, true } do
        local bytes = pictures.bmp(width, height, quarters(width, height), top_down)
        for orientation = 1, 8 do
          local jpeg = made(bytes, { orientation = orientation })
          assert.equal(expected[orientation], corners(jpeg), orientation)
          assert.equal(orientation < 5 and width .. "x" .. height or height .. "x" .. width, size_of(jpeg))
        end
      end
    end
  end)

  test("is the same in small steps", function()
    for _, path in ipairs { SPECIMEN, MADE .. "progressive.jpg", MADE .. "deep.png", MADE .. "runs.bmp" } do
      local bytes = process.read(path)
      local whole = made(bytes, { longest = 50, orientation = 6 })
      local stepped, _, steps = made(bytes, { longest = 50, orientation = 6 }, 1)
      assert.equal(whole, stepped)
      assert.is_true(steps > 10, steps)
    end
  end)

  test("puts a long result into a file without a name", function()
    local seed = 1
    local noise = pictures.bmp(1400, 900, function()
      seed = (seed * 16807) % 2147483647
      return seed % 256, math.floor(seed / 256) % 256, math.floor(seed / 65536) % 256
    end)
    local jpeg, result = made(noise, { quality = 100 })
    assert.is_true(result.length > 1024 * 1024, result.length)
    assert.is_number(result.descriptor)
    assert.is_nil(result.bytes)
    assert.equal("1400x900", size_of(jpeg))
    assert.equal("\255\217", jpeg:sub(-2))
    local short = select(2, made(noise, { quality = 20 }))
    assert.is_nil(short.descriptor)
  end)

  test("keeps grey grey, and makes three colours of CMYK", function()
    assert.equal(1, pictures.frame((made(process.read "spec/checks/pictures/grey.jpg"))).components)
    assert.equal(1, pictures.frame((made(process.read "spec/checks/pictures/bits.png"))).components)
    assert.equal(3, pictures.frame((made(process.read(MADE .. "cmyk.jpg")))).components)
  end)

  seen("decodes what its formats can hold", function()
    for name, format in pairs {
      ["progressive.jpg"] = "jpeg", ["cmyk.jpg"] = "jpeg", ["profile.jpg"] = "jpeg", ["deep.png"] = "png", ["rgb.bmp"] = "bmp",
      ["runs.bmp"] = "bmp", ["masks.bmp"] = "bmp", ["lossy.webp"] = "webp", ["lossless.webp"] = "webp",
    } do
      if fit.formats[format] then
        local ours = pictures.ppm((made(process.read(MADE .. name), { quality = 100 })))
        local theirs = pictures.ppm(process.read(MADE .. name))
        assert.same({ theirs.width, theirs.height }, { ours.width, ours.height }, name)
        local sum, count = 0, 0
        for y = 0, ours.height - 1 do
          for x = 0, ours.width - 1 do
            local r, g, b = ours.at(x, y)
            local r2, g2, b2 = theirs.at(x, y)
            sum, count = sum + math.abs(r - r2) + math.abs(g - g2) + math.abs(b - b2), count + 3
          end
        end
        local most = (name == "profile.jpg" or name == "cmyk.jpg") and 40 or 8 -- their colours are converted
        assert.is_true(sum / count < most, name .. ": " .. sum / count)
      end
    end
  end)

  seen("reads a BMP whose palette is shorter than its header implies", function()
    -- 16 x 16 pixels of 8 bits, two colours: the number of colours is left out, and the pixels follow the second one.
    local header = "\40\0\0\0\16\0\0\0\16\0\0\0\1\0\8\0" .. ("\0"):rep(24)
    local pixels = (("\0"):rep(8) .. ("\1"):rep(8)):rep(16)
    local bmp = "BM" .. "\62\1\0\0\0\0\0\0\62\0\0\0" .. header .. "\20\40\200\0" .. "\200\200\40\0" .. pixels
    local picture = pictures.ppm((made(bmp, { quality = 100 })))
    for x, wanted in pairs { [2] = { 200, 40, 20 }, [13] = { 40, 200, 200 } } do
      local red, green, blue = picture.at(x, 8)
      assert.is_true(math.abs(red - wanted[1]) + math.abs(green - wanted[2]) + math.abs(blue - wanted[3]) < 12)
    end
  end)

  seen("lays transparent pixels on white", function()
    local picture = pictures.ppm((made(process.read "spec/checks/pictures/alpha.png", { quality = 100 })))
    local process_picture = pictures.ppm(process.run("convert spec/checks/pictures/alpha.png -background white -flatten ppm:-") .. "\n")
    local sum = 0
    for i = 0, math.min(picture.width, picture.height) - 1 do
      local ours, theirs = picture.at(i, i), process_picture.at(i, i)
      sum = sum + math.abs(ours - theirs)
    end
    assert.is_true(sum / picture.width < 8, sum)
  end)

  if built and fit.profiles and pictures.has "convert" then
    coloured("converts to sRGB by the profile", function()
      -- Saturated green of Adobe RGB lies outside of sRGB; grey is the same in both but for the tone curve.
      local function halves(x)
        if x < 8 then return 120, 200, 120 end
        return 128, 128, 128
      end
      local plain = made(pictures.bmp(16, 16, halves), { quality = 100 })
      local same, converted = pictures.ppm(plain), pictures.ppm((made(icc.into_jpeg(plain, icc.rgb()), { quality = 100 })))
      local red = same.at(2, 8)
      local red_converted = converted.at(2, 8)
      assert.is_true(red - red_converted > 20, red .. " " .. red_converted)
      local grey, grey_converted = same.at(13, 8), converted.at(13, 8)
      assert.is_true(math.abs(grey - grey_converted) < 5)
      -- A linear profile makes grey lighter; the profile of another colour space is ignored.
      local linear = pictures.ppm((made(icc.into_jpeg(plain, icc.rgb { gamma = 1 }), { quality = 100 })))
      assert.is_true(linear.at(13, 8) > grey + 40)
      local other = pictures.ppm((made(icc.into_jpeg(plain, icc.grey(1)), { quality = 100 })))
      assert.equal((same.at(13, 8)), (other.at(13, 8)))
    end)
  end

  coloured("refuses a damaged profile", function()
    local _, message, code = made(icc.into_jpeg(process.read(SPECIMEN), ("not a profile"):rep(50)))
    assert.equal("profile", code)
    assert.truthy(message:find("profile", 1, true))
    _, _, code = made(icc.into_jpeg(process.read(SPECIMEN), icc.rgb():sub(1, 300)))
    assert.equal("profile", code)
  end)
end)

describe("HEIC and AVIF", function()
  -- Runs a job with libheif's decoder to its end.
  local function decode(bytes, background)
    local job = assert(fit.new(core.body { { image = core.image_bytes(bytes), encoding = "raw" } },
      { decoder = heif.decoder, quality = 90, longest = 40, background = background }))
    local state, _, code, waited
    repeat
      state, _, code = job:step(background and 100 or 0)
      waited = waited or state == "wait"
    until state ~= "more" and state ~= "wait"
    local result = job:result()
    job:close()
    return state == "done" and result or nil, code, waited
  end

  heic("are decoded, also in a thread", function()
    for _, name in ipairs { "small.heic", "small.avif" } do
      local bytes = process.read(MADE .. name)
      local straight = decode(bytes)
      if straight then -- the library may lack a codec
        assert.equal("40x28", size_of(straight.bytes))
        assert.equal(straight.bytes, decode(bytes, true).bytes)
      end
    end
  end)

  heic("are errors where they are cut or other files", function()
    for _, name in ipairs { "small.heic", "small.avif" } do
      local bytes = process.read(MADE .. name)
      for i = 1, 20 do
        local result, code = decode(bytes:sub(1, math.floor(#bytes * i / 21)))
        assert.is_nil(result)
        assert.truthy(code == "truncated" or code == "broken" or code == "unsupported", code)
      end
    end
    assert.is_nil((decode "x"))
    assert.is_nil((decode(process.read(SPECIMEN))))
  end)

  heic("can be closed while the thread works", function()
    for _ = 1, 3 do
      local job = fit.new(core.body { { image = core.image_bytes(process.read(MADE .. "small.heic")), encoding = "raw" } },
        { decoder = heif.decoder, quality = 90, background = true })
      for _ = 1, 3 do job:step(1) end
      job:close()
    end
  end)
end)

describe("a hostile picture", function()
  -- Cuts a file at many places; a cut file must never become a picture with made-up rows.
  local function cut_everywhere(path, lengths)
    local bytes = process.read(path)
    for _, length in ipairs(lengths(#bytes)) do
      local jpeg, _, code = made(bytes:sub(1, length), { longest = 100 })
      assert.is_nil(jpeg, path .. " cut to " .. length)
      assert.truthy(code == "truncated" or code == "broken", path .. " " .. length .. " " .. tostring(code))
    end
  end

  local function spread(size)
    local lengths = {}
    for i = 1, 40 do lengths[i] = math.floor(size * i / 41) end
    for i = 1, 5 do lengths[#lengths + 1] = size - 10 - i * 7 end
    return lengths
  end

  local function most(size)
    local lengths = {}
    for length = 27, size - 17, 3 do lengths[#lengths + 1] = length end
    return lengths
  end

  test("that ends early is an error", function()
    cut_everywhere(SPECIMEN, spread)
    cut_everywhere(MADE .. "progressive.jpg", most)
    cut_everywhere(MADE .. "cmyk.jpg", most)
    cut_everywhere(MADE .. "deep.png", most)
    cut_everywhere(MADE .. "masks.bmp", most)
    cut_everywhere("spec/checks/pictures/interlaced.png", most)
  end)

  webp("that ends early is an error as WebP too", function()
    cut_everywhere(MADE .. "lossy.webp", most)
    cut_everywhere(MADE .. "lossless.webp", most)
  end)

  test("without its end marker only is a picture", function()
    local bytes = process.read(SPECIMEN)
    assert.equal("\255\217", bytes:sub(-2))
    assert.equal((made(bytes)), (made(bytes:sub(1, -3))))
    bytes = process.read(MADE .. "progressive.jpg")
    assert.equal((made(bytes)), (made(bytes:sub(1, -3))))
  end)

  test("with damaged data is an error, not grey blocks", function()
    local bytes = process.read(SPECIMEN)
    local middle = math.floor(#bytes / 2)
    local _, _, code = made(bytes:sub(1, middle) .. "\255\217" .. bytes:sub(middle + 3))
    assert.truthy(code == "truncated" or code == "broken", code)
  end)

  test("with absurd dimensions is refused before memory is allocated", function()
    local jpeg = process.read(SPECIMEN)
    local at = jpeg:find("\255\192", 1, true)
    local function sized(height, width)
      return jpeg:sub(1, at + 4) .. height .. width .. jpeg:sub(at + 9)
    end
    assert.equal("too_large", (select(3, made(sized("\255\0", "\255\0")))))
    assert.equal("broken", (select(3, made(sized("\0\0", "\4\0")))))
    assert.equal("too_large", (select(3, made(sized("\255\255", "\255\255"))))) -- more than libjpeg takes
    local png = process.read "spec/checks/pictures/interlaced.png"
    local header = png:sub(13, 16) .. "\0\0\255\255\0\0\255\255" .. png:sub(25, 29)
    local _, _, code = made(png:sub(1, 12) .. header .. png:sub(30)) -- the checksum is wrong as well
    assert.truthy(code == "broken" or code == "too_large", code)
    -- 60000 x 60000, 1 x 2147483647, 2147483647 x 2147483647 and 200001 x 1 pixels, each with the checksum of its header.
    for _, each in ipairs {
      { "\0\0\234\96\0\0\234\96", "\15\176\226\21" }, { "\0\0\0\1\127\255\255\255", "\36\136\107\101" },
      { "\127\255\255\255\127\255\255\255", "\155\171\156\49" }, { "\0\3\13\65\0\0\0\1", "\178\199\203\137" },
    } do
      local huge = png:sub(1, 16) .. each[1] .. "\8\2\0\0\0" .. each[2] .. "\0\0\0\9IDAT" .. ("x"):rep(100)
      assert.equal("too_large", (select(3, made(huge))))
    end
    local bmp = pictures.bmp(4, 4, function() return 1, 2, 3 end)
    assert.equal("too_large", (select(3, made(bmp:sub(1, 18) .. "\255\255\255\127" .. bmp:sub(23)))))
    assert.equal("broken", (select(3, made(bmp:sub(1, 18) .. "\0\0\0\0" .. bmp:sub(23)))))
    assert.equal("too_large", (select(3, made(process.read(SPECIMEN), { most_pixels = 1000 }))))
  end)

  test("that is another file is an error", function()
    for _, format in ipairs { "jpeg", "png", "bmp", "webp" } do
      if fit.formats[format] then
        for _, bytes in ipairs { "x", ("hello"):rep(1000), "\255\216\255", "\137PNG\r\n\26\n", "BM", "RIFF\4\0\0\0WEBP" } do
          assert.is_nil((made(bytes, { format = format })))
        end
      end
    end
  end)
end)

describe("idocr.fit", function()
  test("raises on wrong arguments", function()
    local body = core.body { { image = core.image_bytes "x", encoding = "raw" } }
    for _, settings in ipairs { { format = "gif", quality = 1 }, { quality = 1 }, { format = "jpeg", quality = 101 },
      { format = "jpeg", longest = -1 }, { format = "jpeg", longest = 0 / 0 }, { format = "jpeg", orientation = 9 }, { decoder = "x" } } do
      assert.has_error(function() fit.new(body, settings) end)
    end
    assert.has_error(function() fit.new("x", { format = "jpeg" }) end)
    assert.has_error(function() fit.new(body) end)
    local job = fit.new(body, { format = "jpeg", quality = 50 })
    assert.has_error(function() job:step(-1) end)
    job:close()
    job:close()
    assert.has_error(function() job:step() end)
    assert.has_error(function() job:result() end)
  end)

  test("reports a picture that changes while it is read", function()
    local path = process.tempdir() .. "/picture.jpg"
    process.write(path, process.read(SPECIMEN))
    local image = core.image_file(path)
    local job = fit.new(core.body { { image = image, encoding = "raw" } }, { format = "jpeg", quality = 50 })
    process.write(path, "short")
    local state, _, code = job:step()
    assert.is_nil(state)
    assert.equal("read", code)
  end)
end)

describe("core.image_descriptor", function()
  it("opens the file of a descriptor, and refuses others", function()
    assert.is_nil((core.image_descriptor(9999)))
    assert.has_error(function() core.image_descriptor(-1) end)
    assert.has_error(function() core.image_descriptor("x") end)
  end)
end)
