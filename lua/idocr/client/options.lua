--- Checks and copies the options of `idocr.new` and fills in defaults. No message contains a value that could be a secret.

local constants = require "idocr.constants"
local fit_settings = require "idocr.picture.fit_settings"
local given_credentials = require "idocr.credentials.validate"
local nearest = require "idocr.nearest"
local stores = require "idocr.stores"
local providers = require "idocr.providers"
local seal = require "idocr.seal"
local urls = require "idocr.url"

local options = {}

local TRANSPORTS = { "auto", "curl", "cosocket", "sandbox" }
local SITES = { "intl", "cn" }
local LANGUAGES = { "en-US", "zh-CN" }

---@alias idocr.Credentials
---| { secret_id: string, secret_key: string, token: string?, expires: number? }  Tencent; `expires` in Unix seconds
---| { api_key: string, token: string? }                                         ekycpro
---| fun(provider: string): idocr.FunctionCredentials?, string?                  called for each call, or shortly before `expires`
---| idocr.CredentialsSource                                                     of `idocr.credentials.…`, or an object with `get`
---| table<string, table|function>                                               provider -> any of these

--- The options of `idocr.new`, all of them optional.
---@class idocr.Options
---@field provider string|string[]?       "tencent" (default), "ekycpro", or a list: the next is asked where one fails at no cost
---@field site "intl"|"cn"|nil            Tencent: two services with separate accounts ("intl")
---@field region string?                  Tencent, like "ap-singapore"
---@field language "en-US"|"zh-CN"|nil    of Tencent's error messages
---@field credentials idocr.Credentials?  also by provider: { tencent = …, ekycpro = … }
---@field endpoint string|table<string, string>|nil     URL to connect to instead of the service's; also by provider
---@field signed_host string|table<string, string>|nil  Host header to send and sign where `endpoint` is a gateway; also by provider
---@field transport "auto"|"curl"|"cosocket"|"sandbox"|function|table|nil  ("auto")
---@field timeout number|{ connect: number?, total: number? }|nil  seconds (5, 30); a number: the total
---@field retry false|integer|{ attempts: integer?, base: number?, cap: number?, after_send: boolean? }|nil  (3, 0.5 s, 10 s, false)
---@field rate boolean|number|table<string, number|boolean>|nil  calls per second, for all or by action; `wait = false`: refuse
---@field proxy string|false?             URL, for every request; false: none; nil: http_proxy, https_proxy, all_proxy, no_proxy
---@field ca_file string?                 PEM file of trusted certificates, instead of the system's
---@field ca_path string?                 directory of hashed PEM files, instead of the system's
---@field client_cert string?             PEM
---@field client_key string?              PEM
---@field unsigned_payload boolean?       leave the body out of the signature; only over https (false)
---@field insecure boolean?               allow plain http:// to other machines (false)
---@field precheck boolean?               refuse pictures that the service would surely refuse (true)
---@field compare boolean?                read every card with two providers (false)
---@field fit boolean|table|nil           make pictures fit what the action takes: `{ longest, quality, bytes, always, at_once }` (false)
---@field max_response integer?           bytes of a reply (32 MiB)
---@field on_event (fun(name: string, fields: table))?  see client/events.lua
---@field clock (fun(): number)?          returns Unix seconds for signatures and expiry; any other value is the error `BadClock`
---@field cache false|idocr.CacheOptions|nil  keep results in the store of `shared`: the same picture is not paid for twice (false)
---@field ledger string|(fun(line: idocr.LedgerLine))|nil  a file or function that records what every request cost
---@field shared any                      where limits and credentials are shared: the URL of a Redis server, or
---  `{ url, without, timeout, ca_file, key }`; in nginx also a `lua_shared_dict` or its name (this process)

--- The checked options, with defaults.
---@class idocr.CheckedOptions
---@field providers string[]
---@field site "intl"|"cn"
---@field region string?
---@field language string?
---@field credentials any              unchanged; client/init.lua makes a source of it for each provider
---@field endpoint table<string, string>     provider -> URL; the service's own where there is none
---@field signed_host table<string, string>  provider -> host[:port]
---@field transport any
---@field timeout { connect: number, total: number }  seconds
---@field retry { attempts: integer, base: number, cap: number, after_send: boolean }
---@field rate false|{ wait: boolean, all: number?, actions: table<string, number|false> }
---@field proxy string|false|nil       false: no proxy, even where the environment sets one
---@field ca_file string?
---@field ca_path string?
---@field client_cert string?
---@field client_key string?
---@field unsigned_payload boolean
---@field insecure boolean
---@field precheck boolean
---@field compare boolean        read every card with two providers
---@field fit idocr.FitSettings|false
---@field max_response integer         bytes
---@field on_event function?
---@field clock (fun(): number)?
---@field cache idocr.CacheOptions?     with `ttl`
---@field ledger string|function|nil
---@field shared any                   of `stores.check`

local function contains(list, value)
  for _, entry in ipairs(list) do
    if entry == value then return true end
  end
  return false
