--- Parses the URL of a Redis server.
---
---   redis://[user:password@]host[:port][/db[/queue]]     rediss://… for TLS
---   redis+unix://[user:password@]/path/of/socket[?db=N]
---
--- No message contains a part of the URL, which may hold a password.

local urls = require "idocr.url"

local redis_url = {}

local DEFAULT_PORT = 6379
local MOST_DB = 65535
local SCHEMES = { redis = true, rediss = true, ["redis+unix"] = true }

--- Where a Redis server is and how to log in.
---@class idocr.RedisAddress
---@field host string?      without the brackets of an IPv6 address
---@field port integer?
---@field path string?      of a Unix socket, instead of host and port
---@field db integer
---@field user string?
---@field password string?
---@field tls boolean
---@field queue string?     the name after the database
---@field where string      host and port, or the path; safe to log
local Address = { __name = "idocr.RedisAddress" }

function Address:__tostring() return "Redis at " .. self.where end

--- Returns whether a text is meant as the URL of a Redis server.
---@param text any
---@return boolean
function redis_url.is(text) return SCHEMES[(urls.split(text)) or ""] == true end

-- Decodes %XX; nil where one is malformed.
local function decode(text)
  if not text or text:gsub("%%%x%x", ""):find("%", 1, true) then return nil end
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

local function database(text)
  local db = urls.decimal(text, 5, MOST_DB)
  if db then return db end
  return nil, "its database must be a number, as in redis://host:6379/0"
end

local function login(userinfo)
  if not userinfo then return {} end
  local user, password = userinfo:match("^([^:]*):(.*)$")
  user, password = decode(user or userinfo), decode(password or "")
  if not user or not password then return nil, "its user or password has a % that begins no %XX; write % as %25" end
  if password == "" then return nil, "it has a user and no password; write redis://user:password@host" end
  return { user = user ~= "" and user or nil, password = password }
end

local function unix_path(address, rest)
  local path, query = rest:match("^(/[^?#]+)%??(.*)$")
  path = decode(path)
  if not path or path:find("%c") then return nil, "it must have the path of a socket, as in redis+unix:///run/redis.sock" end
  local db, complaint = 0, nil
  if query ~= "" then db, complaint = database(query:match("^db=(%d+)$") or "") end
  if not db then return nil, complaint end
  address.path, address.db, address.where = path, db, path
  return address
end

local function host_and_db(address, hostport, rest)
  local host, port = urls.host_and_port(hostport)
  if not host or hostport:find("[%s%c]") or hostport:find(":%D*$") and not hostport:find("]$") then
    return nil, "its host or port cannot be used; write / ? # @ : in a password as %2F %3F %23 %40 %3A"
  end
  local text, queue = rest:match("^/?([^/?#]*)/?([^/?#]*)/?$")
  if not text then return nil, "behind the host there can only be /database and /queue" end
  local db, complaint = database(text == "" and queue == "" and "0" or text)
  if not db then return nil, complaint end
  if queue ~= "" then
    queue = decode(queue)
    if not queue or #queue > 100 or not queue:find("^[%w._-]+$") then
      return nil, "its queue must be a name of letters, digits and . _ -"
    end
    address.queue = queue
  end
  address.host, address.port, address.db = host, port or DEFAULT_PORT, db
  address.where = urls.join(host, address.port)
  return address
end

--- Parses a URL.
---@param text any
---@return idocr.RedisAddress?
---@return string? complaint  a predicate that follows the name of the option
function redis_url.parse(text)
  local scheme, authority, rest = urls.split(text)
  if not SCHEMES[scheme or ""] then return nil, "must start with redis://, rediss:// or redis+unix://" end
  local userinfo, hostport = authority:match("^(.*)@([^@]*)$")
  local account, complaint = login(userinfo)
  local address = account and setmetatable({ user = account.user, password = account.password, tls = scheme == "rediss" }, Address)
  if address then
    if scheme == "redis+unix" then address, complaint = unix_path(address, rest)
    else address, complaint = host_and_db(address, hostport or authority, rest) end
  end
  if address then return address end
  return nil, "cannot be used: " .. complaint
end

return redis_url
