--- Faults: malformed, unusual or too large HTTP/1.1 heads.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local faults = {}
local function add(fault)
  fault.h2 = false
  faults[#faults + 1] = fault
end

local function status_line(line, want, quick)
  add { name = "status line " .. (line:gsub("%c", "?")), serve = { s.request, s.raw_card("", line), s.drain }, want = want,
    quick = quick }
end
local bad = w.bad "BadResponse"
status_line("HTTP/1.1 2000 x", bad, true)
status_line("HTTP/1.1 20 OK", bad)
status_line("HTTP/1.1 2x0 OK", bad)
status_line("HTTP/1.1 -200 OK", bad)
status_line("HTTP/1.1 099 x", bad)
status_line("HTTP/1.1", bad)
status_line("HTTP/1.1 OK 200", bad)
status_line("HTTP/9.9 200 OK", bad)
status_line("HTTP/2 200", bad)
status_line("http/1.1 200 OK", bad)
status_line("HTTP 200 OK", bad)
status_line("ICY 200 OK", bad)
status_line("RTSP/1.0 200 OK", bad)
status_line("\0HTTP/1.1 200 OK", bad)
status_line("HTTP/1.1 200", w.card())
status_line("HTTP/1.1 200 ", w.card())
status_line("HTTP/1.0 200 OK", w.card(), true)
status_line("HTTP/1.1 200 \195\132 \226\130\172", w.card())

local function header(what, text, want, quick)
  add { name = "header: " .. what, serve = { s.request, s.raw_card(text), s.drain }, want = want, quick = quick }
end
header("two Content-Lengths that differ", "Content-Length: 5\r\n", bad, true)
header("a folded line", "X-Long: a\r\n b\r\n", bad, true)
header("a line folded with a tab", "X-Long: a\r\n\tb\r\n", bad)
header("a folded Content-Length", "Content-Length:\r\n 5\r\n", bad)
header("a blank before the colon", "X-Name : a\r\n", bad, true)
header("a tab before the colon", "X-Name\t: a\r\n", bad)
header("no colon", "this is no header\r\n", bad)
header("an empty name", ": value\r\n", bad)
header("a NUL in a value", "X-Name: a\0b\r\n", bad)
header("a NUL in a name", "X-Na\0me: a\r\n", bad)
header("a blank in a name", "X Name: a\r\n", bad)
header("Transfer-Encoding: foo", "Transfer-Encoding: foo\r\n", bad)
header("Transfer-Encoding that is chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", bad)
header("an empty value", "X-Empty:\r\nX-Blank:   \r\n", w.card())
header("Latin-1 in a value", "X-Name: M\252ller\r\n", w.card())
header("Set-Cookie twice", "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n", w.card())
header("100 lines", ("X-Name: a\r\n"):rep(100), w.card())

local function length(value, want)
  local response = s.send(("HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n%s"):format(value, s.CARD))
  add { name = "Content-Length: " .. value, serve = { s.request, response, s.drain }, want = want }
end
length("-1", bad)
length("+5", bad)
length("0x10", bad)
length("1e3", bad)
length("12 13", bad)
length("5, 6", bad)
length("abc", bad)
length("", bad)
length("99999999999999999999999", w.either(bad, w.bad "ResponseTooLarge"))
length("9999999999", w.bad "ResponseTooLarge")
length("10", w.bad "BadJson")
add { name = "Content-Length twice, equal", want = w.card(), serve = { s.request,
  s.raw_card(("Content-Length: %d\r\n"):format(#s.CARD + 8)), s.drain } }
add { name = "Content-Length beside chunked", want = w.card(), serve = { s.request,
  s.send "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", s.send(("%x\r\n"):format(#s.CARD + 8)),
    s.send(s.CARD),
  s.send "\r\n0\r\n\r\n", s.drain } }

-- Too large: refused as such, and early.
local large = w.bad "ResponseTooLarge"
local START = "HTTP/1.1 200 OK\r\n"
local function flood(what, first, count, text, want)
  add { name = what, serve = { s.request, s.send(first), s.flood(count, text), s.raw_card("", "X: y"), s.drain },
    want = want or large }
end
flood("a header of 400 KB", START .. "X-Long: ", 400 * 1024, "a")
flood("a status line of 400 KB", "HTTP/1.1 200 ", 400 * 1024, "a")
flood("10,000 headers", START, 10000, "X-Many: value\r\n")
flood("a million headers", START, 1000000, "X-Many: value\r\n")
flood("a head that never ends", START, 20000000, "X-Endless: 0123456789012345678901234567890123456789\r\n")
flood("a line that never ends", START .. "X-Endless: ", 500000000, "ab")

-- Interim responses.
local function interim(what, text, want, quick)
  add { name = what, serve = { s.request, s.send(text), s.raw_card(), s.drain }, want = want, quick = quick }
end
interim("100 Continue before the response", "HTTP/1.1 100 Continue\r\n\r\n", w.card())
interim("103 Early Hints before the response", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 7\r\n\r\n", w.card())
interim("101 Switching Protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", bad, true)
interim("100 interim responses", ("HTTP/1.1 100 Continue\r\n\r\n"):rep(100), bad)
add { name = "interim responses without end", want = bad,
  serve = { s.request, s.flood(100000000, "HTTP/1.1 102 Processing\r\n\r\n"), s.drain } }

-- Other line ends, and none of HTTP at all.
add { name = "lines end with LF alone", want = w.card(), serve = { s.request,
  s.send(("HTTP/1.1 200 OK\nContent-Length: %d\n\n%s"):format(#s.CARD + 8, s.CARD)), s.drain } }
local function no_http(name, bytes, quick)
  add { name = name, serve = { s.request, s.send(bytes), s.notify, s.close }, want = bad, quick = quick }
end
no_http("HTTP/0.9: JSON without a head", s.CARD, true)
no_http("HTML without a head", "<html><body>error</body></html>\n")
no_http("zeros in place of a response", ("\0"):rep(2000))
no_http("random bytes in place of a response", ("\1\254\3\252\13\10\128"):rep(200))
no_http("a TLS record in place of a response", "\21\3\3\0\2\2\40")
no_http("an HTTP/2 frame in place of a response", "\0\0\0\4\0\0\0\0\0")

return faults
