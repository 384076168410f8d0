--- Tencent Cloud: TC3-HMAC-SHA256 around a JSON body, an envelope around the reply. No socket, no clock.

local core = require "idocr.core"
local errors = require "idocr.errors"
local failure = require "idocr.providers.failure"
local inputs = require "idocr.providers.inputs"
local json = require "idocr.json"
local json_body = require "idocr.providers.json_body"
local reply = require "idocr.decode.reply"
local request_id = require("idocr.errors").request_id
local codes = require "idocr.providers.tencent.errors"
local target = require "idocr.providers.target"

local tencent = {
  name = "tencent",
  max_request = 10 * 1024 * 1024, -- bytes of a whole body; a larger one is certainly refused
}

local SERVICE = "ocr" -- a constant: it cannot be read off an endpoint that is an address
local VERSION = "2018-11-19"
local HOSTS = { intl = "ocr.intl.tencentcloudapi.com", cn = "ocr.tencentcloudapi.com" }
local CONTENT_TYPE = "application/json" -- lower case, because the signature's canonical form is

local CLIENT = "idocr_" .. core.version

-- What all calls of an action with the same options have in common, their headers and what is signed among them.
local function common_of(action, options)
  local at, host = target.of(tencent.name, options, HOSTS[options.site or "intl"])
  if options.unsigned_payload and at.scheme ~= "https" then
    local message = "a body that is not signed may only travel over https"
    return nil, errors.unsent("unsupported", "UnsignedPayloadNeedsTls", message)
  end
  local host_header, content_type = { "Host", host }, { "Content-Type", CONTENT_TYPE }
  local service = options.service or SERVICE
  return {
    action = action,
    method = "POST",
    url = at.url, -- a gateway's path may be dialled; what is signed is "/", as the official SDKs do
    host = host,
    content_type = CONTENT_TYPE,
    service = service,
    version = options.version or VERSION,
    region = options.region,
    language = options.language,
    unsigned = options.unsigned_payload and true or false,
    connect_timeout = options.timeout and options.timeout.connect,
    max_response = options.max_response,
    headers = { host_header, content_type, { "X-TC-Action", action }, { "X-TC-Version", options.version or VERSION } },
    client_header = { "X-TC-RequestClient", CLIENT },
    signed = { content_type, host_header }, -- as the official SDKs do
  }
end

local function plan_of(action, body, options)
  local plan, err = common_of(action, options)
  if plan then plan.body = body end
  return plan, err
end

-- options -> service -> metatable of its plans; none of it holds the options, or LuaJIT would keep them for ever
local kept_common = setmetatable({}, { __mode = "k" })

-- The same for a service of ours: made once for a client, whose options do not change.
local function plan_for(service, body, options)
  local of_options = kept_common[options]
  if not of_options then
    of_options = {}
    kept_common[options] = of_options
  end
  local meta = of_options[service]
  if not meta then
    local common, err = common_of(service.action, options)
    if not common then return nil, err end
    common.reads = service
    meta = { __index = common }
    of_options[service] = meta
  end
  return setmetatable({ body = body }, meta)
end

local frames = setmetatable({}, { __mode = "k" }) -- service -> the call in a word -> what stands around the picture

--- The kind and the params of a call in a word, nil where there is more to say: a list, a second picture, a URL.
local function word_of(call)
  local image = call.pictures and call.pictures.image
  if not image or not image.image or next(call.pictures, next(call.pictures)) ~= nil then return nil end
  local word = call.kind.kind .. ":" -- two kinds may share a service and read its params differently
  for name, value in pairs(call.params or {}) do
    if type(value) ~= "boolean" then return nil end
    word = word .. name .. (value and "+" or "-")
  end
  return word
end

--- The body of a call. Most calls are like the one before but for the picture: what surrounds it is kept, since asking the
--- table of inputs and writing JSON cost as much as hashing a third of a small picture.
local function body_of(call)
  local word = word_of(call)
  local kept = frames[call.service]
  if word and kept and kept[word] then return json_body.framed(kept[word], call.pictures.image.image) end
  local members, err = inputs.members(call, json_body.text)
  if not members then return nil, err end
  local body, frame = json_body.new(members)
  if word and frame then
    frames[call.service] = kept or {}
    frames[call.service][word] = frame
  end
  return body
end

--- Everything about a call that does not change from attempt to attempt.
---@param call table kind, service, params, pictures, options
---@return table? plan, idocr.Error? err
function tencent.prepare(call)
  local body, err = body_of(call)
  if not body then return nil, err end
  return plan_for(call.service, body, call.options or {})
end

--- The same for any action. `params` is a table of the action's own parameters (pictures may be values), or JSON text
--- that is sent as it is. `options` may name another `service`, `version` and `endpoint` of the vendor (STS). Raises
--- where JSON cannot hold a value.
---@param action string
---@param params table|string?
---@param options table
---@return table? plan, idocr.Error? err
function tencent.raw(action, params, options)
  local body = type(params) == "string" and core.body({ params }) or json_body.new(json_body.sorted(params or {}))
  return plan_of(action, body, options or {})
end

-- credentials snapshot -> signer: the day's key is derived once
local signers = setmetatable({}, { __mode = "k" })

