--- Faults: wrong or unusual framing of HTTP/1.1 bodies.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
local LENGTH = #s.CARD + 8 -- the person's mark is 8 bytes longer than its placeholder
local bad = w.bad "BadResponse"

local faults = {}
local function add(name, text, want, quick)
  local script = { s.request, s.send(HEAD) }
  for _, part in ipairs(type(text) == "table" and text or { text }) do
    script[#script + 1] = type(part) == "table" and part or s.send(part)
  end
  script[#script + 1] = s.drain
  faults[#faults + 1] = { name = name, serve = script, h2 = false, want = want, quick = quick }
end

local function sized(format) return (format .. "\r\n%s\r\n"):format(LENGTH, s.CARD) end
local END = "0\r\n\r\n"

add("chunked", sized "%x" .. END, w.card(), true)
add("chunk sizes in capitals, with zeros before", sized "00000%X" .. END, w.card())
add("chunk extensions", sized "%x;name=value;other=\"a b\"" .. END, w.card())
add("a blank behind a chunk size", sized "%x " .. END, w.card())
add("a trailer", sized "%x" .. "0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n", w.card())
add("many small chunks", { "1\r\n{\r\n", s.flood(3000, "1\r\n \r\n"), ("%x\r\n%s\r\n"):format(LENGTH - 1, s.CARD:sub(2)), END },
  w.card())
add("bytes behind the last chunk", sized "%x" .. END .. "HTTP/1.1 200 OK\r\n", w.card())

for _, size in ipairs { "zz", "-5", "+5", "0x1f", "", " ", ";name=value", "g1", "5 5", "1f\0" } do
  add(("chunk size %q"):format(size):gsub("\\0", "NUL"), size .. "\r\n" .. s.CARD .. "\r\n" .. END, bad,
    size == "zz" or size == "-5")
end
add("chunk size of 17 digits", "fffffffffffffffff\r\n" .. s.CARD .. "\r\n" .. END, w.either(bad, w.bad "ResponseTooLarge"))
add("chunk size of 16 digits", "ffffffffffffffff\r\n" .. s.CARD .. "\r\n" .. END, w.either(bad, w.bad "ResponseTooLarge"))
add("chunk size of 40,000 digits", { s.flood(40000, "0"), "1\r\n{\r\n" .. END }, bad)
add("a chunk that is longer than its size", "5\r\n" .. s.CARD .. "\r\n" .. END, bad, true)
add("a chunk that is shorter than its size", "ffff\r\n" .. s.CARD .. "\r\n" .. END, w.late())
add("no line end behind a chunk", "2\r\n{}0\r\n\r\n", bad)
add("a chunk extension of 5 MB", { "1;", s.flood(5000000, "x"), "\r\n \r\n", sized "%x" .. END },
  w.either(w.card(), bad, w.bad "ResponseTooLarge"))
add("100,000 chunk extensions", { s.flood(100000, "1;" .. ("x"):rep(100) .. "\r\n \r\n"), sized "%x" .. END }, w.card())
add("a trailer of 400 KB", { sized "%x", "0\r\nX-Long: ", s.flood(400 * 1024, "a"), "\r\n\r\n" },
  w.either(bad, w.bad "ResponseTooLarge"))
add("10,000 trailers", { sized "%x", "0\r\n", s.flood(10000, "X-Many: value\r\n"), "\r\n" },
  w.either(bad, w.bad "ResponseTooLarge"))
add("a trailer that never ends", { sized "%x", "0\r\n", s.flood(20000000, "X-Endless: 0123456789012345678901234567890\r\n") },
  w.either(bad, w.bad "ResponseTooLarge"))

for _, fault in ipairs(faults) do
  if fault.name:find "shorter" then fault.options = { timeout = { connect = 5, total = 1.2 } } end
end

--- Bodies that end with the connection.
local function until_close(name, more, want, last)
  faults[#faults + 1] = { name = name, h2 = false, want = want,
    serve = { s.request, s.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" .. more), s.notify, last or s.close } }
end
until_close("a body that ends with the connection", s.CARD, w.card())
until_close("a body that ends with the connection, cut off", s.CARD:sub(1, 60), w.bad "BadJson")
until_close("no body and no length", "", w.bad "EmptyReply")

return faults
