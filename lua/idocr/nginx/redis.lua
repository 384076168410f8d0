--- Connects to Redis in nginx, over lua-resty-redis and nginx's pool of connections.

local core = require "idocr.core"

local ngx = ngx
local connect = {}

local MODULES = { "resty.redis", "nginx.redis" } -- OpenResty's, Debian's
local NO_MODULE = "nginx has no Redis client: install lua-resty-redis (in Debian the package lua-nginx-redis)"
local IDLE = 60 -- seconds for which nginx keeps an unused connection
local POOL = 30 -- connections that a worker keeps

local function module()
  for _, name in ipairs(MODULES) do
    local found, redis = pcall(require, name)
    if found then return redis end
  end
end

--- Returns why connections cannot be made here; nil where they can.
---@return string? complaint
function connect.missing() return not module() and NO_MODULE or nil end

-- Connections in a pool are logged in, so its name has everything that the login depends on; the password as a digest.
local function pool_name(address)
  return ("idocr:redis:%s:%d:%s:%s:%s"):format(address.where, address.db, core.percent_encode(address.user or ""),
    address.password and core.sha256(address.password):sub(1, 16) or "", address.tls and "tls" or "plain")
end

-- Converts replies of lua-resty-redis to those of idocr.redis: false for nil, { err = text } for an error.
local function plain(reply)
  if reply == ngx.null then return false end
  if type(reply) ~= "table" then return reply end
  if reply[1] == false then return { err = tostring(reply[2]) } end
  for index = 1, #reply do reply[index] = plain(reply[index]) end
  return reply
end

local Connection = {}
Connection.__index = Connection

function Connection:run(commands, seconds)
  local redis = self.redis
  redis:set_timeout(math.max(1, seconds * 1000))
  redis:init_pipeline(#commands)
  for _, command in ipairs(commands) do redis[command[1]:lower()](redis, unpack(command, 2)) end
  local replies, message = redis:commit_pipeline()
  if replies then return plain(replies) end
  message = tostring(message)
  local code = message:find("timeout", 1, true) and "timeout" or message:find("unknown prefix", 1, true) and "protocol" or "closed"
  return nil, message, code, true
end

-- Returns true: the connection is opened for one run and used at once.
function Connection:idle() return true end -- luacheck: ignore self

-- Returns the connection to nginx's pool.
function Connection:keep() self.redis:set_keepalive(IDLE * 1000, POOL) end

function Connection:close() self.redis:close() end

local function kind_of(message) return message:find("timeout", 1, true) and "timeout" or "connect" end

-- Makes the TLS handshake of a new connection. lua-resty-core may raise in it.
local function handshake(redis, address)
  local ran, session, message = pcall(function() return rawget(redis, "_sock"):sslhandshake(nil, address.host, true) end)
  if ran and session then return true end
  return nil, "the TLS handshake failed: " .. (ran and tostring(message) or "the certificate is not trusted")
end

--- Opens a connection, or takes one from the pool.
---@param address idocr.RedisAddress
---@param seconds number
---@return idocr.RedisConnection?
---@return string? message
---@return string? code
function connect.open(address, seconds)
  local made, redis, message = pcall(module().new, module())
  if not made then return nil, "this phase of nginx has no sockets", "connect" end
  if not redis then return nil, tostring(message), "connect" end
  redis:set_timeout(math.max(1, seconds * 1000))
  local ok
  local options = { pool = pool_name(address), pool_size = POOL }
  if address.path then ok, message = redis:connect("unix:" .. address.path, options)
  else ok, message = redis:connect(address.host, address.port, options) end
  if not ok then return nil, tostring(message), kind_of(tostring(message)) end
  local reused = (redis:get_reused_times() or 0) > 0
  if address.tls and not reused then
    local trusted, problem = handshake(redis, address)
    if not trusted then
      redis:close()
      return nil, problem, "tls"
    end
  end
  return setmetatable({ redis = redis, reused = reused }, Connection)
end

return connect
