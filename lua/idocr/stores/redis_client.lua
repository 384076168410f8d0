--- Sends commands and scripts to a Redis server, over the connections of the runtime. The same object works in a plain Lua
--- program and in nginx.

local errors = require "idocr.errors"

local redis_client = {}

local TIMEOUT = 2 -- seconds for a command, with the connection where there is none yet
local SLOW = 1 -- seconds after which a server that did not answer counts as hanging
local PAUSE = 2 -- seconds without a new attempt at a hanging server, so that not every call waits for it

---@class idocr.RedisOptions
---@field timeout number?     seconds (the client's)
---@field repeatable boolean? it may run twice: it is sent again where the connection broke and the server may have run it

---@class idocr.RedisClient
---@field address idocr.RedisAddress
---@field timeout number
local Client = { __name = "idocr.RedisClient" }
Client.__index = Client

function Client:__tostring() return "idocr client of " .. tostring(self.address) end

-- Commands that may run twice.
local REPEATABLE = {}
for name in ([[GET MGET STRLEN EXISTS TTL PTTL PING TIME INFO CONFIG HGET HMGET HGETALL HLEN SMEMBERS SISMEMBER SCARD ZRANGE ZCARD
  ZSCORE ZRANK LLEN LRANGE XLEN XRANGE XREVRANGE XPENDING XINFO SCAN DBSIZE SET DEL EXPIRE PEXPIRE HSET SADD XACK XDEL]]):gmatch("%a+") do
  REPEATABLE[name] = true
end

local CONDITIONS = { NX = true, XX = true, GET = true }

local function may_run_twice(command)
  local name = tostring(command[1]):upper()
  for index = 4, name == "SET" and #command or 0 do
    if CONDITIONS[tostring(command[index]):upper()] then return false end
  end
  return REPEATABLE[name] == true
end

-- First words of error replies that say what is wrong; the rest may quote arguments and is not repeated.
local REPLIES = {
  WRONGPASS = "wrong user or password", NOAUTH = "a password is needed", NOPERM = "this user may not run the command",
  OOM = "its memory is full (maxmemory)", READONLY = "it is a read-only replica", MISCONF = "it cannot write to its disk",
  MOVED = "it is part of a cluster; give a server that is not", CROSSSLOT = "it is part of a cluster; give a server that is not",
  WRONGTYPE = "a key holds another type of value", NOSCRIPT = "it does not have the script",
  LOADING = "it is loading its data", BUSY = "it is running a script", MASTERDOWN = "its master is down",
  CLUSTERDOWN = "its cluster is down", TRYAGAIN = "its cluster is moving keys",
}
local PASSING = { LOADING = true, BUSY = true, MASTERDOWN = true, CLUSTERDOWN = true, TRYAGAIN = true }

-- Makes the error of an error reply. `err.reply` is its first word.
local function refused(self, text)
  local word = text:match("^%u[%u%d_]*") or "ERR"
  local meaning = REPLIES[word] or text:find("invalid password", 1, true) and REPLIES.WRONGPASS
  local message = ("%s refused a command: %s%s"):format(tostring(self.address), word, meaning and ", " .. meaning or "")
  local err = errors.store(PASSING[word] and "StoreUnavailable" or "StoreRefused", message)
  err.reply = word
  return err
end

-- Makes the error of a connection. `err.uncertain`: the server may have run the commands.
local function unavailable(self, message, uncertain)
  local err = errors.store("StoreUnavailable", ("%s is not available: %s"):format(tostring(self.address), message))
  err.uncertain = uncertain or nil
  return err
end

-- Logs in on a new connection.
local function log_in(self, connection, seconds)
  local address, commands = self.address, {}
  if address.password then
    commands[1] = address.user and { "AUTH", address.user, address.password } or { "AUTH", address.password }
  end
  if address.db ~= 0 then commands[#commands + 1] = { "SELECT", tostring(address.db) } end
  if not commands[1] then return true end
  local replies, message, code = connection:run(commands, seconds)
  if not replies then return nil, unavailable(self, message), code end
  for _, reply in ipairs(replies) do
    if type(reply) == "table" and reply.err then return nil, refused(self, reply.err) end
  end
  return true
end

-- Returns a connection that is logged in. The kept one is used where it is still open, and in this process.
local function connect(self, seconds)
  local kept, now = self.kept, self.runtime.now
  self.kept = nil
  if kept then
    if kept:idle() then return kept end
    kept:close()
  end
  local ends = now() + seconds
  local connection, message, code = self.redis.open(self.address, seconds)
  if not connection then return nil, unavailable(self, message), code end
  if connection.reused then return connection end
  local ok, err
  ok, err, code = log_in(self, connection, ends - now())
  if ok then return connection end
  connection:close()
  return nil, err, code
end

local function attempt(self, commands, ends, repeatable)
  local connection, err, code = connect(self, ends - self.runtime.now())
  if not connection then return nil, err, code end
  local reused = connection.reused
  local replies, message, failed, written = connection:run(commands, ends - self.runtime.now())
  if replies then
    self.kept = connection:keep()
    return replies
  end
  connection:close()
  -- The server has closed a connection that was open for some time: once more over a new one.
  if reused and failed == "closed" and (repeatable or not written) then return attempt(self, commands, ends, repeatable) end
  if failed == "too_large" then
    return nil, errors.store("StoreRefused", ("commands or replies of %s are %s"):format(tostring(self.address), message)), failed
  end
  return nil, unavailable(self, message, written), failed
end

-- Sends commands and returns the raw replies.
local function run(self, commands, options)
  local now = self.runtime.now()
  if self.paused_until and now < self.paused_until then
    return nil, unavailable(self, "it did not answer in time shortly before")
  end
  local seconds = options.timeout or self.timeout
  local replies, err, code = attempt(self, commands, now + seconds, options.repeatable)
  self.paused_until = code == "timeout" and seconds >= SLOW and self.runtime.now() + PAUSE or nil
  return replies, err
end

-- Copies a command, with numbers as texts.
local function texts(command)
  local copy = {}
  for index = 1, #command do
    local value = command[index]
    if type(value) == "number" then
      value = value == math.floor(value) and math.abs(value) < 2 ^ 53 and ("%d"):format(value) or ("%.17g"):format(value)
    end
    if type(value) ~= "string" then error(("argument %d of a Redis command is a %s"):format(index, type(value)), 0) end
    copy[index] = value
  end
  return copy
end

-- Converts a reply to a value; an error reply to nil and an error.
local function value_of(self, reply)
  if reply == false then return nil end
  if type(reply) == "table" and reply.err then return nil, refused(self, reply.err) end
  return reply
end

--- Sends a command. A reply is a string, a number, or a list in which `false` stands for nil; nil alone is Redis's nil.
---@param command (string|number)[]
---@param options idocr.RedisOptions?
---@return any value
---@return idocr.Error? err  of the category `store`; `err.uncertain`: the server may have run it
function Client:command(command, options)
  options = options or {}
  local repeatable = options.repeatable
  if repeatable == nil then repeatable = may_run_twice(command) end
  local replies, err = run(self, { texts(command) }, { timeout = options.timeout, repeatable = repeatable })
  if not replies then return nil, err end
  return value_of(self, replies[1])
end

--- Sends a command that is given as arguments: `redis:call("SET", key, text)`.
---@return any value
---@return idocr.Error? err
function Client:call(...) return self:command({ ... }) end

--- Sends commands together.
---@param commands (string|number)[][]
---@param options idocr.RedisOptions?
---@return any[]? values  one for each command: a value, false for nil, or an error object
---@return idocr.Error? err
function Client:pipeline(commands, options)
  local sent = {}
  for index, command in ipairs(commands) do sent[index] = texts(command) end
  if not sent[1] then return {} end
  local replies, err = run(self, sent, options or {})
  if not replies then return nil, err end
  for index, reply in ipairs(replies) do
    local value, refusal = value_of(self, reply)
    if value == nil then value = refusal or false end
    replies[index] = value
  end
  return replies
end

local function script_command(name, script, keys, args)
  local command = { name, script, #keys }
  for _, key in ipairs(keys) do command[#command + 1] = key end
  for _, arg in ipairs(args) do command[#command + 1] = arg end
  return texts(command)
end

--- Runs a Lua script on the server: by its hash once the server has it.
---@param source string
---@param keys string[]
---@param args (string|number)[]
---@param options idocr.RedisOptions?
---@return any value
---@return idocr.Error? err
function Client:script(source, keys, args, options)
  options = options or {}
  local hash = self.hashes[source]
  if hash then
    local replies, err = run(self, { script_command("EVALSHA", hash, keys, args) }, options)
    if not replies then return nil, err end
    local value, refusal = value_of(self, replies[1])
    if not refusal or refusal.reply ~= "NOSCRIPT" then return value, refusal end
  end
  -- The server has never had the script, or has lost it: send it whole, and ask for its hash.
  local replies, err = run(self, { script_command("EVAL", source, keys, args), { "SCRIPT", "LOAD", source } }, options)
  if not replies then return nil, err end
  if type(replies[2]) == "string" then self.hashes[source] = replies[2] end
  return value_of(self, replies[1])
end

--- Closes the connection. The client can be used again, and then opens another one.
function Client:close()
  if self.kept then self.kept:close() end
  self.kept = nil
end

--- Makes a client. It connects when the first command is sent.
---@param address idocr.RedisAddress
---@param runtime idocr.Runtime
---@param settings { timeout: number? }?  seconds for each command (2)
---@return idocr.RedisClient?
---@return idocr.Error? err  `unsupported`: this program cannot talk to Redis, or not over TLS
function redis_client.new(address, runtime, settings)
  local redis = runtime.redis
  local complaint = not redis and "this runtime has no connections to Redis" or redis and redis().missing(address)
  if complaint then return nil, errors.unsent("unsupported", "RedisUnsupported", complaint) end
  return setmetatable({
    address = address, runtime = runtime, redis = redis(), hashes = {}, timeout = settings and settings.timeout or TIMEOUT,
  }, Client)
end

return redis_client
