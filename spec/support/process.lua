--- Runs processes, creates temporary folders and waits for conditions. All processes and folders are removed when this
--- interpreter ends in any way (spec/support/guard.lua).
---
---   local process = require "spec.support.process"
---   process.capture("id -u")                  -> "0", 0          trimmed output (stdout), exit status
---   process.quote(text)                       -> text as one word of a shell command
---   local dir = process.tempdir()             -> a folder that is removed when the interpreter ends
---   local p = process.spawn("exec sleep 10", {stdout = path, stderr = path})   -> {pid=, alive(), stop(signal), wait(seconds)}
---   process.wait_for(function() return ... end, seconds)    -> the function's first true result; raises after `seconds`
---   process.read(path), process.write(path, text)
---   process.lua                               the command of the running Lua ("lua5.4" or "luajit")

local guard = require "spec.support.guard"

local process = {}

process.lua = rawget(_G, "jit") and "luajit" or "lua" .. _VERSION:match("[%d.]+$")

process.quote = guard.quote

function process.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

function process.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  file:close()
  return path
end

--- Runs a shell command. The shell prints the exit status, because LuaJIT's popen does not return it.
function process.capture(command)
  local pipe = assert(io.popen("{ " .. command .. "\n}; printf '\\n%d' $?", "r"))
  local text = pipe:read("*a")
  pipe:close()
  local out, status = text:match("^(.*)\n(%d+)$")
  return (out:gsub("%s+$", "")), tonumber(status)
end

--- Like capture, but raises an error with the command's output if the status is not 0.
function process.run(command)
  local out, status = process.capture("{ " .. command .. "\n} 2>&1")
  if status ~= 0 then error(("command ended with status %d: %s\n%s"):format(status, command, out), 2) end
  return out
end

function process.tempdir()
  return process.run("d=$(mktemp -d \"${TMPDIR:-/tmp}/idocr-spec.XXXXXX\") && echo \"$d\" && " .. guard.folder "d")
end

function process.alive(pid)
  local stat = process.read("/proc/" .. pid .. "/stat")
  return stat ~= nil and not stat:find("^%d+ %(.*%) [ZX]") -- a zombie has ended
end

function process.wait_for(fn, seconds)
  for _ = 1, math.ceil((seconds or 5) / 0.01) do
    local value = fn()
    if value then return value end
    os.execute("sleep 0.01")
  end
  local value = fn()
  if value then return value end
  error("waited " .. (seconds or 5) .. " s for a condition that did not become true", 2)
end

--- Ends a process and waits until it has ended. Sends KILL after 5 s.
function process.stop(pid, signal)
  if not process.alive(pid) then return end
  process.capture(("kill -%s %d 2>/dev/null"):format(signal or "TERM", pid))
  if not pcall(process.wait_for, function() return not process.alive(pid) end, 5) then
    process.capture(("kill -KILL %d 2>/dev/null"):format(pid))
    process.wait_for(function() return not process.alive(pid) end, 5)
  end
end

--- Starts a shell command in the background. Begin it with `exec`, so that the pid is that of the program.
function process.spawn(command, options)
  options = options or {}
  local pipe = assert(io.popen(("{ %s\n} </dev/null >%s 2>%s & p=$!; echo $p; %s"):format(command,
    process.quote(options.stdout or "/dev/null"), process.quote(options.stderr or "/dev/null"), guard.process "p"), "r"))
  local pid = tonumber(pipe:read("*l"))
  pipe:close()
  local self = { pid = pid }
  function self.alive() return process.alive(pid) end
  function self.stop(signal) process.stop(pid, type(signal) == "string" and signal or nil) end
  function self.wait(seconds) process.wait_for(function() return not process.alive(pid) end, seconds) end
  return self
end

return process
