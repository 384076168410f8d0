--- Opens the store of a client: where it keeps rate limits, temporary credentials and results, alone or with others.

local memory = require "idocr.stores.memory"
local nearest = require "idocr.nearest"
local redis_url = require "idocr.stores.redis_url"
local seal = require "idocr.seal"

local stores = {}

--- Keeps texts under keys, each until its time to live has passed. All stores have these methods. They return nil and an
--- error of the category `store` (`sent = false`) where the store cannot be reached or refuses.
---@class idocr.Store
---@field name "memory"|"nginx"|"redis"
---@field without boolean?  the user allows to go on where the store fails
---@field get fun(self: idocr.Store, key: string): string?, idocr.Error?  nil alone: absent
---@field set fun(self: idocr.Store, key: string, text: string, ttl: number): boolean?, idocr.Error?  `ttl` in seconds
---@field add fun(self: idocr.Store, key: string, text: string, ttl: number): boolean?, idocr.Error?  false: the key is taken
---@field delete fun(self: idocr.Store, key: string): boolean?, idocr.Error?
---@field delete_if fun(self: idocr.Store, key: string, text: string): boolean?, idocr.Error?  false: `text` was not there
---@field replace_if fun(self: idocr.Store, key: string, old: string, new: string, ttl: number): boolean?, idocr.Error?
---  false: `old` was not there
---@field limits fun(self: idocr.Store): idocr.Limits  the rate limits in this store
---@field close fun(self: idocr.Store)?  closes its connection

local common -- the store that the clients of this Lua state share

--- Returns the store of this Lua state, made when it is first needed.
---@return idocr.Store
function stores.memory()
  common = common or memory.new()
  return common
end

--- The option `shared` of a Redis server, checked.
---@class idocr.SharedRedis
---@field address idocr.RedisAddress
---@field without boolean?  go on without it where it fails: limits then count in this process alone
---@field timeout number?   seconds for one operation (2)
---@field key string|table|nil  seals temporary credentials, which are shared only with a key; see `seal.new`

local FIELDS = { url = true, without = true, timeout = true, ca_file = true, key = true }

local function check_redis(value)
  for name in pairs(value) do
    if not FIELDS[name] then return false, ("has no %q%s"):format(tostring(name), nearest.hint(name, FIELDS)) end
  end
  local address, complaint = redis_url.parse(value.url)
  if not address then return false, complaint end
  if address.queue then return false, "cannot be used: only a queue has a name behind the database" end
  if value.without ~= nil and type(value.without) ~= "boolean" then return false, "without must be true or false" end
  local timeout = value.timeout
  if timeout ~= nil and not (type(timeout) == "number" and timeout > 0 and timeout <= 3600) then
    return false, "timeout must be a number of seconds greater than 0"
  end
  if value.ca_file ~= nil and type(value.ca_file) ~= "string" then return false, "ca_file must be the path of a PEM file" end
  if value.key ~= nil then
    local sealer, wrong = seal.new(value.key)
    if not sealer then return false, "key: " .. wrong end
  end
  address.ca_file = value.ca_file
  return true, { address = address, without = value.without, timeout = timeout, key = value.key }
end

--- Checks the option `shared`.
---@param value any
---@return boolean ok
---@return any checked_or_complaint  a `lua_shared_dict`, its name, or `idocr.SharedRedis`
function stores.check(value)
  if type(value) == "table" and rawget(value, "url") ~= nil then return check_redis(value) end
  if type(value) == "table" or type(value) == "userdata" then return true, value end
  if type(value) ~= "string" or value == "" or value:find("%c") then
    return false, "must be the URL of a Redis server, or in nginx a lua_shared_dict or its name"
  end
  if value:find("://", 1, true) then return check_redis { url = value } end
  return true, value
end

--- Opens the store that the option `shared` names. Raises, without a position, where it cannot be used here.
---@param shared any             of `stores.check`; nil: this Lua state only
---@param runtime idocr.Runtime
---@param longest number?        seconds that no operation may exceed: the deadline of a call
---@return idocr.Store
function stores.open(shared, runtime, longest)
  if shared == nil then return stores.memory() end
  if type(shared) == "table" and rawget(shared, "address") then
    local store, err = require("idocr.stores.redis").new(shared, runtime, longest)
    if not store then error("option shared: " .. err.message, 0) end
    return store
  end
  if runtime.name ~= "nginx" then
    error("option shared: a lua_shared_dict exists only in nginx; elsewhere give the URL of a Redis server", 0)
  end
  return require("idocr.stores.nginx_dict").new(shared)
end

return stores
