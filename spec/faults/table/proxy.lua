--- Faults of proxies: unreachable, refusing, breaking. A tunnel (CONNECT) for https, the absolute form for http.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local TUNNEL, PLAIN = { "https", "h2" }, { "http$" }
local SOON = { timeout = { connect = 0.4, total = 20 } }
local TOTAL = { timeout = { connect = 20, total = 0.8 } }
local failed = w.unsent("connect", "ProxyFailed")

local faults = {}
local function add(name, on, script, want, more)
  local fault = { name = name, on = on, proxy = script, kind = "refuse", want = want }
  for key, value in pairs(more or {}) do fault[key] = value end
  faults[#faults + 1] = fault
end

faults[1] = { name = "no listener at the proxy", kind = "refuse", proxy_kind = "refuse", want = failed,
  quick = true }
faults[2] = { name = "the proxy's connection requests are dropped", kind = "refuse", proxy_kind = "full", options = SOON,
  want = w.unsent("connect", "ConnectTimeout") }

local function answers(name, text, want, more)
  add("CONNECT is answered with " .. name, TUNNEL, { s.tunnel, s.send(text), s.half, s.drain }, want or failed, more)
end
answers("407", "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
  nil, { quick = true })
answers("403", "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
answers("429", "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n")
answers("502 and HTML", ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n%s"):format(#s.HTML, s.HTML))
answers("302", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
answers("no HTTP", "hello\r\n\r\n")
answers("a head of 400 KB", "HTTP/1.1 200 OK\r\n" .. ("X-Pad: 0123456789012345678901234567890123456789\r\n"):rep(8000) .. "\r\n")
answers("half a head, then the end", "HTTP/1.1 200 Conn")
add("CONNECT: closed without an answer", TUNNEL, { s.tunnel, s.half, s.drain }, failed, { quick = true })
add("CONNECT: reset", TUNNEL, { s.tunnel, s.reset }, failed)
add("CONNECT: no answer, connect timeout", TUNNEL, { s.tunnel, s.stall }, w.unsent("connect", "ConnectTimeout"), { options = SOON })
add("CONNECT: no answer, deadline", TUNNEL, { s.tunnel, s.stall }, w.unsent("timeout", "DeadlineExceeded"), { options = TOTAL })
add("CONNECT: interim responses, then a tunnel", TUNNEL, function(transport)
  return { s.tunnel, s.send "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", s.tls("good",
    transport:find "h2" and "h2" or "http/1.1", "23"),
    transport:find "h2" and s.h2 "" or s.loop, s.request, s.card(), s.drain }
end, w.either(w.card(), failed))

local OPEN = s.send "HTTP/1.1 200 Connection established\r\n\r\n"
local function through(name, steps, want, more)
  add("tunnel: " .. name, TUNNEL, function(transport)
    local script = { s.tunnel, OPEN }
    for _, step in ipairs(type(steps) == "function" and steps(transport) or steps) do script[#script + 1] = step end
    return script
  end, want, more)
end
local function tls(transport)
  if transport:find "h2" then return s.tls("good", "h2", "23"), s.h2 "" end
  return s.tls("good", "http/1.1", "23"), s.loop
end
local function with_tls(...)
  local more = { ... }
  return function(transport)
    local script = { tls(transport) }
    for _, step in ipairs(more) do script[#script + 1] = step end
    return script
  end
end
through("healthy", with_tls(s.request, s.card(), s.drain), w.card(), { quick = true })
through("closed at once", { s.half, s.drain }, w.unsent("connect", w.HANDSHAKE_BROKEN))
through("reset after the ClientHello", { s.take(5), s.reset }, w.unsent("connect", w.HANDSHAKE_BROKEN))
through("ClientHello is answered with HTML", { s.take(5), s.raw(s.HTML), s.half, s.drain }, w.unsent("tls", "HandshakeFailed"))
through("a certificate for another name", { s.tls("wrong_name", "", "23"), s.stall }, w.unsent("tls", "CertificateRejected"))
through("the proxy's own self-signed certificate", { s.tls("self_signed", "", "23"), s.stall },
  w.unsent("tls", "CertificateRejected"))
through("closed after the request", with_tls(s.request, s.notify, s.close), w.lost "ConnectionClosed")
through("the handshake stalls", { s.stall }, w.unsent("connect", "ConnectTimeout"), { options = SOON })

add("absolute form: healthy", PLAIN, s.serve(), w.card(), { quick = true })
add("absolute form: 407", PLAIN, { s.request, s.answer(407, s.HTML, "proxy-authenticate: Basic realm=x\r\n"), s.drain },
  w.http(false))
add("absolute form: 502", PLAIN, { s.request, s.answer(502, s.HTML), s.drain }, w.http(true))
add("absolute form: 504 as JSON", PLAIN, { s.request, s.answer(504, '{"message":"Endpoint request timed out"}'), s.drain },
  w.http(true))
add("absolute form: closed after the request", PLAIN, { s.request, s.close }, w.lost "ConnectionClosed")

return faults
