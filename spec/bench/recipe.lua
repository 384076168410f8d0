--- Contestant: what a competent user writes in plain Lua with the libraries that Debian packages: luaossl, lua-cjson,
--- LuaSocket's mime, and for the transfer lua-curl (LuaJIT; Debian has it for Lua 5.1 alone) or LuaSocket's http (5.4).
--- One call at a time: neither binding has libcurl's multi interface.
---
---   recipe.lua - CA-FILE

local cjson = require "cjson"
local contestant = require "spec.bench.contestant"
local digest = require "openssl.digest"
local hmac = require "openssl.hmac"
local mime = require "mime"
local socket = require "socket"

local SECRET_ID, SECRET_KEY, HOST = "AKID" .. ("x"):rep(32), ("k"):rep(32), "ocr.intl.tencentcloudapi.com"
local CONTENT_TYPE = "application/json"
local ca_file = arg[2]

local function hex(raw) return (raw:gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end
local function sha256(text) return hex(digest.new("sha256"):final(text)) end
local function hmac256(key, text) return hmac.new(key, "sha256"):final(text) end

local function authorization(payload, timestamp)
  local date = os.date("!%Y-%m-%d", timestamp)
  local canonical = "POST\n/\n\ncontent-type:" .. CONTENT_TYPE .. "\nhost:" .. HOST .. "\n\ncontent-type;host\n" .. sha256(payload)
  local scope = date .. "/ocr/tc3_request"
  local to_sign = "TC3-HMAC-SHA256\n" .. timestamp .. "\n" .. scope .. "\n" .. sha256(canonical)
  local key = hmac256(hmac256(hmac256("TC3" .. SECRET_KEY, date), "ocr"), "tc3_request")
  return ("TC3-HMAC-SHA256 Credential=%s/%s, SignedHeaders=content-type;host, Signature=%s"):format(
    SECRET_ID, scope, hex(hmac256(key, to_sign)))
end

local function over_lua_curl(curl)
  local handle = curl.easy_init()
  return function(url, headers, body)
    local list, parts = { "Expect:" }, {}
    for name, value in pairs(headers) do list[#list + 1] = name .. ": " .. value end
    handle:setopt(curl.OPT_URL, url)
    handle:setopt(curl.OPT_CAINFO, ca_file)
    handle:setopt(curl.OPT_HTTPHEADER, list)
    handle:setopt(curl.OPT_POST, 1)
    handle:setopt(curl.OPT_POSTFIELDSIZE, #body)
    handle:setopt(curl.OPT_POSTFIELDS, body)
    handle:setopt(curl.OPT_WRITEFUNCTION, function(chunk, length)
      parts[#parts + 1] = chunk
      return length
    end)
    assert(handle:perform())
    return table.concat(parts)
  end
end

local function over_luasocket(http)
  local ltn12 = require "ltn12"
  return function(url, headers, body)
    local parts = {}
    headers["Content-Length"] = #body
    assert(http.request { url = url, method = "POST", headers = headers, source = ltn12.source.string(body),
      sink = ltn12.sink.table(parts) })
    return table.concat(parts)
  end
end

local has_curl, curl = pcall(require, "curl")
local post = has_curl and over_lua_curl(curl) or over_luasocket(require "socket.http")

local function call(url, path)
  local payload = cjson.encode { ImageBase64 = mime.b64(contestant.load(path)), RetImage = true }
  local timestamp = os.time()
  local text = post(url, {
    ["Host"] = HOST, ["Content-Type"] = CONTENT_TYPE, ["Authorization"] = authorization(payload, timestamp),
    ["X-TC-Action"] = "MLIDPassportOCR", ["X-TC-Version"] = "2018-11-19", ["X-TC-Timestamp"] = timestamp,
  }, payload)
  local answer = cjson.decode(text).Response
  assert(not answer.Error and answer.ID)
  return { number = answer.ID, name = answer.Name, portrait = mime.unb64(answer.Image or "") }
end

contestant.serve(socket.gettime, function(url, path, in_flight, count)
  assert(in_flight == 1)
  for _ = 1, count do assert(call(url, path).number) end
end)
