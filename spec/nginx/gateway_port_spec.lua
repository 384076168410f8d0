--- Tests the port of `make gateway`: a given one, or the next free one.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

if not nginx.available() then
  pending "nginx with its Lua module is not installed"
  return
end

local q = process.quote

describe("the gateway's port", function()
  local other, folder

  setup(function()
    other = nginx.start { http = [[ server { listen 127.0.0.1:$http; location / { return 204; } } ]] }
    folder = process.tempdir()
    -- Replaces the sandbox that the script starts.
    local ready = ('{"https":"https://127.0.0.1:1","ca_file":"%s/ca"}'):format(folder)
    process.write(folder .. "/idocr", "#!/bin/sh\necho " .. q(ready) .. "\nexec sleep 600\n")
    process.run(("chmod +x %s && cp /etc/ssl/certs/ca-certificates.crt %s"):format(q(folder .. "/idocr"), q(folder .. "/ca")))
  end)
  teardown(function() other.stop() end)

  it("is the next free one where the first is in use", function()
    local out = folder .. "/said"
    local gateway = process.spawn(("IDOCR=%s FIRST_PORT=%d exec examples/openresty/start.sh"):format(q(folder .. "/idocr"),
      other.port.http), { stdout = out, stderr = out })
    local port = process.wait_for(function()
      local said = process.read(out) or ""
      assert(gateway.alive(), said)
      return tonumber(said:match("The gateway is at http://127%.0%.0%.1:(%d+)/"))
    end, 30)
    assert.is_true(port > other.port.http)
    local answer = process.capture(("curl -s -o /dev/null -w %%{http_code} http://127.0.0.1:%d/"):format(port))
    assert.are.equal("200", answer)
    gateway.stop()
  end)

  it("that is given and in use ends the start with an instruction", function()
    local said, status = process.capture(("IDOCR=%s PORT=%d examples/openresty/start.sh 2>&1"):format(q(folder .. "/idocr"),
      other.port.http))
    assert.are.equal(1, status)
    assert.are.equal(("gateway: port %d is in use; choose another one: make gateway PORT=%d"):format(other.port.http,
      other.port.http + 1), said)
  end)
end)