local function signer_of(credentials)
  local kept = signers[credentials]
  if not kept or kept.id ~= credentials.secret_id or not core.equal(kept.key, credentials.secret_key) then
    kept = {
      id = credentials.secret_id,
      key = credentials.secret_key,
      signer = core.signer(credentials.secret_id, credentials.secret_key),
    }
    signers[credentials] = kept
  end
  return kept.signer
end

local function unreadable(message, code)
  return errors.unsent("image", code == "changed" and "PictureChanged" or "PictureUnreadable", message)
end

local function add(headers, name, value)
  if value then headers[#headers + 1] = { name, value } end
end

--- The signed request of one attempt. The plan stays as it is. Most headers are the plan's own: whoever changes one makes a
--- copy first.
---@param plan table
---@param credentials table secret_id, secret_key, token; or {skip = true} for the few actions that are called unsigned
---@param timestamp number Unix seconds
---@return table? request, idocr.Error? err
function tencent.sign(plan, credentials, timestamp)
  timestamp = math.floor(timestamp)
  local authorization = "SKIP"
  if not credentials.skip then
    local hash = core.UNSIGNED_SHA256
    if not plan.unsigned then
      local message, code
      hash, message, code = plan.body:sha256()
      if not hash then return nil, unreadable(message, code) end
    end
    -- A table of its own: the collector may run a finalizer in here that makes a call as well.
    authorization = signer_of(credentials):authorization {
      method = plan.method, headers = plan.signed, payload_hash = hash, timestamp = timestamp, service = plan.service,
    }
  end

  local kept = plan.headers
  local headers = {
    kept[1], kept[2], { "Authorization", authorization }, kept[3], kept[4], { "X-TC-Timestamp", ("%d"):format(timestamp) },
    plan.client_header,
  }
  add(headers, "X-TC-Region", plan.region)
  add(headers, "X-TC-Language", plan.language)
  add(headers, "X-TC-Token", not credentials.skip and credentials.token or nil)
  add(headers, "X-TC-Content-SHA256", plan.unsigned and "UNSIGNED-PAYLOAD" or nil)
  return {
    method = plan.method,
    url = plan.url,
    host = plan.host,
    headers = headers,
    body = plan.body,
    connect_timeout = plan.connect_timeout,
    max_response = plan.max_response,
  }
end

local function code_text(code)
  if type(code) == "number" then return ("%.0f"):format(code) end
  return type(code) == "string" and code ~= "" and code or nil
end

--- The error that the gateway of the older API 2.0 answers: {"code":4100,"codeDesc":"AuthFailure","message":"..."}.
local function older_error(answer, fields, is_200)
  local code = type(answer.code) == "number" and answer.code ~= 0 and code_text(answer.code)
  local named = type(answer.codeDesc) == "string"
  if not code or not is_200 and not named then return nil end -- {"code":504} and {"code":5031} are a gateway's
  local family = named and answer.codeDesc or code
  return failure.service(code, answer.message, codes, fields, family)
end

local function has_more_than_an_id(result)
  for name in pairs(result) do
    if name ~= "RequestId" then return true end
  end
  return false
end

--- What a response says: the reply without its envelope, or an error. Never raises, whatever came.
---@param plan table
---@param response table status, headers, body
---@return table? result, idocr.Error? err
function tencent.outcome(plan, response)
  local status, headers, body, pictures = failure.parts(response)
  local answer, complaint = json.decode(body)
  local is_200 = status >= 200 and status < 300
  local result = type(answer) == "table" and answer.Response
  if is_200 and type(result) == "table" and result.RequestId ~= nil and result.Error == nil then -- nearly all
    return reply.refine(result, plan.reads, pictures)
  end

  local fields = { http_status = status, request_id = request_id(headers["x-tc-requestid"]) }
  if type(result) ~= "table" or next(result) == nil or result[1] ~= nil then
    local err = type(answer) == "table" and older_error(answer, fields, is_200)
    if err then return nil, err end
    if not is_200 then return nil, failure.http(status, { request_id = fields.request_id }) end
    if body == "" then return nil, failure.protocol("EmptyReply", "the reply is empty", fields) end
    if answer == nil then return nil, failure.protocol("BadJson", "the reply cannot be read: " .. complaint, fields) end
    return nil, failure.protocol("BadEnvelope", "the reply has not the service's form", fields)
  end

  fields.request_id = request_id(result.RequestId) or fields.request_id
  local refusal = result.Error
  if refusal ~= nil and refusal ~= json.null then
    local code = type(refusal) == "table" and code_text(refusal.Code)
    if not code and not is_200 then return nil, failure.http(status, { request_id = fields.request_id }) end
    if not code then return nil, failure.protocol("BadEnvelope", "the reply's error has not the service's form", fields) end
    return nil, failure.service(code, refusal.Message, codes, fields)
  end
  if not is_200 and not (fields.request_id and has_more_than_an_id(result)) then
    return nil, failure.http(status, { request_id = fields.request_id })
  end
  return reply.refine(result, plan.reads, pictures)
end

local WANTED = { "secret_id", "secret_key" }

--- Credentials with stray blanks taken off; a new table, so that what was signed with stays one snapshot.
---@param credentials any
---@return table? credentials, idocr.Error? err names what is missing, shows nothing
function tencent.check_credentials(credentials)
  return failure.credentials(credentials, WANTED, "token")
end

return tencent
