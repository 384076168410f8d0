--- Faults: correctly framed bodies that are not a response of the service; also over HTTP/2.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local faults = {}
local function add(name, body, want, headers, quick)
  faults[#faults + 1] = { name = name, serve = { s.request, s.answer(200, body, headers), s.drain }, want = want, quick = quick }
end
local no_json, other = w.bad "BadJson", w.bad "BadEnvelope"

add("200 with no body", "", w.bad "EmptyReply", nil, true)
add("200 with HTML", s.HTML, no_json, "content-type: text/html\r\n", true)
add("200 with HTML that is declared as JSON", s.HTML, no_json)
add("200 with plain text", "upstream connect error or disconnect/reset before headers", no_json)
add("200 with blanks only", ("  \n"):rep(100), no_json)
add("JSON that is cut off", s.CARD:sub(1, 70), no_json, nil, true)
add("JSON without its last brace", s.CARD:sub(1, -2), no_json)
add("JSON and text behind it", s.CARD .. " OK", no_json)
add("two JSON texts", s.CARD .. s.CARD, no_json)
add("JSON in UTF-16", (s.CARD:gsub(".", "%0\0")), no_json)
add("JSON with a byte order mark", "\239\187\191" .. s.CARD, w.card(), nil, true)
add("JSON nested 100,000 deep", ("["):rep(100000), no_json)
add("JSON objects nested 20,000 deep", ('{"a":'):rep(20000) .. "1" .. ("}"):rep(20000), no_json)
add("JSON with single quotes", (s.CARD:gsub('"', "'")), no_json)
add("NaN as a JSON text", "NaN", no_json)
add("XML", '<?xml version="1.0"?><Response><Name>@PERSON@</Name></Response>', no_json)
add("JSON null", "null", other)
add("a JSON number", "42", other)
add("a JSON string", '"@PERSON@"', other)
add("a JSON array", "[" .. s.CARD .. "]", other)
add("an empty JSON object", "{}", other)
add("a Response that is null", '{"Response":null}', other)
add("a Response that is empty", '{"Response":{}}', other)
add("a Response that is an array", '{"Response":[1]}', other)
add("a Response that is text", '{"Response":"@PERSON@"}', other)
add("an Error that is text", '{"Response":{"Error":"no","RequestId":"r1"}}', other)
add("an Error without a code", '{"Response":{"Error":{"Message":"no"},"RequestId":"r1"}}', other)
add("the answer of a gateway: message alone", '{"message":"Endpoint request timed out"}', other)
add("the card as text/plain", s.CARD, w.card(), "content-type: text/plain\r\n")
add("the card without a content type", s.CARD, w.card(), "")
add("64 KB of blanks before the card", (" "):rep(65536) .. s.CARD, w.card())
add("1 MB of members beside the card", s.CARD:sub(1, -3) .. ',"Pad":"' .. ("x"):rep(1000000) .. '"}}', w.card())
add("\\u0000 in the body", (s.CARD:gsub("MALE", "\\u0000")), w.card())

return faults
