--- Faults: compressed bodies.

local process = require "spec.support.process"
local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local GZIP = s.JSON .. "content-encoding: gzip\r\n"
local undone = w.bad "BadEncoding"

-- gzip of a text, as the gzip command makes it; made when the scripts are written.
local function packed(text, change)
  return function()
    local path = process.tempdir() .. "/text"
    process.write(path, text)
    process.run(("gzip -n -9 %s"):format(path))
    local bytes = process.read(path .. ".gz")
    return change and change(bytes) or bytes
  end
end

-- libcurl 7.88 treats the end of the body as the end of the compressed data without an error.
local cut_off = w.either(undone, w.bad "BadJson", w.bad "BadEnvelope", w.bad "EmptyReply")

local faults = {}
local function add(name, step, want, quick, options)
  faults[#faults + 1] = { name = name, serve = { s.request, step, s.drain }, want = want, quick = quick, options = options }
end

add("gzip", s.card "gzip", w.card(), true)
add("content-encoding: identity", s.answer(200, s.CARD, s.JSON .. "content-encoding: identity\r\n"), w.card())
add("declared as gzip, is plain", s.answer(200, s.CARD, GZIP), undone, true)
add("declared as deflate, is plain", s.answer(200, s.CARD, s.JSON .. "content-encoding: deflate\r\n"), undone)
add("declared as gzip, is empty", s.answer(200, "", GZIP), w.bad "EmptyReply")
add("gzip cut off inside its head", s.answer(200, "\31\139\8\0\0", GZIP), cut_off)
local function damaged(name, change, want, quick) add(name, s.answer(200, packed('{"Response":{}}', change), GZIP), want, quick) end
damaged("gzip that is cut off", function(b) return b:sub(1, -10) end, cut_off)
damaged("gzip with a wrong checksum", function(b) return b:sub(1, -9) .. "\1\2\3\4" .. b:sub(-4) end, undone)
damaged("gzip with a wrong length", function(b) return b:sub(1, -5) .. "\1\2\3\4" end, undone)
damaged("gzip with a broken middle", function(b) return b:sub(1, 14) .. "\255\255\255" .. b:sub(18) end, undone)
damaged("gzip and junk behind it", function(b) return b .. ("junk"):rep(10) end, undone, true)
add("gzip of HTML", s.answer(200, packed(s.HTML), GZIP), w.bad "BadJson")
add("gzip of nothing", s.answer(200, packed "", GZIP), w.bad "EmptyReply")
add("an unknown encoding", s.answer(200, s.CARD, s.JSON .. "content-encoding: zebra\r\n"), undone)
add("br, which was not offered", s.answer(200, "\11\2\128abc\3", s.JSON .. "content-encoding: br\r\n"), undone)
add("a gzip bomb of 30 MB", s.answer(200, packed(("\0"):rep(30000000)), GZIP), w.bad "ResponseTooLarge", false,
  { max_response = 1000000 })
add("a gzip bomb of 60 MB, default limit", s.answer(200, packed((" "):rep(60000000)), GZIP), w.bad "ResponseTooLarge")
add("gzip error page with status 502", s.answer(502, packed(s.HTML), "content-type: text/html\r\ncontent-encoding: gzip\r\n"),
  w.http(true))

return faults
