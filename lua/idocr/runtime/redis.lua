--- Connects to Redis in a plain Lua program, over the optional C module idocr.redis (hiredis).

local connect = {}

local NO_MODULE = "this build has no Redis: install hiredis with its headers (libhiredis-dev) and build idocr again"
local NO_TLS = "rediss:// needs hiredis 1.0 or newer, and this build has an older one: use redis:// through a local TLS tunnel "
  .. "(stunnel), or nginx, or build with a newer hiredis"

--- Returns why connections to an address cannot be made here; nil where they can.
---@param address idocr.RedisAddress
---@return string? complaint
function connect.missing(address)
  local found, redis = pcall(require, "idocr.redis")
  if not found then return NO_MODULE end
  if address.tls and not redis.tls then return NO_TLS end
end

--- A connection of a runtime to Redis. `run` is that of `idocr.redis.Connection`.
---@class idocr.RedisConnection
---@field reused boolean   it was opened for an earlier run and is logged in
---@field run fun(self, commands: string[][], seconds: number): table?, string?, string?, boolean?
---@field idle fun(self): boolean
---@field keep fun(self): idocr.RedisConnection?  called after a complete run: returns what the caller keeps for the next one
---@field close fun(self)
local Connection = {}
Connection.__index = Connection

function Connection:run(commands, seconds) return self.socket:run(commands, seconds) end

function Connection:idle() return self.socket:idle() end

function Connection:keep()
  self.reused = true
  return self
end

function Connection:close() self.socket:close() end

--- Opens a connection.
---@param address idocr.RedisAddress
---@param seconds number
---@return idocr.RedisConnection?
---@return string? message
---@return string? code
function connect.open(address, seconds)
  local socket, message, code = require("idocr.redis").connect {
    host = address.host, port = address.port, path = address.path, timeout = seconds,
    tls = address.tls and { ca_file = address.ca_file, ca_path = address.ca_path } or nil,
  }
  if not socket then return nil, message, code end
  return setmetatable({ socket = socket, reused = false }, Connection)
end

return connect
