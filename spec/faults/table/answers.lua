--- Faults: HTTP errors of gateways, and errors of the services; also over HTTP/2.

local s = require "spec.faults.steps"
local w = require "spec.faults.want"

local faults = {}
local function add(name, status, body, want, more)
  local answer = s.answer(status, body, more and more.headers)
  local fault = { name = name, serve = { s.request, answer, s.request, answer, s.drain }, want = want }
  for key, value in pairs(more or {}) do
    if key ~= "headers" then fault[key] = value end
  end
  faults[#faults + 1] = fault
end

local HTML_TYPE = "content-type: text/html\r\n"
local MESSAGE = '{"message":"Endpoint request timed out"}'
local throttled = w.service("throttled", "TooManyRequests", false, { retryable = true, attempts = 2, whole = 2 })

-- An HTTP error that is not the service's: unknown whether it is billed, so it is not sent again.
local RETRYABLE = { [408] = true, [425] = true }
local STATUSES = {
  300, 304, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 413, 414, 415, 417, 418, 421, 425, 426, 431, 451,
  500, 501, 502, 503, 504, 505, 507, 511, 520, 522, 524, 599,
}
for _, status in ipairs(STATUSES) do
  local body = status == 304 and "" or s.HTML
  add(("status %d"):format(status), status, body, w.http(status >= 500 or RETRYABLE[status]),
    { headers = HTML_TYPE, quick = status == 502 or status == 401 })
end
for _, status in ipairs { 301, 302, 303, 307, 308 } do
  add(("status %d to elsewhere"):format(status), status, s.HTML, w.http(false),
    { headers = "location: http://127.0.0.1:9/elsewhere\r\n", quick = status == 307 })
end
add("status 204", 204, "", w.bad "EmptyReply", { quick = true })
add("status 502 with no body", 502, "", w.http(true))
add("status 500 with a gateway's JSON", 500, MESSAGE, w.http(true), { quick = true })
add("status 502 with a gateway's JSON", 502, MESSAGE, w.http(true))
add("status 503 with Retry-After", 503, s.HTML, w.http(true), { headers = "retry-after: 0\r\n" })
add("status 504 with a gateway's JSON", 504, MESSAGE, w.http(true))
add("status 403 with a gateway's JSON", 403, '{"message":"Forbidden"}', w.http(false))
add("status 429 with HTML", 429, s.HTML, throttled, { quick = true })
add("status 429 with Retry-After: 0", 429, "", throttled, { headers = "retry-after: 0\r\n" })
add("status 429 with Retry-After: 3600", 429, "", w.service("throttled", "TooManyRequests", false, { retryable = true }),
  { headers = "retry-after: 3600\r\n" })
add("status 502, after_send", 502, s.HTML, w.http(true, { attempts = 2, whole = 2 }),
  { options = { retry = { attempts = 2, base = 0.01, after_send = true } } })
faults[#faults + 1] = { name = "status 502, then healthy, after_send",
  serve = { { s.request, s.answer(502, s.HTML), s.request, s.card(), s.drain }, s.serve() },
  options = { retry = { attempts = 2, base = 0.01, after_send = true } }, want = w.card { attempts = 2, whole = 2 } }

-- The service's own refusals.
local function refusal(code) return ('{"Response":{"Error":{"Code":"%s","Message":"m"},"RequestId":"r-1"}}'):format(code) end
local function service(code, category, billed, more, status)
  add(code .. (status and " with status " .. status or ""), status or 200, refusal(code), w.service(category, code, billed, more))
end
service("FailedOperation.EmptyImageError", "image", true)
service("FailedOperation.ImageDecodeFailed", "image", false)
service("FailedOperation.ImageNoIdCard", "service", false)
service("FailedOperation.FieldException", "service", nil)
service("FailedOperation.OcrFailed", "service", false, { retryable = true, attempts = 2, whole = 2 })
service("FailedOperation.EmptyImageError", "image", true, nil, 500)
service("InternalError", "service", nil, { retryable = true, attempts = 2, whole = 2 })
service("SomethingNew.NeverSeen", "service", nil)
service("AuthFailure.SignatureFailure", "credentials", false)
service("RequestLimitExceeded", "throttled", false, { retryable = true, attempts = 2, whole = 2 })

-- ekycpro: with or without a valid `status` in the JSON.
local EKYC = { provider = "ekycpro", credentials = { api_key = "faultfaultfaultfault" } }
local function ekyc(name, status, body, want, quick)
  add("ekycpro: " .. name, status, body, want, { options = EKYC, quick = quick })
end
ekyc("healthy", 200, s.EKYC_CARD, w.card(), true)
ekyc("status 504 with a gateway's JSON", 504, MESSAGE, w.http(true), true)
ekyc("status 500 with a gateway's JSON", 500, MESSAGE, w.http(true))
ekyc("status 502 with a gateway's JSON", 502, MESSAGE, w.http(true))
ekyc("status 503 with a gateway's JSON", 503, MESSAGE, w.http(true))
ekyc("status 502 with HTML", 502, s.HTML, w.http(true))
ekyc("status 400 with a gateway's JSON", 400, MESSAGE, w.http(false))
ekyc("status 429 with a gateway's JSON", 429, MESSAGE, throttled)
ekyc("status 429 with HTML", 429, s.HTML, throttled)
ekyc("200 without status", 200, MESSAGE, w.bad "BadEnvelope")
ekyc("200 with HTML", 200, s.HTML, w.bad "BadJson")
ekyc("FAIL", 200, '{"status":"FAIL","message":"no card"}', w.service("service", "FAIL", true))
ekyc("INVALID_REQUEST", 200, '{"status":"INVALID_REQUEST","message":"m"}', w.service("service", "INVALID_REQUEST", false))
ekyc("INNER_ERROR", 200, '{"status":"INNER_ERROR","message":"m"}',
  w.service("service", "INNER_ERROR", false, { retryable = true, attempts = 2, whole = 2 }))
ekyc("OK without a card", 200, '{"status":"OK","message":"fine"}', w.service("protocol", "BadEnvelope", true))

return faults
