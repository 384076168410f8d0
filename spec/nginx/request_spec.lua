--- Pictures out of the request that nginx is serving, as browsers and programs send them.

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
    location = /in_file_only { client_body_in_file_only clean; content_by_lua_block { take() } }
    location / { content_by_lua_block { take() } }
  }
  init_by_lua_block {
    function take()
      local request = require "idocr.transports.cosocket_request"
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
    -- What looks like a boundary, half of one and line breaks, over and over: a picture holds anything.
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

  it("takes a raw body, in memory and spooled", function()
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

  it("takes a form's picture wherever it stands, with the fields beside it", function()
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

  it("finds an end that lies across two windows", function()
    -- window size minus the head of the part, a byte at a time around it
    for size = 131072 - 260, 131072 + 60, 7 do
      local text = ("x"):rep(size - 1) .. "\r"
      local path = process.write(dir .. "/edge", text)
      local result = curl(("-F image=@%s"):format(path))
      assert.equal(core.sha256(text), result.hash, size)
    end
  end)

  it("says what is missing or too much", function()
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

  it("refuses a broken form", function()
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
    broken(("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"):rep(40) .. "--b--\r\n")
    broken("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n" .. ("x"):rep(100000) .. "\r\n--b--\r\n")
  end)

  it("reads boundaries in quotes, a preamble and parts without a file name", function()
    local text = "preamble\r\n--a b\r\ncontent-disposition: form-data; name=image\r\n\r\npixels\r\n--a b--\r\nepilogue"
    local path = process.write(dir .. "/form", text)
    local result = curl(("-H 'Content-Type: Multipart/Form-Data; charset=x; Boundary=\"a b\"' --data-binary @%s"):format(path))
    assert.equal(core.sha256 "pixels", result.hash)
  end)

  it("leaves nothing open behind", function()
    for _ = 1, 20 do curl("-F image=@" .. files.large.path) end
    local children = process.run(("cat /proc/%d/task/%d/children"):format(server.pid, server.pid)):match("%d+")
    local open = process.capture(("ls -l /proc/%s/fd 2>/dev/null"):format(children))
    assert.is_nil(open:find("deleted", 1, true), open)
    assert.is_nil(open:find("/t/a/", 1, true), open)
  end)
end)
