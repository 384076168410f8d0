--- Faults of HTTP/2 only. Frame types: 0 DATA, 1 HEADERS, 3 RST_STREAM, 4 SETTINGS, 5 PUSH_PROMISE, 6 PING, 7 GOAWAY,
--- 8 WINDOW_UPDATE, 9 CONTINUATION.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local BIG = 4500 * 1024 -- bytes of a picture that no window holds
local SHORT = { timeout = { connect = 10, total = 1.2 } }
local bad = w.bad "BadResponse"

local faults = {}
local function add(name, script, want, more)
  local fault = { name = name, h1 = false, h2 = script, want = want }
  for key, value in pairs(more or {}) do fault[key] = value end
  faults[#faults + 1] = fault
end

local function number(n) return ("\0\0\0%c"):format(n) end
local function rst(code) return s.frame(3, 0, "@", number(code)) end
local function goaway(last, code) return s.frame(7, 0, 0, number(last) .. number(code)) end
local function literal(name, value) return "\0" .. string.char(#name) .. name .. string.char(#value) .. value end
local OK = literal(":status", "200")
local function head(block, flags) return s.frame(1, flags or 4, "@", block) end
local DATA = s.frame(0, 1, "@", s.CARD)

-- The server reports that it has not acted on the request: a repeat is legal, counted and bounded.
local refused = w.unsent("network", "StreamRefused", { sent = true, attempts = 2, whole = 2 })
add("REFUSED_STREAM, then healthy", { { s.request, rst(7), s.request, s.card(), s.drain }, s.serve() },
  w.card { attempts = 2, whole = 2 }, { quick = true })
add("REFUSED_STREAM always", { s.loop, s.request, rst(7), s.again }, refused, { quick = true })
add("REFUSED_STREAM, one attempt", { s.loop, s.request, rst(7), s.again },
  w.unsent("network", "StreamRefused", { sent = true, attempts = 1, whole = 1 }), { options = { retry = { attempts = 1 } } })
add("REFUSED_STREAM in the middle of the upload, then healthy",
  { { s.body(100000), rst(7), s.request, s.card(), s.drain }, s.serve() }, w.card { attempts = 2 }, { calls = { { bytes = BIG } } })
-- libcurl 7.88 does not report that GOAWAY excluded the request: then it is not repeated.
local reset, closed = w.lost "ConnectionReset", w.lost "ConnectionClosed" -- libcurl 7 and 8 name it differently
local again = w.either(w.card { attempts = 2, whole = 2 }, reset, closed)
add("GOAWAY that leaves the request out, then healthy", { { s.request, goaway(0, 0), s.half, s.drain }, s.serve() }, again,
  { quick = true })
add("GOAWAY that leaves the request out, always", { s.request, goaway(0, 0), s.half, s.drain }, w.either(refused, reset, closed))
add("GOAWAY that leaves the request out, connection stays open", { { s.request, goaway(0, 0), s.stall }, s.serve() }, again)
add("GOAWAY that includes the request, then the card", { s.request, goaway(1, 0), s.card(), s.drain }, w.card())
add("GOAWAY that includes the request, then the end", { s.request, goaway(1, 0), s.half, s.drain }, w.lost "ConnectionClosed")
add("GOAWAY with INTERNAL_ERROR that includes the request, then the end", { s.request, goaway(1, 2), s.half, s.drain },
  w.lost "ConnectionClosed")

-- The server may have acted on the request.
for _, code in ipairs { { 2, "INTERNAL_ERROR", true }, { 3, "FLOW_CONTROL_ERROR" }, { 5, "STREAM_CLOSED" }, { 8, "CANCEL", true },
  { 11, "ENHANCE_YOUR_CALM" }, { 12, "INADEQUATE_SECURITY" }, { 0, "NO_ERROR" }, { 99, "of an unknown code" } } do
  add("RST_STREAM " .. code[2], { s.request, rst(code[1]), s.drain }, reset, { quick = code[3] })
end
add("RST_STREAM PROTOCOL_ERROR", { s.request, rst(1), s.drain }, reset) -- so nginx ends a request without a response (444)
add("RST_STREAM HTTP_1_1_REQUIRED after the request", { s.request, rst(13), s.drain }, bad, { quick = true })
add("RST_STREAM CANCEL in the middle of the upload", { s.loop, s.body(100000), rst(8), s.again }, w.partly "ConnectionReset",
  { calls = { { bytes = BIG } } })
add("RST_STREAM after the response's head", { s.request, head(OK), rst(2), s.drain }, reset)
add("RST_STREAM in the middle of the body", { s.request, head(OK), s.frame(0, 0, "@", '{"Response":'), rst(2), s.drain }, reset)

-- Flow control.
add("a window of 0 that never opens", { s.window, s.head, s.stall }, w.late_upload(), { settings = "\0\4\0\0\0\0", options = SHORT,
  calls = { { bytes = BIG } } })
add("a window that never opens again", { s.window, s.body(60000), s.stall }, w.late_upload(), { options = SHORT,
  calls = { { bytes = BIG } } })
local OPEN = "\1\0\0\0" -- 16 MB
add("a window that opens after 0.5 s", { s.window, s.body(60000), s.sleep(500), s.frame(8, 0, 0, OPEN), s.frame(8, 0, "@", OPEN),
  s.request, s.card(), s.drain }, w.card(), { calls = { { bytes = BIG } } })
add("one stream at a time", s.serve(), w.card { whole = 3 }, { settings = "\0\3\0\0\0\1", calls = { { together = 3 } } })
add("SETTINGS are never acknowledged", { s.quiet, s.request, s.card(), s.drain }, w.card())
add("no SETTINGS at all", { s.tls("good", "h2", "23"), s.stall }, w.either(w.late { whole = 1 }, w.late { whole = 0 }),
  { naked = true, options = SHORT })

-- Floods: bounded in time and memory. libcurl does not check the time while frames that change nothing keep coming.
local flooded = w.either(bad, w.lost "ConnectionClosed", w.lost "ConnectionReset", w.lost "ReceiveFailed", w.lost "SendFailed",
  w.late())
-- libcurl takes in all frames that it can read before it checks the deadline: as many as a busy machine reads in a moment.
local function flood(what, frame)
  add("a flood of " .. what, { s.request, s.flood(50000, frame), s.stall }, flooded,
    { options = { timeout = { connect = 10, total = 2 } } })
end
flood("SETTINGS", "\0\0\0\4\0\0\0\0\0")
flood("PING", "\0\0\8\6\0\0\0\0\00012345678")
flood("empty DATA", "\0\0\0\0\0\0\0\0\1")
flood("PRIORITY", "\0\0\5\2\0\0\0\0\1\0\0\0\0\1")
flood("WINDOW_UPDATE", "\0\0\4\8\0\0\0\0\0\0\0\0\1")
flood("frames of an unknown type", "\0\0\4\200\0\0\0\0\0abcd")

-- Malformed frames: libcurl drops the connection and may report only that it ended.
local dropped = w.either(bad, w.lost "ConnectionClosed")
local function malformed(name, ...)
  add(name, { s.request, ... }, dropped)
  table.insert(faults[#faults].h2, s.stall)
end
malformed("a frame that is larger than allowed", s.send("\0\64\1\0\0\0\0\0\1" .. ("x"):rep(16385)))
malformed("SETTINGS of 5 bytes", s.frame(4, 0, 0, "12345"))
malformed("SETTINGS on a stream", s.frame(4, 0, "@", "\0\4\0\0\0\1"))
malformed("SETTINGS acknowledged with a payload", s.frame(4, 1, 0, "\0\4\0\0\0\1"))
malformed("PING of 7 bytes", s.frame(6, 0, 0, "1234567"))
malformed("RST_STREAM of 3 bytes", s.frame(3, 0, "@", "\0\0\0"))
malformed("HEADERS on stream 0", s.frame(1, 4, 0, OK))
malformed("DATA on stream 0", s.frame(0, 0, 0, "x"))
malformed("DATA on a stream that is not open", s.frame(0, 0, 99, "x"))
malformed("DATA before HEADERS", s.frame(0, 0, "@", "x"))
malformed("CONTINUATION without HEADERS", s.frame(9, 4, "@", OK))
malformed("HEADERS interrupted by PING", head(OK, 0), s.frame(6, 0, 0, "12345678"))
malformed("padding longer than the frame", s.frame(0, 8, "@", "\200abc"))
malformed("WINDOW_UPDATE of 0", s.frame(8, 0, "@", "\0\0\0\0"))
malformed("WINDOW_UPDATE that overflows", s.frame(8, 0, 0, "\127\255\255\255"))
malformed("HTTP/1.1 in place of frames", s.send "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
malformed("a PUSH_PROMISE", s.frame(5, 4, "@", "\0\0\0\2" .. literal(":method", "GET")))
malformed("a header block that cannot be decoded", head "\255\255\255\255\255\255\255")
malformed("a header index that does not exist", head "\254")

-- Malformed heads: only their stream ends; libcurl 7.88 reports the same error as for a RST_STREAM PROTOCOL_ERROR.
function malformed(name, ...)
  add(name, { s.request, ... }, w.either(bad, reset))
  table.insert(faults[#faults].h2, s.stall)
end
malformed("no :status", head(literal("server", "x")))
malformed(":status twice", head(OK .. OK))
malformed(":status abc", head(literal(":status", "abc")))
malformed(":status 20", head(literal(":status", "20")))
malformed(":status after a header", head(literal("server", "x") .. OK))
malformed("an unknown pseudo header", head(OK .. literal(":colour", "red")))
malformed("a header name in capitals", head(OK .. literal("Server", "x")))
malformed("a line end in a header", head(OK .. literal("x-name", "a\r\nb: c")))
malformed("the header connection", head(OK .. literal("connection", "close")))
malformed("status 101", head(literal(":status", "101")))
malformed("content-length that is too long", head(OK .. literal("content-length", "500")), DATA)
malformed("content-length that is too short", head(OK .. literal("content-length", "5")), DATA)
malformed("two content-lengths that differ", head(OK .. literal("content-length", "5") .. literal("content-length", "6")), DATA)
malformed("a million headers in one block", s.frame(1, 0, "@", OK), s.flood(1000000, "\0\0\9\9\0\0\0\0\1\0\3abc\3def"))
faults[#faults].want = w.either(bad, w.bad "ResponseTooLarge")

-- Odd, but allowed.
local function allowed(name, ...)
  add(name, { s.request, ... }, w.card())
  table.insert(faults[#faults].h2, s.drain)
end
allowed("padded DATA", head(OK), s.frame(0, 9, "@", "\10" .. s.CARD .. ("\0"):rep(10)))
allowed("END_STREAM in an empty DATA", head(OK), s.frame(0, 0, "@", s.CARD), s.frame(0, 1, "@", ""))
allowed("trailers", head(OK), s.frame(0, 0, "@", s.CARD), head(literal("x-sum", "1"), 5))
allowed("an interim response", head(literal(":status", "103")), head(OK), DATA)
allowed("a head in two frames", head(OK, 0), s.frame(9, 4, "@", literal("server", "x")), DATA)
allowed("frames of an unknown type", s.frame(200, 0, "@", "abc"), head(OK), DATA)
allowed("PRIORITY and PING", s.frame(2, 0, "@", "\0\0\0\0\1"), s.frame(6, 0, 0, "12345678"), head(OK), DATA)

return faults
