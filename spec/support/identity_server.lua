--- Mock metadata, STS and OCR services inside nginx, for the specs of credentials. The key of each secret id is "key-of-ID" and,
--- if temporary, its token "token-of-ID". Verifies all signatures, unless a fixed response is set (`metadata=reply` with
--- `metadata_reply`; `sts_reply`). `dict` holds the settings (`/set?name=value`) and the counters (`/get?name`).

local cjson = require "cjson"
local core = require "idocr.core"

local ngx = rawget(_G, "ngx") -- absent in a spec that only uses HTTP
local server = {}

server.HTTP = [[
  lua_shared_dict spec 1m;
  server {
    listen 127.0.0.1:$http;
    location /set { content_by_lua_block { require("spec.support.identity_server").set() } }
    location /get { content_by_lua_block { require("spec.support.identity_server").get() } }
    location /latest/meta-data/cam/security-credentials/ {
      content_by_lua_block { require("spec.support.identity_server").metadata() }
    }
    location / { content_by_lua_block { require("spec.support.identity_server").api() } }
  }
]]

local function dict() return ngx.shared.spec end

local function count(name) dict():incr("count." .. name, 1, 0) end

function server.set()
  for name, value in pairs(ngx.req.get_uri_args()) do dict():set(name, tonumber(value) or value) end
end

function server.get() ngx.print(dict():get(ngx.var.query_string) or "0") end

local function setting(name, default) return dict():get(name) or default end

-- Returns a response set by the spec; BLANKS in it is replaced by 60,000 spaces.
local function given_reply(name) return (setting(name, ""):gsub("BLANKS", (" "):rep(60000))) end

-- Issues a new temporary secret id. Returns it with its expiry time.
local function issue()
  local n = dict():incr("issued", 1, 0)
  return "AKIDtmp" .. n, math.floor(ngx.time() + tonumber(setting("ttl", 7200)))
end

local function pause() ngx.sleep(tonumber(setting("delay", 0.001))) end

function server.metadata()
  count "metadata"
  pause()
  local mode = setting("metadata", "ok")
  if mode == "reply" and not ngx.var.uri:find("/$") then return ngx.print(given_reply "metadata_reply") end
  if mode == "none" then return ngx.exit(404) end
  if mode == "broken" then return ngx.exit(500) end
  local role = ngx.var.uri:match("/([^/]*)$")
  if role == "" then
    ngx.say "MyRole"
  elseif mode == "garbage" then
    ngx.print "<html>"
  elseif role == "MyRole" then
    local id, expires = issue()
    ngx.print(cjson.encode {
      TmpSecretId = id, TmpSecretKey = "key-of-" .. id, Token = "token-of-" .. id, ExpiredTime = expires, Code = "Success",
    })
  else
    ngx.exit(404)
  end
end

local function answer(response)
  response.RequestId = "5a0ec9c6-spec"
  ngx.header["content-type"] = "application/json"
  ngx.print(cjson.encode { Response = response })
end

local function refuse(code) answer { Error = { Code = code, Message = "no" } } end

local function signed(body, service)
  local headers = ngx.req.get_headers()
  local id, names, signature = headers.authorization:match("^TC3%-HMAC%-SHA256 Credential=([^/]+)/[%d-]+/" .. service
    .. "/tc3_request, SignedHeaders=([%w;-]+), Signature=(%x+)$")
  if not id then return nil end
  local list = {}
  for name in names:gmatch("[^;]+") do list[#list + 1] = { name, headers[name] } end
  local timestamp = tonumber(headers["x-tc-timestamp"])
  local text = core.tc3_string_to_sign {
    timestamp = timestamp, service = service,
    canonical_request = core.tc3_canonical_request { method = ngx.req.get_method(), headers = list, payload_hash = core.sha256(body) },
  }
  local expected = core.tc3_signature { secret_key = "key-of-" .. id, timestamp = timestamp, service = service, string_to_sign = text }
  if not core.equal(expected, signature) then return nil end
  if id:find("^AKIDtmp") and headers["x-tc-token"] ~= "token-of-" .. id then return nil end
  return id
end

local function credentials(params)
  dict():set("params", cjson.encode(params))
  local id, expires = issue()
  answer {
    Credentials = { TmpSecretId = id, TmpSecretKey = "key-of-" .. id, Token = "token-of-" .. id }, ExpiredTime = expires,
  }
end

function server.api()
  ngx.req.read_body()
  local body, headers = ngx.req.get_body_data() or "", ngx.req.get_headers()
  local action = headers["x-tc-action"]
  count(action)
  dict():set("region", headers["x-tc-region"] or "")
  pause()
  local sts_reply = given_reply "sts_reply"
  if sts_reply ~= "" and action:find("^AssumeRole") then return ngx.print(sts_reply) end
  if action == "AssumeRoleWithWebIdentity" then
    local params = cjson.decode(body)
    if headers.authorization ~= "SKIP" or headers["x-tc-version"] ~= "2018-08-13" then return refuse "InvalidParameter" end
    if params.WebIdentityToken ~= setting("web_token", "") then return refuse "InvalidParameter.WebIdentityTokenError" end
    return credentials(params)
  elseif action == "AssumeRole" then
    local id = signed(body, "sts")
    if not id or headers["x-tc-version"] ~= "2018-08-13" then return refuse "AuthFailure.SignatureFailure" end
    dict():set("signer", id)
    return credentials(cjson.decode(body))
  end
  local id = signed(body, "ocr")
  if not id then return refuse "AuthFailure.SignatureFailure" end
  if id == setting("revoked") then return refuse "AuthFailure.TokenFailure" end
  answer { ID = id }
end

return server
