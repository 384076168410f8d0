---@meta idocr.curl
-- luacheck: ignore
--- The C module behind the curl transport (csrc/lua_curl.c): many HTTP transfers at once over libcurl.
--- Wrong types raise; everything else is returned.

local curl = {}

--- libcurl and the libraries in it, with their versions.
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
---@field fresh boolean?            over a new connection

---@class idocr.curl.Transfers
local Transfers = {}

--- Starts a transfer. A failure at once: nil, category, code, message, sent, dead_connection.
---@param request idocr.curl.Request
---@param url string
---@param body userdata?            a body of idocr.core; read while the transfer runs
---@param sink userdata?            a `core.reply` that takes the reply's body while it arrives
---@param connect_timeout number    seconds for name, connection, proxy and handshake together
---@param deadline number           seconds for everything
---@param max_response integer      bytes of the decompressed reply
---@param connect_to string?        "::HOST:PORT" to dial instead of the URL's host, which is still verified
---@param proxy string?             URL; "": none; nil: the option `proxy`
---@return idocr.curl.Transfer?, string? category, string? code, string? message, boolean|"part"? sent, boolean? dead_connection
function Transfers:start(request, url, body, sink, connect_timeout, deadline, max_response, connect_to, proxy) end

--- Moves bytes until a transfer is finished, for at most `seconds` and never longer than one.
---@param seconds number
---@return integer finished how many wait in `next`
function Transfers:wait(seconds) end

--- The transfer that finished first and was not taken yet.
---@return idocr.curl.Transfer?
function Transfers:next() end

--- How many are under way.
---@return integer
function Transfers:active() end

--- Ends what is under way and closes all connections; also when collected.
function Transfers:close() end

---@class idocr.curl.Transfer  cancelled when it is collected
local Transfer = {}

--- The reply, handed over once; or nil, category, code, message, sent, dead_connection. Raises while the transfer is under way.
---@return integer? status, table<string, string>|string headers, string body (empty where it went into a sink), string? message, boolean|"part"? sent, boolean? dead_connection
function Transfer:result() end

--- Moves bytes until this one is finished, for at most `seconds` and never longer than one. It does not come out of `next` then.
---@param seconds number
---@return boolean finished
function Transfer:wait(seconds) end

---@return boolean
function Transfer:finished() end

--- Ends it; `result` then says closed/Cancelled.
function Transfer:cancel() end

---@param options idocr.curl.Options
---@return idocr.curl.Transfers?
---@return string? message
function curl.new(options) end

return curl
