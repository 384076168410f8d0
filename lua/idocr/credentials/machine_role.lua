--- The role of the virtual machine that this runs on, from its metadata service.

local cjson = require("cjson").new()
local endpoint = require "idocr.endpoint"
local errors = require "idocr.errors"
local fetch = require "idocr.credentials.fetch"
local recipe = require "idocr.credentials.recipe"
local refreshing = require "idocr.credentials.refreshing"

local METADATA = "http://metadata.tencentyun.com"
local PATH = "/latest/meta-data/cam/security-credentials/"

-- The service is one hop away: elsewhere its name leads nowhere, and nobody should wait long to learn that.
local CONNECT = 1 -- seconds
local TOTAL = 3
local ABSENT = 60 -- seconds for which "not on such a machine" is believed

local function ask(context, url, left)
  return fetch.send(context.direct(), { method = "GET", url = url, connect_timeout = CONNECT }, math.min(left, TOTAL))
end

local function role_name(context, base, left)
  local response, err = ask(context, base, left)
  if not response then
    if err.sent == false or err.category == "connect" or err.category == "timeout" then
      return recipe.none("there is no metadata service here")
    end
    return recipe.fail("CredentialsUnavailable", "the metadata service did not answer: " .. err.code, true)
  end
  if response.status == 404 then return recipe.none("this machine has no role") end
  local name = response.status == 200 and recipe.trim((response.body or ""):match("^%s*([^\r\n]*)"))
  if not name or not name:match("^[%w_.@+=,-]+$") then
    return recipe.fail("CredentialsUnavailable", "the metadata service named no role (HTTP " .. tostring(response.status) .. ")", true)
  end
  return name
end

local function decode(response)
  if response.status ~= 200 then
    return recipe.fail("CredentialsUnavailable", "the metadata service answered with HTTP " .. tostring(response.status), true)
  end
  local ok, reply = pcall(cjson.decode, response.body)
  if not ok or type(reply) ~= "table" then
    return recipe.fail("CredentialsUnavailable", "the metadata service's answer is no JSON", true)
  end
  if reply.Code ~= nil and reply.Code ~= "Success" then
    return recipe.fail("CredentialsUnavailable", "the metadata service says " .. errors.scrub(tostring(reply.Code)), true)
  end
  local id, key, token = recipe.trim(reply.TmpSecretId), recipe.trim(reply.TmpSecretKey), recipe.trim(reply.Token)
  if not id or not key or not token or type(reply.ExpiredTime) ~= "number" then
    return recipe.fail("CredentialsUnavailable", "the metadata service's answer lacks a member", true)
  end
  return { secret_id = id, secret_key = key, token = token, expires = reply.ExpiredTime }
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
      local now = context.runtime.now()
      if absent_until and now < absent_until then return nil, absent end
      absent_until = nil
      local started = now
      local target, complaint = endpoint.parse(options.endpoint or recipe.trim(getenv "TENCENTCLOUD_METADATA_ENDPOINT") or METADATA)
      if not target then return recipe.fail("BadEndpoint", "the metadata endpoint cannot be used: " .. complaint) end
      local base = target.url:gsub("/+$", "") .. PATH
      local name = options.role
      if not name then
        local none
        name, none = role_name(context, base, left)
        if not name then
          if none.code == "NoCredentials" then absent, absent_until = none, context.runtime.now() + ABSENT end
          return nil, none
        end
      end
      local response, err = ask(context, base .. name, left - (context.runtime.now() - started))
      if not response then
        return recipe.fail("CredentialsUnavailable", "the metadata service did not answer: " .. err.code, true)
      end
      return decode(response)
    end
    return refreshing.new("machine_role", context, get, { identity = options.role or "" })
  end)
end
