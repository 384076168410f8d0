--- Runs the fault matrix and prints it; called by spec/faults/run.sh, which lists the environment variables.

local certificates = require "spec.faults.certificates"
local cjson = require "cjson"
local matrix = require "spec.faults.matrix"
local nginx = require "spec.support.nginx"
local probe = require "faults.probe"
local process = require "spec.support.process"
local show = require "spec.faults.show"

local workers = tonumber(os.getenv "WORKERS" or "") or 12
local lua = os.getenv "FAULTS_LUA" or process.lua
local LONGEST = 900 -- seconds for all cells

local choice = {
  faults = os.getenv "FAULTS", transport = os.getenv "TRANSPORT", quick = arg[1] == "quick" or nil,
}

local function start_server(cells, folder, c)
  matrix.write_scripts(cells, folder .. "/scripts")
  -- The server ends with its standard input: the pipe ends with this process.
  local pipe = assert(io.popen(("exec build/faults/server %s/scripts %s >%s/ports 2>%s/server.log"):format(
    folder, c.dir, folder, folder), "w"))
  local text = process.wait_for(function()
    local said = process.read(folder .. "/ports") or ""
    if said:find "ready\n" then return said end
    local wrong = process.read(folder .. "/server.log")
    if wrong and wrong ~= "" then error("the fault server: " .. wrong, 0) end
  end, 30)
  local ports = {}
  for id, name, port in text:gmatch "(%d+) (%a+) (%d+)\n" do ports[id .. " " .. name] = tonumber(port) end
  return pipe, ports, tonumber(text:match "ask (%d+)")
end

local function start_nginx(job_path, folder, c)
  return nginx.start {
    workers = workers, ports = { "unused" }, log_level = "error",
    vars = { ca = c.ca, job = job_path, folder = folder },
    main = "env PATH;\nworker_rlimit_nofile 4096;",
    http = [[
      lua_ssl_trusted_certificate $ca;
      lua_ssl_verify_depth 3;
      lua_ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3;
      lua_socket_log_errors off;
      init_worker_by_lua_block {
        package.cpath = "$root/build/faults/luajit/?.so;" .. package.cpath
        ngx.timer.at(0, function(premature)
          if premature then return end
          require("spec.faults.worker").run("$job", "cosocket", ngx.sleep, "$folder", "nginx-" .. ngx.worker.id())
        end)
      }
      server { listen 127.0.0.1:$unused; }
    ]],
  }
end

local function start_curl(job_path, number, folder)
  local log = ("%s/curl-%d.log"):format(folder, number)
  return process.spawn(("exec %s spec/faults/worker.lua %s %s curl-%d"):format(lua, job_path, folder, number),
    { stdout = log, stderr = log })
end

-- Cosockets need nginx with its Lua module, and the test's own module for LuaJIT.
local function has_nginx() return nginx.available() and process.read "build/faults/luajit/faults/probe.so" ~= nil end

-- Returns what the workers have written so far: results by cell, finished workers by queue, why a worker stopped.
local function collect(folder)
  local results, done, failed = {}, { curl = 0, cosocket = 0 }, {}
  for line in process.capture("cat " .. folder .. "/*.results 2>/dev/null"):gmatch "[^\n]+" do
    local queue = line:match "^done (%l+)$"
    local ok, result = pcall(cjson.decode, line)
    if queue then
      done[queue] = done[queue] + 1
    elseif ok then
      results[result.id] = result
    else
      failed[#failed + 1] = line
    end
  end
  return results, done, table.concat(failed, "\n")
end

-- Waits until every worker is done or dead. nginx starts a worker that died again, with the cells that are left.
local function wait_for_workers(folder, running, in_nginx)
  local ends = probe.now() + LONGEST
  local results, done, why
  repeat
    probe.sleep(0.2)
    local alive = 0
    for _, one in ipairs(running) do alive = alive + (one.alive() and 1 or 0) end
    results, done, why = collect(folder)
  until alive == 0 and done.cosocket == in_nginx or probe.now() > ends
  return results, why
end

local function main()
  if not has_nginx() then
    print "nginx with its Lua module is not installed: without cosockets"
    choice.without = "cosocket"
  end
  local cells, faults = matrix.cells(choice)
  if #cells == 0 then
    print "no fault matches FAULTS\n0 passed, 1 failed"
    return false
  end
  local folder = process.tempdir()
  local c = certificates.make()
  local pipe, ports, ask = start_server(cells, folder, c)
  local job_path = process.write(folder .. "/job", cjson.encode {
    choice = choice, ports = ports, ask = ask, folder = folder, ca = c.ca,
  })
  local has = {}
  for _, cell in ipairs(cells) do has[cell.transport:match "^%a+"] = true end
  local server = has.cosocket and start_nginx(job_path, folder, c)
  local running = {}
  for number = 1, has.curl and workers or 0 do running[number] = start_curl(job_path, number, folder) end
  local results, failed = wait_for_workers(folder, running, server and workers or 0)
  for _, one in ipairs(running) do one.stop() end
  -- A worker with output has died, or a sanitizer printed a report.
  local said = failed .. process.capture("cat " .. folder .. "/curl-*.log " .. folder .. "/server.log 2>/dev/null")
  local log = server and server.errors() or ""
  if server then server.stop() end
  pipe:close()
  return show.table(cells, faults, results, said, log)
end

os.exit(main() and 0 or 1)
