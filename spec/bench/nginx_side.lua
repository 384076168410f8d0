--- Runs the contestants inside nginx: each makes `count` calls, `in_flight` at a time, and prints "CPU WALL" in microseconds per call.

local cjson = require "cjson"
local contestant = require "spec.bench.contestant"
local core = require "idocr.core"
local idocr = require "idocr"
local native = require "bench_native"

local side = {}

local SECRET_ID, SECRET_KEY, HOST = "AKID" .. ("x"):rep(32), ("k"):rep(32), "ocr.intl.tencentcloudapi.com"

local function head(length, authorization)
  return "POST / HTTP/1.1\r\nHost: " .. HOST .. "\r\nContent-Type: application/json\r\nAuthorization: " .. authorization
    .. "\r\nX-TC-Action: MLIDPassportOCR\r\nX-TC-Version: 2018-11-19\r\nX-TC-Timestamp: 1767225600\r\nX-TC-RequestClient: bench"
    .. "\r\nContent-Length: " .. length .. "\r\n\r\n"
end

-- What lua-resty-http does, without its checks.
local function post(port, first, body)
  local sock = ngx.socket.tcp()
  sock:settimeout(60000)
  assert(sock:connect("127.0.0.1", port))
  assert(sock:send { first, body })
  local length
  while true do
    local line = assert(sock:receive("*l"))
    if line == "" then break end
    length = tonumber(line:match("^[Cc]ontent%-[Ll]ength: (%d+)")) or length
  end
  local text = assert(sock:receive(length))
  sock:setkeepalive(60000, 256)
  return text
end

local function hmac256(key, text) return require("openssl.hmac").new(key, "sha256"):final(text) end

local function hex(raw) return (raw:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end

local function sha256(text) return hex(require("openssl.digest").new("sha256"):final(text)) end

-- A script as one writes it: read, encode, hash, send.
local function script_call(port, picture)
  local payload = cjson.encode { ImageBase64 = ngx.encode_base64(contestant.load(picture)), RetImage = true }
  local timestamp = ngx.time()
  local date = os.date("!%Y-%m-%d", timestamp)
  local canonical = "POST\n/\n\ncontent-type:application/json\nhost:" .. HOST .. "\n\ncontent-type;host\n" .. sha256(payload)
  local scope = date .. "/ocr/tc3_request"
  local key = hmac256(hmac256(hmac256("TC3" .. SECRET_KEY, date), "ocr"), "tc3_request")
  local signature = hex(hmac256(key, "TC3-HMAC-SHA256\n" .. timestamp .. "\n" .. scope .. "\n" .. sha256(canonical)))
  local answer = cjson.decode(post(port, head(#payload, "TC3-HMAC-SHA256 Credential=" .. SECRET_ID .. "/" .. scope
    .. ", SignedHeaders=content-type;host, Signature=" .. signature), payload)).Response
  assert(answer.ID)
  return ngx.decode_base64(answer.Image or "")
end

local function caller(who, port, picture, body)
  if who == "bare" or who == "bare-sha" then
    local bytes = contestant.load(body)
    local first = head(#bytes, ("x"):rep(180))
    return function()
      if who == "bare-sha" then native.sha256(bytes) end
      post(port, first, bytes)
    end
  elseif who == "script" then
    return function() script_call(port, picture) end
  end
  local client = idocr.new {
    endpoint = ("http://127.0.0.1:%d/"):format(port), rate = false, proxy = false, timeout = { total = 120 },
    credentials = { secret_id = SECRET_ID, secret_key = SECRET_KEY },
  }
  local params = { image = who == "idocr-file" and picture or idocr.bytes(contestant.load(picture)), portrait = true }
  return function() assert(client:passport(params)) end
end

local function run(call, in_flight, count)
  local left, threads = count, {}
  local function worker()
    while left > 0 do
      left = left - 1
      call()
    end
  end
  for index = 1, in_flight do threads[index] = ngx.thread.spawn(worker) end
  for index = 1, in_flight do assert(ngx.thread.wait(threads[index])) end
end

local callers = {}

--- Serves GET /?who&port&picture&body&in_flight&count.
function side.serve()
  local a = ngx.req.get_uri_args()
  local key = a.who .. a.port .. a.picture
  callers[key] = callers[key] or caller(a.who, tonumber(a.port), a.picture, a.body)
  local in_flight, count = tonumber(a.in_flight), tonumber(a.count)
  collectgarbage() -- what another contestant left would set the pace of the collector for this one
  run(callers[key], in_flight, in_flight)
  local cpu, began = os.clock(), core.monotonic()
  run(callers[key], in_flight, count)
  ngx.say(("%.3f %.3f"):format((os.clock() - cpu) / count * 1e6, (core.monotonic() - began) / count * 1e6))
end

return side
