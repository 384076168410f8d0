--- Measures preparing a request, from memory and from a file, beside OpenSSL's SHA-256 of the same bytes: with all instruction
--- sets of this processor, with AVX2 and without SHA instructions in idocr's kernel, and with portable code.

local process = require "spec.support.process"

local BUILDS = { { "idocr", "prepare" }, { "idocr, AVX2 only", "prepare-2" }, { "idocr, portable", "prepare-0" } }
local COLUMNS = { "OpenSSL's SHA-256", "memory", "file", "sign", "encode" }

return function(bench)
  local names, files = {}, {}
  for _, entry in ipairs(bench.quick and { { "20KB", 20480 }, { "5MB", 5242880 } } or require("spec.bench.data").sizes) do
    names[tostring(entry[2])] = entry[1]
    files[#files + 1] = bench.data.pictures[entry[1]]
  end
  local pin = bench.client_core and ("taskset -c %d "):format(bench.client_core) or ""
  for round = 1, bench.rounds * 3 do
    for _, build in ipairs(BUILDS) do
      local text = process.run(("%s%s/%s 1 %s"):format(pin, bench.folder, build[2], table.concat(files, " ")))
      for line in text:gmatch("[^\n]+") do
        local size, rest = line:match("^(%d+) (.*)$")
        local column = 0
        for value in rest:gmatch("%S+") do
          column = column + 1
          bench.row("prepare", COLUMNS[column], build[1], names[size], 1, round, tonumber(value))
        end
      end
    end
  end
end
