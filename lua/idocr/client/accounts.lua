--- Makes the accounts of a client: each provider with its source of credentials and its clock.

local clock = require "idocr.client.clock"
local credentials = require "idocr.credentials"
local errors = require "idocr.errors"
local http_date = require "idocr.http_date"
local options = require "idocr.client.options"
local providers = require "idocr.providers"
local shared_credentials = require "idocr.credentials.shared"
local validate_credentials = require "idocr.credentials.validate"

local accounts = {}

--- A provider with the credentials of one client.
---@class idocr.Account
---@field name string
---@field options idocr.ProviderOptions
---@field provider idocr.Provider
---@field source table               of credentials
---@field offset number              seconds to add to the clock, as a server's Date header has shown
---@field clock fun(): number?, idocr.Error?
---@field parts table?               values of the last credentials
---@field checked table?             the checked copy of them
---@field secrets string[]?          what no error may contain

-- Returns the credentials option of one provider; nil selects the default chain.
local function credentials_for(checked, provider, transport)
  local given = checked.credentials
  if type(given) == "table" and given.by_provider then given = given.by_provider[provider] end
  local literal = type(given) == "table" and type(given.get) ~= "function" and type(given.bind) ~= "function"
  if literal and not validate_credentials.serve(given, provider) then given = nil end
  if given == nil and type(transport.credentials) == "table" then given = transport.credentials[provider] end
  return given
end

-- Returns the transport for addresses in the machine's own network, which uses no proxy.
local function direct_transport(inner)
  if not inner.direct then
    local shared = inner.transport.direct
    inner.direct = shared and shared(inner.transport) or inner.new_transport { proxy = false }
  end
  return inner.direct
end

-- Returns the key that seals what is shared: that of `shared`, else that of `cache`.
local function sealing_key(checked)
  local shared, cached = checked.shared, checked.cache
  return type(shared) == "table" and rawget(shared, "key") or type(cached) == "table" and cached.key or nil
end

--- Makes the account of a provider. Raises, without a position, where its credentials cannot be used.
---@param inner idocr.ClientInner
---@param name string  of the provider
---@return idocr.Account
function accounts.new(inner, name)
  local provider_options = options.for_provider(inner.options, name)
  local account = {
    name = name,
    options = provider_options,
    provider = providers.new(provider_options),
    offset = 0,
  }
  function account.clock() return clock.read(inner.options.clock, inner.runtime.wall, account.offset) end
  local source, complaint = credentials.bind(credentials_for(inner.options, name, inner.transport), {
    provider = name,
    clock = function() return (account.clock()) end,
    runtime = inner.runtime,
    emit = inner.emit,
    store = shared_credentials.store(inner.store, sealing_key(inner.options)),
    check = function(given) return account.provider:check_credentials(given) end,
    parse_date = http_date.parse,
    request_id = errors.request_id,
    transport = function() return inner.transport end,
    direct = function() return direct_transport(inner) end,
  })
  if not source then error("option credentials " .. complaint, 0) end
  account.source = source
  return account
end

return accounts
