--- Tests that processes started by specs end with them, however the interpreter ends.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

local PROGRAM = [[
  local process = require "spec.support.process"
  local tcp, nginx = require "spec.support.tcp", require "spec.support.nginx"
  local server = nginx.start { workers = 2, http = "server { listen 127.0.0.1:$http; return 204; }" }
  local deaf = process.spawn(arg[1] == "killed" and "trap '' TERM; while :; do sleep 0.2; done" or "exec sleep 60")
  print(server.pid, process.spawn("exec sleep 60").pid, tcp.silent().pid, deaf.pid)
  print(process.tempdir())
  print(server.prefix)
  io.stdout:flush()
  if arg[1] == "killed" then process.run "kill -KILL $PPID" end
  if arg[1] == "group" then process.run "kill -KILL 0" end
  if arg[1] == "exit" then os.exit(3) end
  if arg[1] == "raise" then error "on purpose" end
]]

describe("a process that a spec starts", function()
  if not nginx.available() then return pending "nginx with its Lua module is not installed" end

  for _, how in ipairs { "end", "exit", "raise", "killed", "group" } do
    it("ends with it: " .. how, function()
      local folder = process.tempdir()
      process.write(folder .. "/program.lua", PROGRAM)
      -- In a separate process group, which "group" kills as a whole, as timeout does.
      process.spawn(("exec setsid %s %s/program.lua %s"):format(process.lua, folder, how), { stdout = folder .. "/said" }).wait(20)
      local pids, first, second = process.read(folder .. "/said"):match("^([%d\t]+)\n(%S+)\n(%S+)\n$")
      assert.is_string(pids)
      local count = 0
      for pid in pids:gmatch("%d+") do
        count = count + 1
        process.wait_for(function() return not process.alive(pid) end, 10)
      end
      assert.equal(4, count)
      for _, path in ipairs { first, second } do
        process.wait_for(function() return select(2, process.capture("test -e " .. process.quote(path))) ~= 0 end, 5)
      end
    end)
  end
end)
