--- Tests pictures: headers, formats, reading in slices, and files that change.

local core = require "idocr.core"
local process = require "spec.support.process"

local function be16(n) return string.char(math.floor(n / 256) % 256, n % 256) end
local function be32(n) return be16(math.floor(n / 65536)) .. be16(n % 65536) end
local function le16(n) return be16(n):reverse() end
local function le32(n) return be32(n):reverse() end

--- A JPEG marker segment.
local function segment(marker, payload) return "\255" .. string.char(marker) .. be16(#payload + 2) .. payload end

--- A TIFF structure whose first directory has two entries, the second the orientation, of a TIFF type (3: SHORT).
local function tiff(orientation, little, kind)
  local n16, n32 = little and le16 or be16, little and le32 or be32
  local value = n16(orientation) .. n16(0)
  if kind == 1 or kind == 6 then value = string.char(orientation) .. "\0\0\0" end
  if kind == 4 or kind == 9 then value = n32(orientation) end
  return (little and "II" or "MM") .. n16(42) .. n32(8) .. n16(2) .. n16(0x010f) .. n16(2) .. n32(1) .. n32(0)
    .. n16(0x0112) .. n16(kind or 3) .. n32(1) .. value .. n32(0)
end

local function exif(...) return segment(0xe1, "Exif\0\0" .. tiff(...)) end

local JFIF = segment(0xe0, "JFIF\0\1\1\0\0\1\0\1\0\0")
local function frame(width, height, marker) return segment(marker or 0xc0, "\8" .. be16(height) .. be16(width) .. "\1\1\17\0") end
local SCAN = segment(0xda, "\1\1\0\0\63\0") .. ("scan\255\0data"):rep(40)
local EOI = "\255\217"

local function jpeg(parts) return "\255\216" .. table.concat(parts) end

local function chunk(name, payload) return be32(#payload) .. name .. payload .. "\0\0\0\0" end
local PNG = "\137PNG\r\n\26\n"
local function ihdr(width, height) return chunk("IHDR", be32(width) .. be32(height) .. "\8\2\0\0\0") end
local IEND = "\0\0\0\0IEND\174\66\96\130"

local function bmp(width, height, bits, data)
  return "BM" .. le32(54 + #data) .. "\0\0\0\0" .. le32(54) .. le32(40) .. le32(width) .. le32(height % 2 ^ 32) .. le16(1) .. le16(bits)
    .. le32(0) .. le32(#data) .. ("\0"):rep(16) .. data
end

local function webp(chunks) return "RIFF" .. le32(4 + #chunks) .. "WEBP" .. chunks end
local function riff(name, payload) return name .. le32(#payload) .. payload .. (#payload % 2 == 1 and "\0" or "") end
local VP8 = riff("VP8 ", "\0\0\0\157\1\42" .. le16(640) .. le16(480 + 0x4000) .. "data")

local CASES = {
  { "a baseline JPEG", jpeg { JFIF, frame(640, 480), SCAN, EOI }, { format = "jpeg", width = 640, height = 480, complete = true } },
  { "a progressive JPEG turned by a little-endian EXIF", jpeg { exif(6, true), frame(3000, 2000, 0xc2), SCAN, EOI },
    { format = "jpeg", width = 3000, height = 2000, orientation = 6, complete = true } },
  { "a JPEG turned by a big-endian EXIF", jpeg { JFIF, exif(8), frame(1, 1), SCAN, EOI },
    { format = "jpeg", width = 1, height = 1, orientation = 8, complete = true } },
  { "a JPEG with fill bytes, a large comment and tables before the frame",
    jpeg { "\255\255\255", segment(0xfe, ("c"):rep(65000)), segment(0xc4, ("\255\217"):rep(20)), frame(7, 9), SCAN, EOI },
    { format = "jpeg", width = 7, height = 9, complete = true } },
  { "a JPEG without its end marker", jpeg { frame(64, 48), SCAN }, { format = "jpeg", width = 64, height = 48 } },
  { "a JPEG with zeros for its end marker", jpeg { frame(64, 48), SCAN, "\0\0" }, { format = "jpeg", width = 64, height = 48 } },
  { "a JPEG that ends before its scan", jpeg { frame(64, 48), EOI }, { format = "jpeg", width = 64, height = 48, complete = false } },
  { "a JPEG with stray bytes between its segments", jpeg { JFIF, "stray\255\0", frame(64, 48), SCAN, EOI },
    { format = "jpeg", width = 64, height = 48, complete = true } },
  { "a JPEG whose height is told behind its scan", jpeg { frame(64, 0), SCAN, segment(0xdc, be16(48)), EOI },
    { format = "jpeg", complete = true } },
  { "a JPEG of no pixels", jpeg { frame(0, 0), SCAN, EOI }, { format = "jpeg", width = 0, height = 0, complete = true } },
  { "a JPEG cut before the scan, with a whole preview inside",
    jpeg { segment(0xe1, "Exif\0\0" .. jpeg { frame(8, 8), SCAN, EOI }), frame(64, 48) },
    { format = "jpeg", width = 64, height = 48, complete = false } },
  { "a JPEG that a film follows", jpeg { frame(64, 48), SCAN, EOI, ("film"):rep(50000) },
    { format = "jpeg", width = 64, height = 48, complete = true } },
  { "a JPEG whose end lies across two windows", jpeg { frame(64, 48), SCAN, ("d"):rep(20000), EOI, ("f"):rep(4095) },
    { format = "jpeg", width = 64, height = 48, complete = true } },
  { "an EXIF orientation that is none", jpeg { exif(9), frame(64, 48), SCAN, EOI },
    { format = "jpeg", width = 64, height = 48, complete = true } },
  { "the first bytes of a JPEG", "\255\216\255", { format = "jpeg", complete = false } },
  { "a PNG", PNG .. ihdr(800, 600) .. chunk("IDAT", ("z"):rep(10000)) .. IEND,
    { format = "png", width = 800, height = 600, complete = true } },
  { "a PNG turned by eXIf", PNG .. ihdr(800, 600) .. chunk("eXIf", tiff(3)) .. chunk("IDAT", "z") .. IEND,
    { format = "png", width = 800, height = 600, orientation = 3, complete = true } },
  { "a PNG cut in its data", PNG .. ihdr(800, 600) .. chunk("IDAT", ("z"):rep(10000)):sub(1, 5000),
    { format = "png", width = 800, height = 600, complete = false } },
  { "a PNG cut in its end", PNG .. ihdr(800, 600) .. chunk("IDAT", "z") .. IEND:sub(1, 11), { format = "png", width = 800, height = 600 } },
  { "a PNG without its end", PNG .. ihdr(800, 600) .. chunk("IDAT", "z"), { format = "png", width = 800, height = 600 } },
  { "a PNG cut in a text behind its pixels", PNG .. ihdr(800, 600) .. chunk("IDAT", "z") .. chunk("tEXt", "some text"):sub(1, 12),
    { format = "png", width = 800, height = 600 } },
  { "a PNG without pixels", PNG .. ihdr(800, 600) .. IEND:sub(1, 11), { format = "png", width = 800, height = 600, complete = false } },
  { "a PNG with a chunk before its header", PNG .. chunk("CgBI", "flag") .. ihdr(800, 600) .. chunk("IDAT", "z") .. IEND,
    { format = "png", width = 800, height = 600, complete = true } },
  { "a PNG of no pixels", PNG .. ihdr(0, 600) .. chunk("IDAT", "z") .. IEND, { format = "png", width = 0, height = 600, complete = true } },
  { "a PNG turned by eXIf with the prefix of a JPEG",
    PNG .. ihdr(8, 6) .. chunk("eXIf", "Exif\0\0" .. tiff(3)) .. chunk("IDAT", "z") .. IEND,
    { format = "png", width = 8, height = 6, orientation = 3, complete = true } },
  { "a PNG of nothing", PNG, { format = "png", complete = false } },
  { "a BMP", bmp(10, 20, 24, ("\0"):rep(640)), { format = "bmp", width = 10, height = 20, complete = true } },
  { "a BMP stored from the top", bmp(10, -20, 24, ("\0"):rep(640)), { format = "bmp", width = 10, height = 20, complete = true } },
  { "a BMP without its last byte", bmp(10, 20, 24, ("\0"):rep(639)), { format = "bmp", width = 10, height = 20 } },
  { "a BMP cut in its middle", bmp(10, 20, 24, ("\0"):rep(320)), { format = "bmp", width = 10, height = 20, complete = false } },
  { "a BMP of no pixels", bmp(0, 20, 24, ""), { format = "bmp", width = 0, height = 20, complete = true } },
  { "a BMP that claims more bytes than can be counted", bmp(2 ^ 31 - 1, 2 ^ 31 - 1, 32, "\0"),
    { format = "bmp", width = 2 ^ 31 - 1, height = 2 ^ 31 - 1, complete = false } },
  { "an OS/2 BMP", "BM" .. le32(26) .. ("\0"):rep(4) .. le32(26) .. le32(12) .. le16(3) .. le16(4) .. le16(1) .. le16(24),
    { format = "bmp", width = 3, height = 4 } },
  { "a GIF", "GIF89a" .. le16(100) .. le16(50) .. "\0\0\0data;", { format = "gif", width = 100, height = 50, complete = true } },
  { "a GIF filled up with zeros", "GIF87a" .. le16(100) .. le16(50) .. "\0\0\0data;\0\0",
    { format = "gif", width = 100, height = 50, complete = true } },
  { "a GIF without its end", "GIF89a" .. le16(100) .. le16(50) .. "\0\0\0data",
    { format = "gif", width = 100, height = 50, complete = false } },
  { "a lossy WebP", webp(VP8), { format = "webp", width = 640, height = 480, complete = true } },
  { "a lossless WebP", webp(riff("VP8L", "\47" .. le32(639 + 479 * 16384) .. ("x"):rep(9))),
    { format = "webp", width = 640, height = 480, complete = true } },
  { "an extended WebP turned by EXIF",
    webp(riff("VP8X", "\8\0\0\0" .. le32(639):sub(1, 3) .. le32(479):sub(1, 3)) .. VP8 .. riff("EXIF", tiff(5, true))),
    { format = "webp", width = 640, height = 480, orientation = 5, complete = true } },
  { "a WebP that is cut", webp(VP8):sub(1, -2), { format = "webp", complete = false, width = 640, height = 480 } },
  { "a PDF", "%PDF-1.4\nrest\n%%EOF\n", { format = "pdf", complete = true } },
  { "a PDF after a mail header, cut", ("x"):rep(1000) .. "%PDF-1.7\n" .. ("y"):rep(9000), { format = "pdf" } },
  { "a text", "hello", {} },
  { "one byte", "\255", {} },
  { "a PDF signature too late", ("x"):rep(1020) .. "%PDF-1.7\n%%EOF", {} },
}

describe("the header of a picture", function()
  local folder = process.tempdir()
  for _, case in ipairs(CASES) do
    it(case[1], function()
      local path = process.write(folder .. "/picture", case[2])
      assert.same(case[3], core.image_bytes(case[2]):info())
      local file = assert(core.image_file(path))
      assert.same(case[3], file:info())
      file:close()
    end)
  end

  it("has no facts where it is cut off", function()
    for _, case in ipairs(CASES) do
      for length = 0, math.min(#case[2] - 1, 400) do
        local info = core.image_bytes(case[2]:sub(1, length)):info()
        assert.is_table(info)
        if info.width and not case[1]:find("no pixels", 1, true) then assert.is_true(info.width > 0) end
      end
    end
  end)
end)

describe("an EXIF orientation", function()
  it("is read from every integer type, in both byte orders", function()
    for _, kind in ipairs { 1, 3, 4, 6, 8, 9 } do
      for _, little in ipairs { true, false } do
        for orientation = 1, 8 do
          local bytes = jpeg { exif(orientation, little, kind), frame(64, 48), SCAN, EOI }
          assert.equal(orientation, core.image_bytes(bytes):info().orientation, ("type %d %s"):format(kind, tostring(little)))
        end
      end
    end
  end)

  it("of another type or out of range is ignored", function()
    for _, case in ipairs { { 6, true, 2 }, { 6, false, 5 }, { 6, true, 7 }, { 0, true, 4 }, { 9, false, 4 }, { 200, true, 1 } } do
      assert.is_nil(core.image_bytes(jpeg { exif(case[1], case[2], case[3]), frame(64, 48), SCAN, EOI }):info().orientation)
    end
  end)
end)

local function ftyp(major, ...)
  local brands = major .. "\0\0\0\0" .. table.concat { ... }
  return be32(8 + #brands) .. "ftyp" .. brands .. be32(16) .. "meta12345678"
end

local FORMATS = {
  heic = { ftyp("heic", "mif1", "heic"), ftyp("mif1", "mif1", "heic"), ftyp("heix", "mif1"), ftyp("hevc", "msf1"), ftyp "heic" },
  heif = { ftyp("mif1", "mif1", "miaf"), ftyp "msf1" },
  avif = { ftyp("avif", "mif1", "miaf"), ftyp("mif1", "avif", "heic"), ftyp "avis" },
  jpegxl = { "\255\10\250\31", "\0\0\0\12JXL \r\n\135\n" .. ftyp "jxl ", ftyp "jxl " },
  jpeg2000 = { "\0\0\0\12jP  \r\n\135\n" .. ftyp "jp2 ", "\255\79\255\81\0\41" },
  tiff = { tiff(1, true), tiff(1, false), "II+\0\8\0\0\0", "MM\0*" },
  dng = { "II*\0" .. le32(8) .. le16(2) .. le16(0x100) .. ("\0"):rep(10) .. le16(0xc612) .. ("\0"):rep(10) .. le32(0) },
  raw = { "II*\0\16\0\0\0CR\2\0", ftyp "crx ", "FUJIFILMCCD-RAW 0201", "IIRO\8\0\0\0" },
  psd = { "8BPS\0\1" }, ico = { "\0\0\1\0\1\0" }, jpegxr = { "II\188\1" },
  zip = { "PK\3\4rest" }, gzip = { "\31\139\8\0" },
  svg = { "<svg xmlns='http://www.w3.org/2000/svg'/>", '<?xml version="1.0"?>\n<!-- c -->\n<svg/>', "\239\187\191<svg/>" },
  html = { "<!DOCTYPE html><html>", "\r\n<HTML>", "<html lang=en>" },
  video = { ftyp("qt  "), ftyp("isom", "mp42"), "\26\69\223\163", "RIFF\0\0\0\0AVI LIST" },
  appledouble = { "\0\5\22\7\0\2\0\0Mac OS X" },
  data_url = { "data:image/jpeg;base64,/9j/", "DATA:,", " \n data:image/png;base64,", "base64,/9j/", "image/png;base64,iVBO" },
  base64 = {
    ("/9j/4AAQSkZJRgABAQ"):rep(9), "iVBORw0KGgo" .. ("A"):rep(65) .. "\r\nAAAA", core.base64_encode(ftyp "heic" .. ("x"):rep(99)),
    ("_9j_4AAQSkZJRgABAQ-"):rep(9), ("/9j/4AAQSkZJRgABAQ"):rep(4) .. " \n\t" .. ("/9j/4AAQSkZJRgABAQ"):rep(4) .. " AAAA",
  },
}

describe("the format of a file", function()
  for format, heads in pairs(FORMATS) do
    it("is recognised by its first bytes: " .. format, function()
      for _, head in ipairs(heads) do
        assert.equal(format, core.image_bytes(head):info().format)
        assert.equal(format, core.image_bytes(head .. ("x"):rep(format == "base64" and 0 or 5000)):info().format)
        for length = 1, #head do core.image_bytes(head:sub(1, length)):info() end
      end
    end)
  end

  it("is nil for unknown bytes", function()
    for _, text in ipairs {
      "/9j/", ("/9j/ 4AAQ"):rep(20), ("hello"):rep(50), "RIFF....WAVE", "MMMM", "IIII", "ftyp", "xxxxftyp", "<svgless", "<p>data:</p>",
      "\255\216\0", "\0\0\0\0",
    } do
      local format = core.image_bytes(text):info().format
      assert.is_true(format == nil or text == "<svgless" and format == "svg", text)
    end
  end)
end)

-- A JPEG whose blocks are two bits each: one code for "no difference", one for "nothing more".
local HUFFMAN = segment(0xc4, "\0\1" .. ("\0"):rep(15) .. "\0" .. "\16\1" .. ("\0"):rep(15) .. "\0")
local function sof(width, height, marker, ...)
  local components = { ... }
  local text = "\8" .. be16(height) .. be16(width) .. string.char(#components)
  for i, sampling in ipairs(components) do text = text .. string.char(i, sampling, 0) end
  return segment(marker, text)
end
local function sos(components, low, high, successive)
  local text = string.char(#components)
  for _, id in ipairs(components) do text = text .. string.char(id, 0) end
  return segment(0xda, text .. string.char(low or 0, high or 63, successive or 0))
end

local function walk(bytes, step)
  local steps = core.image_bytes(bytes):jpeg_walk()
  while true do
    local result = steps:step(step)
    if result ~= "more" then return result end
  end
end

--- Returns the result, which must be the same in steps of any size.
local function walked(bytes)
  local result = walk(bytes, 1e9)
  for _, step in ipairs { 1, 7 } do assert.equal(result, walk(bytes, step)) end
  return result
end

describe("a JPEG without its end marker", function()
  local GREY = jpeg { HUFFMAN, sof(640, 480, 0xc0, 0x11), sos { 1 } } -- 4800 blocks: 1200 bytes
  local COLOUR = jpeg { HUFFMAN, sof(640, 480, 0xc1, 0x22, 0x11, 0x11), sos { 1, 2, 3 } } -- 1200 units of 6 blocks: 1800 bytes

  it("is complete where its scan has all blocks", function()
    assert.equal("whole", walked(GREY .. ("\0"):rep(1200)))
    assert.equal("whole", walked(GREY .. ("\0"):rep(1200) .. "\255"))
    assert.equal("whole", walked(GREY .. ("\0"):rep(1200) .. "trailer of a telephone \255\75\255"))
    assert.equal("whole", walked(COLOUR .. ("\0"):rep(1800) .. "\0\0"))
  end)

  it("ends early where more than a corner is missing", function()
    for _, case in ipairs { { GREY, 1200 }, { COLOUR, 1800 } } do
      assert.equal("unknown", walked(case[1] .. ("\0"):rep(case[2] - 1)))
      assert.equal("unknown", walked(case[1] .. ("\0"):rep(math.ceil(case[2] * 0.99))))
      assert.equal("early", walked(case[1] .. ("\0"):rep(math.floor(case[2] * 0.97))))
      assert.equal("early", walked(case[1] .. ("\0"):rep(case[2] / 2)))
      assert.equal("early", walked(case[1]))
    end
  end)

  it("counts restart intervals", function()
    local head = jpeg { HUFFMAN, segment(0xdd, be16(4)), sof(640, 480, 0xc0, 0x11), sos { 1 } }
    local data = {}
    for i = 0, 1199 do data[#data + 1] = "\0" .. (i < 1199 and "\255" .. string.char(0xd0 + i % 8) or "") end
    assert.equal("whole", walked(head .. table.concat(data)))
    assert.equal("early", walked(head .. table.concat(data, "", 1, 600)))
    data[300] = "\0" -- a marker is missing: a damaged picture, for which nothing is certain
    assert.equal("unknown", walked(head .. table.concat(data, "", 1, 600)))
  end)

  it("with several scans is checked by the last one, unless that has colours or refinements only", function()
    local head = jpeg { HUFFMAN, sof(640, 480, 0xc0, 0x11, 0x11), sos { 1 } }
    assert.equal("early", walked(head .. ("\0"):rep(600)))
    assert.equal("unknown", walked(head .. ("\0"):rep(1200) .. sos { 2 } .. ("\0"):rep(300)))
    local progressive = jpeg { HUFFMAN, sof(640, 480, 0xc2, 0x11), sos({ 1 }, 0, 0) } -- 1 bit a block: 600 bytes
    assert.equal("whole", walked(progressive .. ("\0"):rep(600)))
    assert.equal("early", walked(progressive .. ("\0"):rep(300)))
    local second = progressive .. ("\0"):rep(600) .. sos({ 1 }, 1, 63)
    assert.equal("early", walked(second .. ("\0"):rep(300)))
    assert.equal("unknown", walked(second .. ("\0"):rep(600) .. sos({ 1 }, 1, 63, 0x10) .. "\0"))
    -- runs of empty blocks: the symbol E0 says 2^14 blocks and more
    local runs = progressive .. ("\0"):rep(600) .. segment(0xc4, "\16\1" .. ("\0"):rep(15) .. "\224") .. sos({ 1 }, 1, 63)
    assert.equal("whole", walked(runs .. "\0\0"))
    assert.equal("early", walked(runs))
  end)

  it("is undecided where its codes cannot be followed", function()
    local damaged = ("\0"):rep(100) .. "\240\1" .. ("\0"):rep(100)
    for name, bytes in pairs {
      damaged = GREY .. damaged, arithmetic = jpeg { sof(640, 480, 0xc9, 0x11), sos { 1 } } .. "\0",
      lossless = jpeg { HUFFMAN, sof(640, 480, 0xc3, 0x11), sos { 1 } } .. "\0",
      marker = GREY .. "\0\255\196\0\0",
      tables = jpeg { sof(640, 480, 0xc0, 0x11), sos { 1 } } .. ("\0"):rep(100),
      height = jpeg { HUFFMAN, sof(640, 0, 0xc0, 0x11), sos { 1 } },
      bad_table = jpeg { segment(0xc4, "\0\3" .. ("\0"):rep(15) .. "\0\1\2"), sof(640, 480, 0xc0, 0x11), sos { 1 } },
    } do
      assert.equal("unknown", walked(bytes), name)
    end
  end)

  it("is recognised in JPEGs of real encoders", function()
    for _, name in ipairs { "grey", "plain", "cmyk" } do
      local bytes = process.read("spec/checks/pictures/" .. name .. ".jpg")
      assert.equal("whole", walked(bytes:sub(1, -3)), name)
      assert.equal("whole", walked(bytes:sub(1, -3) .. "\0\0"), name)
      assert.equal("early", walked(bytes:sub(1, math.floor(#bytes * 0.8))), name)
    end
    local bytes = process.read "spec/checks/pictures/progressive.jpg"
    assert.equal("unknown", walked(bytes:sub(1, -3)))
    assert.equal("early", walked(bytes:sub(1, bytes:find("\255\218", 1, true) + 20)))
  end)

  it("raises once closed", function()
    local image = core.image_bytes(GREY)
    local steps = image:jpeg_walk()
    image:close()
    assert.error_matches(function() steps:step(1) end, "the picture is closed")
  end)
end)

describe("an image", function()
  local folder = process.tempdir()
  local function write(name, text) return process.write(folder .. "/" .. name, text) end

  it("reads any range of a file or a string", function()
    local text = ("0123456789abcdef"):rep(5000)
    local path = write("long", text)
    for _, image in ipairs { assert(core.image_file(path)), core.image_bytes(text) } do
      assert.equal(#text, image:size())
      assert.equal(core.sha256(text), image:sha256())
      assert.equal(text, image:read(0, 1e9))
      assert.equal(text:sub(2, 70001), image:read(1, 70000))
      assert.equal("f", image:read(#text - 1, 10))
      assert.equal("", image:read(#text, 1))
      assert.equal("", image:read(1e12, 1))
      assert.has_error(function() image:read(-1, 1) end)
      assert.has_error(function() image:read(0, 0) end)
      assert.has_error(function() image:read(0 / 0, 1) end)
    end
  end)

  it("keeps its string alive", function()
    local image = core.image_bytes(table.concat { "bor", "rowed" })
    for _ = 1, 3 do collectgarbage() end
    assert.equal("borrowed", image:read(0, 100))
  end)

  it("raises once closed", function()
    for _, image in ipairs { core.image_bytes "x", assert(core.image_file(write("one", "x"))) } do
      image:close()
      image:close()
      for _, method in ipairs { "size", "info", "sha256" } do
        assert.error_matches(function() image[method](image) end, "the picture is closed")
      end
      assert.error_matches(function() image:read(0, 1) end, "the picture is closed")
      assert.error_matches(function() core.body { { image = image, encoding = "raw" } } end, "the picture is closed")
    end
  end)

  it("that cannot be opened returns a message without its path", function()
    local secret = folder .. "/Zhang San"
    for code, path in pairs { open = secret, not_a_file = folder, empty = write("empty", "") } do
      local image, message, got = core.image_file(path)
      assert.is_nil(image)
      assert.equal(code, got)
      assert.is_nil(message:find(folder, 1, true))
    end
    assert.has_error(function() core.image_file("a\0b") end)
    assert.has_error(function() core.image_file() end)
    assert.has_error(function() core.image_bytes(12) end)
  end)

  it("does not block on a pipe", function()
    local pipe = folder .. "/pipe"
    process.run("mkfifo " .. process.quote(pipe))
    assert.equal("not_a_file", select(3, core.image_file(pipe)))
  end)

  it("that shrinks or is written to returns an error", function()
    local path = write("changing", ("x"):rep(100000))
    local image = assert(core.image_file(path))
    write("changing", ("y"):rep(50000))
    for _, read in ipairs { function() return image:sha256() end, function() return image:read(0, 1e9) end } do
      local got, message, code = read()
      assert.is_nil(got)
      assert.is_string(message)
      assert.equal("changed", code)
    end
  end)
end)
