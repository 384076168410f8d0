---@meta idocr.redis
-- luacheck: ignore
--- Declares the optional C module idocr.redis (csrc/lua_redis.c): connections to Redis over hiredis. Arguments of a wrong type
--- raise; every other failure is returned.

local redis = {}

--- Whether TLS was built in: hiredis has it from 1.0.
---@type boolean
redis.tls = false

---@class idocr.redis.Connection
local connection = {}

---@class idocr.redis.Options
---@field host string?
---@field port integer?
---@field path string?      of a Unix socket, instead of host and port
---@field timeout number    seconds
---@field tls boolean|{ ca_file: string?, ca_path: string?, cert: string?, key: string? }|nil

---@alias idocr.redis.Reply string|number|false|{ err: string }|idocr.redis.Reply[]  false: nil

--- Opens a connection. Blocks for at most `timeout` seconds and the resolver's time.
---@param options idocr.redis.Options
---@return idocr.redis.Connection?
---@return string? message
---@return "connect"|"timeout"|"tls"|"memory"|"unsupported"|nil code
function redis.connect(options) end

--- Sends commands together and waits for all replies. After a failure the connection can only be closed.
---@param commands string[][]
---@param seconds number  one deadline for all
---@return idocr.redis.Reply[]?
---@return string? message
---@return "timeout"|"closed"|"protocol"|"too_large"|"memory"|nil code
---@return boolean? written  false: no byte left
function connection:run(commands, seconds) end

--- Returns whether the connection is open, belongs to this process, and received nothing since the last reply.
---@return boolean
function connection:idle() end

--- Closes the connection. May be called twice.
function connection:close() end

return redis
