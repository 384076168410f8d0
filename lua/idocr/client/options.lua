--- Checks and copies the options of `idocr.new` and fills in defaults. The check of each option is in option_rules.lua.

local constants = require "idocr.constants"
local nearest = require "idocr.nearest"
local option_rules = require "idocr.client.option_rules"
local providers = require "idocr.providers"

local options = {}

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
---@field transport "auto"|"curl"|"cosocket"|"sandbox"|idocr.TransportFunction|idocr.UserTransport|nil  ("auto")
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
---@field fit boolean|idocr.FitSettings|nil  make pictures fit what the action takes: `{ longest, quality, bytes, always, at_once }` (false)
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

local CHECKS, DEFAULTS = option_rules.CHECKS, option_rules.DEFAULTS

options.NAMES = CHECKS

-- Checked first: the checks of other options use them.
local FIRST = { "provider", "insecure" }

--- Checks and copies the options of `idocr.new`.
---@param given idocr.Options?
---@return idocr.CheckedOptions?, string? complaint
function options.check(given)
  if given == nil then given = {} end
  if type(given) ~= "table" then return nil, "options must be a table, not a " .. type(given) end
  for name in pairs(given) do
    if not CHECKS[name] then return nil, ("no option %q%s"):format(tostring(name), nearest.hint(name, CHECKS)) end
  end

  local checked = {
    providers = { providers.NAMES[1] }, site = "intl", endpoint = {}, signed_host = {}, transport = "auto",
    timeout = DEFAULTS.timeout, retry = DEFAULTS.retry, rate = DEFAULTS.rate,
    unsigned_payload = false, insecure = false, precheck = true, compare = false, fit = false, max_response = constants.MAX_RESPONSE,
  }
  local function take(name)
    if given[name] == nil then return nil end
    local ok, result = CHECKS[name](given[name], checked)
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
