--- Faults: the connection ends at each stage of a request and its response.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local BIG = 4500 * 1024 -- bytes of a picture that no socket buffer holds
local HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
local CHUNKED = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
local START = '{"Response":{"ID":"900101-14-5678","Name":"@PERSON@",'

local faults = {}
local function add(fault) faults[#faults + 1] = fault end

add { name = "healthy server", serve = s.serve(), want = w.card { connections = 1 }, quick = true }
add { name = "healthy server, large picture", serve = s.serve(), calls = { { bytes = BIG } }, want = w.card { connections = 1 } }
add { name = "healthy server, eight calls at once", serve = s.serve(), calls = { { together = 8 } }, want = w.card { whole = 8 } }

-- The upload: the server never has the whole request, so it is free and sent again.
local function upload(what, script, want)
  add { name = what, serve = script, rcvbuf = 65536, calls = { { bytes = BIG } }, want = want }
end
upload("closed after the head of a large request", { s.head, s.close }, w.partly "ConnectionReset")
upload("reset after the head of a large request", { s.head, s.reset }, w.partly "ConnectionReset")
upload("closed in the middle of the upload", { s.body(200000), s.close }, w.partly "ConnectionReset")
upload("reset in the middle of the upload", { s.body(200000), s.reset }, w.partly "ConnectionReset")
upload("half-closed in the middle of the upload", { s.body(200000), s.notify, s.half, s.stall }, w.partly "ConnectionClosed")
upload("reset in the middle of the upload, then healthy", { { s.body(200000), s.reset }, s.serve() }, w.card { attempts = 2 })
add { name = "reset in the middle of the upload, one attempt", serve = { s.body(200000), s.reset }, rcvbuf = 65536,
  calls = { { bytes = BIG } }, options = { retry = { attempts = 1 } }, want = w.partly("ConnectionReset", { attempts = 1 }) }

-- After the whole request: what became of it is unknown, so it is not sent again.
local function after(what, more, code, quick, only_h1)
  local script = { s.request }
  for _, step in ipairs(more) do script[#script + 1] = step end
  add { name = what, serve = script, want = w.lost(code), quick = quick, h2 = only_h1 and false or nil }
end
after("closed after the whole request", { s.notify, s.close }, "ConnectionClosed", true)
after("reset after the whole request", { s.reset }, "ConnectionReset", true)
after("half-closed after the whole request", { s.notify, s.half, s.drain }, "ConnectionClosed")
after("closed 0.3 s after the whole request", { s.sleep(300), s.notify, s.close }, "ConnectionClosed")
after("reset 0.3 s after the whole request", { s.sleep(300), s.reset }, "ConnectionReset")
after("closed 1.5 s after the whole request", { s.sleep(1500), s.notify, s.close }, "ConnectionClosed")
add { name = "closed after the whole large request", serve = { s.request, s.notify, s.close }, calls = { { bytes = BIG } },
  want = w.lost "ConnectionClosed" }
add { name = "reset after the whole large request", serve = { s.request, s.reset }, calls = { { bytes = BIG } },
  want = w.lost "ConnectionReset" }
add { name = "closed after the whole request, after_send", serve = { s.request, s.notify, s.close },
  options = { retry = { attempts = 2, base = 0.01, after_send = true } }, want = w.lost("ConnectionClosed", { attempts = 2,
    whole = 2 }) }
add { name = "closed after the whole request, then healthy, after_send", serve = { { s.request, s.notify, s.close }, s.serve() },
  options = { retry = { attempts = 2, base = 0.01, after_send = true } }, want = w.card { attempts = 2, whole = 2 } }
add { name = "closed after the whole requests of eight calls at once", serve = { s.request, s.await(8), s.notify, s.close },
  h2 = { s.request, s.await(8), s.notify, s.close }, calls = { { together = 8 } }, want = w.lost("ConnectionClosed",
    { whole = 8 }) }

-- Inside the response.
local function inside(what, text, last, code, quick)
  add { name = what, serve = { s.request, s.send(text), last == "reset" and s.sleep(30) or s.notify,
    last == "reset" and s.reset or s.close },
    h2 = false, want = w.lost(code), quick = quick }
end
inside("closed after one byte of the response", "H", "close", "ConnectionClosed")
inside("closed inside the status line", "HTTP/1.1 20", "close", "ConnectionClosed", true)
inside("closed after the status line", "HTTP/1.1 200 OK\r\n", "close", "ConnectionClosed")
inside("closed inside a header", "HTTP/1.1 200 OK\r\nContent-Ty", "close", "ConnectionClosed")
inside("reset inside a header", "HTTP/1.1 200 OK\r\nContent-Ty", "reset", "ConnectionReset")
inside("closed before the last line end of the head", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r", "close", "ConnectionClosed")
inside("closed after the head", HEAD, "close", "ConnectionClosed")
inside("closed in the middle of the body", HEAD .. START, "close", "ConnectionClosed", true)
inside("reset in the middle of the body", HEAD .. START, "reset", "ConnectionReset")
inside("closed before the first chunk", CHUNKED, "close", "ConnectionClosed")
inside("closed inside a chunk size", CHUNKED .. "1", "close", "ConnectionClosed")
inside("closed inside a chunk", CHUNKED .. "80\r\n" .. START, "close", "ConnectionClosed")
inside("closed between two chunks", CHUNKED .. "a\r\n{\"Response\r\n", "close", "ConnectionClosed")
inside("closed before the last chunk, JSON whole", CHUNKED .. "2\r\n{}\r\n", "close", "ConnectionClosed")
inside("closed inside the trailer", CHUNKED .. "2\r\n{}\r\n0\r\nX-Sum: 1", "close", "ConnectionClosed")
inside("closed after an interim response", "HTTP/1.1 100 Continue\r\n\r\n", "close", "ConnectionClosed")

add { name = "closed inside a frame's head", h1 = false, h2 = { s.request, s.send "\0\0\20\1\4", s.notify, s.close },
  want = w.lost "ConnectionClosed" }
add { name = "closed inside a frame of the response's head", h1 = false,
  h2 = { s.request, s.send("\0\0\40\1\4\0\0\0\1\0\7"), s.notify, s.close }, want = w.lost "ConnectionClosed" }

return faults
