--- Tests decoding the pictures of a response while it arrives (`pictures_apart`).
local core = require "idocr.core"
local process = require "spec.support.process"
local transports = require "idocr.transports"
local web = require "spec.support.web"

describe("the curl transport with pictures_apart", function()
  local server, transport, picture, text

  setup(function()
    server = web.start()
    transport = transports.new("curl", { proxy = false, ca_file = server.ca })
    picture = ("\0\1\2picture\255"):rep(40000)
    text = '{"Response":{"Image":"' .. core.base64_encode(picture):gsub("/", "\\/") .. '","RequestId":"r"}}'
  end)

  teardown(function()
    transport:close()
    server.stop()
  end)

  local function call(path, extra, pictures_apart)
    local request = {
      method = "POST", url = server.http .. path, host = "127.0.0.1", headers = { { "Content-Type", "application/json" } },
      body = core.body { text }, connect_timeout = 5,
    }
    for name, value in pairs(extra or {}) do request[name] = value end
    return transport:send(request, 10, { pictures_apart = pictures_apart ~= false })
  end

  it("returns the text without the pictures, and the decoded pictures", function()
    for _ = 1, 3 do
      local response = assert(call("/mirror"))
      assert.equal('{"Response":{"Image":"\2550","RequestId":"r"}}', response.body)
      assert.same({ picture }, response.pictures)
    end
    assert.equal(text, assert(call("/mirror", nil, false)).body)
  end)

  it("enforces max_response", function()
    local response, err = call("/mirror", { max_response = 100000 })
    assert.is_nil(response)
    assert.same({ "protocol", "ResponseTooLarge" }, { err.category, err.code })
  end)

  it("frees the memory of incomplete responses at once", function()
    if os.getenv "SPEC_SANITIZED" then pending "a sanitizer keeps what was freed" end
    local script = process.tempdir() .. "/broken.lua"
    process.write(script, [[
      local core = require "idocr.core"
      local transport = require("idocr.transports").new("curl", { proxy = false })
      local body = core.body { "{}" }
      for _ = 1, tonumber(arg[2]) do
        local response, err = transport:send({ method = "POST", url = arg[1], headers = {}, body = body }, 10, { pictures_apart = true })
        assert(not response and err.category == "network", tostring(err))
      end
      io.write(io.open("/proc/self/status"):read("*a"):match("VmHWM:%s*(%d+)"))
    ]])
    local function peak(count)
      return tonumber(process.run(("%s %s %s/picture_cut %d"):format(process.lua, script, server.http, count)))
    end
    local few, many = peak(2), peak(32)
    assert.is_true(many - few < 8 * 1024, ("%d KB more for 30 calls more"):format(many - few))
  end)

  it("returns other responses unchanged", function()
    local response = assert(call("/status?s=500"))
    assert.equal(500, response.status)
    assert.same({}, response.pictures)
  end)
end)
