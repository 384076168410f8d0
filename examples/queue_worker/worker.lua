-- Reads the pictures of a queue until it gets TERM or INT. Start as many as you like, on any number of machines.
--
--   export IDOCR_QUEUE=redis://127.0.0.1:6379/0/scans IDOCR_KEY=$HOME/.idocr-key TENCENTCLOUD_SECRET_ID=… TENCENTCLOUD_SECRET_KEY=…
--   lua5.4 examples/queue_worker/worker.lua
--
-- `idocr work` is the same as a command, with more options.

local core = require "idocr.core"
local idocr = require "idocr"

local queue = assert(idocr.queue())
local client = idocr.new {
  endpoint = os.getenv "IDOCR_ENDPOINT", -- without one: the service
  shared = os.getenv("IDOCR_QUEUE"):match("^(.*)/[^/]+$"), -- all workers keep the account's rate together
}

local report = assert(queue:work {
  client = client,
  concurrency = 8,
  stopping = function() return core.await_signal(0) end, -- finishes what is in flight
  on_result = function(entry)
    print(entry.id, entry.card and "read" or entry.error.code) -- ids and codes are no personal data
    return true
  end,
})
if report.error then error(tostring(report.error), 0) end