end

local function one_of(list)
  return function(value)
    if contains(list, value) then return true, value end
    if type(value) ~= "string" then return false, "must be a string, not a " .. type(value) end
    return false, ("cannot be %q%s"):format(value:sub(1, 40), nearest.hint(value, list))
  end
end

local function boolean(value)
  if type(value) == "boolean" then return true, value end
  return false, "must be true or false, not a " .. type(value)
end

local function text(value)
  if type(value) == "string" and value ~= "" and not value:find("%c") then return true, value end
  return false, "must be a non-empty string without control characters"
end

local function callable(value)
  local meta = getmetatable(value)
  if type(value) == "function" or (type(meta) == "table" and meta.__call) then return true, value end
  return false, "must be a function, not a " .. type(value)
end

-- NaN fails both comparisons.
local function number_between(value, low, high) return type(value) == "number" and value >= low and value <= high end

--- Checks a table of named numbers and booleans and copies it over its defaults.
local function fields(value, defaults, rules)
  if type(value) ~= "table" then return false, "must be a table, not a " .. type(value) end
  local copy = {}
  for name, default in pairs(defaults) do copy[name] = default end
  for name, given in pairs(value) do
    local rule = rules[name]
    if not rule then return false, ("has no %q%s"):format(tostring(name), nearest.hint(name, rules)) end
    if not rule.ok(given) then return false, name .. " must be " .. rule.says end
    copy[name] = given
  end
  return true, copy
end

local SECONDS = { ok = function(v) return number_between(v, 0.001, 86400) end, says = "a number of seconds greater than 0" }
local FLAG = { ok = function(v) return type(v) == "boolean" end, says = "true or false" }

local TIMEOUT = { connect = constants.CONNECT_TIMEOUT, total = constants.TOTAL_TIMEOUT }
local TIMEOUT_RULES = { connect = SECONDS, total = SECONDS }

-- attempts: requests of one call, including the first
local RETRY = { attempts = 3, base = 0.5, cap = 10, after_send = false }
local RETRY_RULES = {
  attempts = {
    ok = function(v) return number_between(v, 1, 100) and v == math.floor(v) end,
    says = "a whole number of at least 1, including the first request",
  },
  base = SECONDS,
  cap = SECONDS,
  after_send = FLAG,
}

local function provider_list(value)
  local list = type(value) == "table" and value or { value }
  local copy = {}
  for index = 1, #list do
    local ok, complaint = one_of(providers.NAMES)(list[index])
    if not ok then return false, complaint end
    if contains(copy, list[index]) then return false, "names " .. list[index] .. " twice" end
    copy[index] = list[index]
  end
  for key in pairs(list) do
    if type(key) ~= "number" then return false, "must be a name or a list of names" end
  end
  if #copy == 0 then return false, "must name at least one" end
  return true, copy
end

--- Checks a value for all providers of the client, or a table by provider.
local function by_provider(value, checked, check)
  local copy = {}
  if type(value) ~= "table" then
    local ok, result = check(value)
    if not ok then return false, result end
    for _, provider in ipairs(checked.providers) do copy[provider] = result end
    return true, copy
  end
  for provider, entry in pairs(value) do
    if not contains(providers.NAMES, provider) then
      return false, ("has an unknown provider %q%s"):format(tostring(provider), nearest.hint(provider, providers.NAMES))
    end
    local ok, result = check(entry)
    if not ok then return false, result end
    copy[provider] = result
  end
  return true, copy
end

local function rate(value)
  if value == false then return true, false end
  if value == true then return true, { wait = true, actions = {} } end
  local function per_second(v) return number_between(v, 0.001, 1e6) end
  if type(value) == "number" then
    if not per_second(value) then return false, "must be calls per second, more than 0" end
    return true, { wait = true, all = value, actions = {} }
  end
  if type(value) ~= "table" then return false, "must be false, a number or a table by action" end
  local copy = { wait = true, actions = {} }
  for name, given in pairs(value) do
    if name == "wait" then
      if type(given) ~= "boolean" then return false, "wait must be true or false" end
      copy.wait = given
    elseif type(name) ~= "string" then
      return false, "must be false, a number or a table by action"
    elseif given == false or per_second(given) then
      copy.actions[name] = given
    else
      return false, name .. " must be calls per second, more than 0, or false"
    end
  end
  return true, copy
end

local CACHE = { ttl = 86400, pictures = false }
local CACHE_RULES = {
  ttl = { ok = function(v) return number_between(v, 1, 366 * 86400) end, says = "a number of seconds from 1" },
  pictures = FLAG,
  key = { ok = function(v) return seal.new(v) ~= nil end, says = "32 random bytes, or a table of such keys by id" },
}

