--- Tests the upload parser in nginx with the requests of browsers and programs.

local cjson = require "cjson"
local core = require "idocr.core"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

local CONFIG = [[
  server {
    listen 127.0.0.1:$http;
    client_max_body_size 20m;
    client_body_buffer_size 64k;
    location = /broken_nginx { content_by_lua_block {
      ngx.req.read_body = function() error("http2 requests are not supported without content-length header") end
      take()
    } }
    location = /in_file_only { client_body_in_file_only clean; content_by_lua_block { take() } }
    location / { content_by_lua_block { take() } }
  }
  init_by_lua_block {
    function take()
      local request = require "idocr.nginx.upload"
      local picture = require "idocr.picture"
      local max = tonumber(ngx.var.arg_max)
      local given, form = request.image { field = ngx.var.arg_field, max_bytes = max }
      local reply = {}
      if not given then
        reply.error = { category = form.category, code = form.code, message = form.message, billed = form.billed }
      else
        local opened = assert(picture.open(given))
        reply.hash, reply.size, reply.source = opened.image:sha256(), opened.image:size(), given.source
        opened.image:close()
        reply.fields = form.fields
        reply.repeated = form.repeated
        reply.names = {}
        for name in pairs(form.pictures) do reply.names[#reply.names + 1] = name end
        table.sort(reply.names)
        ngx.update_time()
      end
      ngx.print(require("cjson").encode(reply))
    end
  }
]]

describe("request_image", function()
  local server, dir
  local files = {}

  setup(function()
    server = nginx.start { http = CONFIG }
    dir = process.tempdir()
    -- Texts that resemble a boundary, halves of one and line breaks, repeated: a picture may contain any bytes.
    local piece = "\255\216\255\r\n--bound\r\n------\r\n\0\1\2\r\r\n-"
    for name, size in pairs { small = 1000, window = 131072, large = 5000000 } do
      local text = piece:rep(math.floor(size / #piece) + 1):sub(1, size)
      files[name] = { path = process.write(dir .. "/" .. name .. ".jpg", text), hash = core.sha256(text), size = size }
    end
    process.write(dir .. "/empty.jpg", "")
  end)

  teardown(function() server.stop() end)

  local function curl(arguments, path)
    local text = process.run(("curl -sS -H 'Expect:' %s 'http://127.0.0.1:%d%s'"):format(arguments, server.port.http, path or "/"))
    local ok, result = pcall(cjson.decode, text)
    assert(ok, text .. server.errors())
    return result
  end

  local function refused(code, arguments, path)
    local result = curl(arguments, path)
    assert.is_table(result.error, cjson.encode(result))
    assert.same({ "image", code, false }, { result.error.category, result.error.code, result.error.billed }, result.error.message)
    return result.error.message
  end

  it("accepts a raw body, in memory and spooled", function()
    for name, file in pairs(files) do
      for _, path in ipairs { "/", "/in_file_only" } do
        for _, how in ipairs {
          "-H 'Content-Type: image/jpeg'", "-H 'Content-Type:'",
          "-H 'Transfer-Encoding: chunked' -H 'Content-Type: image/jpeg'",
        } do
          local result = curl(("%s --data-binary @%s"):format(how, file.path), path)
          assert.same({ file.hash, file.size }, { result.hash, result.size }, name .. path .. cjson.encode(result))
          assert.equal((path == "/in_file_only" or file.size > 65536) and "file" or "bytes", result.source)
        end
      end
    end
  end)

  it("finds the picture of a form at any position, and the text fields", function()
    for name, file in pairs(files) do
      for _, path in ipairs { "/", "/in_file_only" } do
        for _, form in ipairs {
          "-F kind=passport -F image=@%s -F portrait=true", "-F image=@%s -F kind=passport -F portrait=true",
          "-F kind=passport -F portrait=true -F 'image=@%s;filename=x\"y.jpg;type=image/png'",
        } do
          local result = curl(form:format(file.path), path)
          assert.same({ file.hash, file.size }, { result.hash, result.size }, name .. path)
          assert.same({ kind = "passport", portrait = "true" }, result.fields)
        end
      end
    end
    local two = curl(("-F image=@%s -F back=@%s -F note="):format(files.large.path, files.small.path))
    assert.same({ "back", "image" }, two.names)
    assert.same({ note = "" }, two.fields)
    assert.equal(files.small.hash, curl(("-F image=@%s -F back=@%s"):format(files.large.path, files.small.path), "/?field=back").hash)
  end)

  it("finds a boundary that lies across two windows", function()
    -- window size minus the head of the part, a byte at a time around it
    for size = 131072 - 260, 131072 + 60, 7 do
      local text = ("x"):rep(size - 1) .. "\r"
      local path = process.write(dir .. "/edge", text)
      local result = curl(("-F image=@%s"):format(path))
      assert.equal(core.sha256(text), result.hash, size)
    end
  end)

  it("returns an error for a missing or too large picture", function()
    refused("PictureMissing", "-X POST -H 'Content-Type: image/jpeg'")
    refused("PictureMissing", "")
    refused("PictureMissing", "-F kind=passport")
    assert.matches("field back", refused("PictureMissing", "-F image=@" .. files.small.path, "/?field=back"))
    refused("PictureMissing", "-F image=@" .. dir .. "/empty.jpg")
    refused("PictureTooLarge", "-H 'Content-Type: image/jpeg' --data-binary @" .. files.large.path, "/?max=100000")
    refused("PictureTooLarge", "-H 'Content-Type: image/jpeg' --data-binary @" .. files.window.path, "/?max=100000")
    refused("PictureTooLarge", "-F image=@" .. files.window.path, "/?max=100000")
    refused("BadForm", "-d kind=passport")
    refused("BadForm", "-H 'Content-Type: application/json' -d '{}'")
  end)

  it("refuses a malformed form", function()
    local function broken(text, kind)
      local path = process.write(dir .. "/form", text)
      refused("BadForm", ("-H 'Content-Type: %s' --data-binary @%s"):format(kind or "multipart/form-data; boundary=b", path))
    end
    local head = 'Content-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    broken("anything", "multipart/form-data")
    broken("anything")
    broken("--b\r\n" .. head .. "picture without an end")
    broken("--b\r\n" .. head:sub(1, -5))
    broken("--b" .. head)
    broken("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n")
    broken("--b\r\n" .. ("X: y\r\n"):rep(3000) .. head .. "x\r\n--b--\r\n")
    broken("--b\r\nContent-Disposition: form-data; name=\"no end\r\n\r\nx\r\n--b--\r\n")
    broken(("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"):rep(40) .. "--b--\r\n")
    broken("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" .. ("x"):rep(100000) .. "\r\n--b--\r\n")
  end)

  it("parses quoted boundaries, a preamble and parts without a file name", function()
    local text = "preamble\r\n--a b\r\ncontent-disposition: form-data; name=image\r\n\r\npixels\r\n--a b--\r\nepilogue"
    local path = process.write(dir .. "/form", text)
    local result = curl(("-H 'Content-Type: Multipart/Form-Data; charset=x; Boundary=\"a b\"' --data-binary @%s"):format(path))
    assert.equal(core.sha256 "pixels", result.hash)
    for _, kind in ipairs {
      "multipart/form-data boundary=b9", "multipart/form-data; boundary=b9 ; charset=utf-8", "MULTIPART/FORM-DATA;boundary=b9",
    } do
      path = process.write(dir .. "/form", (text:gsub("a b", "b9")))
      result = curl(("-H 'Content-Type: %s' --data-binary @%s"):format(kind, path))
      assert.equal(core.sha256 "pixels", result.hash, kind)
    end
  end)

  it("keeps a text that begins like a data URL", function()
    local text = "data: words about a card, more than thirty-two bytes of them"
    assert.same({ note = text }, curl(("-F image=@%s -F 'note=%s'"):format(files.small.path, text)).fields)
  end)

  -- Builds a form as a program writes it: parts of {head lines, content}.
  local function form(parts, boundary, line_break)
    line_break = line_break or "\r\n"
    local text = {}
    for _, part in ipairs(parts) do
      text[#text + 1] = "--" .. boundary .. line_break .. table.concat(part, line_break, 1, #part - 1) .. line_break .. line_break
        .. part[#part] .. line_break
    end
    return table.concat(text) .. "--" .. boundary .. "--" .. line_break
  end

  local function send(text, kind, path)
    process.write(dir .. "/form", text)
    local header = process.quote("Content-Type: " .. (kind or "multipart/form-data; boundary=b"))
    return curl(("-H %s --data-binary @%s/form"):format(header, dir), path)
  end

  local JPEG = "\255\216\255\224\0\16JFIF\0 some \r\n--b and --b-- \r\n--bound\r\n pixels \255\217"

  it("parses the forms of HTTP libraries", function()
    local long = JPEG .. ("\0pixels"):rep(20000)
    for name, case in pairs {
      dotnet = { "multipart/form-data; boundary=\"4b5f-9\"", form({
        { "Content-Type: text/plain; charset=utf-8", "Content-Disposition: form-data; name=kind", "passport" },
        { "Content-Disposition: form-data; name=image; filename=photo.jpg; filename*=utf-8''photo.jpg", long },
        { "Content-Disposition: form-data; name=back", long },
      }, "4b5f-9") },
      okhttp = { "multipart/form-data; boundary=8c0f", form({
        { 'Content-Disposition: form-data; name="kind"', "Content-Length: 8", "passport" },
        { 'Content-Disposition: form-data; name="image"; filename="a.jpg"', "Content-Type: image/jpeg", "Content-Length: 5", long },
        { 'Content-Disposition: form-data; name="back"', "Content-Type: image/jpeg", "Content-Length: 5", long },
      }, "8c0f") },
      apache = { "multipart/form-data; boundary=-x_Y; charset=ISO-8859-1", form({
        { 'Content-Disposition: form-data; name="kind"', "Content-Type: text/plain; charset=ISO-8859-1",
          "Content-Transfer-Encoding: 8bit", "passport" },
        { 'Content-Disposition: form-data; name="image"', "Content-Type: application/octet-stream; charset=UTF-8",
          "Content-Transfer-Encoding: binary", long },
        { 'Content-Disposition: form-data; name="back"', "Content-Type: application/octet-stream",
          "Content-Transfer-Encoding: BINARY", long },
      }, "-x_Y") },
      swift = { "multipart/form-data; boundary=Boundary-1D2C-9", form({
        { 'Content-Disposition: form-data; name="kind"', "passport" },
        { 'content-disposition: form-data; name="image"; filename="IMG 0001.HEIC"', "content-type: image/heic", long },
        { 'content-disposition: form-data; name="back"', "content-type: application/pdf", long },
      }, "Boundary-1D2C-9") },
      javamail = { 'multipart/mixed; BOUNDARY="----=_Part_0_1.2"', form({
        { 'CONTENT-DISPOSITION: FORM-DATA; NAME="kind"', "passport" },
        { 'Content-Disposition: form-data;', ' NAME="image";', '\tFileName="a.jpg"', "Content-Type: IMAGE/JPEG", long },
        { "Content-Disposition : form-data ; name = back ; filename = b.jpg", long },
      }, "----=_Part_0_1.2") },
      untyped = { "multipart/form-data; boundary=b9", form({
        { 'Content-Disposition: form-data; name="kind"', "passport" },
        { 'Content-Disposition: form-data; name="image"', long },
        { 'Content-Disposition: form-data; name="back"', JPEG },
      }, "b9") },
    } do
      for _, path in ipairs { "/", "/in_file_only" } do
        local result = send(case[2], case[1], path)
        assert.is_nil(result.error, name .. cjson.encode(result))
        assert.equal(core.sha256(long), result.hash, name)
        assert.same({ kind = "passport" }, result.fields, name)
        assert.same({ "back", "image" }, result.names, name)
      end
    end
  end)

  it("parses quoted parameters of a part", function()
    local function fields_of(disposition)
      local result = send(form({ { "Content-Disposition: form-data; name=image", "pixels" },
        { "Content-Disposition: form-data; " .. disposition, "value" } }, "b"))
      assert.is_nil(result.error, disposition .. cjson.encode(result))
      return next(result.fields) or result.names
    end
    for disposition, name in pairs {
      ['name="a b"'] = "a b", ['name=plain'] = "plain", ["NAME=plain ; x=y"] = "plain", ['name="say \\"x\\""'] = 'say "x"',
      ['name="back\\\\slash"'] = "back\\slash", ['name="C:\\dir"'] = "C:\\dir", ["name*=UTF-8''na%C3%AFve"] = "na\195\175ve",
      ["name*0=na; name*1=me"] = "name", ["name=\"a;b\"; x"] = "a;b", ["x=\"name=wrong\"; name=right"] = "right",
      ['name="first"; name="second"'] = "first", ["name=plain; name*=UTF-8''other"] = "plain",
    } do
      assert.equal(name, fields_of(disposition), disposition)
    end
    for disposition, name in pairs {
      ['filename="a; name=back; b"; name=image2'] = "image2", ['name=image2; filename="a\\"; name=\\"back"'] = "image2",
      ['name=image2; filename="a\\"'] = "image2", ["name=image2; filename*=UTF-8''a%22b.jpg"] = "image2",
      ['name=image2; FILENAME=a.jpg'] = "image2", ['filename="C:\\x\\y.jpg"; name="image2"'] = "image2",
      ["filename*0=\"a; name=back\"; filename*1=b; name=image2"] = "image2",
    } do
      assert.same({ "image", name }, fields_of(disposition), disposition)
    end
  end)

  it("ignores the case of names", function()
    local text = form({
      { 'Content-Disposition: form-data; name="IMAGE"; filename="a"', JPEG },
      { 'Content-Disposition: form-data; name="Back"; filename="b"', JPEG .. "2" },
    }, "b9")
    local kind = "multipart/form-data; boundary=b9"
    assert.equal(core.sha256(JPEG), send(text, kind).hash)
    assert.equal(core.sha256(JPEG .. "2"), send(text, kind, "/?field=back").hash)
    -- the exact name is preferred
    text = form({ { "Content-Disposition: form-data; name=Image", "1" }, { "Content-Disposition: form-data; name=image", "2" } }, "b")
    assert.equal(core.sha256 "2", send(text).hash)
  end)

  it("lists non-empty fields that occur more than once", function()
    local function part(name, value) return { "Content-Disposition: form-data; name=" .. name, value } end
    local result = send(form({ part("image", ""), part("image", "1"), part("Image", "2"), part("kind", "a"), part("kind", "b"),
      part("note", ""), part("note", "c") }, "b"))
    assert.same({ image = true, kind = true }, result.repeated)
    assert.same({ core.sha256 "1", "b" }, { result.hash, result.fields.kind })
    assert.is_nil(send(form({ part("image", "1"), part("kind", "a") }, "b")).repeated)
  end)

  it("decodes a picture that is sent as base64 text", function()
    local text = core.base64_encode(JPEG:rep(3))
    local hash = core.sha256(JPEG:rep(3))
    local lines = text:gsub(("."):rep(76), "%0\r\n")
    local function head(...) return { 'Content-Disposition: form-data; name="image"', ... } end
    for name, part in pairs {
      encoded = head("Content-Type: image/jpeg", "Content-Transfer-Encoding: base64", lines),
      encoded_upper = head("content-transfer-encoding: BASE64", text), text = head(text), lines = head(lines),
      quoted = head('Content-Transfer-Encoding: "base64" (RFC 2045)', lines),
      url_safe = head((text:gsub("/", "_"):gsub("+", "-"))),
      url = head("data:image/jpeg;base64," .. text), half_a_url = head("image/jpeg;base64," .. text),
      typed = head("Content-Type: text/plain", text),
      not_encoded = head("Content-Transfer-Encoding: base64", JPEG:rep(3)), -- declared as base64, but is not
    } do
      for _, path in ipairs { "/", "/in_file_only" } do
        local result = send(form({ part }, "b9"), "multipart/form-data; boundary=b9", path)
        assert.equal(hash, result.hash, name .. cjson.encode(result))
      end
    end
    local back = send(form({ head(JPEG), { "Content-Disposition: form-data; name=back", "data:image/jpeg;base64," .. text } }, "b9"),
      "multipart/form-data; boundary=b9")
    assert.same({ "back", "image" }, back.names)
    for _, kind in ipairs { "image/jpeg", "text/plain", "application/octet-stream" } do
      assert.equal(hash, send(lines, kind).hash, kind)
      assert.equal(hash, send("data:image/jpeg;base64," .. text, kind).hash, kind)
    end
    local large = core.base64_encode(("\255\216\255x"):rep(30000)) -- 120,000 bytes, and 160,000 as text
    assert.equal(120000, send(large, "image/jpeg", "/?max=120000").size)
    assert.equal("PictureTooLarge", send(large .. large, "image/jpeg", "/?max=120000").error.code)
    assert.equal(core.sha256 "\255\216\255=\r\n.", send(form({
      head("Content-Transfer-Encoding: quoted-printable", "=FF=D8=\r\n=FF=3D=0D=0A.") }, "b")).hash)
    local unknown = send(form({ head("Content-Transfer-Encoding: x-uuencode", "pixels") }, "b"))
    assert.matches("Content%-Transfer%-Encoding", unknown.error.message)
    for _, encoder in ipairs { "base64", "quoted-printable" } do -- as curl writes them
      local result = curl(("-F 'image=@%s;encoder=%s'"):format(files.large.path, encoder))
      assert.equal(files.large.hash, result.hash, encoder .. cjson.encode(result))
    end
  end)

  it("accepts slightly malformed forms", function()
    local part = 'Content-Disposition: form-data; name="image"; filename="a"'
    local whole = "--b9\r\n" .. part .. "\r\n\r\n" .. JPEG .. "\r\n--b9--"
    for name, text in pairs {
      no_last_line_break = whole, epilogue = whole .. "\r\nsome epilogue\r\n--b9\r\n", preamble = "a\r\npreamble --b9\r\n" .. whole,
      line_break_first = "\r\n" .. whole, no_last_dashes = whole:sub(1, -3), no_last_dashes_but_a_line = whole:sub(1, -3) .. "\r\n",
      padding = whole:gsub("^%-%-b9", "--b9 \t"),
      look_alikes = "--b9\r\n" .. part .. "\r\n\r\n" .. JPEG .. "\r\n--b9x\r\n--b9-\r\n --b9--\r\n--b9--",
      lines_of_unix = form({ { part, JPEG } }, "b9", "\n"), another_disposition = whole:gsub("form%-data", "attachment"),
      identity = whole:gsub("\r\n\r\n", "\r\nContent-Transfer-Encoding: identity%0", 1),
    } do
      local expected = name == "look_alikes" and JPEG .. "\r\n--b9x\r\n--b9-\r\n --b9--" or JPEG
      local result = send(text, "multipart/form-data; boundary=b9")
      assert.equal(core.sha256(expected), result.hash, name .. cjson.encode(result))
    end
  end)

  it("parses data with many false boundaries in linear time", function()
    local text = form({ { 'Content-Disposition: form-data; name="image"; filename="a"', ("\r\n--b9x"):rep(700000) } }, "b9")
    assert.equal(700000 * 7, send(text, "multipart/form-data; boundary=b9").size)
  end)

  it("refuses a content type without a picture, and names the right ones", function()
    local message = refused("BadForm", "--data-binary @" .. files.small.path)
    assert.is_truthy(message:find("application/x-www-form-urlencoded", 1, true), message)
    assert.is_truthy(message:find("multipart/form-data", 1, true), message)
    for _, kind in ipairs { "application/json", "text/html", "text/plain" } do
      message = send("words", kind).error.message
      assert.is_truthy(message:find(kind, 1, true), message)
    end
    message = send("words", "text/zhang-san-19900101").error.message
    assert.is_nil(message:find("zhang", 1, true), message)
    message = refused("PictureMissing", "-F photo=@" .. files.small.path)
    assert.is_truthy(message:find("photo", 1, true), message)
    assert.equal("BadForm", curl("-H 'Content-Encoding: gzip' -H 'Content-Type: image/jpeg' --data-binary x").error.code)
  end)

  it("accepts an upload by PUT, as curl -T sends it", function()
    local result = curl("-T " .. files.small.path)
    assert.equal(files.small.hash, result.hash)
  end)

  it("returns an error where nginx cannot read the body", function()
    local result = curl("-H 'Content-Type: image/jpeg' --data-binary @" .. files.small.path, "/broken_nginx")
    assert.same({ "image", "PictureUnreadable" }, { result.error.category, result.error.code })
    assert.is_truthy(result.error.message:find("content-length", 1, true), result.error.message)
  end)

  it("leaks no descriptor", function()
    for _ = 1, 20 do curl("-F image=@" .. files.large.path) end
    local children = process.run(("cat /proc/%d/task/%d/children"):format(server.pid, server.pid)):match("%d+")
    local open = process.capture(("ls -l /proc/%s/fd 2>/dev/null"):format(children))
    assert.is_nil(open:find("/%d+ %(deleted%)"), open)
    assert.is_nil(open:find("/t/a/", 1, true), open)
  end)
end)
