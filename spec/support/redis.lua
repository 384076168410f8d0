--- Starts a real Redis server for one spec, on a free loopback port.
---
---   local redis = require "spec.support.redis"
---   local server = redis.start { password = "p" }   -- options: password, append (false: no append-only file),
---                                 tls = { cert =, key =, ca = } of spec/support/certs.lua: also listens at server.tls_port
---   server.port, server.url (with the password), server.log (path)
---   server.call("SET k v")        runs redis-cli; returns its output
---   server.restart()              ends it in an orderly way and starts it again on the same port, with its data
---   server.pause(), server.resume()   SIGSTOP, SIGCONT: it accepts connections and answers nothing
---   server.stop()                 also when this interpreter ends

local ports = require "spec.support.ports"
local process = require "spec.support.process"

local redis = {}

--- Returns whether a server and the client module are there.
---@return boolean
function redis.available()
  return select(2, process.capture "command -v redis-server") == 0 and (pcall(require, "idocr.redis"))
end

--- Returns whether nginx has a Redis client.
---@return boolean
function redis.in_nginx()
  for _, folder in ipairs { "/usr/share/lua/5.1", "/usr/local/share/lua/5.1", "/usr/local/openresty/lualib" } do
    if process.read(folder .. "/nginx/redis.lua") or process.read(folder .. "/resty/redis.lua") then return true end
  end
  return false
end

local function launch(port, folder, options)
  local arguments = {
    "exec redis-server --port", tostring(port), "--bind 127.0.0.1 --dir", process.quote(folder), "--save ''",
    "--appendonly", options.append == false and "no" or "yes", "--appendfsync always",
    "--unixsocket", process.quote(folder .. "/socket"),
  }
  if options.tls then
    arguments[#arguments + 1] = ("--tls-port %d --tls-cert-file %s --tls-key-file %s --tls-ca-cert-file %s --tls-auth-clients no"):format(
      options.tls.port, process.quote(options.tls.cert), process.quote(options.tls.key), process.quote(options.tls.ca))
  end
  if options.password then arguments[#arguments + 1] = "--requirepass " .. process.quote(options.password) end
  return process.spawn(table.concat(arguments, " "), { stdout = folder .. "/log", stderr = folder .. "/log" })
end

local function log_has(folder, text) return (process.read(folder .. "/log") or ""):find(text, 1, true) ~= nil end

local function up(port, folder, options)
  os.remove(folder .. "/log") -- of an earlier start
  local running = launch(port, folder, options)
  process.wait_for(function() return not running.alive() or log_has(folder, "Ready to accept connections") end, 20)
  return running.alive() and running or nil
end

local function encoded(text) return (text:gsub("[^%w]", function(byte) return ("%%%02X"):format(byte:byte()) end)) end

---@param options { password: string?, append: boolean?, tls: table? }?
function redis.start(options)
  options = options or {}
  local folder = process.tempdir()
  local running, port
  for _ = 1, 5 do -- another process may have taken the port
    port = ports.free_port()
    if options.tls then options.tls.port = ports.free_port() end
    running = up(port, folder, options)
    if running then break end
  end
  assert(running, "redis-server does not start")
  local self = { port = port, folder = folder, log = folder .. "/log", socket = folder .. "/socket" }
  self.tls_port = options.tls and options.tls.port
  self.url = ("redis://%s127.0.0.1:%d"):format(options.password and ":" .. encoded(options.password) .. "@" or "", port)
  function self.call(words)
    local password = options.password and "REDISCLI_AUTH=" .. process.quote(options.password) .. " " or ""
    return process.run(("%sredis-cli -p %d %s"):format(password, port, words))
  end
  function self.stop() running.stop() end
  function self.start()
    running = assert(up(port, folder, options), "redis-server does not start again")
  end
  function self.restart()
    self.stop()
    self.start()
  end
  function self.kill()
    process.run("kill -KILL " .. running.pid)
    running.wait(5)
  end
  function self.pause() process.run("kill -STOP " .. running.pid) end
  function self.resume() process.run("kill -CONT " .. running.pid) end
  return self
end

return redis
