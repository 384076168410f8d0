--- Generates the nginx configuration of the mock server and finds the nginx program, its Lua module and idocr.core.

local core = require "idocr.core"
local errors = require "idocr.errors"
local shell = require "idocr.sandbox.server.shell"

local config = {}

local MODULES = { "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/share/nginx/modules", "/usr/local/nginx/modules" }

-- Accepts 12 MB, more than the services do, so that the handler returns their error. Logs only fatal errors, because nginx
-- would log the request line with its query beside others.
local TEMPLATE = [[
$modules
$user
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log crit;
events { worker_connections 512; }
http {
  log_format sandbox '$remote_addr [$time_iso8601] $scheme $server_protocol $request_method $sandbox_action $status '
                     '$sandbox_outcome $request_length $body_bytes_sent $request_time';
  access_log access.log sandbox;
  client_body_temp_path t/a; proxy_temp_path t/b; fastcgi_temp_path t/c; uwsgi_temp_path t/d; scgi_temp_path t/e;
  client_max_body_size 12m;
  client_body_buffer_size 256k;
  reset_timedout_connection on;
  server_tokens off;
  lua_package_path "$lua_path;;";
  lua_package_cpath "$lua_cpath;;";
  lua_shared_dict idocr_sandbox 4m;
  init_by_lua_block {
    local ok, problem = pcall(function() require("idocr.sandbox.server.nginx_content").init("$folder/options.json") end)
    if not ok then
      io.stderr:write(tostring(problem), "\n") -- read by server.start
      error(problem, 0)
    end
  }
  server {
    $listen
    ssl_certificate server.crt;
    ssl_certificate_key server.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:1m;
    error_page 413 = @too_large;
    set $sandbox_action "-";
    set $sandbox_outcome "-";
    location / { content_by_lua_block { require("idocr.sandbox.server.nginx_content").serve() } }
    location @too_large { content_by_lua_block { require("idocr.sandbox.server.nginx_content").too_large() } }
  }
}
]]

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

-- Returns the folders of package.path that contain idocr modules, so that kinds of the user's project are served too.
local function lua_path()
  local templates = {}
  for template in package.path:gmatch("[^;]+") do
    local folder = template:match("^(.-)%?%.lua$")
    if folder and core.list_directory((folder == "" and "." or folder) .. "/idocr") then
      local absolute = shell.absolute(folder == "" and "./?.lua" or template)
      templates[#templates + 1] = absolute
      templates[#templates + 1] = absolute:gsub("%?%.lua$", "?/init.lua")
    end
  end
  return table.concat(templates, ";")
end

-- Finds idocr.core for LuaJIT, which nginx runs; this process may run another Lua.
local function lua_cpath()
  local candidates = {}
  local function add(template)
    if template and template ~= "" then candidates[#candidates + 1] = template end
  end
  add(os.getenv("IDOCR_LUAJIT_CPATH"))
  if _VERSION == "Lua 5.1" then
    for template in package.cpath:gmatch("[^;]+") do add(template) end
  end
  for template in package.path:gmatch("[^;]+") do
    local folder = template:match("^(.-)%?%.lua$")
    if folder and exists(folder .. "idocr/sandbox/server/config.lua") then
      local root = folder:gsub("lua/+$", "")
      add((root == "" and "." or root:gsub("/+$", "")) .. "/build/luajit/?.so")
      local prefix = folder:match("^(.*)/share/lua/5%.%d/$")
      if prefix then add(prefix .. "/lib/lua/5.1/?.so") end
    end
  end
  add("/usr/local/lib/lua/5.1/?.so")
  add((os.getenv("HOME") or "") .. "/.luarocks/lib/lua/5.1/?.so")
  for _, template in ipairs(candidates) do
    if exists((template:gsub("%?", "idocr/core"))) then return shell.absolute(template) end
  end
end

local function modules()
  for _, folder in ipairs(MODULES) do
    if exists(folder .. "/ngx_http_lua_module.so") then
      return ("load_module %s/ndk_http_module.so;\nload_module %s/ngx_http_lua_module.so;"):format(folder, folder)
    end
  end
end

local function listen(port, tls_port)
  local lines = { ("listen 127.0.0.1:%d;"):format(port), ("listen 127.0.0.1:%d ssl http2;"):format(tls_port) }
  if (shell.read("/proc/net/if_inet6") or ""):find("0000000000000001 ", 1, true) then
    lines[3] = ("listen [::1]:%d ipv6only=on;"):format(port)
    lines[4] = ("listen [::1]:%d ssl http2 ipv6only=on;"):format(tls_port)
  end
  return table.concat(lines, "\n    ")
end

local function refuse(code, message)
  return nil, errors.unsent("unsupported", code, message)
end

--- Finds the nginx program.
---@return string? program
---@return idocr.Error? err
function config.program()
  for _, name in ipairs { "nginx", "openresty" } do
    local path, status = shell.run("PATH=$PATH:/usr/sbin:/usr/local/sbin:/usr/local/openresty/bin command -v " .. name)
    if status == 0 and path ~= "" then return path end
  end
  return refuse("NginxMissing", "the mock server needs nginx with the Lua module (Debian: libnginx-mod-http-lua)")
end

--- Returns the text of the configuration.
---@param program string
---@param folder string  absolute
---@param port integer
---@param tls_port integer
---@return string? text
---@return idocr.Error? err
function config.text(program, folder, port, tls_port)
  local load = modules()
  if not load and not (shell.run(shell.quote(program) .. " -V")):find("lua", 1, true) then
    return refuse("NginxLuaMissing", "this nginx has no Lua module (Debian: libnginx-mod-http-lua)")
  end
  local cpath = lua_cpath()
  if not cpath then
    return refuse("LuaJitCoreMissing", "idocr.core is not built for LuaJIT, which nginx runs: build it, or set IDOCR_LUAJIT_CPATH")
  end
  local values = {
    modules = load or "", user = (shell.run("id -u")) == "0" and "user root;" or "",
    lua_path = lua_path(), lua_cpath = cpath, folder = folder, listen = listen(port, tls_port),
  }
  return (TEMPLATE:gsub("%$([%a_][%w_]*)", values))
end

return config
