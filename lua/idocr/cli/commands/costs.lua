--- The subcommand `idocr costs LEDGER...`: sums up what the requests in ledgers cost, by day and action.

local json = require "idocr.json"
local main = require "idocr.cli.main"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local table_text = require "idocr.cli.table"

local costs = {
  description = [[
Sums up what the requests in ledger files cost, by day (UTC), provider and action. A ledger is what
the option `ledger` of idocr.new, or --ledger of the commands, writes.

  billed    the service returned a result, or an error that it charges
  free      the service charged nothing
  unknown   the service does not say; for example, its response was lost

  idocr costs ledger.jsonl
  idocr costs --json january.jsonl february.jsonl]],
}

function costs.describe(parser)
  parser:argument("ledger", "A ledger file; - for standard input."):args("+")
  parser:flag("--json", "One line of JSON for each day and action.")
end

-- Returns the day, provider and action of a line and what it cost; nil where it is no line of a ledger.
local function parse(text)
  local line = json.decode(text)
  if type(line) ~= "table" then return nil end
  local day = type(line.time) == "string" and line.time:match("^(%d%d%d%d%-%d%d%-%d%d)T")
  if not day or type(line.provider) ~= "string" or type(line.action) ~= "string" then return nil end
  local cost = "unknown"
  if line.billed == true then cost = "billed" elseif line.billed == false then cost = "free" end
  return day, line.provider, line.action, cost
end

-- Adds the lines of one file to the sums. Returns the number of lines that are not of a ledger.
local function add_file(path, sums)
  local handle, problem = io.stdin, nil
  if path ~= "-" then handle, problem = io.open(path, "rb") end
  if not handle then main.usage_error(problem) end
  local malformed = 0
  local read, why = pcall(function()
    for text in handle:lines() do
      local day, provider, action, cost = parse(text)
      if day then
        local key = day .. "\0" .. provider .. "\0" .. action
        sums[key] = sums[key] or { day = day, provider = provider, action = action, billed = 0, free = 0, unknown = 0 }
        sums[key][cost] = sums[key][cost] + 1
      elseif text:find("%S") then
        malformed = malformed + 1
      end
    end
  end)
  if handle ~= io.stdin then handle:close() end
  if not read then main.usage_error(path .. ": " .. tostring(why):gsub("^.-:%d+: ", "")) end
  return malformed
end

local function total_of(rows)
  local total = { billed = 0, free = 0, unknown = 0 }
  for _, row in ipairs(rows) do
    for name, number in pairs(total) do total[name] = number + row[name] end
  end
  return total
end

local function cells(first, row, colour)
  return {
    first[1], first[2], first[3], show.thousands(row.billed), show.thousands(row.free), show.thousands(row.unknown),
    colours = colour and { colour, colour, colour, colour, colour, colour } or { "dim" },
  }
end

function costs.run(args, out)
  local sums, rows, malformed = {}, {}, 0
  for _, path in ipairs(args.ledger) do malformed = malformed + add_file(path, sums) end
  local keys = {}
  for key in pairs(sums) do keys[#keys + 1] = key end
  table.sort(keys)
  for index, key in ipairs(keys) do rows[index] = sums[key] end

  if args.json then
    for _, row in ipairs(rows) do out.out(show.line(row)) end
  else
    local grid = {}
    for index, row in ipairs(rows) do grid[index] = cells({ row.day, row.provider, row.action }, row) end
    grid[#grid + 1] = cells({ "total", "", "" }, total_of(rows), "bold")
    out.out(table_text.render(out, { "day", "provider", "action", "billed", "free", "unknown" }, grid))
  end
  if malformed > 0 then
    out.err(("idocr: %d lines are not of a ledger and were not counted\n"):format(malformed))
    return status.REFUSED
  end
  return status.OK
end

return costs
