--- The subcommand `idocr work`: reads the pictures of a queue.

local cli = require "idocr.cli.client"
local core = require "idocr.core"
local main = require "idocr.cli.main"
local queue = require "idocr.cli.queue"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"

local work = {
  description = [[
Takes pictures from a queue, reads them within the account's rate, which all workers share, and stores the
results on the queue's server. Any number of workers may run, on any number of machines. A mark on the server
precedes every request: what a worker had before its mark, another worker reads; a picture whose request left
without a result becomes "unsure" and is sent again only with --after-send or `idocr queue --retry`.

TERM or Ctrl-C: takes nothing more and finishes what is in flight; a second one cancels it. Results are sealed
with the queue's key; without one, results are stored only with --clear.

Status 0: nothing failed in this run. Status 1: a picture was refused, failed, or is unsure.

  export IDOCR_QUEUE=redis://127.0.0.1:6379/0/scans IDOCR_KEY=~/.idocr-key
  idocr work --ledger ledger.jsonl
  idocr work --exit-when-empty --out cards.jsonl]],
}

local function number(option, least, whole)
  return function(text)
    local value = tonumber(text)
    if value and value >= least and value < 2 ^ 31 and (not whole or value % 1 == 0) then return value end
    return nil, ("%s must be a %snumber from %g, not '%s'"):format(option, whole and "whole " or "", least, text)
  end
end

function work.describe(parser)
  parser:option("--concurrency", "Number of concurrent calls.", "4"):argname("N"):convert(number("--concurrency", 1, true))
  parser:option("--out", "File to append the results to as lines of JSON; several workers may share it. - for standard output.")
    :argname("FILE")
  parser:flag("--out-only", "Store no results on the server: they only go to --out.")
  parser:option("--idle", "Seconds after which another worker takes over the pictures of one that disappeared (30).")
    :argname("SECONDS"):convert(number("--idle", 0.1))
  parser:flag("--exit-when-empty", "End when no picture waits and no worker has one.")
  parser:option("--rounds", "Attempts at a picture that fail for a passing reason and cost nothing (5).")
    :argname("N"):convert(number("--rounds", 1, true))
  parser:option("--most-lost", "Workers that may disappear with a picture before it is set aside as dead (5).")
    :argname("N"):convert(number("--most-lost", 1, true))
  parser:option("--rate", "Calls per second that the account allows, instead of the published ones."):argname("N")
    :convert(number("--rate", 0.001))
  parser:option("--spool", "Folder for results that the server does not accept."):argname("FOLDER")
  parser:flag("--quiet", "No progress and no summary on standard error.")
  queue.describe(parser, true)
  cli.describe_after_send(parser)
  cli.describe_client(parser)
end

-- Opens --out. Several workers may append to one file.
local function open_output(args)
  if not args.out then return nil end
  local output, problem = core.output(args.out == "-" and 1 or args.out, "shared")
  if not output then main.usage_error("--out: " .. args.out .. ": " .. problem) end
  return output
end

local function progress(counts)
  return ("%d read, %d failed, %d unsure, %d dead"):format(counts.done, counts.failed, counts.unsure, counts.dead)
end

-- Returns what `queue:work` takes, and the counts that its callbacks keep.
local function settings_of(args, out, client, output)
  local counts, drawn, away = { done = 0, failed = 0, unsure = 0, dead = 0 }, 0, false
  local draw = out.progress and not args.quiet
  local settings = {
    client = client, concurrency = args.concurrency, idle = args.idle, rounds = args.rounds, most_lost = args.most_lost,
    after_send = args.after_send, exit_when_empty = args.exit_when_empty, spool = args.spool, store = not args.out_only,
    stopping = function() return core.await_signal(0) ~= nil end,
  }
  function settings.on_result(entry)
    local name = entry.card and "done" or entry.unsure and "unsure" or entry.error.code == "WorkerLost" and "dead" or "failed"
    counts[name] = counts[name] + 1
    local now = core.monotonic()
    if draw and now - drawn > 0.1 then
      out.err("\r" .. progress(counts) .. "\27[K")
      drawn = now
    end
    if not output then return true end
    return output:write(show.line(entry))
  end
  function settings.on_event(name, fields)
    if name == "spool" then out.err("idocr: a result cannot be kept in the spool: " .. tostring(fields.message) .. "\n") end
    if name ~= "store" or away == not fields.ok then return end
    away = not fields.ok
    out.err((draw and "\r\27[K" or "") .. (away and "idocr: the queue's server fails (" .. tostring(fields.code) .. "); trying again\n"
      or "idocr: the queue's server is back\n"))
  end
  return settings
end

-- Says where a crash of the server can lose marks, and a picture can then be paid twice.
local function warn_of_marks(opened, out)
  local counts, err = opened:status()
  if not counts then return queue.fail(out, err) end
  if counts.keeps_marks == false then
    out.err(("idocr: a crash of the queue's server can lose marks, and a picture may then be paid twice (appendonly %s, appendfsync %s)\n")
      :format(tostring(counts.appendonly), tostring(counts.appendfsync)))
  end
end

local function report(done, args, out, name)
  if out.progress and not args.quiet then out.err("\r\27[K") end
  if not args.quiet then
    out.err(("idocr: %s, %d tried again, %d stored for earlier workers; queue %s\n"):format(progress(done), done.again, done.replayed,
      name))
  end
  if done.spooled > 0 then
    out.err(("idocr: %d results are in the spool: the next worker with the same --spool stores them\n"):format(done.spooled))
  end
  if done.problem then
    out.err("idocr: cannot write the results: " .. done.problem .. "\n")
    return status.OUTPUT
  end
  if done.error then return queue.fail(out, done.error) end
  if done.spooled > 0 then return status.NETWORK end
  return done.failed + done.unsure + done.dead > 0 and status.REFUSED or status.OK
end

function work.run(args, out)
  if args.out_only and not args.out then main.usage_error("--out-only needs --out") end
  local opened, failed = queue.open(args, out)
  if not opened then return failed end
  if not args.out_only then queue.need_key(opened, "results", "--clear stores them unsealed, --out-only not at all") end
  local output = open_output(args)
  failed = warn_of_marks(opened, out)
  if failed then return failed end
  local client = cli.new(args, { shared = queue.shared(args), rate = args.rate })
  local done, err = cli.try(opened.work, opened, settings_of(args, out, client, output))
  if output then output:close() end
  client:close()
  opened:close()
  if not done then return queue.fail(out, err) end
  return report(done, args, out, opened.name)
end

return work
