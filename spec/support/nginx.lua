--- Starts a real nginx with the Lua module for one spec, on free loopback ports.
---
---   local nginx = require "spec.support.nginx"
---   local server = nginx.start {
---     ports = { "http", "https" },           -- names; each gets a free port (default: { "http" })
---     http = [[ server { listen 127.0.0.1:$http; location / { content_by_lua_block { ngx.say("hi") } } } ]],
---     vars = { cert = "/path" },             -- $name in the texts is replaced by ports and vars; other variables are kept
---     main = "env HOME;",                    -- optional: text in the main context
---     workers = 1,
---   }
---   server.port.http, server.port.https      the ports
---   server.prefix                            its folder, with logs/error.log
---   server.errors()                          text of the error log
---   server.reload(), server.stop()           stop waits until it has ended; it also ends with this interpreter
---
--- The Lua paths are those of the checkout with build/luajit. nginx starts its daemon after binding all ports, so the server
--- accepts connections when start() returns.

local guard = require "spec.support.guard"
local ports = require "spec.support.ports"
local process = require "spec.support.process"

local nginx = {}

local MODULES = { "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/nginx/modules" }

local MAIN = [[
$modules
$user
daemon on;
worker_processes $workers;
pid nginx.pid;
error_log logs/error.log $log_level;
$main
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path t/a; proxy_temp_path t/b; fastcgi_temp_path t/c; uwsgi_temp_path t/d; scgi_temp_path t/e;
  lua_package_path "$root/lua/?.lua;$root/lua/?/init.lua;$root/?.lua;;";
  lua_package_cpath "$root/build/luajit/?.so;;";
  client_max_body_size 64m;
  client_body_buffer_size 64k;
  $http_block
}
]]

local function module_folder()
  for _, folder in ipairs(MODULES) do
    local file = io.open(folder .. "/ngx_http_lua_module.so")
    if file then
      file:close()
      return folder
    end
  end
end

local function fill(text, vars)
  return (text:gsub("%$([%a_][%w_]*)", function(name)
    if vars[name] ~= nil then return tostring(vars[name]) end
  end))
end

-- PATH may lack /usr/sbin.
local SBIN = "PATH=$PATH:/usr/sbin:/usr/local/sbin "

function nginx.available() return module_folder() ~= nil and select(2, process.capture(SBIN .. "; command -v nginx")) == 0 end

local function command(prefix, more)
  return (SBIN .. "nginx -p %s/ -c nginx.conf -e logs/error.log %s"):format(process.quote(prefix), more or "")
end

-- Waits for the pid file, which the master writes shortly after the command has ended, and registers the process.
local REGISTER = [[ && {
  p= tries=0
  while ! { [ -s $1/nginx.pid ] && read -r p <$1/nginx.pid; } && [ $tries -lt 500 ]; do
    tries=$((tries + 1))
    sleep 0.01
  done
  $2
}]]

local function start_command(prefix)
  local words = { ["$1"] = process.quote(prefix), ["$2"] = guard.process "p" }
  return command(prefix) .. " 2>&1" .. REGISTER:gsub("%$[12]", words)
end

function nginx.start(options)
  local folder = module_folder()
  local root = process.run("pwd")
  local prefix = process.tempdir()
  process.run("mkdir -p " .. process.quote(prefix .. "/logs") .. " " .. process.quote(prefix .. "/t"))
  local server = { prefix = prefix, port = {} }
  local output, status
  for _ = 1, 5 do -- another process may take a port before nginx binds it
    local vars = {
      root = root,
      prefix = prefix,
      workers = options.workers or 1,
      log_level = options.log_level or "warn",
      user = process.capture("id -u") == "0" and "user root;" or "",
      modules = folder and ("load_module %s/ndk_http_module.so;\nload_module %s/ngx_http_lua_module.so;"):format(folder, folder) or "",
    }
    for name, value in pairs(options.vars or {}) do vars[name] = value end
    for _, name in ipairs(options.ports or { "http" }) do
      server.port[name] = ports.free_port()
      vars[name] = server.port[name]
    end
    vars.main = fill(options.main or "", vars)
    vars.http_block = fill(options.http or "", vars)
    process.write(prefix .. "/nginx.conf", fill(MAIN, vars))
    output, status = process.capture(start_command(prefix))
    if status == 0 or not output:find("Address already in use", 1, true) then break end
  end
  function server.errors() return process.read(prefix .. "/logs/error.log") or "" end
  if status ~= 0 then error("nginx did not start: " .. output .. "\n" .. server.errors(), 2) end
  server.pid = tonumber(process.read(prefix .. "/nginx.pid"))
  function server.stop() process.stop(server.pid) end
  function server.reload() process.run("kill -HUP " .. server.pid) end
  return server
end

return nginx