local RULES = {
  provider = provider_list,
  site = one_of(SITES),
  region = function(value)
    if type(value) == "string" and value:match("^[%w-]+$") then return true, value end
    return false, "must be a name like \"ap-singapore\""
  end,
  language = one_of(LANGUAGES),
  credentials = function(value, checked) return given_credentials.check(value, checked.providers) end,
  endpoint = function(value, checked)
    return by_provider(value, checked, function(entry)
      local parsed, complaint = urls.checked_endpoint(entry, checked.insecure)
      if not parsed then return false, "cannot be used: " .. complaint end
      return true, parsed.url
    end)
  end,
  signed_host = function(value, checked)
    return by_provider(value, checked, function(entry)
      if type(entry) ~= "string" then return false, "must be host or host:port" end
      local host, port = urls.split_host(entry)
      if not host then return false, "must be host or host:port: " .. port end
      return true, host .. (port and ":" .. port or "")
    end)
  end,
  transport = function(value)
    if type(value) == "function" then return true, value end
    if type(value) == "table" then
      if type(value.send) == "function" then return true, value end
      return false, "must have a function `send`"
    end
    return one_of(TRANSPORTS)(value)
  end,
  timeout = function(value)
    if type(value) == "number" then value = { total = value } end
    return fields(value, TIMEOUT, TIMEOUT_RULES)
  end,
  retry = function(value)
    if value == false then value = { attempts = 1 } end
    if type(value) == "number" then value = { attempts = value } end
    return fields(value, RETRY, RETRY_RULES)
  end,
  rate = rate,
  proxy = function(value)
    if value == false then return true, false end
    return text(value)
  end,
  ca_file = text,
  ca_path = text,
  client_cert = text,
  client_key = text,
  unsigned_payload = boolean,
  insecure = boolean,
  precheck = boolean,
  compare = boolean,
  fit = fit_settings.option,
  max_response = function(value)
    if number_between(value, 1, 2 ^ 31 - 1) and value == math.floor(value) then return true, math.floor(value) end
    return false, "must be a whole number of bytes, at least 1"
  end,
  on_event = callable,
  clock = callable,
  cache = function(value)
    if value == false then return true, nil end
    return fields(value, CACHE, CACHE_RULES)
  end,
  ledger = function(value)
    if type(value) == "string" then return text(value) end
    local ok = callable(value)
    if not ok then return false, "must be a path or a function, not a " .. type(value) end
    return true, value
  end,
  shared = stores.check,
}

options.NAMES = RULES

-- Checked first: the checks of other options use them.
local FIRST = { "provider", "insecure" }

--- Checks and copies the options of `idocr.new`.
---@param given idocr.Options?
---@return idocr.CheckedOptions?, string? complaint
function options.check(given)
  if given == nil then given = {} end
  if type(given) ~= "table" then return nil, "options must be a table, not a " .. type(given) end
  for name in pairs(given) do
    if not RULES[name] then return nil, ("no option %q%s"):format(tostring(name), nearest.hint(name, RULES)) end
  end

  local _, default_rate = rate(true)
  local checked = {
    providers = { providers.NAMES[1] }, site = "intl", endpoint = {}, signed_host = {}, transport = "auto",
    timeout = TIMEOUT, retry = RETRY, rate = default_rate,
    unsigned_payload = false, insecure = false, precheck = true, compare = false, fit = false, max_response = constants.MAX_RESPONSE,
  }
  local function take(name)
    if given[name] == nil then return nil end
    local ok, result = RULES[name](given[name], checked)
    if not ok then return "option " .. name .. " " .. result end
    checked[name == "provider" and "providers" or name] = result
  end
  for _, name in ipairs(FIRST) do
    local complaint = take(name)
    if complaint then return nil, complaint end
  end
  for name in pairs(given) do
    local complaint = take(name)
    if complaint then return nil, complaint end
  end

  if checked.client_key and not checked.client_cert then return nil, "option client_key needs option client_cert" end
  if checked.compare and not checked.providers[2] then return nil, "option compare needs a list of two providers" end
  if checked.unsigned_payload then
    for _, provider in ipairs(checked.providers) do
      if (checked.endpoint[provider] or ""):match("^http:") then
        return nil, "option unsigned_payload needs https: over plain http a changed body would not be noticed"
      end
    end
  end
  return checked
end

--- Returns the options of one provider.
---@param checked idocr.CheckedOptions
---@param provider string
---@return idocr.ProviderOptions
function options.for_provider(checked, provider)
  return {
    provider = provider,
    site = checked.site,
    region = checked.region,
    language = checked.language,
    endpoint = checked.endpoint[provider],
    signed_host = checked.signed_host[provider],
    unsigned_payload = checked.unsigned_payload,
    connect_timeout = checked.timeout.connect,
    max_response = checked.max_response,
    proxy = checked.proxy,
  }
end

--- Returns a copy of the options with some of them changed.
---@param checked idocr.CheckedOptions
---@param changes table
---@return idocr.CheckedOptions
function options.with(checked, changes)
  local copy = {}
  for name, value in pairs(checked) do copy[name] = value end
  for name, value in pairs(changes) do copy[name] = value end
  return copy
end

return options
