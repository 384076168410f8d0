--- Verifies a TC3-HMAC-SHA256 signature. Written from the vendor's documentation and independent of idocr's signer (only
--- SHA-256 and HMAC are shared), so that a mistake in one is detected by the other.

local calendar = require "idocr.calendar"
local core = require "idocr.core"

local verify = {}

local MAX_SKEW = 300 -- seconds, as in the service

local UNSIGNED = "UNSIGNED-PAYLOAD"

---@class idocr.sandbox.Account
---@field id string
---@field secret_key string
---@field token string?     of temporary credentials: the request must carry it
---@field fault string?     of a reserved id: injected into every call

local SHAPE = "^TC3%-HMAC%-SHA256%s+Credential=([^/,%s]+)/([%d%-]+)/([^/,%s]+)/tc3_request,"
  .. "%s*SignedHeaders=([%w%-_;]+),%s*Signature=(%w+)%s*$"

local function parse(authorization)
  local id, date, service, signed, signature = authorization:match(SHAPE)
  if not id then return nil end
  return { id = id, date = date, service = service, signed = signed, signature = signature }
end

-- The SDKs sign the first label of the endpoint as the service. Returns whether it is that of a loopback address.
local function is_loopback_label(service, host)
  local label = host:match("^(127)%.") or host:match("^(localhost)%f[:%z]") or host:match("^%[::1%]")
  return label ~= nil and service:gsub(":%d+$", "") == label
end

-- The vendor's documentation lower-cases header values, its SDKs do not (`keep_case`); both are accepted.
local function canonical_request(request, signed, payload_hash, host, keep_case)
  local lines = {}
  for name in signed:gmatch("[^;]+") do
    local value = name == "host" and host or request.headers[name]
    if not value then return nil end
    value = value:gsub("^%s+", ""):gsub("%s+$", "")
    lines[#lines + 1] = name .. ":" .. (keep_case and value or value:lower()) .. "\n"
  end
  local path, query = request.uri:match("^([^?]*)%??(.*)$")
  if request.method == "POST" then query = "" end
  return table.concat({ request.method, path == "" and "/" or path, query, table.concat(lines), signed, payload_hash }, "\n")
end

local function signature(secret_key, parts, timestamp, canonical)
  local scope = parts.date .. "/" .. parts.service .. "/tc3_request"
  local text = table.concat({ "TC3-HMAC-SHA256", timestamp, scope, core.sha256(canonical) }, "\n")
  local key = core.hmac_sha256("TC3" .. secret_key, parts.date)
  key = core.hmac_sha256(core.hmac_sha256(key, parts.service), "tc3_request")
  return core.hex(core.hmac_sha256(key, text))
end

local function matches(request, parts, account, timestamp)
  local payload = request.headers["x-tc-content-sha256"] == UNSIGNED and UNSIGNED or request.body or ""
  local payload_hash = core.sha256(payload)
  local host = request.headers.host or ""
  local hosts = { host }
  -- The vendor's Node SDK signs the host without the port, which only differs on a mock server.
  if host:find(":%d+$") then hosts[2] = host:gsub(":%d+$", "") end
  for _, name in ipairs(hosts) do
    for _, keep_case in ipairs { false, true } do
      local canonical = canonical_request(request, parts.signed, payload_hash, name, keep_case)
      if canonical and core.equal(signature(account.secret_key, parts, timestamp, canonical), parts.signature) then return true end
    end
  end
  return false
end

local INVALID = "AuthFailure.InvalidAuthorization"
local NONSTANDARD = "The request `Authorization` header does not conform to tencentcloud standards"

--- Verifies the signature of a request and returns the account that signed it.
---@param request table  method, uri, headers (lower-case names), body
---@param accounts table<string, idocr.sandbox.Account>
---@param now number     Unix seconds
---@return idocr.sandbox.Account? account
---@return string? code     the service's error code
---@return string? message
function verify.check(request, accounts, now)
  local headers = request.headers
  local parts = parse(headers.authorization or "")
  if not parts then return nil, INVALID, NONSTANDARD .. "." end
  local timestamp = headers["x-tc-timestamp"]
  if not timestamp then return nil, "MissingParameter", "The request is missing a required parameter `X-TC-Timestamp`." end
  if not timestamp:match("^%d+$") or #timestamp > 12 then
    return nil, "InvalidParameter", "The value type of parameter `X-TC-Timestamp` is not valid."
  end
  if parts.service ~= "ocr" and not is_loopback_label(parts.service, headers.host or "") then
    return nil, INVALID, NONSTANDARD .. ": `Service` in Credential not valid."
  end
  if parts.date ~= calendar.iso(tonumber(timestamp)) then return nil, INVALID, NONSTANDARD .. ": `Date` in Credential not valid." end
  local signed = ";" .. parts.signed .. ";"
  if not signed:find(";content-type;", 1, true) or not signed:find(";host;", 1, true) then
    return nil, INVALID, NONSTANDARD .. ": `SignedHeaders` must hold content-type and host."
  end
  local account = accounts[parts.id]
  if not account then return nil, "AuthFailure.SecretIdNotFound" end
  if math.abs(now - tonumber(timestamp)) > MAX_SKEW then
    return nil, "AuthFailure.SignatureExpire"
  end
  local token = headers["x-tc-token"]
  if (token or "") ~= (account.token or "") then
    return nil, "AuthFailure.TokenFailure"
  end
  if not matches(request, parts, account, timestamp) then
    return nil, "AuthFailure.SignatureFailure"
  end
  return account
end

return verify
