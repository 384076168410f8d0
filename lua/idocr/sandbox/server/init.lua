--- Starts the mock server in a separate nginx, with HTTP and HTTPS on the loopback. A shell process supervises it: when the
--- owner calls stop(), exits or is killed, it stops nginx and removes the folder.

local config = require "idocr.sandbox.server.config"
local core = require "idocr.core"
local errors = require "idocr.errors"
local json = require "idocr.json"
local ports = require "idocr.sandbox.server.ports"
local redact = require "idocr.redact"
local shell = require "idocr.sandbox.server.shell"
local specimens = require "idocr.sandbox.specimens"
local tls = require "idocr.sandbox.server.tls"

local server = {}

-- Waits for a line or the end of its input. "keep" keeps the folder for another attempt; otherwise the folder is removed (of
-- a given folder only the files made here). Ignores the terminal's signals. Unsets the Lua paths of the environment, because
-- nginx may run another Lua version than the owner.
local GUARD = [[
exec >/dev/null 2>&1
trap '' HUP INT TERM
unset LUA_PATH LUA_CPATH LUA_INIT LUA_PATH_5_1 LUA_CPATH_5_1
cd "$1" || exit 1
{ "$2" -p "$1/" -c nginx.conf -e error.log </dev/null >output.log 2>&1; echo $? >ended; } &
read -r command
while [ ! -e ended ]; do
  [ -s nginx.pid ] && kill -TERM "$(cat nginx.pid)"
  sleep 0.02
done
case "$command$3" in
  keep*) ;;
  *given) rm -rf t nginx.conf nginx.pid options.json server.key server.crt output.log ended ;;
  *) rm -rf "$1" ;;
esac
]]

local START_TIMEOUT = 60 -- seconds, for an overloaded machine
local ATTEMPTS = 5 -- with other ports

---@class idocr.sandbox.Server
---@field http string        URL
---@field https string       URL
---@field ca_file string     CA certificate for clients
---@field secret_id string
---@field secret_key string
---@field api_key string
---@field temporary table    secret_id, secret_key, token
---@field specimens table<string, string>  kind -> path
---@field access_log string  path; one line per request, without its query
---@field pid integer        of nginx
local Server = {}
Server.__index = Server

--- Stops the server and waits until it has ended. Can be called twice.
function Server:stop()
  local guard = self.guard
  if not guard then return end
  self.guard = nil
  guard:write("stop\n")
  guard:close()
end

--- Returns whether nginx still runs.
---@return boolean
function Server:alive() return self.guard ~= nil and shell.read(self.folder .. "/ended") == nil end

--- Returns a line of JSON for programs: http, https, ca_file, keys, specimens.
---@return string
function Server:line()
  local line = json.object()
  for _, name in ipairs { "http", "https", "ca_file", "secret_id", "secret_key", "api_key" } do line:set(name, self[name]) end
  return json.encode(line:set("specimens", self.specimens))
end

local function new_keys()
  return {
    secret_id = "AKIDsandbox" .. shell.random_hex(12),
    secret_key = shell.random_hex(16),
    api_key = "sandbox-" .. shell.random_hex(12),
    temporary = {
      secret_id = "AKIDsandboxtmp" .. shell.random_hex(11), secret_key = shell.random_hex(16), token = shell.random_hex(24),
    },
  }
end

local function new_folder(given)
  local command = given and ("mkdir -p %s/t && cd %s && pwd"):format(shell.quote(given), shell.quote(given))
    or "umask 077 && d=$(mktemp -d \"${TMPDIR:-/tmp}/idocr-sandbox.XXXXXX\") && mkdir \"$d/t\" && echo \"$d\""
  local folder, status = shell.run(command)
  if status == 0 then return folder end
  local message = "cannot create the server's folder: " .. redact.scrub(folder)
  return nil, errors.unsent("unsupported", "FolderImpossible", message)
end

-- Waits for the pid file, which nginx writes when all ports are bound. Returns the pid, or nil and the logs.
local function wait_for_start(folder)
  local latest = core.monotonic() + START_TIMEOUT
  repeat
    local pid = tonumber(shell.read(folder .. "/nginx.pid") or "")
    if pid then return pid end
    if shell.read(folder .. "/ended") then break end
    core.sleep(0.005)
  until core.monotonic() > latest
  return nil, (shell.read(folder .. "/error.log") or "") .. (shell.read(folder .. "/output.log") or "")
end

