--- Fetches credentials of the virtual machine's role from its metadata service.

local failure = require "idocr.credentials.failure"
local http = require "idocr.credentials.http"
local json = require "idocr.json"
local refreshing = require "idocr.credentials.refreshing"
local source = require "idocr.credentials.source"
local temporary = require "idocr.credentials.temporary"
local urls = require "idocr.url"
local values = require "idocr.credentials.values"

local METADATA = "http://metadata.tencentyun.com"
local PATH = "/latest/meta-data/cam/security-credentials/"

-- The service is one hop away. On other machines it does not exist, so timeouts are short.
local CONNECT = 1 -- seconds
local TOTAL = 3

-- Seconds for which the absence of the service is cached. A timeout is not cached.
local ABSENT = 60
local ABSENT_NAME = 5 -- a name server may fail briefly

local UNANSWERED = { ConnectTimeout = true, PoolExhausted = true } -- do not prove that the service is absent
local PASSED_ON = { closed = true, unsupported = true } -- returned unchanged

local function ask(context, url, seconds_left)
  return http.send(context.direct(), { method = "GET", url = url, connect_timeout = CONNECT }, math.min(seconds_left, TOTAL))
end

local function unavailable(problem)
  return failure.skip("defect", "CredentialsUnavailable", "the metadata service " .. problem, true)
end

-- Builds the error for a service that did not respond. Third result: seconds for which its absence is cached.
local function unreachable(err)
  if PASSED_ON[err.category] then return nil, err end
  if err.category ~= "connect" then return unavailable("did not respond" .. (err.category == "timeout" and " in time" or "")) end
  local _, none = failure.none("there is no metadata service here")
  if UNANSWERED[err.code] then return nil, none end
  return nil, none, err.code == "ResolveFailed" and ABSENT_NAME or ABSENT
end

---@return string? name, idocr.Error? err, number? absent seconds for which its absence is cached
local function role_name(context, base, seconds_left)
  local response, err = ask(context, base, seconds_left)
  if not response then return unreachable(err) end
  if response.status == 404 then
    local _, none = failure.none("this machine has no role")
    return nil, none, ABSENT
  end
  local name = response.status == 200 and values.trim((response.body or ""):match("^%s*([^\r\n]*)"))
  if not name or #name > 128 or not name:match("^[%w_.@+=,-]+$") then
    return unavailable("returned no role name (HTTP " .. tostring(response.status) .. ")")
  end
  return name
end

local function decode(context, response)
  if response.status ~= 200 then return unavailable("responded with HTTP " .. tostring(response.status)) end
  local reply = json.decode(response.body)
  if type(reply) ~= "table" then return unavailable("sent a response that is not a JSON object") end
  if reply.Code ~= nil and reply.Code ~= "Success" then
    local code = failure.vendor_code(reply.Code)
    return unavailable("refused" .. (code and ": " .. code or " with a code of unknown form"))
  end
  return temporary.snapshot(context, response, reply, reply.ExpiredTime, "the metadata service")
end

-- Fetches a role's credentials from the service at `base`; third result as for `unreachable`.
local function credentials_of(context, base, role, seconds_left)
  local started = context.runtime.now()
  local name = role
  if not name then
    local none, absent
    name, none, absent = role_name(context, base, seconds_left)
    if not name then return nil, none, absent end
  end
  local response, err = ask(context, base .. name, seconds_left - (context.runtime.now() - started))
  if not response then
    if role then return unreachable(err) end
    if PASSED_ON[err.category] then return nil, err end
    return unavailable("did not respond")
  end
  return decode(context, response)
end

local function base_url(options, getenv)
  local text = options.endpoint or values.trim(getenv "TENCENTCLOUD_METADATA_ENDPOINT") or METADATA
  local target, complaint = urls.endpoint(text)
  if not target then return failure.fail("BadEndpoint", "the metadata endpoint cannot be used: " .. complaint) end
  return (target.url:sub(-1) == "/" and target.url:sub(1, -2) or target.url) .. PATH
end

--- Makes a source. `role` defaults to the role that the service names, `endpoint` (a base URL) to
--- TENCENTCLOUD_METADATA_ENDPOINT. Proxies are never used.
---@param options { role: string?, endpoint: string?, getenv: (fun(name: string): string?)? }?
return function(options)
  options = source.options(options, { role = "string", endpoint = "string", getenv = "function" })
  local getenv = options.getenv or os.getenv
  return source.new("machine_role", function(context)
    local absent, absent_until
    local function get(seconds_left)
      if absent_until and context.runtime.now() < absent_until then return nil, absent end
      absent_until = nil
      local base, wrong = base_url(options, getenv)
      if not base then return nil, wrong end
      local snapshot, err, seconds = credentials_of(context, base, options.role, seconds_left)
      if seconds then absent, absent_until = err, context.runtime.now() + seconds end
      return snapshot, err
    end
    return refreshing.new("machine_role", context, get, { identity = options.role or "" })
  end)
end
