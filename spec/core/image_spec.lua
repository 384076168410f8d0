--- Pictures: what their headers say, read in slices from files and strings, and files that misbehave.

local core = require "idocr.core"
local process = require "spec.support.process"

local function be16(n) return string.char(math.floor(n / 256) % 256, n % 256) end
local function be32(n) return be16(math.floor(n / 65536)) .. be16(n % 65536) end
local function le16(n) return be16(n):reverse() end
local function le32(n) return be32(n):reverse() end

--- A JPEG marker segment.
local function segment(marker, payload) return "\255" .. string.char(marker) .. be16(#payload + 2) .. payload end

--- A TIFF structure whose first directory has two entries, the second the orientation.
local function tiff(orientation, little)
  local n16, n32 = little and le16 or be16, little and le32 or be32
  return (little and "II" or "MM") .. n16(42) .. n32(8) .. n16(2) .. n16(0x010f) .. n16(2) .. n32(1) .. n32(0)
    .. n16(0x0112) .. n16(3) .. n32(1) .. n16(orientation) .. n16(0) .. n32(0)
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
  { "a JPEG without its end", jpeg { frame(64, 48), SCAN }, { format = "jpeg", width = 64, height = 48, complete = false } },
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
  { "a PNG cut in its end", PNG .. ihdr(800, 600) .. IEND:sub(1, 11), { format = "png", width = 800, height = 600, complete = false } },
  { "a PNG of nothing", PNG, { format = "png", complete = false } },
  { "a BMP", bmp(10, 20, 24, ("\0"):rep(640)), { format = "bmp", width = 10, height = 20, complete = true } },
  { "a BMP stored from the top", bmp(10, -20, 24, ("\0"):rep(640)), { format = "bmp", width = 10, height = 20, complete = true } },
  { "a BMP without its last byte", bmp(10, 20, 24, ("\0"):rep(639)), { format = "bmp", width = 10, height = 20, complete = false } },
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
  { "a PDF after a mail header, cut", ("x"):rep(1000) .. "%PDF-1.7\n" .. ("y"):rep(9000), { format = "pdf", complete = false } },
  { "a text", "hello", {} },
  { "one byte", "\255", {} },
  { "a PDF signature too late", ("x"):rep(1020) .. "%PDF-1.7\n%%EOF", {} },
}

describe("what a picture says about itself:", function()
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

  it("nothing that it does not hold, wherever it is cut", function()
    for _, case in ipairs(CASES) do
      for length = 0, math.min(#case[2] - 1, 400) do
        local info = core.image_bytes(case[2]:sub(1, length)):info()
        assert.is_table(info)
        if info.width then assert.is_true(info.width > 0) end
      end
    end
  end)
end)

describe("an image", function()
  local folder = process.tempdir()
  local function write(name, text) return process.write(folder .. "/" .. name, text) end

  it("reads any part, from a file and from a string", function()
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

  it("keeps the string that it borrows", function()
    local image = core.image_bytes(table.concat { "bor", "rowed" })
    for _ = 1, 3 do collectgarbage() end
    assert.equal("borrowed", image:read(0, 100))
  end)

  it("is of no use once closed", function()
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

  it("that cannot be had is an answer without its path", function()
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

  it("does not wait for the writer of a pipe", function()
    local pipe = folder .. "/pipe"
    process.run("mkfifo " .. process.quote(pipe))
    assert.equal("not_a_file", select(3, core.image_file(pipe)))
  end)

  it("that shrinks or is written to is an error, never another picture", function()
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
