-- Tests that secrets and personal data in a service's response reach no response of the gateway, no log of nginx and no metric.
local certs = require "spec.support.certs"
local markers = require "spec.support.markers"
local nginx = require "spec.support.nginx"
local ports = require "spec.support.ports"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

local json = markers.json

local HTTP = [[
  server { listen 127.0.0.1:$http; location / { content_by_lua_block {
    ngx.req.read_body()
    local file = io.open(ngx.config.prefix() .. "reply", "rb")
    ngx.status = tonumber(file:read("*l"))
    ngx.print(file:read("*a"))
    file:close()
  } } }
]]

local function refusal(code, message, id)
  return 200, ('{"Response":{"Error":{"Code":%s,"Message":%s},"RequestId":%s}}'):format(code, message, id)
end

local REPLIES = {
  function(t) return refusal(json(t), json(t), json(t)) end,
  function(t) return refusal('"FailedOperation.FieldException"', json(t), '"r"') end,
  function(t) return refusal('"AuthFailure.SignatureFailure"', json(t), '"r"') end,
  function(t) return 502, t end,
  function(t) return 200, '{"Response":{"Name":' .. json(t) end,
}

describe("the gateway shows no marker", function()
  local service, gateway, base, folder

  setup(function()
    service = nginx.start { http = HTTP }
    folder = process.tempdir()
    process.write(folder .. "/image.png", scripted.PNG)
    -- Replaces the sandbox that the gateway's script starts: prints the URL of the service and its keys.
    local keys, address = markers.KEYS.tencent, "http://127.0.0.1:" .. service.port.http
    local ready = ('{"http":"%s","https":"%s","ca_file":"%s","secret_id":"%s","secret_key":"%s","api_key":"%s"}'):format(
      address, address, certs.make().ca, keys.secret_id, keys.secret_key, markers.KEYS.ekycpro.api_key)
    process.write(folder .. "/ready.json", ready .. "\n")
    process.write(folder .. "/sandbox", "#!/bin/sh\ncat '" .. folder .. "/ready.json'\nexec sleep 600\n")
    process.run(("chmod +x %s/sandbox; mkdir %s/run"):format(process.quote(folder), process.quote(folder)))
    local port, out = ports.free_port(), folder .. "/said"
    gateway = process.spawn(("TMPDIR=%s IDOCR=%s PORT=%d IDOCR_PROVIDER=tencent IDOCR_SITE=intl exec examples/openresty/start.sh"):format(
      process.quote(folder .. "/run"), process.quote(folder .. "/sandbox"), port), { stdout = out, stderr = out })
    process.wait_for(function()
      local said = process.read(out) or ""
      assert(gateway.alive(), said)
      return said:find("The gateway is at ", 1, true)
    end, 20)
    base = "http://127.0.0.1:" .. port
  end)
  teardown(function()
    gateway.stop()
    service.stop()
  end)

  local function logs()
    local text = process.run("find " .. process.quote(folder) .. "/run -name '*.log' -exec cat {} +")
    return text .. process.read(folder .. "/said")
  end

  it("of the data in a response", function()
    local codes = {}
    for index, text in ipairs(markers.sets "tencent") do
      for _, form in ipairs { REPLIES[index % #REPLIES + 1], REPLIES[(index + 2) % #REPLIES + 1] } do
        local status, body = form(text)
        process.write(service.prefix .. "/reply", status .. "\n" .. body)
        local said = process.run(("curl -sS -i -F image=@%s/image.png %s/v1/read/malaysia_id"):format(process.quote(folder), base))
        assert.matches("^HTTP/1.1 [45]", said)
        assert.is_nil(markers.found(said), said)
        codes[said:match('"code" *: *"([%w.]+)"') or "none"] = true
      end
    end
    for _, code in ipairs { "UnknownCode", "FailedOperation.FieldException", "AuthFailure.SignatureFailure", "HttpStatus", "BadJson" } do
      assert.is_true(codes[code], code)
    end
    local metrics = process.run("curl -sS " .. base .. "/metrics")
    assert.matches("idocr_", metrics)
    assert.is_nil(markers.found(metrics), metrics)
    local written = logs()
    assert.is_nil(markers.found(written), written)
  end)
end)
