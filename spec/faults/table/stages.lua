--- The connection ends at each stage of a request and its response.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local BIG = 6 * 1024 * 1024 -- bytes of a picture that no socket buffer holds

return {
  { name = "healthy server", serve = s.serve(), want = w.card(), quick = true },
  { name = "closed after the whole request", serve = { s.request, s.notify, s.close }, want = w.lost "ConnectionClosed", quick = true },
  { name = "reset after the whole request", serve = { s.request, s.reset }, want = w.lost "ConnectionReset", quick = true },
  { name = "reset in the middle of the upload", serve = { s.body(100000), s.reset }, rcvbuf = 65536, calls = { { bytes = BIG } },
    want = w.partly "ConnectionReset" },
  { name = "nothing is answered", serve = { s.request, s.stall }, options = { timeout = { connect = 5, total = 1.2 } }, want = w.late() },
}
