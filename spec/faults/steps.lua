--- Steps of a fault server's script (spec/faults/server/steps.c), and the responses that most of them send.

local steps = {}

--- A response of the service with the card of the person whose picture was sent.
steps.CARD = '{"Response":{"ID":"900101-14-5678","Name":"@PERSON@","Sex":"MALE","RequestId":"7e1f0b8e-1f3c-4f0a-9b2e-0123456789ab"}}'
--- The same of ekycpro.
steps.EKYC_CARD = '{"status":"OK","message":{"CardNumber":"900101-14-5678","Name":"@PERSON@","Gender":"M"},"transactionId":"t1"}'
steps.JSON = "content-type: application/json\r\n"
steps.HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"

for name in ("head request quiet window mark stall drain half notify close reset loop again tunnel gate"):gmatch("%S+") do
  steps[name] = { name }
end

for name in ("tls h2 body send raw take flood drip frame sleep await"):gmatch("%S+") do
  steps[name] = function(...) return { name, ... } end
end

--- A response. `form`: "plain" (Content-Length), "chunked" or "gzip".
---@param status integer
---@param body string|function
---@param headers string? lines that end in CR LF, names in lower case
---@param form string?
function steps.answer(status, body, headers, form)
  headers = headers or steps.JSON
  if form == "gzip" then headers = headers .. "content-encoding: gzip\r\n" end
  return { "answer", status, headers, body, form or "plain" }
end

--- The card, as the service sends it.
function steps.card(form) return steps.answer(200, steps.CARD, nil, form) end

--- The response with the card as text of HTTP/1.1, with other headers or another status line.
---@param headers string? lines that end in CR LF
---@param first string? status line without its end
---@param body string?
function steps.raw_card(headers, first, body)
  body = body or steps.CARD
  -- The mark that takes the place of @PERSON@ has 16 bytes.
  local length = #body + 8 * select(2, body:gsub("@PERSON@", ""))
  return { "send", ("%s\r\n%sContent-Length: %d\r\n\r\n%s"):format(first or "HTTP/1.1 200 OK", headers or "", length, body) }
end

--- A whole request is read and the card sent, for as long as the client likes.
function steps.serve() return { steps.request, steps.card(), steps.again } end

local function word(value)
  if type(value) == "function" then value = value() end
  local text = tostring(value):gsub("[^%w._:/-]", function(c) return ("%%%02x"):format(c:byte()) end)
  return text == "" and "%" or text
end

--- A step as a line of the script file.
function steps.line(step)
  local words = { step[1] }
  for i = 2, #step do words[i] = word(step[i]) end
  return table.concat(words, " ")
end

return steps
