--- Tests the pictures of a call: sources, and what is refused before sending.

local core = require "idocr.core"
local idocr = require "idocr"
local kinds = require "idocr.kinds"
local precheck = require "idocr.picture.limits"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"
local specimens = require "idocr.sandbox.specimens"

local PNG = scripted.PNG

local function temporary(bytes)
  local path = process.tempdir() .. "/picture"
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  return path
end

local function read_all(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

--- Makes a client whose transport must not be called, and one with a transport that responds.
local function never() return idocr.new(scripted.options(scripted.new { function() error("sent") end })) end

local function refused(given, kind, options)
  local client = idocr.new(scripted.options(scripted.new { function() error("sent") end }, options))
  local card, err = client:read(kind or "passport", type(given) == "table" and given.image and given or { image = given })
  assert.is_nil(card)
  assert.equal("image", err.category)
  assert.is_false(err.billed)
  assert.is_false(err.sent)
  assert.equal(0, err.attempts)
  return err.code, err.message
end

describe("a picture", function()
  it("is a path where it is a plain string; a string that cannot be a path raises with a hint", function()
    local client = never()
    for _, case in ipairs {
      { "\255\216\255\224abc", "idocr%.bytes" }, { PNG, "idocr%.bytes" }, { "GIF89a....", "idocr%.bytes" },
      { "a\nb", "idocr%.bytes" }, { "a\0b", "idocr%.bytes" }, { ("a"):rep(5000), "idocr%.base64" },
      { "data:image/png;base64,AAAA", "idocr%.base64" }, { "https://x/y.jpg", "idocr%.url" }, { "", "empty" },
    } do
      local ok, message = pcall(client.passport, client, { image = case[1] })
      assert.is_false(ok)
      assert.matches(case[2], message)
      assert.is_true(#message < 300)
    end
    assert.has.errors(function() idocr.file(5) end)
    assert.has.errors(function() idocr.bytes(nil) end)
    assert.has.errors(function() idocr.base64 {} end)
    assert.has.errors(function() idocr.url "ftp://x/y" end)
    assert.has.errors(function() idocr.url "https://x/a b" end)
    assert.has.errors(function() idocr.bytes("abc", 1) end)
    assert.has.errors(function() client:passport { image = 5 } end)
  end)

  it("goes out as the same base64 from a path, a file, bytes and base64", function()
    local path = specimens.path "passport"
    local bytes = read_all(path)
    local text = core.base64_encode(bytes)
    local lines = text:gsub(("."):rep(76), "%0\r\n")
    local wrapped = temporary("12345" .. bytes .. "678")
    for name, given in pairs {
      path = path, file = idocr.file(path), bytes = idocr.bytes(bytes), base64 = idocr.base64(text), lines = idocr.base64(lines),
      data_url = idocr.base64("data:image/jpeg;base64," .. text), part = idocr.bytes("12345" .. bytes .. "678", 5, #bytes),
      part_of_file = idocr.file(wrapped, 5, #bytes),
    } do
      local wire = scripted.new { scripted.ok() }
      assert(idocr.new(scripted.options(wire)):passport { image = given }, name)
      assert.equal(text, (tostring(wire.requests[1].body):match('"ImageBase64": *"([^"]*)"')), name)
    end
  end)

  it("can be one that the service downloads", function()
    local wire = scripted.new { scripted.ok() }
    assert(idocr.new(scripted.options(wire)):passport { image = idocr.url "https://example.com/a.jpg" })
    assert.matches('"ImageUrl": *"https://example.com/a.jpg"', (tostring(wire.requests[1].body):gsub("\\/", "/")))
  end)

  it("is refused where it cannot be opened or holds nothing", function()
    assert.equal("PictureUnreadable", (refused "/no/such/file.jpg"))
    assert.equal("PictureUnreadable", (refused "/"))
    assert.equal("PictureEmpty", (refused(temporary "")))
    assert.equal("PictureEmpty", (refused(idocr.bytes "")))
    assert.equal("PictureEmpty", (refused(idocr.base64 "")))
    local _, message = refused "/no/such/ZHANG-SAN.jpg"
    assert.is_nil(message:find("ZHANG", 1, true)) -- a file's name can be a person's
  end)

  it("returns the reason why it cannot be opened", function()
    local _, message = refused "/no/such/file.jpg"
    assert.matches("No such file or directory", message)
    assert.matches("is not a regular file", (select(2, refused "/")))
    for _, make in ipairs { idocr.bytes, function(bytes, ...) return idocr.file(temporary(bytes), ...) end } do
      assert.same({ "PictureUnreadable", "the range is not inside the file or the string" }, { refused(make("12345", 3, 3)) })
    end
  end)

  it("is opened although files of dropped requests are still open", function()
    local script = process.tempdir() .. "/forgetful.lua"
    process.write(script, [[
      local idocr = require "idocr"
      local client = idocr.new { credentials = { secret_id = "AKIDx", secret_key = "k" }, transport = function() end }
      for _ = 1, 400 do assert(client:prepare("passport", { image = arg[1] })) end
    ]])
    process.run(("ulimit -n 64; %s %s %s"):format(process.lua, script, specimens.path "passport"))
  end)

  it("is refused where its base64 is not strict", function()
    for _, text in ipairs { "AAA", "AA A", "AA==A", "AB==", "A-_A", "data:image/png,AAAA", "data:image/png;base64" } do
      assert.equal("PictureUnreadable", (refused(idocr.base64(text))), text)
    end
  end)

  it("is refused where the action does not accept its format, with the accepted ones in the message", function()
    local gif = idocr.bytes("GIF89a\1\0\1\0\0\0\0;")
    local code, message = refused(gif, "macao_id")
    assert.equal("PictureFormat", code)
    assert.matches("is GIF; RecognizeMacaoIDCardOCR takes JPEG, PNG", message)
    code, message = refused(idocr.bytes "hello, this is text", "passport")
    assert.equal("PictureFormat", code)
    assert.matches("no known format", message)
  end)

  it("is refused where the base64 is certainly too long, and not one byte earlier", function()
    local service = kinds.get("macao_id").services[1]
    local most = math.floor(kinds.by_site(service.max_base64, "intl") / 4) * 3
    local function image(size) return core.image_bytes(PNG .. ("\0"):rep(size - #PNG)) end
    local function code(size)
      local _, err = precheck.picture(image(size), service, "intl")
      return err and err.code
    end
    assert.equal("PictureTooLarge", code(most + 1))
    assert.not_equal("PictureTooLarge", code(most))
    local _, err = precheck.picture(image(2 * 1024 * 1024 + 1), kinds.get("malaysia_id").services[2], nil)
    assert.equal("PictureTooLarge", err.code)
    assert.matches("at most 2.0 MiB", err.message)
  end)

  it("is refused where its file surely ends too early", function()
    local bytes = read_all(specimens.path "passport")
    for _, share in ipairs { 0.1, 0.5, 0.9 } do
      local cut = bytes:sub(1, math.floor(#bytes * share))
      assert.equal("PictureTruncated", (refused(idocr.bytes(cut))))
      assert.equal("PictureTruncated", (refused(temporary(cut))))
    end
    local png = PNG:sub(1, PNG:find("IDAT", 1, true) + 3) -- in the middle of its pixels
    assert.equal("PictureTruncated", (refused(idocr.bytes(png))))
  end)

  it("is sent where only its end is missing, overwritten or followed by something", function()
    local jpeg = read_all(specimens.path "passport"):sub(1, -3)
    for name, bytes in pairs {
      cut = jpeg, half_a_marker = jpeg .. "\255", zeros = jpeg .. "\0\0", block_of_zeros = jpeg .. ("\0"):rep(512),
      trailer = jpeg .. ("SEFH\1\2trailer of a telephone"):rep(9), last_byte = jpeg:sub(1, -2),
      film = jpeg .. "\255\217" .. ("\0\0\0\24ftypmp42"):rep(2000), png = PNG:sub(1, -13), png_checksum = PNG:sub(1, -17),
    } do
      for _, given in ipairs { idocr.bytes(bytes), temporary(bytes) } do
        local wire = scripted.new { scripted.ok() }
        assert(idocr.new(scripted.options(wire)):passport { image = given }, name)
        assert.equal(core.base64_encode(bytes), (tostring(wire.requests[1].body):match('"ImageBase64": *"([^"]*)"')), name)
      end
    end
    for _, tail in ipairs { "", "\0\0\0", "\255", "\255\217film" } do
      assert.equal("X00000000", assert(idocr.new { transport = "sandbox" }:passport(idocr.bytes(jpeg .. tail))).number)
    end
  end)

  it("is refused where its header declares no pixels", function()
    local png = "\137PNG\r\n\26\n\0\0\0\rIHDR\0\0\0\0\0\0\0\1\8\2\0\0\0\0\0\0\0\0\0\0\1IDATx\0\0\0\0"
    local jpeg = read_all(specimens.path "passport")
    local frame = jpeg:find("\255\192", 1, true)
    local bmp = "BM" .. ("\0"):rep(12) .. "\40\0\0\0\0\0\0\0\1\0\0\0\1\0\24\0" .. ("\0"):rep(24)
    for _, bytes in ipairs {
      png, bmp, jpeg:sub(1, frame + 4) .. "\0\0\0\0" .. jpeg:sub(frame + 9), jpeg:sub(1, frame + 6) .. "\0\0" .. jpeg:sub(frame + 9),
    } do
      local code, message = refused(idocr.bytes(bytes))
      assert.equal("PictureUnreadable", code)
      assert.matches("zero width or height", message)
    end
  end)

  it("is refused with the option that sends it nevertheless", function()
    local jpeg = read_all(specimens.path "passport")
    for _, bytes in ipairs {
      "GIF89a\1\0\1\0\0\0\0;", "hello", jpeg:sub(1, 3000), PNG:sub(1, 40), PNG .. ("\0"):rep(9 * 1024 * 1024),
    } do
      local _, message = refused(idocr.bytes(bytes))
      assert.matches("precheck = false", message, 1, true)
      local wire = scripted.new { scripted.ok() }
      assert(idocr.new(scripted.options(wire)):passport { image = idocr.bytes(bytes), precheck = false })
    end
  end)

  it("in a format that telephones and programs write is named, with what the action takes", function()
    local function box(brand) return "\0\0\0\24ftyp" .. brand .. "\0\0\0\0" .. brand .. brand .. ("x"):rep(100) end
    for name, bytes in pairs {
      HEIC = box "heic", AVIF = box "avif", HEIF = box "mif1", TIFF = "II*\0\8\0\0\0\0\0", ["JPEG XL"] = "\255\10\1\2",
      ["JPEG 2000"] = "\0\0\0\12jP  \r\n\135\n", WebP = "RIFF\4\0\0\0WEBP", GIF = "GIF89a\1\0\1\0\0\0\0;",
      SVG = "<svg xmlns='x'/>", ["a video"] = box "qt  ", ["a web page"] = "<!doctype html><p>404", ["a ZIP archive"] = "PK\3\4...",
    } do
      for _, given in ipairs { idocr.bytes(bytes), temporary(bytes) } do
        local code, message = refused(given)
        assert.equal("PictureFormat", code)
        assert.is_truthy(message:find("the picture is " .. name, 1, true), message)
        assert.is_truthy(message:find("MLIDPassportOCR takes BMP, JPEG, PDF, PNG", 1, true), message)
      end
    end
  end)

  it("is decoded where it is base64 text or a data URL in the place of bytes", function()
    local bytes = read_all(specimens.path "passport")
    bytes = bytes .. ("\0"):rep(1 + (3 - #bytes % 3) % 3) -- one byte more than groups of three: padding
    local text = core.base64_encode(bytes)
    local lines = text:gsub(("."):rep(76), "%0\r\n")
    for name, given in pairs {
      text = text, lines = lines .. "\r\n", blank = " \n" .. text .. " \n", mark = "\239\187\191" .. text,
      url = "data:image/jpeg;base64," .. text, upper = "DATA:image/jpeg;name=a.jpg;BASE64," .. lines, no_type = "data:;base64," .. text,
      url_safe = text:gsub("[+/]", { ["+"] = "-", ["/"] = "_" }), unpadded = (text:gsub("=+$", "")),
      unpadded_url_safe = text:gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }),
      indented = text:gsub(("."):rep(64), "%0 \n\t"), blanks_for_lines = text:gsub(("."):rep(76), "%0 "),
      blank_in_url = "data:image/jpeg; base64, " .. text, comma_in_url = 'data:image/jpeg;name="a,b";base64,' .. text,
      half_a_url = "image/jpeg;base64," .. text, end_of_a_url = "base64," .. text,
      escaped = "data:image/jpeg;base64," .. text:gsub("[+/=]", { ["+"] = "%2B", ["/"] = "%2f", ["="] = "%3D" }),
    } do
      for how, made in pairs {
        bytes = idocr.bytes(given), base64 = idocr.base64(given), file = idocr.file(temporary(given)), path = temporary(given),
        part = idocr.bytes("xx" .. given .. "yy", 2, #given),
      } do
        local wire = scripted.new { scripted.ok() }
        assert(idocr.new(scripted.options(wire)):passport { image = made }, name .. how)
        assert.equal(text, (tostring(wire.requests[1].body):match('"ImageBase64": *"([^"]*)"')), name .. how)
      end
    end
  end)

  it("is named where it is text that cannot be decoded", function()
    local code, message = refused(idocr.bytes("data:image/jpeg,notbase64"))
    assert.equal("PictureFormat", code)
    assert.matches("is a data URL; .*idocr%.base64", message)
    code, message = refused(idocr.bytes(("/9j/4AAQSkZJRgAB"):rep(9) .. "A"))
    assert.equal("PictureFormat", code)
    assert.matches("is base64 text; .*idocr%.base64", message)
    for _, head in ipairs { "/9j/", "_9j_" } do
      local ok, complaint = pcall(never().passport, never(), { image = (head .. "4AAQSkZJRgAB"):rep(9) })
      assert.is_false(ok)
      assert.matches("idocr%.base64", complaint)
    end
  end)

  it("is never decoded where a plus may have become a blank", function()
    local text = core.base64_encode(read_all(specimens.path "passport"))
    local shifted = text:sub(1, -5):gsub("^" .. ("."):rep(76), "%0 ")
    for _, lost in ipairs { (text:gsub("%+", " ")), (text:gsub("%+", " ", 1)), (text:gsub("%+", " ", 4)), shifted } do
      assert.equal("PictureUnreadable", (refused(idocr.base64(lost))))
      assert.equal("PictureFormat", (refused(idocr.bytes(lost))))
    end
  end)

  it("is refused where two together make too long a request", function()
    local half = PNG:sub(1, -13) .. core.base64_decode("AAAAAElFTkSuQmCC")
    local big = core.base64_decode("iVBORw0KGgo=") .. PNG:sub(9, 33) .. ("\0"):rep(4 * 1024 * 1024) .. half:sub(-12)
    local code = refused({ image = idocr.bytes(big), back = idocr.bytes(big) }, "malaysia_id")
    assert.equal("PictureTooLarge", code)
  end)

  it("is small and fine: a small picture is not refused", function()
    assert(idocr.new(scripted.options(scripted.new { scripted.ok() })):passport(idocr.bytes(PNG)))
  end)

  it("is sent unchecked with precheck = false", function()
    for _, where in ipairs { "param", "option" } do
      local wire = scripted.new { scripted.ok() }
      local client = idocr.new(scripted.options(wire, { precheck = where ~= "option" }))
      local params = { image = idocr.bytes "no picture at all" }
      if where == "param" then params.precheck = false end
      assert(client:passport(params))
      assert.equal(1, #wire.requests)
    end
  end)

  it("that shrinks before it is checked is an image error", function()
    local service = kinds.get("passport").services[1]
    local path = temporary(PNG .. ("x"):rep(100000)) -- long enough to be read when it is needed
    local image = assert(core.image_file(path))
    process.write(path, "")
    local fine, err = precheck.picture(image, service, "intl")
    assert.is_nil(fine)
    assert.same({ "image", "PictureChanged", false }, { err.category, err.code, err.sent })
    image:close()
  end)

  it("that changes between hash and send is an image error", function()
    local path = temporary(PNG)
    local wire = scripted.new { function(request)
      local file = assert(io.open(path, "ab"))
      file:write("more")
      file:close()
      local chunk, message, code
      repeat chunk, message, code = request.body:read(16) until not chunk
      assert.equal("changed", code, message)
      return nil, require("idocr.errors").new("image", "PictureChanged", "changed", { sent = true })
    end }
    local card, err = idocr.new(scripted.options(wire)):passport(path)
    assert.is_nil(card)
    assert.equal("image PictureChanged", err.category .. " " .. err.code)
    assert.equal(1, #wire.requests)
  end)

  it("can be small enough alone and too large together with a second one", function()
    local card = read_all(specimens.path "malaysia_id")
    local comment = "\255\254\234\98" .. ("x"):rep(60000) -- a JPEG comment segment
    local large = idocr.bytes(card:sub(1, 2) .. comment:rep(75) .. card:sub(3))
    local read, err = never():malaysia_id { image = large, back = large }
    assert.is_nil(read)
    assert.same({ "image", "PictureTooLarge", false }, { err.category, err.code, err.sent })
    local wire = scripted.new { scripted.ok() }
    assert(idocr.new(scripted.options(wire)):malaysia_id { image = large })
    assert(idocr.new(scripted.options(wire)):malaysia_id { image = large, back = large, precheck = false })
  end)

  it("shows nothing of its content in tostring", function()
    assert.equal("picture (file)", tostring(idocr.file "ZHANG.jpg"))
    assert.equal("picture (bytes)", tostring(idocr.bytes "xyz"))
  end)
end)
