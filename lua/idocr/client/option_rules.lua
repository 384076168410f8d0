--- Holds the check of each option of `idocr.new`: options.lua calls them. No message contains a value that could be a secret.

local constants = require "idocr.constants"
local fit_settings = require "idocr.picture.fit_settings"
local given_credentials = require "idocr.credentials.validate"
local is_callable = require "idocr.is_callable"
local nearest = require "idocr.nearest"
local providers = require "idocr.providers"
local seal = require "idocr.seal"
local stores = require "idocr.stores"
local urls = require "idocr.url"

local option_rules = {}

local TRANSPORTS = { "auto", "curl", "cosocket", "sandbox" }
local LANGUAGES = { "en-US", "zh-CN" }

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
  if is_callable(value) then return true, value end
  return false, "must be a function, not a " .. type(value)
end

-- NaN fails both comparisons.
local function number_between(value, low, high) return type(value) == "number" and value >= low and value <= high end

-- Checks a table of named numbers and booleans and copies it over its defaults.
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

-- Checks a value for all providers of the client, or a table by provider.
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

local RATE = { wait = true, actions = {} }

local function rate(value)
  if value == false then return true, false end
  if value == true then return true, RATE end
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

--- Name of an option -> its check: function(value, checked) -> true and the copy, or false and what is wrong. `checked` holds the
--- options that are checked before.
option_rules.CHECKS = {
  provider = provider_list,
  site = one_of(constants.SITES),
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

--- Defaults of the options that are tables.
option_rules.DEFAULTS = { timeout = TIMEOUT, retry = RETRY, rate = RATE }

return option_rules
