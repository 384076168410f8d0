--- Faults: no connection, or a connect timeout.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local TLS = { "https", "h2" }
local SOON = { timeout = { connect = 0.4, total = 20 } } -- the connect timeout comes first
local TOTAL = { timeout = { connect = 20, total = 0.8 } } -- the deadline comes first

local function no_name(what)
  -- A label beyond 63 bytes: the C library refuses it without a query; nginx has no resolver here.
  return { endpoint = (what.transport:find "http$" and "http" or "https") .. "://" .. ("a"):rep(64) .. ".invalid", insecure = true }
end

return {
  { name = "no listener", kind = "refuse", want = w.unsent("connect", "ConnectFailed"), quick = true },
  { name = "no listener, eight calls at once", kind = "refuse", calls = { { together = 8 } }, want = w.unsent("connect",
    "ConnectFailed") },
  { name = "no listener, one attempt is allowed", kind = "refuse", options = { retry = { attempts = 1 } },
    want = w.unsent("connect", "ConnectFailed", { attempts = 1 }) },
  { name = "no listener, after_send", kind = "refuse", options = { retry = { attempts = 2, base = 0.01, after_send = true } },
    want = w.unsent("connect", "ConnectFailed") },
  { name = "the name does not resolve", kind = "refuse", options = no_name, want = w.unsent("connect", "ResolveFailed"),
    quick = true },
  { name = "connection requests are dropped, connect timeout", kind = "full", options = SOON, want = w.unsent("connect",
    "ConnectTimeout") },
  { name = "connection requests are dropped, deadline", kind = "full", options = TOTAL, want = w.unsent("timeout",
    "DeadlineExceeded") },
  { name = "connections are never accepted, deadline", kind = "deaf", on = { "curl-http$", "cosocket-http$" }, options = TOTAL,
    want = w.late { whole = 0 } },
  { name = "connections are never accepted, connect timeout", kind = "deaf", on = TLS, options = SOON,
    want = w.unsent("connect", "ConnectTimeout") },
  { name = "the handshake is not answered, deadline", kind = "deaf", on = TLS, options = TOTAL,
    want = w.unsent("timeout", "DeadlineExceeded") },
  { name = "the handshake stalls in a record, connect timeout", naked = true, on = TLS, options = SOON,
    serve = { s.take(5), s.raw "\22\3\3\0\122\2\0\0", s.stall }, want = w.unsent("connect", "ConnectTimeout") },
  { name = "the handshake stalls in a record, deadline", naked = true, on = TLS, options = TOTAL,
    serve = { s.take(5), s.raw "\22\3\3\0\122\2\0\0", s.stall }, want = w.unsent("timeout", "DeadlineExceeded") },
  { name = "the handshake comes a byte at a time, connect timeout", naked = true, on = TLS, options = SOON,
    serve = { s.take(5), s.drip("\22\3\3\64\0" .. ("\2"):rep(200), 30), s.stall }, want = w.unsent("connect", "ConnectTimeout") },
}
