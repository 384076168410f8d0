--- Faults of kept connections, between two calls or during the second. A card belongs to its call.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local BIG = 4500 * 1024 -- bytes of a picture that no socket buffer holds
local ONE = { retry = { attempts = 1 } }

-- The card of a person whose picture was never sent.
local OTHER = (s.CARD:gsub("@PERSON@", "OTHERPERSON"))
local function response(status, body)
  return s.send(("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"):format(status, #body, body))
end

-- The server has changed the idle connection, and the client's kernel knows it. `busy`: an nginx worker has had no
-- turn of its event loop since.
local function busy(env, what)
  env.go(what.id)
  env.wait_mark(what.id, 1)
end
local function idle(env, what)
  busy(env, what)
  env.pause(0.05)
end

local faults = {}
local function add(fault)
  fault.quick = fault.quick ~= false
  faults[#faults + 1] = fault
end

-- Between the calls: the connection is dropped before the second request leaves, which uses up no attempt.
local function between(name, more, h2)
  local function scripts(steps)
    if not steps then return steps end
    local first = { s.request, s.card(), s.gate }
    for _, step in ipairs(steps) do first[#first + 1] = step end
    return { first, s.serve() }
  end
  for _, moment in ipairs { { "", idle }, { ", worker busy", busy } } do
    add { name = name .. moment[1], serve = scripts(more), h2 = scripts(h2), options = ONE, calls = { {}, { before = moment[2] } },
      want = w.card { whole = 2, connections = 2 } }
    if moment[1] ~= "" then
      faults[#faults].on = { "cosocket" }
      faults[#faults].quick = false
    end
  end
end

add { name = "healthy connection is used again", serve = s.serve(), calls = { {}, {}, {}, {} },
  want = w.card { whole = 4, connections = 1 } }
add { name = "healthy TLS 1.2 connection is used again", naked = true, on = { "https" }, calls = { {}, {}, {} },
  serve = { s.tls("good", "http/1.1", "22"), s.loop, s.request, s.card(), s.again }, want = w.card { whole = 3, connections = 1 } }
add { name = "Connection: close", h2 = false, calls = { {}, {} },
  serve = { s.request, s.raw_card "Connection: close\r\n", s.notify, s.close }, want = w.card { whole = 2, connections = 2 } }
add { name = "HTTP/1.0", h2 = false, calls = { {}, {} },
  serve = { s.request, s.raw_card("", "HTTP/1.0 200 OK"), s.notify, s.close }, want = w.card { whole = 2, connections = 2 } }

local idle_end = { s.notify, s.half, s.mark, s.drain }
between("another person's response on the idle connection", { response("200 OK", OTHER), s.mark, s.drain }, false)
between("another person's response and close", { response("200 OK", OTHER), s.notify, s.close }, false)
for i = #faults - 1, #faults do table.insert(faults[i].serve[1], 5, s.mark) end
between("408 on the idle connection", { response("408 Request Time-out", ""), s.mark, s.drain }, false)
between("408 on the idle connection and close", { response("408 Request Time-out", ""), s.notify, s.half, s.mark, s.drain }, false)
between("400 on the idle connection", { response("400 Bad Request", s.HTML), s.mark, s.drain }, false)
between("half a status line on the idle connection", { s.send "HTTP/1.1 200", s.mark, s.drain }, false)
between("a line end on the idle connection", { s.send "\r\n", s.mark, s.drain }, false)
between("garbage on the idle connection", { s.send(("\0\1garbage"):rep(1000)), s.mark, s.drain }, false)
between("an interim response on the idle connection", { s.send "HTTP/1.1 100 Continue\r\n\r\n", s.mark, s.drain }, false)
between("the idle connection is closed", idle_end, idle_end)
between("the idle connection is closed without close_notify", { s.half, s.mark, s.drain }, { s.half, s.mark, s.drain })
local shot = { s.reset, s.mark }
between("the idle connection is reset", shot, shot)
between("close_notify on the idle connection, which stays open", { s.notify, s.mark, s.drain }, { s.notify, s.mark, s.drain })
faults[#faults].on, faults[#faults - 1].on = { "cosocket-https" }, { "https", "h2" }
between("GOAWAY on the idle connection", false, { s.frame(7, 0, 0, "\0\0\0\1\0\0\0\0"), s.mark, s.drain })
faults[#faults] = nil
faults[#faults].h1 = false
between("GOAWAY on the idle connection and close", false, { s.frame(7, 0, 0, "\0\0\0\1\0\0\0\0"), s.half, s.mark, s.drain })
faults[#faults] = nil
faults[#faults].h1 = false

-- Extra bytes at the end of the first response: they must not be read as the second response.
local LENGTH = #s.CARD + 8 -- the person's mark is 8 bytes longer than its placeholder
local CHUNKED = ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"):format(LENGTH, s.CARD)
local REST = response("200 OK", OTHER)[2]
local function behind(name, first, text, want)
  add { name = name .. ", in one piece", h2 = false, options = ONE, calls = { { want = want }, {} },
    serve = { { s.request, s.send(first .. text), s.drain }, s.serve() }, want = w.card { whole = 2, connections = 2 } }
end
behind("bytes behind the first response", s.raw_card()[2], "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
behind("a line end behind the first response", s.raw_card()[2], "\r\n")
behind("another person's response behind the last chunk", CHUNKED, REST)
behind("a byte behind the last chunk", CHUNKED, "\n")
behind("another person's response behind status 204", "HTTP/1.1 204 No Content\r\n\r\n", REST, w.bad "EmptyReply")
behind("another person's response behind a Content-Length of 0", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", REST,
  w.bad "EmptyReply")
add { name = "an interim response behind the last chunk, another person's response under the second request", h2 = false,
  options = ONE, calls = { {}, {} }, want = w.card { whole = 2, connections = 2 },
  serve = { { s.request, s.send(CHUNKED .. "HTTP/1.1 100 Continue\r\n\r\n"), s.request, s.send(REST), s.drain }, s.serve() } }
add { name = "chunked responses on a healthy connection", serve = { s.request, s.card "chunked", s.again }, calls = { {}, {}, {} },
  want = w.card { whole = 3, connections = 1 } }
add { name = "Connection: keep-alive, close", h2 = false, options = ONE, calls = { {}, {} },
  serve = { { s.request, s.raw_card "Connection: keep-alive, close\r\n", s.drain }, s.serve() },
  want = w.card { whole = 2, connections = 2 } }
add { name = "frames for the connection alone on the idle connection", h1 = false, calls = { {}, { before = idle } },
  h2 = { s.request, s.card(), s.gate, s.frame(6, 0, 0, "12345678"), s.frame(4, 0, 0, ""), s.frame(8, 0, 0, "\0\0\1\0"), s.mark,
    s.request, s.card(), s.drain }, want = w.card { whole = 2, connections = 1 } }
add { name = "frames of an unknown type on the idle connection", h1 = false, calls = { {}, { before = idle } },
  h2 = { s.request, s.card(), s.gate, s.frame(200, 0, 0, "whatever"), s.mark, s.request, s.card(), s.drain },
  want = w.card { whole = 2, connections = 1 } }

-- Under the second call: the server has the whole request, so it is not sent again.
local function under(name, more, want, fault)
  local script = { s.request, s.card() }
  for _, step in ipairs(more) do script[#script + 1] = step end
  fault = fault or {}
  fault.name, fault.serve, fault.calls, fault.want = name, { script, s.serve() }, fault.calls or { {}, {} }, want
  add(fault)
end
local lost = { whole = 2 }
under("second request is read, closed at once", { s.request, s.notify, s.close }, w.lost("ConnectionClosed", lost))
under("second request is read, reset at once", { s.request, s.reset }, w.lost("ConnectionReset", lost))
under("second request is read, closed after 0.5 s", { s.request, s.sleep(500), s.notify, s.close },
  w.lost("ConnectionClosed", lost), { options = ONE })
under("second request is read, closed after 1.5 s", { s.request, s.sleep(1500), s.notify, s.close },
  w.lost("ConnectionClosed", lost), { quick = false })
under("second request is read, reset after 0.5 s", { s.request, s.sleep(500), s.reset }, w.lost("ConnectionReset", lost),
  { quick = false })
under("second large request is read, closed after 0.3 s", { s.request, s.sleep(300), s.notify, s.close },
  w.lost("ConnectionClosed", lost), { calls = { {}, { bytes = BIG } }, quick = false })
under("second request is read, closed, after_send", { s.request, s.notify, s.close }, w.card { attempts = 2, whole = 3 },
  { options = { retry = { attempts = 2, base = 0.01, after_send = true } } })
under("second request is read, closed inside the head", { s.request, s.send "HTTP/1.1 200 OK\r\nConte", s.notify, s.close },
  w.lost("ConnectionClosed", lost), { h2 = false })
under("reset in the middle of the second upload", { s.body(200000), s.reset }, w.card { attempts = 2, whole = 2 },
  { calls = { {}, { bytes = BIG } }, rcvbuf = 65536, quick = false })
under("closed in the middle of the second upload", { s.body(200000), s.close }, w.card { attempts = 2, whole = 2 },
  { calls = { {}, { bytes = BIG } }, rcvbuf = 65536, quick = false })
under("reset in the middle of the second upload, one attempt", { s.body(200000), s.reset },
  w.partly("ConnectionReset", { attempts = 1, whole = 1 }),
  { calls = { {}, { bytes = BIG } }, rcvbuf = 65536, options = ONE, quick = false })
under("second request gets no response", { s.request, s.stall }, w.late(lost),
  { options = { timeout = { connect = 10, total = 1.2 } }, quick = false })
under("second request gets a malformed response", { s.request, s.send "HTTP/1.1 2000 x\r\n\r\n", s.drain },
  w.bad("BadResponse", lost), { h2 = false })

-- Eight connections are idle.
local EIGHT = { { together = 8 }, { before = function(env, what) env.go(what.id) end } }
local function eight(name, more, want, fault)
  local script = { s.request, s.await(8), s.card(), s.gate }
  for _, step in ipairs(more) do script[#script + 1] = step end
  local scripts = {}
  for i = 1, 8 do scripts[i] = script end
  scripts[9] = s.serve()
  fault = fault or {}
  fault.name, fault.serve, fault.calls, fault.h2, fault.want = "eight idle connections: " .. name, scripts, EIGHT, false, want
  add(fault)
end
local function all_marks(env, what)
  env.go(what.id)
  env.wait_mark(what.id, 8)
  env.pause(0.05)
end
local CALLS = { { together = 8 }, { before = all_marks } }
eight("all are healthy", { s.loop, s.request, s.card(), s.again }, w.card { whole = 9, connections = 8 })
eight("all were closed", { s.notify, s.half, s.mark, s.drain }, w.card { whole = 9, connections = 9 }, { options = ONE })
eight("all have unread bytes", { response("200 OK", OTHER), s.mark, s.drain }, w.card { whole = 9, connections = 9 },
  { options = ONE })
eight("each reads the next request and closes", { s.request, s.notify, s.close }, w.lost("ConnectionClosed", { whole = 9 }))
eight("each reads the next request and closes after 0.5 s", { s.request, s.sleep(500), s.notify, s.close },
  w.lost("ConnectionClosed", { whole = 9 }), { quick = false })
for _, fault in ipairs(faults) do
  if fault.name:find "all were closed" or fault.name:find "unread bytes" then fault.calls = CALLS end
end

-- After fork() parent and child have separate connections.
local probe = require "faults.probe"
local function forked(client, before_exit)
  local pid = probe.fork()
  if pid > 0 then return assert(probe.join(pid), "the child's calls failed") end
  local ran, fine = pcall(before_exit, client)
  if ran and fine then probe.exit() end
  os.exit(1, false)
end
local function child_reads(env, what, client)
  forked(client, function()
    for n = 60, 63 do
      local params, mark = env.params(what, n)
      local card = client:read("malaysia_id", params)
      if not card or card.name ~= mark then return false end
    end
    return true
  end)
end
add { name = "fork: the child reads, then the parent on its connection", serve = s.serve(), on = { "curl" }, options = ONE,
  calls = { {}, { before = child_reads } }, want = w.card { whole = 6, connections = 2 } }
add { name = "fork: the child closes its client, the parent goes on", serve = s.serve(), on = { "curl" }, options = ONE,
  calls = { {}, { before = function(_, _, client)
    forked(client, function()
      client:close()
      return true
    end)
  end } }, want = w.card { whole = 2, connections = 1 } }

return faults
