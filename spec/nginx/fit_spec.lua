--- Tests pictures that are made to fit inside nginx: the same result as outside, a limit at a time, and the end with the client.

local core = require "idocr.core"
local icc = require "spec.support.icc"
local idocr = require "idocr"
local nginx = require "spec.support.nginx"
local pictures = require "spec.support.pictures"
local process = require "spec.support.process"

local built = pcall(require, "idocr.fit")
if not nginx.available() or not built then
  pending "nginx with its Lua module, libjpeg-turbo or libpng is not installed"
  return
end

local CONFIG = [[
  lua_shared_dict idocr 1m;
  lua_check_client_abort on;
  init_by_lua_block {
    idocr = require "idocr"
    events = {}
    client = idocr.new {
      endpoint = "http://127.0.0.1:$service", credentials = { secret_id = "AKIDexample", secret_key = "example" }, rate = false,
      fit = true, on_event = function(name, fields) if name == "fit" then events[#events + 1] = fields end end,
    }
    state = { running = 0, most = 0, ended = 0, stopped = 0 }
  }
  server {
    listen 127.0.0.1:$front;
    location = /read { content_by_lua_block {
      local picture = idocr.request_image()
      local card, err = client:passport { image = picture }
      ngx.print(card and "ok" or err.category .. " " .. err.code)
    } }
    location = /events { content_by_lua_block { ngx.print(require("cjson").encode(events)) } }
    location = /work { content_by_lua_block {
      local runtime = require "idocr.nginx.runtime"
      local steps = tonumber(ngx.var.arg_steps)
      local result = runtime.long_work(2, function(continue)
        state.running = state.running + 1
        state.most = math.max(state.most, state.running)
        local done = 0
        while done < steps do
          done = done + 1
          runtime.sleep(0.001)
          if not continue() then
            state.stopped = state.stopped + 1
            break
          end
        end
        state.running, state.ended = state.running - 1, state.ended + 1
        return "done " .. done
      end)
      ngx.print(result)
    } }
    location = /raise { content_by_lua_block {
      ngx.print(tostring(pcall(require("idocr.nginx.runtime").long_work, 2, function() error "a mistake" end)))
    } }
    location = /header { content_by_lua_block { ngx.print "x" } header_filter_by_lua_block {
      ngx.header["x-work"] = require("idocr.nginx.runtime").long_work(2, function(continue, slice) return tostring(continue()) .. slice end)
    } }
    location = /state { content_by_lua_block { ngx.print(require("cjson").encode(state)) } }
  }
  server {
    listen 127.0.0.1:$service;
    client_body_buffer_size 20m;
    location / { content_by_lua_block {
      ngx.req.read_body()
      local text = ngx.req.get_body_data():match('"ImageBase64": *"([^"]*)"')
      local file = io.open("$out", "wb")
      file:write(ngx.decode_base64(text))
      file:close()
      ngx.print('{"Response":{"RequestId":"r","ID":"A1"}}')
    } }
  }
]]

describe("a fit inside nginx", function()
  local server, out, base
  local cjson = require "cjson"

  setup(function()
    out = process.tempdir() .. "/arrived"
    server = nginx.start { ports = { "front", "service" }, http = CONFIG, vars = { out = out }, log_level = "error" }
    base = "http://127.0.0.1:" .. server.port.front
  end)
  teardown(function() server.stop() end)

  local function get(path) return process.run(("curl -sS '%s%s'"):format(base, path)) end
  local function state() return cjson.decode(get "/state") end

  -- The bytes that the service gets of an upload.
  local function arrived(bytes)
    local path = process.write(process.tempdir() .. "/upload", bytes)
    os.remove(out)
    assert.equal("ok", process.run(("curl -sS -H 'Content-Type: image/jpeg' --data-binary @%s %s/read"):format(path, base)))
    return process.read(out)
  end

  -- The bytes that a client outside of nginx sends.
  local function expected(bytes)
    local sent
    local client = idocr.new {
      fit = true, credentials = { secret_id = "i", secret_key = "k" },
      transport = function(request)
        sent = core.base64_decode(tostring(request.body):match('"ImageBase64": *"([^"]*)"'))
        return { status = 200, headers = {}, body = '{"Response":{"RequestId":"r","ID":"A1"}}' }
      end,
    }
    assert(client:passport { image = idocr.bytes(bytes) })
    return sent
  end

  local SPECIMEN = process.read "lua/idocr/sandbox/specimens/passport.jpg"

  it("sends the same bytes as outside of nginx", function()
    for _, bytes in ipairs { icc.with_exif(SPECIMEN, 6), icc.with_exif(SPECIMEN, 2), process.read "spec/fuzz/pictures/progressive.jpg" } do
      assert.equal(expected(bytes), arrived(bytes))
    end
    assert.equal(SPECIMEN, arrived(SPECIMEN))
    local events = cjson.decode(get "/events")
    assert.same({ "orientation", "orientation" }, { events[1].reason, events[2].reason })
    assert.equal(2, #events)
  end)

  local heif = pcall(require, "idocr.heif") and pictures.has "convert" and process.capture("convert -list format"):find("HEIC.*rw") and it
    or pending
  heif("decodes HEIC in a thread", function()
    local folder = process.tempdir()
    process.run("convert lua/idocr/sandbox/specimens/passport.jpg -resize 300x " .. folder .. "/picture.heic")
    local jpeg = arrived(process.read(folder .. "/picture.heic"))
    assert.equal(300, pictures.frame(jpeg).width)
  end)

  it("refuses a damaged picture", function()
    local path = process.write(process.tempdir() .. "/upload", icc.with_exif(SPECIMEN, 6):sub(1, 50000))
    local answer = process.run(("curl -sS -H 'Content-Type: image/jpeg' --data-binary @%s %s/read"):format(path, base))
    assert.equal("image PictureTruncated", answer)
  end)

  it("is one of two at a time; the others wait", function()
    local requests = {}
    for _ = 1, 7 do requests[#requests + 1] = ("'%s/work?steps=20'"):format(base) end
    local answers = process.run("curl -sS --no-progress-meter -Z --parallel-immediate " .. table.concat(requests, " "))
    assert.equal(("done 20"):rep(7), answers)
    local now = state()
    assert.same({ 0, 2, 7, 0 }, { now.running, now.most, now.ended, now.stopped })
  end)

  it("is stopped when its client disconnects, and makes room for others", function()
    local before = state()
    local waiting = {}
    for i = 1, 4 do
      waiting[i] = process.spawn(("exec curl -sS '%s/work?steps=100000000'"):format(base))
    end
    process.wait_for(function() return state().running == 2 end, 10)
    for i = 1, 4 do waiting[i].stop() end
    process.wait_for(function() return state().running == 0 end, 10)
    local now = state()
    assert.is_true(now.stopped - before.stopped >= 2)
    assert.equal(now.ended - before.ended, now.stopped - before.stopped)
    assert.equal("done 3", get "/work?steps=3")
  end)

  it("passes on what the work raises", function()
    assert.truthy(get("/raise"):find("false", 1, true))
    assert.equal("done 3", get "/work?steps=3")
  end)

  it("works in a phase that cannot wait", function()
    assert.truthy(process.run("curl -sSi " .. base .. "/header"):lower():find("x%-work: true0"))
  end)

  it("writes nothing to the error log", function() assert.equal("", server.errors()) end)
end)
