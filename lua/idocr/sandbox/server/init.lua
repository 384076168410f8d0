--- The sandbox as a real server: an nginx of its own in a folder of its own, HTTP and HTTPS on the loopback. A small
--- shell process guards it: when its owner stops it, ends or is killed, nginx ends and the folder is removed.

local config = require "idocr.sandbox.server.config"
local core = require "idocr.core"
local errors = require "idocr.errors"
local json = require "idocr.json"
local ports = require "idocr.sandbox.server.ports"
local shell = require "idocr.sandbox.server.shell"
local specimens = require "idocr.sandbox.specimens"
local tls = require "idocr.sandbox.server.tls"

local server = {}

-- Waits for a line or for the end of its input, whichever comes first: "keep" leaves the folder for another try, anything
-- else removes it (only the innards where the folder was given). The terminal's signals are not for it. The
-- owner's Lua may be of another version than nginx's, so its paths in the environment are not for it either.
local GUARD = [[
exec >/dev/null 2>&1
trap '' HUP INT TERM
unset LUA_PATH LUA_CPATH LUA_INIT LUA_PATH_5_1 LUA_CPATH_5_1
cd "$1" || exit 1
{ "$2" -p "$1/" -c nginx.conf -e error.log </dev/null >said.log 2>&1; echo $? >ended; } &
read -r word
while [ ! -e ended ]; do
  [ -s nginx.pid ] && kill -TERM "$(cat nginx.pid)"
  sleep 0.02
done
case "$word$3" in
  keep*) ;;
  *given) rm -rf t nginx.conf nginx.pid options.json server.key server.crt said.log ended ;;
  *) rm -rf "$1" ;;
esac
]]

local START_LIMIT = 60 -- seconds, for a machine with more to do than it can
local TRIES = 5 -- with other ports

---@class idocr.sandbox.Server
---@field http string        URL
---@field https string       URL
---@field ca_file string     what a client must trust
---@field secret_id string
---@field secret_key string
---@field api_key string
---@field temporary table    secret_id, secret_key, token
---@field specimens table<string, string>  kind -> path
---@field access_log string  path; one line per request, never a query
---@field pid integer        of nginx
local Server = {}
Server.__index = Server

--- Ends the server and waits for its end. Calling it twice is fine.
function Server:stop()
  local guard = self.guard
  if not guard then return end
  self.guard = nil
  guard:write("stop\n")
  guard:close()
end

--- Whether nginx still runs.
---@return boolean
function Server:alive() return self.guard ~= nil and shell.read(self.folder .. "/ended") == nil end

--- One line of JSON for programs: http, https, ca_file, keys, specimens.
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
  local message = "the server's folder cannot be made: " .. errors.scrub(folder)
  return nil, errors.unsent("unsupported", "FolderImpossible", message)
end

-- The pid file is written when all ports are bound: from then on connections are answered.
local function wait(folder)
  local latest = core.monotonic() + START_LIMIT
  repeat
    local pid = tonumber(shell.read(folder .. "/nginx.pid") or "")
    if pid then return pid end
    if shell.read(folder .. "/ended") then break end
    core.sleep(0.005)
  until core.monotonic() > latest
  return nil, (shell.read(folder .. "/error.log") or "") .. (shell.read(folder .. "/said.log") or "")
end

-- nginx names the ports that it could not bind. One that the caller chose is not tried again.
local function port_in_use(said, options)
  for port in said:gmatch("bind%(%) to [^%s]+:(%d+) failed %(98") do
    if tonumber(port) == options.port or tonumber(port) == options.tls_port then
      return errors.unsent("connect", "PortInUse", ("port %s is in use; choose another one, or none for a free one"):format(port),
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
  local words = { "sh", "-c", GUARD, "idocr-sandbox", folder, program, options.dir and "given" or "temporary" }
  for i, word in ipairs(words) do words[i] = shell.quote(word) end
  -- exec: no shell in between that a signal to the whole group could end first
  local guard = assert(io.popen("exec " .. table.concat(words, " "), "w"))
  guard:setvbuf("no")
  local pid, said = wait(folder)
  if pid then return { guard = guard, pid = pid, port = port, tls_port = tls_port } end
  guard:write("keep\n")
  guard:close()
  if said:find("Address already in use", 1, true) then return nil, port_in_use(said, options) end
  return nil, errors.unsent("unsupported", "NginxFailed", "nginx did not start: " .. errors.scrub(said))
end

local function prepare(folder, options, keys)
  local ok, err = tls.make(folder)
  if not ok then return nil, err end
  shell.run("umask 077 && : >" .. shell.quote(folder .. "/options.json")) -- there are keys in it
  local told = json.object():set("keys", keys):set("rate", options.rate ~= false)
  shell.write(folder .. "/options.json", json.encode(told))
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

--- Starts a server. It answers when this returns, and ends with `stop()`, with the collection of the object, or with this
--- process, however it ends.
---@param options table? `port`, `tls_port` (free ones by default), `dir` (kept afterwards with its logs; a temporary one is
---  removed), `rate` (false: no rate limits), `keys` (like `handler.KEYS`; new ones by default)
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
  for _ = 1, ok and TRIES or 0 do
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

--- Serves in the foreground until SIGTERM, SIGINT or SIGHUP, then tidies up.
---@param options table? as for `start`; `on_ready(server)` is called when it answers
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
  return nil, errors.unsent("closed", "NginxEnded", "the sandbox's nginx ended")
end

return server
