--- The subcommand `idocr queue`: shows what is in a queue, writes its results, and decides about items.

local core = require "idocr.core"
local json = require "idocr.json"
local main = require "idocr.cli.main"
local queue = require "idocr.cli.queue"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local table_text = require "idocr.cli.table"

local command = {
  description = [[
Shows what is in a queue; on a terminal again and again, until it is finished or Ctrl-C. Or writes the results, and decides about items:

  --retry  gives failed, unsure or dead pictures back to the workers. An unsure one may be paid twice.
           `failed`: only those that cost nothing
  --drop   gives unsure, dead, failed or waiting pictures up and forgets them
  --purge  erases pictures with their results, in any state

These three may be repeated. An ID is the member `id` of a result. Results are written before anything is erased.

  idocr queue                              (IDOCR_QUEUE names the queue)
  idocr queue --json
  idocr queue --results cards.jsonl        (IDOCR_KEY or --key-file opens them)
  idocr queue --retry unsure --drop dead]],
}

function command.describe(parser)
  parser:flag("--json", "Print one object: waiting, working, done, failed (by code), unsure, dead, rate, time_left,\n"
    .. "appendfsync, appendonly, keeps_marks.")
  parser:option("--results", "Write all results to this file as lines of JSON; - for standard output."):argname("FILE")
  parser:option("--retry", "Give pictures back to the workers."):argname("ID|unsure|dead|failed"):count("*")
  parser:option("--drop", "Give pictures up."):argname("ID|unsure|dead"):count("*")
  parser:option("--purge", "Erase pictures and results."):argname("ID|all"):count("*")
  queue.describe(parser)
end

-- Writes the results. Returns whether it succeeded, and an exit status where it did not.
local function write_results(opened, path, out)
  local output, problem
  if path == "-" then
    output = { write = function(_, text)
      out.out(text)
      return not (out.trouble and out.trouble())
    end }
  else
    if core.file_type(path, true) == "file" then os.remove(path) end -- a new file: only its owner may read it
    output, problem = core.output(path)
    if not output then main.usage_error("--results: " .. path .. ": " .. problem) end
  end
  local count, err = opened:results(function(entry)
    if problem then return end
    local written, trouble = output:write(show.line(entry))
    if not written then problem = trouble or "it cannot be written" end
  end)
  if path ~= "-" then output:close() end
  if not count then return false, queue.fail(out, err) end
  if problem then
    out.err("idocr: " .. path .. ": " .. problem .. "\n")
    return false, status.OUTPUT
  end
  out.err(("idocr: %d results; %s\n"):format(count, path == "-" and "standard output" or path))
  return true
end

local DONE = { retry = "given back to the workers", drop = "given up", purge = "erased" }

-- Decides about items. Returns the exit status.
local function decide(opened, what, list, out)
  local result = status.OK
  for _, which in ipairs(list or {}) do
    local count, why = opened[what](opened, which)
    if not count then return queue.fail(out, why) end
    if count == 0 and why then
      local reason = why == "absent" and "there is no such item" or ("it is %s"):format(why)
      out.err(("idocr: --%s %s: %s\n"):format(what, which:sub(1, 64), reason))
      result = status.REFUSED
    else
      out.err(("idocr: %d %s\n"):format(count, DONE[what]))
    end
  end
  return result
end

local function duration(seconds)
  if not seconds then return "unknown" end
  if seconds < 120 then return ("%d s"):format(math.ceil(seconds)) end
  if seconds < 7200 then return ("%d min"):format(math.ceil(seconds / 60)) end
  return ("%.1f h"):format(seconds / 3600)
end

local function marks(counts)
  if counts.keeps_marks then return "kept over a crash of the server (appendfsync always)" end
  if counts.keeps_marks == nil then return "unknown: the server does not tell its settings" end
  if counts.appendonly ~= "yes" then return "LOST in a crash of the server: appendonly " .. tostring(counts.appendonly) end
  return "a crash of the server can lose the last ones: appendfsync " .. tostring(counts.appendfsync)
end

local function render(counts, out)
  local rows = {}
  local function add(name, value, colour) rows[#rows + 1] = { name, value, colours = { "dim", colour } } end
  local function number(name, value, colour) add(name, show.thousands(value), value > 0 and colour or nil) end
  number("waiting", counts.waiting)
  number("working", counts.working)
  number("done", counts.done, "green")
  local codes = {}
  for code in pairs(counts.failed) do codes[#codes + 1] = code end
  table.sort(codes)
  for _, code in ipairs(codes) do number("failed: " .. code, counts.failed[code], "red") end
  if #codes == 0 then number("failed", 0) end
  number("unsure", counts.unsure, "yellow")
  number("dead", counts.dead, "red")
  add("rate", ("%.1f/s"):format(counts.rate))
  add("time left", duration(counts.time_left))
  add("marks", marks(counts), not counts.keeps_marks and "yellow" or nil)
  return table_text.render(out, { "queue " .. counts.queue, "" }, rows)
end

local function status_line(counts)
  if counts.time_left == nil then counts.time_left = json.null end
  if counts.appendfsync == nil then counts.appendfsync, counts.appendonly, counts.keeps_marks = json.null, json.null, json.null end
  return show.line(counts)
end

-- Shows the counts again and again on a terminal.
local function watch(opened, out)
  local lines = 0
  while true do
    local counts, err = opened:status()
    if not counts then return queue.fail(out, err) end
    local text = render(counts, out)
    out.out((lines > 0 and ("\27[%dA\27[J"):format(lines) or "") .. text)
    lines = select(2, text:gsub("\n", ""))
    if counts.waiting + counts.working == 0 or out.trouble and out.trouble() then return status.OK end
    if core.await_signal(1) then return status.OK end
  end
end

function command.run(args, out)
  local opened, failed = queue.open(args, out)
  if not opened then return failed end
  if args.results then
    local ok, result = write_results(opened, args.results, out)
    if not ok then return result end
  end
  local worst = status.OK
  for _, what in ipairs { "retry", "drop", "purge" } do
    worst = math.max(worst, decide(opened, what, args[what], out))
  end
  local acted = args.results or #args.retry + #args.drop + #args.purge > 0
  if args.json or not acted then
    if out.terminal and not args.json then return watch(opened, out) end
    local counts, err = opened:status()
    if not counts then return queue.fail(out, err) end
    out.out(args.json and status_line(counts) or render(counts, out))
  end
  opened:close()
  return worst
end

return command
