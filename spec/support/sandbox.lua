--- Builds requests for the mock server's handler and decodes its responses.

local cjson = require "cjson"
local core = require "idocr.core"
local handler = require "idocr.sandbox.handler"
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

local support = {}

support.KEYS = handler.KEYS
support.NOW = 1700000000


function support.specimen(kind) return process.read(specimens.path(kind)) end

function support.base64(bytes) return core.base64_encode(bytes) end

--- A small PNG picture (8 x 8, grey) that is not a specimen.
support.PNG = core.base64_decode("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR42mOor0cCBPkA6X4ggXo0"
  .. "xOoAAAAASUVORK5CYII=")

--- Returns a signed request. `options` overrides parts: action, version, host, method, uri, body (text), params (table), headers,
--- keys, timestamp, service, signed (list of header names), payload_hash, scope_date.
function support.request(options)
  local keys = options.keys or handler.KEYS
  local now = options.timestamp or support.NOW
  local method = options.method or "POST"
  local host = options.host or "ocr.intl.tencentcloudapi.com"
  local content_type = options.content_type or (method == "GET" and "application/x-www-form-urlencoded" or "application/json")
  local body = options.body or (method == "POST" and cjson.encode(options.params or {}) or "")
  local uri = options.uri or "/"
  local headers = {
    ["content-type"] = content_type, host = host, ["x-tc-action"] = options.action, ["x-tc-version"] = options.version or "2018-11-19",
    ["x-tc-timestamp"] = ("%d"):format(now), ["x-tc-token"] = keys.token,
  }
  headers.authorization = core.signer(keys.secret_id, keys.secret_key):authorization({
    method = method, uri = "/", query = uri:match("%?(.*)$") or "", headers = { { "content-type", content_type }, { "host", host } },
    payload_hash = options.payload_hash or core.sha256(body), timestamp = now, service = options.service or "ocr",
  })
  for name, value in pairs(options.headers or {}) do headers[name] = value or nil end
  return { method = method, uri = uri, headers = headers, body = body, now = options.now or support.NOW }
end

--- Sends a request to a handler. Returns the Response table, its error code, and the whole response.
function support.call(server, options)
  local reply = server:handle(support.request(options))
  local response = cjson.decode(reply.body).Response
  return response, response.Error and response.Error.Code, reply
end

--- Returns an ekycpro request.
function support.form(options)
  local headers = { host = "api.ekycpro.com", ["content-type"] = "application/x-www-form-urlencoded", ["x-api-key"] = handler.KEYS.api_key }
  for name, value in pairs(options.headers or {}) do headers[name] = value or nil end
  return {
    method = options.method or "POST", uri = options.uri or "/v1/my_ocr/general", headers = headers, now = support.NOW,
    body = options.body or ("img=" .. core.percent_encode(options.img or "")),
  }
end

return support
