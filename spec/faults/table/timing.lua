--- Faults: slow and stalled servers. The deadline ends the call.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local BIG = 4500 * 1024 -- bytes of a picture that no socket buffer holds
local SHORT = { timeout = { connect = 10, total = 1.2 } }
local HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"

local faults = {}
local function add(fault)
  fault.options = fault.options or SHORT
  faults[#faults + 1] = fault
end
local function stall(name, text, more)
  add { name = name, serve = { s.request, s.send(text), s.stall }, h2 = false, want = w.late(more) }
end

add { name = "no response", serve = { s.request, s.stall }, want = w.late(), quick = true }
add { name = "no response, after_send", serve = { s.request, s.stall }, want = w.late(),
  options = { timeout = { connect = 10, total = 1.2 }, retry = { attempts = 3, base = 0.01, after_send = true } } }
add { name = "no response to eight calls at once", serve = { s.request, s.stall }, h2 = { s.await(8), s.stall },
  calls = { { together = 8 } }, want = w.late { whole = 8 } }
faults[#faults].h2 = false
add { name = "no response to a large request", serve = { s.request, s.stall }, calls = { { bytes = BIG } }, want = w.late(),
  options = { timeout = { connect = 10, total = 8 } } }
stall("stall inside the status line", "HTTP/1.1 2")
stall("stall inside the head", "HTTP/1.1 200 OK\r\nContent-Ty")
stall("stall after the head", HEAD)
stall("stall in the middle of the body", HEAD .. '{"Response":{"ID":"900101')
stall("stall inside a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n{")
stall("stall before the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")
stall("stall inside the trailer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 1\r\n")
stall("stall after an interim response", "HTTP/1.1 100 Continue\r\n\r\n")
stall("body without a length that does not end", "HTTP/1.1 200 OK\r\n\r\n{\"Response\":")

add { name = "the head comes a byte at a time, too slowly", serve = { s.request, s.drip(HEAD, 50), s.stall }, h2 = false,
  want = w.late() }
add { name = "the body comes a byte at a time, too slowly", serve = { s.request, s.send(HEAD), s.drip(s.CARD .. (" "):rep(500),
  50), s.stall },
  h2 = false, want = w.late() }
add { name = "an interim response every 50 ms", h2 = false, want = w.either(w.late(), w.bad "BadResponse"),
  serve = { s.request, s.loop, s.send "HTTP/1.1 102 Processing\r\n\r\n", s.sleep(50), s.again } }
add { name = "a chunk of one byte every 50 ms", h2 = false, want = w.late(),
  serve = { s.request, s.send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", s.loop, s.send "1\r\n \r\n", s.sleep(50),
    s.again } }
add { name = "stall inside a frame's head", h1 = false, h2 = { s.request, s.send "\0\0\20\1\4", s.stall }, want = w.late() }
add { name = "a PING every 50 ms and no response", h1 = false, want = w.late(),
  h2 = { s.request, s.loop, s.frame(6, 0, 0, "12345678"), s.sleep(50), s.again } }

local function upload(name, script, more)
  local fault = { name = name, serve = script, rcvbuf = 65536, calls = { { bytes = BIG } }, want = w.late_upload() }
  for key, value in pairs(more or {}) do fault[key] = value end
  add(fault)
end
upload("the upload stalls after the head", { s.head, s.stall })
upload("the upload stalls in the middle", { s.body(300000), s.stall })
upload("the upload stalls in the middle, after_send", { s.body(300000), s.stall },
  { options = { timeout = { connect = 10, total = 1.2 }, retry = { attempts = 3, base = 0.01, after_send = true } } })
upload("nothing of the upload is read", { s.stall }, { on = { "http" } })

local PATIENT = {}
add { name = "the response comes after 1.5 s", serve = { s.request, s.sleep(1500), s.card(), s.drain }, want = w.card(),
  options = PATIENT }
add { name = "the response comes a byte at a time, in time", options = PATIENT, h2 = false, want = w.card(),
  serve = { s.request, s.drip(s.raw_card()[2], 2), s.drain } }
add { name = "the upload is read after 0.5 s", serve = { s.head, s.sleep(500), s.request, s.card(), s.drain }, rcvbuf = 65536,
  calls = { { bytes = BIG } }, want = w.card(), options = PATIENT }

return faults
