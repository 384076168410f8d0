---@meta idocr.curl
-- luacheck: ignore
--- Declares the C module idocr.curl (csrc/lua_curl*.c): concurrent HTTP transfers over libcurl.
--- Arguments of a wrong type raise; every other failure is returned. Times are in seconds, sizes in bytes.

local curl = {}

--- The versions of libcurl and its libraries.
---@type string
curl.library = ""

---@class idocr.curl.Options
---@field ca_file string?      PEM file, trusted instead of the system's store
---@field ca_path string?      folder of hashed PEM files, likewise
---@field client_cert string?  PEM file
---@field client_key string?   PEM file
---@field proxy string|false?  URL; false: none; nil: http_proxy, https_proxy, no_proxy
---@field http1 boolean?       never negotiate HTTP/2

---@class idocr.curl.Request
---@field method string?
---@field headers string[][]?       list of {name, value}

--- A set of transfers that share connections.
---@class idocr.curl.Transfers
local Transfers = {}

--- Starts a transfer. Returns nil, category, code, message, sent, dead_connection where it fails at once.
---@param request idocr.curl.Request
---@param url string
---@param body userdata?            a body of idocr.core; read while the transfer runs
---@param sink userdata?            a `core.reply` that receives the body of the response
---@param connect_timeout number    limit for name, connection, proxy and handshake together
---@param deadline number           limit for the whole transfer
---@param max_response integer      largest decompressed response
---@param connect_to string?        "::HOST:PORT" to connect to instead of the URL's host, which is still verified
---@param proxy string?             URL; "": none; nil: the option `proxy`
---@param fresh boolean?            over a new connection
---@return idocr.curl.Transfer?, string? category, string? code, string? message, boolean|"part"? sent, boolean? dead_connection
function Transfers:start(request, url, body, sink, connect_timeout, deadline, max_response, connect_to, proxy, fresh) end

--- Drives all transfers until one is finished, for at most `seconds` and at most one second.
---@param seconds number
---@return integer finished  number of transfers that `next` can return
function Transfers:wait(seconds) end

--- Returns the descriptors that another event loop waits for, and the seconds after which it must call `wait(0)` at the latest;
--- nil where there is no transfer. Valid until the next call with these transfers.
---@return { fd: integer, read: boolean, write: boolean }[] descriptors
---@return number? seconds
function Transfers:fds() end

--- Removes and returns the transfer that finished first.
---@return idocr.curl.Transfer?
function Transfers:next() end

--- Returns the number of unfinished transfers.
---@return integer
function Transfers:active() end

--- Cancels unfinished transfers and closes all connections; also when collected.
function Transfers:close() end

--- One transfer. It is cancelled when it is collected.
---@class idocr.curl.Transfer
local Transfer = {}

--- Returns the response, once; or nil, category, code, message, sent, dead_connection. Raises while the transfer is unfinished.
---@return integer? status, table<string, string>|string headers, string body (empty where it went into a sink), string? message, boolean|"part"? sent, boolean? dead_connection
function Transfer:result() end

--- Drives all transfers until this one is finished, for at most `seconds` and at most one second. `next` then does not return it.
---@param seconds number
---@return boolean finished
function Transfer:wait(seconds) end

--- Returns whether the transfer is finished.
---@return boolean
function Transfer:finished() end

--- Cancels the transfer; `result` then returns closed/Cancelled.
function Transfer:cancel() end

--- Makes a set of transfers.
---@param options idocr.curl.Options
---@return idocr.curl.Transfers?
---@return string? message
function curl.new(options) end

return curl
