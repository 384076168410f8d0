--- Faults: responses at and above max_response.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local LIMIT = { max_response = 20000 } -- bytes
local large = w.bad "ResponseTooLarge"

-- The card in a body of so many bytes.
local function card_of(bytes)
  return s.CARD:sub(1, -3) .. ',"Pad":"' .. ("x"):rep(bytes - (#s.CARD + 8) - 9) .. '"}}'
end

local faults = {}
local function add(name, step, want, more)
  local fault = { name = name, serve = { s.request, step, s.drain }, want = want, options = LIMIT }
  for key, value in pairs(more or {}) do fault[key] = value end
  faults[#faults + 1] = fault
end

add("exactly max_response", s.answer(200, card_of(20000)), w.card(), { quick = true })
add("a byte more than max_response", s.answer(200, card_of(20001)), large, { quick = true })
add("exactly max_response, chunked", s.answer(200, card_of(20000), nil, "chunked"), w.card())
add("a byte more than max_response, chunked", s.answer(200, card_of(20001), nil, "chunked"), large)
add("a Content-Length of 1 GB", s.send "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n{", large, { h2 = false })
add("chunks without end", s.send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", large, { h2 = false })
table.insert(faults[#faults].serve, 3, s.flood(10000000, "a\r\n          \r\n"))
add("a body without end until close", s.send "HTTP/1.1 200 OK\r\n\r\n", large, { h2 = false })
table.insert(faults[#faults].serve, 3, s.flood(100000000, "          "))
add("50 MB, default limit", s.answer(200, "{}"), large, { options = {}, h2 = false })
faults[#faults].serve = { s.request, s.send "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
  s.flood(50, "100000\r\n" .. (" "):rep(0x100000) .. "\r\n"), s.drain }
add("an error page over max_response", s.answer(502, ("x"):rep(30000), "content-type: text/html\r\n"),
  w.either(large, w.http(true)))
-- libcurl 7.88 closes an HTTP/2 connection over one large header without saying why.
add("a header of 400 KB over HTTP/2", s.answer(200, s.CARD, "x-long: " .. ("a"):rep(400 * 1024) .. "\r\n"),
  w.either(large, w.lost "ConnectionClosed"), { h1 = false })
add("10,000 headers over HTTP/2", s.answer(200, s.CARD, ("x-many: value\r\n"):rep(10000)), w.either(large, w.bad "BadResponse"),
  { h1 = false })
add("DATA without end", s.answer(200, ""), large, { h1 = false })
faults[#faults].h2 = { s.request, s.frame(1, 4, "@", "\0\7:status\003200"), s.flood(100000,
  "\0\4\0\0\0\0\0\0\1" .. ("x"):rep(1024)), s.drain }

return faults
