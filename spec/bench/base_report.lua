--- Prints the comparison of two trees from build/bench/rows.tsv: medians, and the median of the ratios of each round.
---
---   base_report.lua COMMIT

local stats = require "spec.bench.stats"

local PARTS = {
  { "call, memory", "http", { "20KB", "200KB", "1MB", "5MB" } }, { "call, file", "http", { "20KB", "200KB", "1MB", "5MB" } },
  { "call, memory, LuaJIT", "http", { "20KB", "200KB", "1MB", "5MB" } },
  { "decode, 5.4", "", { "1KB", "200KB" } }, { "decode, luajit", "", { "1KB", "200KB" } },
  { "peak memory, KB", "http", { "5MB" } },
}

local rows = stats.read "build/bench/rows.tsv"
print(("This tree compared with %s: µs of CPU (calls, decode) and KB (memory); a ratio below 1 is less than before."):format(arg[1]))
print(("%-22s %6s %9s %12s %12s %8s  %s"):format("", "size", "in flight", "base", "this tree", "ratio", "range"))
for _, part in ipairs(PARTS) do
  local name, scheme, sizes = part[1], part[2], part[3]
  for _, size in ipairs(sizes) do
    for _, in_flight in ipairs { 1, 16 } do
      local ratio = rows:ratio(name, "this tree", "base", scheme, size, in_flight)
      if ratio then
        print(("%-22s %6s %9d %12.1f %12.1f %8.3f  %.2f to %.2f"):format(name, size, in_flight,
          rows:of(name, "base", scheme, size, in_flight).median, rows:of(name, "this tree", scheme, size, in_flight).median,
          ratio.median, ratio.min, ratio.max))
      end
    end
  end
end
