local core = require "idocr.core"
local idocr = require "idocr"
local kinds = require "idocr.kinds"
local picture = require "idocr.picture"
local precheck = require "idocr.client.precheck"
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

--- A client whose transport must not be reached, and one that answers.
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
  it("is a path where it is a plain string, and what is no path raises with a hint", function()
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
      part_of_file = idocr.file(wrapped, 5, #bytes), image = picture.image(core.image_bytes(bytes)),
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

  it("says why it cannot be opened", function()
    local _, message = refused "/no/such/file.jpg"
    assert.matches("No such file or directory", message)
    assert.matches("is no regular file", (select(2, refused "/")))
    for _, make in ipairs { idocr.bytes, function(bytes, ...) return idocr.file(temporary(bytes), ...) end } do
      assert.same({ "PictureUnreadable", "the picture does not reach that far" }, { refused(make("12345", 3, 3)) })
    end
  end)

  it("is opened though files of forgotten requests are still open", function()
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

  it("is refused where the action takes no such format, saying which it takes", function()
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

  it("is refused where its file ends too early", function()
    local bytes = read_all(specimens.path "passport")
    assert.equal("PictureTruncated", (refused(idocr.bytes(bytes:sub(1, math.floor(#bytes / 2))))))
  end)

  it("is refused where two together make too long a request", function()
    local half = PNG:sub(1, -13) .. core.base64_decode("AAAAAElFTkSuQmCC")
    local big = core.base64_decode("iVBORw0KGgo=") .. PNG:sub(9, 33) .. ("\0"):rep(4 * 1024 * 1024) .. half:sub(-12)
    local code = refused({ image = idocr.bytes(big), back = idocr.bytes(big), precheck = true }, "malaysia_id")
    assert.equal("PictureTooLarge", code)
  end)

  it("is small and fine: a small picture is not refused", function()
    assert(idocr.new(scripted.options(scripted.new { scripted.ok() })):passport(idocr.bytes(PNG)))
  end)

  it("is sent unseen with precheck = false", function()
    for _, where in ipairs { "param", "option" } do
      local wire = scripted.new { scripted.ok() }
      local client = idocr.new(scripted.options(wire, { precheck = where ~= "option" }))
      local params = { image = idocr.bytes "no picture at all" }
      if where == "param" then params.precheck = false end
      assert(client:passport(params))
      assert.equal(1, #wire.requests)
    end
  end)

  it("that shrinks before it is looked at is an image error", function()
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

  it("that fit alone can be too much together", function()
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

  it("shows nothing of itself", function()
    assert.equal("picture (file)", tostring(idocr.file "ZHANG.jpg"))
    assert.equal("picture (bytes)", tostring(idocr.bytes "xyz"))
  end)
end)
