--- Faults: a response before the whole request was sent.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local BIG = 4500 * 1024 -- bytes of a picture that no socket buffer holds
local SHORT = { timeout = { connect = 10, total = 3 } }

local faults = {}
local function add(name, answer, last, want, more)
  local fault = { name = name, serve = { s.body(100000), answer, last }, rcvbuf = 65536, calls = { { bytes = BIG } },
    want = want, options = SHORT }
  for key, value in pairs(more or {}) do fault[key] = value end
  faults[#faults + 1] = fault
end
local function html(status) return s.answer(status, s.HTML, "content-type: text/html\r\n") end
local function any_whole(want)
  want.whole = nil
  return want
end

local REFUSED = s.answer(200, '{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"m"},"RequestId":"r1"}}')

-- The upload stalls for ever behind it.
add("200 with the card", s.card(), s.stall, w.card { whole = 0 })
add("200 with the card, chunked", s.card "chunked", s.stall, w.card { whole = 0 })
add("200 with the card, gzip", s.card "gzip", s.stall, w.card { whole = 0 })
add("200 with no JSON", s.answer(200, s.HTML), s.stall, w.bad("BadJson", { whole = 0 }))
add("500", html(500), s.stall, w.http(true, { whole = 0 }))
add("503", html(503), s.stall, w.http(true, { whole = 0 }))
add("413", html(413), s.stall, w.http(false, { whole = 0 }))
add("400", html(400), s.stall, w.http(false, { whole = 0 }))
add("401", html(401), s.stall, w.http(false, { whole = 0 }))
add("429", html(429), s.stall, w.service("throttled", "TooManyRequests", false, { retryable = true, attempts = 2, whole = 0 }),
  { h2 = { s.body(100000), html(429), s.body(100000), html(429), s.stall } })
add("a service's error", REFUSED, s.stall,
  w.service("credentials", "AuthFailure.SecretIdNotFound", false, { whole = 0 }))
add("no HTTP", s.send "hello, this is no HTTP\r\n\r\n", s.stall, w.bad("BadResponse", { whole = 0, sent = "part",
  billed = false }), { h2 = false })
add("an interim response", s.send "HTTP/1.1 100 Continue\r\n\r\n", s.stall, w.late_upload(), { h2 = false })
add("a head alone", s.send "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", s.stall, w.late_upload(), { h2 = false })

-- The server goes on reading.
add("200 with the card, the rest is read", s.card(), s.drain, any_whole(w.card()))
add("413, the rest is read", html(413), s.drain, any_whole(w.http(false)))
add("500, the rest is read", html(500), s.drain, any_whole(w.http(true)))

-- The server closes: whether its answer arrives before the reset is a race in the kernel.
local lost = w.partly "ConnectionReset"
add("413 and close", html(413), s.close, w.either(w.http(false, { whole = 0 }), w.http(false, { whole = 0, attempts = 2 }), lost))
add("500 and close", html(500), s.close, w.either(w.http(true, { whole = 0 }), w.http(true, { whole = 0, attempts = 2 }), lost))
add("413, half-closed, the rest is read", html(413), s.half, any_whole(w.http(false)))
add("413, half-closed, nothing more is read", html(413), s.half, w.http(false, { whole = 0 }))
faults[#faults].serve[4] = s.stall
add("413, then RST_STREAM without error", html(413), s.frame(3, 0, "@", "\0\0\0\0"), w.http(false, { whole = 0 }), { h1 = false })
faults[#faults].h2 = { s.body(100000), html(413), s.frame(3, 0, "@", "\0\0\0\0"), s.stall }
add("200 with the card, then RST_STREAM without error", s.card(), s.stall, w.card { whole = 0 }, { h1 = false })
faults[#faults].h2 = { s.body(100000), s.card(), s.frame(3, 0, "@", "\0\0\0\0"), s.stall }

for _, fault in ipairs(faults) do fault.name = "early: " .. fault.name end

return faults
