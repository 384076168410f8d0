--- Writes the headers of a request to any service of Tencent Cloud's API 3.0, and its TC3-HMAC-SHA256 signature.

local tc3 = {}

local CONTENT_TYPE = "application/json" -- lower case, as in the canonical request

--- Returns the headers that a signature covers, the same ones as in the official SDKs.
---@param host string
---@return string[][]
function tc3.signed_headers(host) return { { "Content-Type", CONTENT_TYPE }, { "Host", host } } end

--- Returns the Authorization header of a POST request. Makes a new table for the signer: a finalizer may start another call
--- and overwrite a shared one.
---@param signer idocr.core.Signer
---@param service string             of the credential scope: "ocr", "sts"
---@param signed_headers string[][]  of `tc3.signed_headers`
---@param payload_hash string        SHA-256 of the body, in hexadecimal digits
---@param timestamp integer          Unix seconds
---@return string
function tc3.authorization(signer, service, signed_headers, payload_hash, timestamp)
  return signer:authorization {
    method = "POST", headers = signed_headers, payload_hash = payload_hash, timestamp = timestamp, service = service,
  }
end

---@class idocr.Tc3Headers  values of the headers; nil leaves a header out
---@field host string?
---@field authorization string
---@field action string
---@field version string     of the service's API
---@field timestamp integer  Unix seconds
---@field client string?
---@field region string?
---@field language string?
---@field token string?
---@field payload string?    "UNSIGNED-PAYLOAD"

local function add(headers, name, value)
  if value then headers[#headers + 1] = { name, value } end
end

--- Returns the headers of a request as a list of `{ name, value }`.
---@param values idocr.Tc3Headers
---@return string[][]
function tc3.headers(values)
  local headers = {}
  add(headers, "Host", values.host)
  add(headers, "Content-Type", CONTENT_TYPE)
  add(headers, "Authorization", values.authorization)
  add(headers, "X-TC-Action", values.action)
  add(headers, "X-TC-Version", values.version)
  add(headers, "X-TC-Timestamp", ("%d"):format(values.timestamp))
  add(headers, "X-TC-RequestClient", values.client)
  add(headers, "X-TC-Region", values.region)
  add(headers, "X-TC-Language", values.language)
  add(headers, "X-TC-Token", values.token)
  add(headers, "X-TC-Content-SHA256", values.payload)
  return headers
end

return tc3
