--- Forks the interpreter.
---
---   local fork = require "spec.support.fork"
---   local pid = fork.fork()      0 in the child
---   fork.wait(pid)               its exit status, or 128 + n if signal n ended it
---   fork.leave(status)           ends the process without cleaning up

if rawget(_G, "jit") then
  local ffi = require "ffi"
  ffi.cdef [[ int fork(void); int waitpid(int, int *, int); void _exit(int); ]]
  return {
    fork = function() return ffi.C.fork() end,
    leave = function(status) ffi.C._exit(status) end,
    wait = function(pid)
      local status = ffi.new "int[1]"
      ffi.C.waitpid(pid, status, 0)
      local signal = status[0] % 128
      return signal == 0 and math.floor(status[0] / 256) % 256 or 128 + signal
    end,
  }
end

local process = require "spec.support.process"
local path = process.tempdir() .. "/fork.so"
process.run(("cc -shared -fPIC -o %s spec/support/fork.c $(pkg-config --cflags lua5.4)"):format(path))
return assert(package.loadlib(path, "luaopen_spec_fork"))()
