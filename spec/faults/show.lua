--- Prints the fault matrix: one line for each fault, one column for each transport, then the failures.

local matrix = require "spec.faults.matrix"

local show = {}

local WIDTHS = { 9, 10, 7, 13, 14, 17, 18, 15 }

local function row(name, columns)
  local line = { ("%-66s"):format(#name > 65 and name:sub(1, 62) .. "..." or name) }
  for i, text in ipairs(columns) do
    -- "–" has three bytes and one column
    line[#line + 1] = text .. (" "):rep(WIDTHS[i] - (text == "–" and 1 or #text))
  end
  print((table.concat(line, " "):gsub("%s+$", "")))
end

-- Returns the calls that ended latest after their control timers, and how late these timers were.
local function print_latest(cells, results)
  local list = {}
  for _, cell in ipairs(cells) do
    if results[cell.id] then list[#list + 1] = { result = results[cell.id], cell = cell } end
  end
  table.sort(list, function(a, b) return a.result.late > b.result.late end)
  for i = 1, math.min(#list, 15) do
    local one = list[i]
    print(("%.3f s late, timer %.3f s: %s, %s"):format(one.result.late, one.result.worst, one.cell.fault.name, one.cell.transport))
  end
end

--- Prints everything; the last line is "N passed, N failed".
---@param said string what the workers for libcurl and the server printed: nothing, where all is well
---@param log string nginx's error log
---@return boolean whether all is well
function show.table(cells, faults, results, said, log)
  local by_fault = {}
  for _, cell in ipairs(cells) do
    by_fault[cell.fault] = by_fault[cell.fault] or {}
    by_fault[cell.fault][cell.transport] = cell
  end
  local group
  local wrong, passed = {}, 0
  for _, fault in ipairs(faults) do
    if fault.group ~= group then
      group = fault.group
      print()
      row("== " .. group, matrix.TRANSPORTS)
    end
    local columns = {}
    for i, transport in ipairs(matrix.TRANSPORTS) do
      local cell = by_fault[fault][transport]
      local result = cell and results[cell.id]
      columns[i] = not cell and "–" or not result and "WRONG" or result.wrong and "WRONG" or "ok"
      if cell and (not result or result.wrong) then
        wrong[#wrong + 1] = ("%s: %s, %s\n      %s"):format(fault.group, fault.name, transport,
          result and result.wrong or "no result")
      elseif cell then
        passed = passed + 1
      end
    end
    row(fault.name, columns)
  end
  print()
  for _, text in ipairs(wrong) do print("WRONG " .. text) end
  if said ~= "" then
    wrong[#wrong + 1] = "messages of the processes"
    print("messages of the processes:\n" .. said:sub(1, 20000))
  end
  if #wrong > 0 and log ~= "" then print("nginx:\n" .. log:sub(1, 4000)) end
  if os.getenv "FAULTS_LATE" then print_latest(cells, results) end
  print(("%d faults, %d cells, %d wrong"):format(#faults, #cells, #wrong))
  print(("%d passed, %d failed"):format(passed, #wrong))
  return #wrong == 0
end

return show
