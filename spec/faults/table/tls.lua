--- Faults: certificates that must be refused, and failing handshakes.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local TLS = { "https", "h2" }
local rejected = w.unsent("tls", "CertificateRejected")
local failed = w.unsent("tls", "HandshakeFailed")
local broken = w.unsent("connect", w.HANDSHAKE_BROKEN)

local faults = {}
local function add(fault)
  fault.naked, fault.on = true, TLS
  faults[#faults + 1] = fault
end

local function certificate(what, name, quick)
  add { name = "certificate " .. what, serve = { s.tls(name, "h2", "23"), s.stall }, want = rejected, quick = quick }
end
certificate("that has expired", "expired", true)
certificate("that is not yet valid", "not_yet")
certificate("for another name", "wrong_name", true)
certificate("that is self-signed", "self_signed", true)
certificate("of an unknown authority", "unknown")
certificate("that is meant for clients", "client")

add { name = "server wants a client certificate (TLS 1.2)", serve = { s.tls("good", "", "22c"), s.close }, want = failed }
add { name = "server with TLS 1.1 only", serve = { s.tls("good", "", "11"), s.close }, want = failed, quick = true }
add { name = "server with TLS 1.0 only", serve = { s.tls("good", "", "00"), s.close }, want = failed }

local function answers(what, text, quick)
  add { name = "ClientHello is answered with " .. what, serve = { s.take(5), s.raw(text), s.half, s.drain }, want = failed,
    quick = quick }
end
answers("plain HTTP", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", true)
answers("an SSH greeting", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
answers("zeros", ("\0"):rep(300))
answers("the alert handshake_failure", "\21\3\3\0\2\2\40")
answers("the alert protocol_version", "\21\3\3\0\2\2\70")
answers("the alert internal_error", "\21\3\3\0\2\2\80")
answers("the alert unrecognized_name", "\21\3\3\0\2\2\112")
answers("application data", "\23\3\3\0\16" .. ("x"):rep(16))

local function breaks(what, script, quick)
  add { name = "connection is " .. what, serve = script, want = broken, quick = quick }
end
breaks("closed before the ClientHello is read", { s.half, s.drain })
breaks("closed after the ClientHello", { s.take(5), s.half, s.drain }, true)
breaks("reset after the ClientHello", { s.take(5), s.reset }, true)
breaks("closed inside the ServerHello", { s.take(5), s.raw "\22\3\3\0\122\2\0\0\118\3\3", s.half, s.drain })
breaks("reset inside the ServerHello", { s.take(5), s.raw "\22\3\3\0\122\2\0\0\118\3\3", s.sleep(30), s.reset })

add { name = "first handshake is reset, the second is fine", want = w.card { attempts = 2 }, quick = true,
  serve = { { s.take(5), s.reset }, { s.tls("good", "http/1.1", "23"), s.request, s.card(), s.drain } } }
local function healthy(name, handshake) add { name = name, serve = { handshake, s.request, s.card(), s.drain }, want = w.card() } end
healthy("server without ALPN speaks HTTP/1.1", s.tls("good", "", "23"))
healthy("server with TLS 1.2 only", s.tls("good", "http/1.1", "22"))
healthy("server with TLS 1.3 only", s.tls("good", "http/1.1", "33"))
add { name = "a record of garbage in place of the response", want = w.lost "ReceiveFailed",
  serve = { s.tls("good", "http/1.1", "23"), s.request, s.raw("\23\3\3\0\64" .. ("g"):rep(64)), s.stall } }
add { name = "plain text in place of the response", want = w.lost "ReceiveFailed",
  serve = { s.tls("good", "http/1.1", "23"), s.request, s.raw "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", s.stall } }
add { name = "a record that is cut off, then the end", want = w.lost "ConnectionClosed",
  serve = { s.tls("good", "http/1.1", "23"), s.request, s.raw "\23\3\3\1\0abcdef", s.half, s.drain } }
add { name = "the end without close_notify after the request", want = w.lost "ConnectionClosed",
  serve = { s.tls("good", "http/1.1", "23"), s.request, s.half, s.drain } }
add { name = "close_notify after the request, connection stays open", want = w.lost "ConnectionClosed",
  serve = { s.tls("good", "http/1.1", "23"), s.request, s.notify, s.drain } }
add { name = "the end without close_notify in the middle of the body", want = w.lost "ConnectionClosed",
  serve = { s.tls("good", "http/1.1", "23"), s.request, s.send "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"Response\":",
    s.half, s.drain } }

return faults
