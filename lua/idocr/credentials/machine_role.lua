--- The role of the virtual machine that this runs on, from its metadata service.

local fetch = require "idocr.credentials.fetch"
local json = require "idocr.json"
local recipe = require "idocr.credentials.source"
local refreshing = require "idocr.credentials.refreshing"
local temporary = require "idocr.credentials.temporary"
local urls = require "idocr.url"

local METADATA = "http://metadata.tencentyun.com"
local PATH = "/latest/meta-data/cam/security-credentials/"

-- The service is one hop away; elsewhere its name leads nowhere, and finding that out must not take long.
local CONNECT = 1 -- seconds
local TOTAL = 3

-- Seconds for which "there is no such service" is believed. A service that did not answer in time is asked again at once.
local ABSENT = 60
local ABSENT_NAME = 5 -- a name server may be down for a moment

local UNANSWERED = { ConnectTimeout = true, PoolExhausted = true } -- failed connections that prove nothing
local PASSED_ON = { closed = true, unsupported = true } -- the call itself ends with these

local function ask(context, url, left)
  return fetch.send(context.direct(), { method = "GET", url = url, connect_timeout = CONNECT }, math.min(left, TOTAL))
end

local function unavailable(problem)
  return recipe.skip("defect", "CredentialsUnavailable", "the metadata service " .. problem, true)
end

-- The service cannot be reached or does not answer. Third result: seconds for which there is none.
local function unreachable(err)
  if PASSED_ON[err.category] then return nil, err end
  if err.category ~= "connect" then return unavailable("did not answer" .. (err.category == "timeout" and " in time" or "")) end
  local _, none = recipe.none("there is no metadata service here")
  if UNANSWERED[err.code] then return nil, none end
  return nil, none, err.code == "ResolveFailed" and ABSENT_NAME or ABSENT
end

---@return string? name, idocr.Error? err, number? absent seconds for which there is no service
local function role_name(context, base, left)
  local response, err = ask(context, base, left)
  if not response then return unreachable(err) end
  if response.status == 404 then
    local _, none = recipe.none("this machine has no role")
    return nil, none, ABSENT
  end
  local name = response.status == 200 and recipe.trim((response.body or ""):match("^%s*([^\r\n]*)"))
  if not name or #name > 128 or not name:match("^[%w_.@+=,-]+$") then
    return unavailable("named no role (HTTP " .. tostring(response.status) .. ")")
  end
  return name
end

local function decode(context, response)
  if response.status ~= 200 then return unavailable("answered with HTTP " .. tostring(response.status)) end
  local reply = json.decode(response.body)
  if type(reply) ~= "table" then return unavailable("answered with something that is no JSON object") end
  if reply.Code ~= nil and reply.Code ~= "Success" then
    local code = recipe.vendor_code(reply.Code)
    return unavailable("refused" .. (code and ": " .. code or " with a code of unknown form"))
  end
  return temporary.snapshot(context, response, reply, reply.ExpiredTime, "the metadata service")
end

-- Asks the service at `base` for a role's credentials; the third result as for `unreachable`.
local function credentials_of(context, base, role, left)
  local started = context.runtime.now()
  local name = role
  if not name then
    local none, absent
    name, none, absent = role_name(context, base, left)
    if not name then return nil, none, absent end
  end
  local response, err = ask(context, base .. name, left - (context.runtime.now() - started))
  if not response then
    if role then return unreachable(err) end
    if PASSED_ON[err.category] then return nil, err end
    return unavailable("did not answer")
  end
  return decode(context, response)
end

local function base_url(options, getenv)
  local text = options.endpoint or recipe.trim(getenv "TENCENTCLOUD_METADATA_ENDPOINT") or METADATA
  local target, complaint = urls.endpoint(text)
  if not target then return recipe.fail("BadEndpoint", "the metadata endpoint cannot be used: " .. complaint) end
  return (target.url:sub(-1) == "/" and target.url:sub(1, -2) or target.url) .. PATH
end

--- `role`: its name (else the service is asked). `endpoint`: the service's base URL (else TENCENTCLOUD_METADATA_ENDPOINT).
--- Proxies are never used.
---@param options { role: string?, endpoint: string?, getenv: (fun(name: string): string?)? }?
return function(options)
  options = recipe.options(options, { role = "string", endpoint = "string", getenv = "function" })
  local getenv = options.getenv or os.getenv
  return recipe.new("machine_role", function(context)
    local absent, absent_until
    local function get(left)
      if absent_until and context.runtime.now() < absent_until then return nil, absent end
      absent_until = nil
      local base, wrong = base_url(options, getenv)
      if not base then return nil, wrong end
      local snapshot, err, seconds = credentials_of(context, base, options.role, left)
      if seconds then absent, absent_until = err, context.runtime.now() + seconds end
      return snapshot, err
    end
    return refreshing.new("machine_role", context, get, { identity = options.role or "" })
  end)
end
