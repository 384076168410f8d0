--- Measures decoding the text of a reply into a card with its portrait as bytes.

local process = require "spec.support.process"

return function(bench)
  local files, names = {}, {}
  for name, file in pairs(bench.data.replies) do
    files[#files + 1], names[file] = file, name
  end
  table.sort(files) -- what came before shows in an allocator
  local pin = bench.client_core and ("taskset -c %d "):format(bench.client_core) or ""
  for _, lua in ipairs { "5.4", "luajit" } do
    local paths = ("LUA_PATH='lua/?.lua;lua/?/init.lua;./?.lua;;' LUA_CPATH='build/%s/?.so;%s/%s/?.so;;'"):format(lua, bench.folder, lua)
    local program = lua == "5.4" and "lua5.4" or lua
    local command = ("%senv %s %s spec/bench/decode.lua 1 %s"):format(pin, paths, program, table.concat(files, " "))
    for round = 1, bench.rounds do
      for name, file, value in process.run(command):gmatch("([^\t\n]+)\t([^\t]+)\t([%d.]+)") do
        bench.row("decode", name, lua, names[file], 1, round, tonumber(value))
      end
    end
  end
end