-- Parses the ports that nginx could not bind. A port chosen by the caller is not tried again.
local function port_in_use(log, options)
  for port in log:gmatch("bind%(%) to [^%s]+:(%d+) failed %(98") do
    if tonumber(port) == options.port or tonumber(port) == options.tls_port then
      return errors.unsent("connect", "PortInUse", ("port %s is in use; choose another one, or omit it for a free one"):format(port),
        { chosen = true, retryable = false })
    end
  end
  return errors.unsent("connect", "PortInUse", "a port for the sandbox is in use")
end

local function launch(program, folder, options)
  os.remove(folder .. "/ended")
  os.remove(folder .. "/nginx.pid")
  os.remove(folder .. "/error.log")
  local port = options.port or ports.pick(options.tls_port)
  local tls_port = options.tls_port or ports.pick(port)
  local text, err = config.text(program, folder, port, tls_port)
  if not text then return nil, err end
  shell.write(folder .. "/nginx.conf", text)
  local arguments = { "sh", "-c", GUARD, "idocr-sandbox", folder, program, options.dir and "given" or "temporary" }
  for i, argument in ipairs(arguments) do arguments[i] = shell.quote(argument) end
  -- exec: without it a signal to the process group could end the intermediate shell first
  local guard = assert(io.popen("exec " .. table.concat(arguments, " "), "w"))
  guard:setvbuf("no")
  local pid, log = wait_for_start(folder)
  if pid then return { guard = guard, pid = pid, port = port, tls_port = tls_port } end
  guard:write("keep\n")
  guard:close()
  if log:find("Address already in use", 1, true) then return nil, port_in_use(log, options) end
  return nil, errors.unsent("unsupported", "NginxFailed", "nginx did not start: " .. redact.scrub(log))
end

local function prepare(folder, options, keys)
  local ok, err = tls.make(folder)
  if not ok then return nil, err end
  shell.run("umask 077 && : >" .. shell.quote(folder .. "/options.json")) -- contains keys
  local settings = json.object():set("keys", keys):set("rate", options.rate ~= false)
  shell.write(folder .. "/options.json", json.encode(settings))
  return true
end

local function remove(folder, options)
  if not options.dir then shell.run("rm -rf " .. shell.quote(folder)) end
end

local function absolute_specimens()
  local paths = {}
  for kind, path in pairs(specimens.paths()) do paths[kind] = shell.absolute(path) end
  return paths
end

--- Starts a server, which accepts connections when this returns. It ends with `stop()`, when the object is collected, or when
--- this process ends in any way.
---@param options table? `port`, `tls_port` (free ones by default), `dir` (kept afterwards with its logs; by default a
---  temporary folder, which is removed), `rate` (false: no rate limits), `keys` (like `handler.KEYS`; new ones by default)
---@return idocr.sandbox.Server?
---@return idocr.Error?
function server.start(options)
  options = options or {}
  local program, err = config.program()
  if not program then return nil, err end
  local folder
  folder, err = new_folder(options.dir)
  if not folder then return nil, err end
  local keys = options.keys or new_keys()
  local ok
  ok, err = prepare(folder, options, keys)
  local started
  for _ = 1, ok and ATTEMPTS or 0 do
    started, err = launch(program, folder, options)
    if started or err.code ~= "PortInUse" or err.chosen then break end
  end
  if not started then
    remove(folder, options)
    return nil, err
  end
  return setmetatable({
    guard = started.guard, folder = folder, pid = started.pid, port = started.port, tls_port = started.tls_port,
    http = "http://127.0.0.1:" .. started.port, https = "https://127.0.0.1:" .. started.tls_port,
    ca_file = folder .. "/ca.crt", access_log = folder .. "/access.log",
    secret_id = keys.secret_id, secret_key = keys.secret_key, api_key = keys.api_key, temporary = keys.temporary,
    specimens = absolute_specimens(),
  }, Server)
end

--- Serves in the foreground until SIGTERM, SIGINT or SIGHUP, then removes its files.
---@param options table? as for `start`; `on_ready(server)` is called when it accepts connections
---@return string? signal  "TERM", "INT" or "HUP"
---@return idocr.Error? err
function server.run(options)
  local started, err = server.start(options)
  if not started then return nil, err end
  if options and options.on_ready then options.on_ready(started) end
  while started:alive() do
    local signal = core.await_signal(1)
    if signal then
      started:stop()
      return signal
    end
  end
  started:stop()
  return nil, errors.unsent("closed", "NginxEnded", "the nginx of the mock server ended unexpectedly")
end

return server
