--- A store on a Redis server, shared by all machines that use it.

local redis_client = require "idocr.stores.redis_client"
local redis_limits = require "idocr.stores.redis_limits"

local redis = {}

local PREFIX = "idocr:"

local DELETE_IF = [[
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call("DEL", KEYS[1])
]]

local REPLACE_IF = [[
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
return 1
]]

---@class idocr.RedisStore: idocr.Store
---@field client idocr.RedisClient
local Redis = { name = "redis" }
Redis.__index = Redis

local function milliseconds(ttl) return math.max(1, math.ceil(ttl * 1000)) end

-- Converts the reply 1 to true, any other to false.
local function done(reply, err)
  if err then return nil, err end
  return reply == 1
end

function Redis:get(key) return self.client:call("GET", PREFIX .. key) end

function Redis:set(key, text, ttl)
  local _, err = self.client:call("SET", PREFIX .. key, text, "PX", milliseconds(ttl))
  if err then return nil, err end
  return true
end

function Redis:add(key, text, ttl)
  local reply, err = self.client:call("SET", PREFIX .. key, text, "PX", milliseconds(ttl), "NX")
  if err then return nil, err end
  return reply ~= nil
end

function Redis:delete(key)
  local _, err = self.client:call("DEL", PREFIX .. key)
  if err then return nil, err end
  return true
end

function Redis:delete_if(key, text) return done(self.client:script(DELETE_IF, { PREFIX .. key }, { text })) end

function Redis:replace_if(key, old, new, ttl)
  return done(self.client:script(REPLACE_IF, { PREFIX .. key }, { old, new, milliseconds(ttl) }))
end

function Redis:limits() return redis_limits.new(self.client, PREFIX) end

--- Closes the connection; the next operation opens another one.
function Redis:close() self.client:close() end

--- Makes a store.
---@param settings idocr.SharedRedis
---@param runtime idocr.Runtime
---@param longest number?  seconds that no operation may exceed
---@return idocr.RedisStore?
---@return idocr.Error? err
function redis.new(settings, runtime, longest)
  local client, err = redis_client.new(settings.address, runtime, settings)
  if not client then return nil, err end
  client.timeout = math.min(client.timeout, longest or math.huge)
  return setmetatable({ client = client, without = settings.without }, Redis)
end

return redis
