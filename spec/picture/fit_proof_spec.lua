--- Proves on pictures like those of phones that a fit does not harm reading: characters that an OCR program gets right, structural
--- similarity with another program's reduction; and looks at what arrives at a server over each transport.

local core = require "idocr.core"
local icc = require "spec.support.icc"
local idocr = require "idocr"
local nginx = require "spec.support.nginx"
local pictures = require "spec.support.pictures"
local process = require "spec.support.process"
local ssim = require "spec.support.ssim"

local built, fit = pcall(require, "idocr.fit")
if not built or not pictures.has "convert" then
  pending "idocr.fit is not built, or ImageMagick is not installed"
  return
end

local q = process.quote
local SPECIMENS = "lua/idocr/sandbox/specimens/"
local folder = process.tempdir()

-- A specimen in the size of a phone's photo, with blur and noise.
local function photo(name, width)
  local path = ("%s/photo-%s-%d.jpg"):format(folder, name, width)
  if not process.read(path) then
    process.run(("convert -seed 7 %s%s.jpg -resize %dx -blur 0x2 -attenuate 0.2 +noise Gaussian -quality 92 -strip %s"):format(
      SPECIMENS, name, width, q(path)))
  end
  return path
end

-- A client that keeps what is sent.
local function recorder(options)
  local sent = {}
  local given = {
    credentials = { secret_id = "i", secret_key = "k" },
    transport = function(request)
      sent[#sent + 1] = core.base64_decode(tostring(request.body):match('"ImageBase64": *"([^"]*)"'))
      return { status = 200, headers = {}, body = '{"Response":{"RequestId":"r","ID":"A1"}}' }
    end,
  }
  for name, value in pairs(options) do given[name] = value end
  return idocr.new(given), sent
end

local function fitted(bytes, settings)
  local client, sent = recorder { fit = settings or { always = true } }
  assert(client:passport { image = idocr.bytes(bytes) })
  return sent[1]
end

local function grey(path, operations)
  process.run(("convert %s %s -colorspace Gray -depth 8 pgm:%s/grey"):format(q(path), operations or "", q(folder)))
  return ssim.pgm(process.read(folder .. "/grey"))
end

local once = process.lua ~= "luajit" and it or pending -- the C code is the same for both

describe("a picture that was made to fit", function()
  once("is similar to the reduction of ImageMagick", function()
    for longest, name in pairs { [1000] = "passport", [1600] = "malaysia_id" } do -- scaled by libjpeg as well, and not
      local path = photo(name, 3000)
      local out = process.write(folder .. "/fitted.jpg", fitted(process.read(path), { always = true, longest = longest, quality = 95 }))
      local similarity = ssim.of(grey(out), grey(path, ("-resize %dx"):format(longest)))
      assert.is_true(similarity >= 0.98, name .. ": " .. similarity)
    end
  end)

  -- Length of the longest common subsequence: the characters that are right, in their order.
  local function right(text, truth)
    local row = {}
    for j = 0, #truth do row[j] = 0 end
    for i = 1, #text do
      local corner = 0
      for j = 1, #truth do
        local above = row[j]
        row[j] = text:byte(i) == truth:byte(j) and corner + 1 or math.max(above, row[j - 1])
        corner = above
      end
    end
    return row[#truth]
  end

  local function read(path)
    local text = process.run("OMP_THREAD_LIMIT=1 tesseract " .. q(path) .. " - --psm 6 2>" .. q(folder .. "/messages"))
    return (text:gsub("[^%w<]", ""))
  end

  local ocr = pictures.has "tesseract" and once or pending
  ocr("is read as well as before by tesseract", function()
    local before, after, all = 0, 0, 0
    for _, name in ipairs { "passport", "malaysia_id" } do
      process.run(("convert %s%s.jpg -resize 200%% %s/clean.png"):format(SPECIMENS, name, folder))
      local truth = read(folder .. "/clean.png")
      local path = photo(name, 3000)
      local out = process.write(folder .. "/fitted.jpg", fitted(process.read(path)))
      before, after, all = before + right(read(path), truth), after + right(read(out), truth), all + #truth
    end
    assert.is_true(before > all * 0.8, before .. " of " .. all)
    assert.is_true(after >= before * 0.99, after .. " after, " .. before .. " before, of " .. all)
  end)

  once("has the colours that the profile means", function()
    if not fit.profiles then return pending "Little CMS was not found by the build" end
    local profile = process.write(folder .. "/adobe.icc", icc.rgb())
    local srgb = process.write(folder .. "/srgb.icc", icc.rgb {
      red = { 0.43607, 0.22249, 0.01392 }, green = { 0.38515, 0.71687, 0.09708 }, blue = { 0.14307, 0.06061, 0.71410 },
      gamma = "srgb",
    })
    local bytes = icc.into_jpeg(process.read(SPECIMENS .. "passport.jpg"), icc.rgb())
    local tagged = process.write(folder .. "/tagged.jpg", bytes)
    process.run(("convert %s -profile %s -profile %s -strip ppm:%s/reference"):format(q(tagged), q(profile), q(srgb), folder))
    local reference = pictures.ppm(process.read(folder .. "/reference"))
    local ours = pictures.ppm(fitted(bytes, { always = true, quality = 100 }))
    local plain = pictures.ppm(process.read(SPECIMENS .. "passport.jpg"))
    local function distance(a, b)
      local sum = 0
      for y = 20, a.height - 20, 11 do
        for x = 20, a.width - 20, 11 do
          local r, g, bl = a.at(x, y)
          local r2, g2, b2 = b.at(x, y)
          sum = sum + math.abs(r - r2) + math.abs(g - g2) + math.abs(bl - b2)
        end
      end
      return sum
    end
    assert.is_true(distance(ours, reference) < distance(plain, reference) / 2)
  end)
end)

-- What a phone or a program may send: name -> command of ImageMagick behind the source.
local VARIANTS = {
  ["progressive.jpg"] = "-interlace Plane", ["cmyk.jpg"] = "-colorspace CMYK", ["grey.jpg"] = "-colorspace Gray",
  ["deep.png"] = "-depth 16 -define png:bit-depth=16", ["palette.png"] = "-colors 64", ["interlaced.png"] = "-interlace PNG",
  ["colour.bmp"] = "", ["lossy.webp"] = "-quality 80", ["lossless.webp"] = "-define webp:lossless=true", ["photo.heic"] = "-quality 80",
  ["photo.avif"] = "-quality 80",
}

-- Whether this build and ImageMagick have the format.
local function possible(name)
  local format = name:match("%.(%w+)$")
  if format == "webp" then return fit.formats.webp and process.capture("convert -list format"):find("WEBP%*? +%w+ +rw") end
  if format == "heic" or format == "avif" then
    return (pcall(require, "idocr.heif")) and process.capture("convert -list format"):find(format:upper() .. "%*? +%w+ +rw")
  end
  return true
end

describe("what arrives at the server", function()
  local server, base

  setup(function()
    if not nginx.available() then return end
    server = nginx.start {
      ports = { "service", "front" }, log_level = "error", vars = { folder = folder },
      http = [[
        init_by_lua_block {
          idocr = require "idocr"
          client = idocr.new {
            endpoint = "http://127.0.0.1:$service", credentials = { secret_id = "i", secret_key = "k" }, rate = false, fit = true,
          }
        }
        server {
          listen 127.0.0.1:$front;
          location / { content_by_lua_block {
            local card, err = client:malaysia_id(ngx.unescape_uri(ngx.var.arg_path))
            ngx.print(card and "ok" or tostring(err))
          } }
        }
        server {
          listen 127.0.0.1:$service;
          client_body_buffer_size 20m;
          location / { content_by_lua_block {
            ngx.req.read_body()
            local file = io.open("$folder/arrived", "wb")
            file:write(ngx.decode_base64(ngx.req.get_body_data():match('"ImageBase64": *"([^"]*)"')))
            file:close()
            ngx.print('{"Response":{"RequestId":"r","ID":"A1"}}')
          } }
        }
      ]],
    }
    base = "http://127.0.0.1:" .. server.port.front
  end)
  teardown(function() if server then server.stop() end end)

  local function over_curl(path)
    local client = idocr.new {
      endpoint = "http://127.0.0.1:" .. server.port.service, credentials = { secret_id = "i", secret_key = "k" }, rate = false, fit = true,
    }
    assert(client:malaysia_id(path))
    client:close()
    return process.read(folder .. "/arrived")
  end

  local function over_cosocket(path)
    assert.equal("ok", process.run(("curl -sS '%s/?path=%s'"):format(base, path)))
    return process.read(folder .. "/arrived")
  end

  -- Checks that a JPEG shows the specimen upright, without metadata.
  local function check(name, jpeg, source)
    assert.equal("\255\216", jpeg:sub(1, 2), name)
    for _, segment in ipairs(pictures.segments(jpeg)) do
      assert.is_true(segment.marker < 0xe1 or segment.marker > 0xef, name)
      assert.is_true(segment.marker ~= 0xfe, name)
    end
    local path = process.write(folder .. "/check.jpg", jpeg)
    local similarity = ssim.of(grey(path, "-resize 300x"), grey(source, "-resize 300x"))
    assert.is_true(similarity > 0.93, name .. ": " .. similarity)
  end

  it("is an upright JPEG without metadata, whatever the format was", function()
    if not server then return pending "nginx with its Lua module is not installed" end
    local source = SPECIMENS .. "malaysia_id.jpg"
    local tried = 0
    for name, operations in pairs(VARIANTS) do
      if possible(name) then
        local path = folder .. "/" .. name
        process.run(("convert %s -resize 600x %s %s"):format(source, operations, q(path)))
        if name:find("%.jpg$") then
          process.write(path, icc.with_exif(process.read(path), 1)) -- GPS; upright: sent as it is
          assert.equal(process.read(path), over_curl(path))
          process.write(path, icc.with_exif(process.read(source), 1):sub(1, 2) .. process.read(path):sub(3))
          process.run(("convert %s -resize 600x %s -rotate -90 %s"):format(source, operations, q(path)))
          process.write(path, icc.with_exif(process.read(path), 6))
        end
        if not name:find("%.png$") then -- taken as it is
          local first, second = over_curl(path), over_cosocket(path)
          check(name, first, source)
          assert.equal(first, second)
          tried = tried + 1
        else
          assert.equal(process.read(path), over_curl(path))
          local client, sent = recorder { fit = { always = true } }
          assert(client:malaysia_id(path))
          check(name, sent[1], source)
        end
      end
    end
    assert.is_true(tried >= 4)
  end)

  it("is upright for all orientations", function()
    if not server then return pending "nginx with its Lua module is not installed" end
    local source = SPECIMENS .. "passport.jpg"
    local back = { "", "-flop", "-rotate 180", "-flip", "-transpose", "-rotate -90", "-transverse", "-rotate 90" }
    for orientation = 2, 8 do
      local path = ("%s/turned-%d.jpg"):format(folder, orientation)
      process.run(("convert %s -resize 700x %s -quality 92 %s"):format(source, back[orientation], q(path)))
      process.write(path, icc.with_exif(process.read(path), orientation))
      check("orientation " .. orientation, over_curl(path), source)
    end
  end)

  it("is accepted by the sandbox, whose checks it passes", function()
    local path = folder .. "/sandbox.jpg"
    process.write(path, icc.with_exif(process.read(SPECIMENS .. "passport.jpg"), 3))
    local client = idocr.new { transport = "sandbox", fit = true }
    local _, err = client:passport(path)
    assert.equal("service", err.category) -- it does not know the new picture, and found nothing else wrong
    assert(client:passport(SPECIMENS .. "passport.jpg"))
  end)

  local large = pictures.has "cjpeg" and it or pending
  large("is small, and made in little memory of a photo of 50 megapixels", function()
    local path = folder .. "/large.jpg"
    local small = process.run(("convert %spassport.jpg ppm:%s/small"):format(SPECIMENS, folder)) and process.read(folder .. "/small")
    local first = small:match("^P6%s+1000%s+704%s+255%s()")
    local pipe = io.popen("cjpeg -quality 92 -outfile " .. q(path), "w")
    pipe:write("P6 8000 6336 255\n")
    for y = 0, 6335 do
      local at = first + y % 704 * 3000
      pipe:write((small:sub(at, at + 2999):rep(8)))
    end
    pipe:close()
    local script = process.write(folder .. "/memory.lua", ([[
      local idocr, core = require "idocr", require "idocr.core"
      local function peak() return tonumber(io.open("/proc/self/status"):read("*a"):match("VmHWM:%%s+(%%d+)")) end
      local sent
      local client = idocr.new {
        fit = true, credentials = { secret_id = "i", secret_key = "k" },
        transport = function(request)
          sent = request.body:length()
          return { status = 200, headers = {}, body = '{"Response":{"RequestId":"r","ID":"A1"}}' }
        end,
      }
      assert(client:passport %q)
      local before = peak()
      assert(client:passport %q)
      print(peak() - before, sent)
    ]]):format(SPECIMENS .. "passport.jpg", path))
    local kilobytes, length = process.run(process.lua .. " " .. q(script)):match("(%d+)%s+(%d+)")
    assert.is_true(tonumber(kilobytes) < 8 * 1024, kilobytes .. " KB")
    assert.is_true(tonumber(length) < 7 * 1024 * 1024)
  end)
end)
