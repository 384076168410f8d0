--- Tests the option and param `fit`: when a picture is made to fit, what is sent, and what is refused.

local core = require "idocr.core"
local icc = require "spec.support.icc"
local idocr = require "idocr"
local pictures = require "spec.support.pictures"
local process = require "spec.support.process"

local built, module = pcall(require, "idocr.fit")
local test = built and it or pending
local webp = built and module.formats.webp and it or pending
local SPECIMEN = process.read "lua/idocr/sandbox/specimens/passport.jpg" -- 1000 x 704, 89 KB

-- A client whose transport keeps the pictures that it is given. `sent` lists them, `events` the events `fit`.
local function new(options)
  local sent, events = {}, {}
  local given = {
    credentials = { tencent = { secret_id = "id", secret_key = "key" }, ekycpro = { api_key = "key" } },
    transport = function(request)
      local body = tostring(request.body)
      for _, name in ipairs { "ImageBase64", "BackImageBase64", "img" } do
        local text = body:match('"' .. name .. '": *"([^"]*)"')
        if not text and name == "img" and body:find("^img=") then
          text = body:match("^img=([^&]*)"):gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
        end
        if text then sent[#sent + 1] = core.base64_decode(text) end
      end
      return { status = 200, headers = {}, body = '{"Response":{"RequestId":"r","ID":"A1"}}' }
    end,
    on_event = function(name, fields)
      if name == "fit" then events[#events + 1] = fields end
    end,
  }
  for name, value in pairs(options or {}) do given[name] = value end
  return idocr.new(given), sent, events
end

local function noise(width, height)
  local seed = 7
  return pictures.bmp(width, height, function()
    seed = (seed * 16807) % 2147483647
    return seed % 256, math.floor(seed / 256) % 256, math.floor(seed / 65536) % 256
  end)
end

local LARGE = noise(1200, 800) -- a BMP of 2.9 MB

describe("fit", function()
  test("sends a picture that fits byte for byte", function()
    for _, fit in ipairs { true, { longest = 300, quality = 20 } } do
      local client, sent, events = new { fit = fit }
      assert(client:passport { image = idocr.bytes(SPECIMEN) })
      assert(client:passport { image = idocr.bytes(icc.with_exif(SPECIMEN, 1)) })
      assert(client:passport "lua/idocr/sandbox/specimens/passport.jpg")
      local png = process.read "spec/checks/pictures/alpha.png"
      assert(client:passport { image = idocr.bytes(png) })
      assert.same({ SPECIMEN, icc.with_exif(SPECIMEN, 1), SPECIMEN, png }, sent)
      assert.same({}, events)
    end
  end)

  test("turns a picture upright and removes its metadata", function()
    for orientation = 2, 8 do
      local client, sent, events = new { fit = true }
      local bytes = icc.with_exif(SPECIMEN, orientation)
      assert(client:passport { image = idocr.bytes(bytes) })
      local frame = pictures.frame(sent[1])
      assert.equal(orientation < 5 and "1000x704" or "704x1000", frame.width .. "x" .. frame.height)
      for _, segment in ipairs(pictures.segments(sent[1])) do assert.is_true(segment.marker == 0xe0 or segment.marker < 0xe0) end
      assert.equal("orientation", events[1].reason)
      assert.equal(#bytes, events[1].from_bytes)
      assert.equal(#sent[1], events[1].bytes)
      assert.same({ 1000, 704 }, { events[1].from_width, events[1].from_height })
      assert.equal("image", events[1].picture)
      assert.is_number(events[1].seconds)
    end
  end)

  test("works for the three sources, for both pictures, and by a param", function()
    local bytes = icc.with_exif(SPECIMEN, 3)
    local path = process.write(process.tempdir() .. "/picture", bytes)
    for _, image in ipairs { path, idocr.file(path), idocr.bytes(bytes), idocr.base64(core.base64_encode(bytes)) } do
      local client, sent = new()
      assert(client:malaysia_id { image = image, back = image, fit = true })
      assert.equal(2, #sent)
      assert.equal(sent[1], sent[2])
      assert.is_nil(sent[1]:find("Exif", 1, true))
      assert(client:malaysia_id { image = image, back = idocr.bytes(SPECIMEN) })
      assert.equal(bytes, sent[3])
    end
    local client, sent = new { fit = true }
    assert(client:passport { image = idocr.bytes(bytes), fit = false })
    assert.equal(bytes, sent[1])
    local request = assert(client:prepare("passport", { image = idocr.bytes(bytes) }))
    local text = tostring(request.body):match('"ImageBase64": *"([^"]*)"')
    assert.is_nil(core.base64_decode(text):find("Exif", 1, true))
  end)

  test("reads a part of a file", function()
    local bytes = icc.with_exif(SPECIMEN, 3)
    local path = process.write(process.tempdir() .. "/form", "before" .. bytes .. ("after"):rep(1000))
    local client, sent = new { fit = true }
    local whole, expected = new { fit = true }
    assert(client:passport { image = idocr.file(path, 6, #bytes) })
    assert(whole:passport { image = idocr.bytes(bytes) })
    assert.equal(expected[1], sent[1])
  end)

  test("makes a picture that has too many bytes smaller, by quality and then by size", function()
    local client, sent, events = new { fit = { bytes = 80000 } }
    assert(client:passport { image = idocr.bytes(SPECIMEN) })
    assert.is_true(#sent[1] <= 80000, #sent[1])
    assert.equal("bytes", events[1].reason)
    assert.is_true(events[1].rounds <= 3)
    assert.is_true(pictures.frame(sent[1]).width >= 800)
    client, sent, events = new { fit = { bytes = 125000 } }
    assert(client:passport { image = idocr.bytes(SPECIMEN .. ("\0"):rep(50000)) })
    assert.same({ 1000, 2 }, { pictures.frame(sent[1]).width, events[1].rounds })
    assert.is_true(events[1].quality < 90)

    local bytes = LARGE
    client, sent = new { fit = { bytes = 250000 } }
    assert(client:passport { image = idocr.bytes(bytes) })
    assert.is_true(#sent[1] <= 250000, #sent[1])
    assert.is_true(pictures.frame(sent[1]).width < 1200)
    assert.is_true(pictures.frame(sent[1]).height >= 500)
  end)

  test("says what was tried where a picture cannot be made to fit", function()
    local client, sent = new { fit = { bytes = 5000 } }
    local card, err = client:passport { image = idocr.bytes(SPECIMEN) }
    assert.is_nil(card)
    assert.same({ "image", "PictureTooLarge", false, false }, { err.category, err.code, err.sent, err.billed })
    assert.truthy(err.message:find("tried 1000 × 704 pixels at quality 90: %d+ KiB, 800 × 563 pixels at quality 60"))
    assert.is_nil(err.message:find("fit = true", 1, true))
    assert.same({}, sent)
  end)

  test("aims at the bytes that ekycpro recommends", function()
    local client, sent, events = new { fit = true, provider = "ekycpro" }
    client:passport { image = idocr.bytes(LARGE) }
    assert.equal("bytes", events[1].reason)
    assert.is_true(#sent[1] < 2 * 1024 * 1024)
    local other, other_sent = new { fit = true, provider = "ekycpro" }
    other:passport { image = idocr.bytes(SPECIMEN) }
    assert.equal(SPECIMEN, other_sent[1])
  end)

  test("with `always` makes every picture", function()
    local client, sent, events = new { fit = { always = true, longest = 900, quality = 70 } }
    assert(client:passport { image = idocr.bytes(icc.with_exif(SPECIMEN, 1)) })
    assert.equal("always", events[1].reason)
    assert.equal(900, pictures.frame(sent[1]).width)
    assert.is_nil(sent[1]:find("Exif", 1, true))
  end)

  test("never scales up, nor below what is recommended", function()
    local client, sent = new { fit = { always = true, longest = 100 } }
    assert(client:passport { image = idocr.bytes(SPECIMEN) })
    assert.equal("800x563", pictures.frame(sent[1]).width .. "x" .. pictures.frame(sent[1]).height)
    client, sent = new { fit = { always = true, longest = 5000 } }
    assert(client:passport { image = idocr.bytes(SPECIMEN) })
    assert.equal(1000, pictures.frame(sent[1]).width)
  end)

  webp("converts a format that the action does not take", function()
    local client, sent, events = new { fit = true }
    assert(client:passport { image = idocr.bytes(process.read "spec/fuzz/pictures/lossy.webp") })
    assert.equal("format", events[1].reason)
    assert.equal("\255\216", sent[1]:sub(1, 2))
    local bmp, bmp_sent = new { fit = true }
    assert(bmp:malaysia_id { image = idocr.bytes(noise(60, 40)) }) -- MLIDCardOCR takes no BMP
    assert.equal("\255\216", bmp_sent[1]:sub(1, 2))
  end)

  test("keeps to the pixels that an action takes of a JPEG", function()
    local client, sent, events = new { fit = true }
    assert(client:indonesia_id { image = idocr.bytes(noise(6600, 110)), portrait = true }) -- a BMP
    assert.equal("4000x67", pictures.frame(sent[1]).width .. "x" .. pictures.frame(sent[1]).height)
    assert.equal("format", events[1].reason)
  end)

  test("sends a PDF where the action takes it, and refuses other files as before", function()
    local client, sent = new { fit = true }
    local pdf = "%PDF-1.4\n" .. ("x"):rep(2000) .. "\n%%EOF\n"
    assert(client:passport { image = idocr.bytes(pdf) })
    assert.equal(pdf, sent[1])
    local _, err = client:malaysia_id { image = idocr.bytes(pdf) }
    assert.equal("PictureFormat", err.code)
    assert.is_nil(err.message:find("fit", 1, true))
    _, err = client:passport { image = idocr.bytes "GIF89a\1\0\1\0\0\0\0;" }
    assert.equal("PictureFormat", err.code)
  end)

  test("leaves a URL as it is, and refuses the param for it", function()
    local client, sent = new { fit = true }
    assert(client:passport { image = idocr.url "https://example.com/a.jpg" })
    local _, err = client:passport { image = idocr.url "https://example.com/a.jpg", fit = { quality = 80 } }
    assert.same({ "image", "UrlNotFitted", false }, { err.category, err.code, err.sent })
    assert.same({}, sent)
  end)

  test("refuses damaged pictures with the same codes as the check before sending", function()
    local client, sent = new { fit = { always = true } }
    local cases = {
      PictureTruncated = SPECIMEN:sub(1, 60000),
      PictureUnreadable = icc.into_jpeg(SPECIMEN, ("no profile"):rep(20)),
    }
    if not module.profiles then cases.PictureUnreadable = nil end
    for code, bytes in pairs(cases) do
      local _, err = client:passport { image = idocr.bytes(bytes) }
      assert.same({ "image", code, false }, { err.category, err.code, err.sent })
    end
    assert.same({}, sent)
  end)

  it("is named where a picture is refused without it", function()
    local client = new()
    for _, bytes in ipairs { noise(60, 40), process.read "spec/fuzz/pictures/lossy.webp" } do
      local _, err = client:malaysia_id { image = idocr.bytes(bytes) }
      assert.equal("PictureFormat", err.code)
      assert.truthy(err.message:find("fit = true makes it fit", 1, true))
    end
    local _, err = new({ provider = "ekycpro" }):passport { image = idocr.bytes(LARGE) }
    assert.equal("PictureTooLarge", err.code)
    assert.truthy(err.message:find("fit = true makes it fit", 1, true))
  end)

  it("names the library that is missing", function()
    local loaded, preload = package.loaded["idocr.heif"], package.preload["idocr.heif"]
    package.loaded["idocr.heif"] = nil
    package.preload["idocr.heif"] = function() error "not built" end
    local client = new { fit = true }
    local heic = "\0\0\0\24ftypheic\0\0\0\0mif1heic" .. ("x"):rep(100)
    local _, err = client:passport { image = idocr.bytes(heic) }
    package.loaded["idocr.heif"], package.preload["idocr.heif"] = loaded, preload
    assert.same({ "image", "FitNotBuilt" }, { err.category, err.code })
    assert.truthy(err.message:find(built and "libheif-dev" or "libjpeg-dev", 1, true))
  end)

  test("serves several tasks at a time, and stops when they are cancelled", function()
    local client, sent = new { fit = { always = true, at_once = 1 } }
    local inputs = {}
    for index = 1, 6 do inputs[index] = { image = idocr.bytes(icc.with_exif(SPECIMEN, index)) } end
    local count = 0
    for _, card in client:each("passport", inputs, { concurrency = 4 }) do
      assert(card)
      count = count + 1
    end
    assert.equal(6, count)
    assert.equal(6, #sent)
    local iterator = client:each("passport", inputs, { concurrency = 4 })
    iterator()
    iterator:close()
    assert.is_true(#sent < 12)
  end)

  test("is made for each provider by its limits", function()
    local requests, sent = 0, nil
    local client, _, events = new {
      fit = true, provider = { "ekycpro", "tencent" },
      transport = function(request)
        requests = requests + 1
        if requests == 1 then return nil, { category = "connect", code = "ConnectRefused", message = "refused", sent = false } end
        sent = core.base64_decode(tostring(request.body):match('"ImageBase64": *"([^"]*)"'))
        return { status = 200, headers = {}, body = '{"Response":{"RequestId":"r","ID":"A1"}}' }
      end,
      retry = false,
    }
    assert(client:passport { image = idocr.bytes(LARGE) }) -- too many bytes for ekycpro, not for Tencent
    assert.equal(LARGE, sent)
    assert.same({ 1, "ekycpro" }, { #events, events[1].provider })
  end)

  test("gives the same bytes again, so that the cache knows the picture", function()
    local client, sent = new { fit = true, cache = { ttl = 60 } }
    local bytes = icc.with_exif(SPECIMEN, 8)
    assert(client:passport { image = idocr.bytes(bytes) })
    local card = assert(client:passport { image = idocr.bytes(bytes) })
    assert.is_true(card.cached)
    assert.equal(1, #sent)
  end)

  test("ends at the deadline of the call", function()
    local client, sent = new { fit = true, timeout = 0.001 }
    local _, err = client:passport { image = idocr.bytes(icc.with_exif(SPECIMEN, 6)) }
    assert.equal("DeadlineExceeded", err.code)
    assert.same({}, sent)
  end)

  it("raises on wrong values, with the nearest name", function()
    for text, value in pairs {
      ['fit has no "longst" (did you mean "longest"?)'] = { longst = 1000 }, ["longest must be a whole number"] = { longest = 10 },
      ["quality must be a whole number"] = { quality = 0 }, ["bytes must be a whole number"] = { bytes = "1 MB" },
      ["always must be true or false"] = { always = 1 }, ["must be true, false or a table"] = "yes",
    } do
      local ran, message = pcall(new, { fit = value })
      assert.is_false(ran)
      assert.truthy(message:find(text, 1, true), message)
      ran, message = pcall(function() return new():passport { image = idocr.bytes(SPECIMEN), fit = value } end)
      assert.is_false(ran)
      assert.truthy(message:find(text, 1, true), message)
    end
    assert.has_error(function() new():passport { image = idocr.bytes(SPECIMEN), fit = { at_once = 1 } } end)
    assert(new { fit = { at_once = 4, longest = 1600.0 } })
  end)
end)
