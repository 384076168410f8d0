-- The programs of examples/queue_worker: one puts pictures into a queue, the other one reads them.

local core = require "idocr.core"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local sandbox = require "idocr.sandbox.server"

local q = process.quote

describe("the example of a queue", function()
  (redis.available() and it or pending)("reads pictures in another process, which ends at TERM", function()
    local server, running, folder = redis.start(), assert(sandbox.start()), process.tempdir()
    finally(function()
      running:stop()
      server.stop()
    end)
    local environment = ("IDOCR_QUEUE=%s/0/scans IDOCR_KEY=%s XDG_STATE_HOME=%s IDOCR_ENDPOINT=%s "):format(server.url,
      core.hex(core.random(32)), q(folder), running.http) .. ("TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s no_proxy='*' "):format(
      running.secret_id, running.secret_key)
    local worker = process.spawn(environment .. "exec " .. process.lua .. " examples/queue_worker/worker.lua",
      { stdout = folder .. "/worker", stderr = folder .. "/errors" })
    process.write(folder .. "/none.jpg", "no picture")
    local out, status = process.capture(("%s timeout 60 %s examples/queue_worker/enqueue.lua passport %s %s"):format(environment,
      process.lua, q(running.specimens.passport), q(folder .. "/none.jpg")))
    assert.equal(0, status, out .. process.read(folder .. "/errors"))
    assert.matches("passport.jpg\tdone\tX00000000", out)
    assert.matches("none.jpg\tfailed\tPictureFormat", out)
    worker.stop()
    assert.equal("", process.read(folder .. "/errors"))
    assert.matches("\tread\n", process.read(folder .. "/worker"))
  end)
end)
