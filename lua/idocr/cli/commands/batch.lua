--- The subcommand `idocr batch KIND FOLDER|LIST --out FILE.jsonl`: reads many pictures into a JSON Lines file.

local cli = require "idocr.cli.client"
local core = require "idocr.core"
local csv = require "idocr.cli.csv"
local digest = require "idocr.picture.digest"
local folder = require "idocr.cli.folder"
local in_flight = require "idocr.cli.in_flight"
local main = require "idocr.cli.main"
local money = require "idocr.client.money"
local pictures = require "idocr.cli.pictures"
local resume = require "idocr.cli.resume"
local show = require "idocr.cli.show"
local sources = require "idocr.cli.sources"
local spending = require "idocr.cli.spending"
local status = require "idocr.cli.status"
local tally = require "idocr.cli.tally"

local batch = {
  description = [[
Reads the pictures of a folder or a list, several at once within the service's published rate, and
writes one line of JSON for each result. Run again with the same --out, it skips pictures with a
card or a final error, and sends again those whose failure certainly cost nothing. A failure that may
have been billed is "unsure": the picture is sent again only with --after-send. Pictures are
recognised by their content: a renamed file is not sent again, a changed one is.

Ctrl-C or TERM: sends nothing more and waits for what is in flight; a second one cancels that, and
writes it down as unsure. After SIGKILL or a power failure the next run sends again, and pays again
for, what was in flight: where that matters, use a queue (`idocr enqueue`).

Status 0: nothing failed in this run, or earlier runs finished everything. Status 1: a picture
failed, or the folder contains no picture that can be read. Status 130 or 143: ended by a signal. Two
runs cannot write to one file at a time: the second ends with status 6 before it sends anything.

  idocr batch malaysia_id scans --out cards.jsonl --concurrency 8 --portraits faces
  idocr batch passport list.txt --out cards.jsonl --csv cards.csv --price 0.15
  find scans -name '*.jpg' | idocr batch passport - --out cards.jsonl]],
}

local function whole_number(text)
  local number = tonumber(text)
  if number and number >= 1 and number <= 1024 and number % 1 == 0 then return number end
  return nil, "--concurrency must be a whole number from 1 to 1024, not '" .. text .. "'"
end

local function price(text)
  local number = tonumber(text)
  if number and number >= 0 and number < math.huge then return number end
  return nil, "--price must be a number, not '" .. text .. "'"
end

function batch.describe(parser)
  cli.describe_kind(parser)
  parser:argument("folder", "A folder with pictures (jpg, jpeg, png, bmp, gif, webp, pdf, if the service accepts them; with\n" ..
    "--fit also heic, heif, avif and webp), a file with a path or URL in each line, or - for such a list on standard input.")
  parser:option("--out", "File to append the lines to; - for standard output."):argname("FILE"):count(1)
  parser:flag("--recursive", "Also read the pictures in subfolders; links to folders are not followed.")
  parser:option("--csv", "After the run, write everything in --out as a table to this file."):argname("FILE")
  parser:option("--price", "What one billed request costs, for the summary."):argname("AMOUNT"):convert(price)
  parser:option("--concurrency", "Number of concurrent calls.", "4"):argname("N"):convert(whole_number)
  parser:option("--portraits", "Request portraits and write them to this folder."):argname("FOLDER")
  parser:flag("--raw", "Also the service's own response, with pictures as base64.")
  parser:flag("--quiet", "No progress and no summary on standard error.")
  cli.describe_after_send(parser)
  cli.describe_params(parser)
  cli.describe_client(parser)
end

-- One run of the command.
---@class idocr.cli.Run
---@field args table
---@field out idocr.Console
---@field output idocr.Output
---@field before string   prefix of the first line: a line break if the file ends with an incomplete line
---@field stems table<string, string>  picture -> name of its portrait
---@field below fun(path: string): string  the subfolder of a picture: "", "/2024", "/2024/may"
---@field counts idocr.cli.Tally
---@field spent idocr.cli.Spending
---@field hashes table<string, string|false>  path -> SHA-256 of the file, where it is known
---@field stop idocr.Error?  an error that all further pictures would have, too
---@field problem string?    why a result could not be written
---@field signal string?     that ended the run

-- Ends the command as wrong usage if --portraits or --csv cannot be written.
local function check_outputs(args)
  if args.csv then
    if args.out == "-" then main.usage_error("--csv needs a file as --out") end
    local handle, unwritable = io.open(args.csv, "ab")
    if not handle then main.usage_error("cannot write --csv: " .. unwritable) end
    handle:close()
  end
  if not args.portraits then return end
  if not pictures.is_folder(args.portraits) then main.usage_error("--portraits must name an existing folder") end
  local problem = pictures.write_problem(args.portraits)
  if problem then main.usage_error("cannot write to --portraits: " .. problem) end
end

-- Opens and locks the output before anything is sent. Returns the output, or nil and an exit status.
local function open_output(args, out)
  local output, problem, code = core.output(args.out == "-" and 1 or args.out)
  if output then
    if core.file_type(args.out, true) == "file" and args.out ~= "-" and not output:locked() then
      out.err("idocr: " .. args.out .. " cannot be locked on its file system: do not start a second batch that writes to it\n")
    end
    return output
  end
  if code ~= "in_use" then main.usage_error("--out: " .. args.out .. ": " .. problem) end
  out.err("idocr: " .. args.out .. " is in use: another batch writes to it; nothing was sent\n")
  return nil, status.OUTPUT
end

-- Returns the SHA-256 of a picture's file; nil for a URL and for a file that cannot be read.
local function hash_of(run, path)
  if run.hashes[path] == nil then run.hashes[path] = not sources.is_url(path) and digest.file(path) or false end
  return run.hashes[path] or nil
end

-- Removes further paths to the same file: `scans/a.jpg` and `./scans/a.jpg` in a list are one picture.
local function without_repeats(all, memory)
  local kept, seen = {}, {}
  for _, path in ipairs(all) do
    local key = sources.is_url(path) and path or memory:canonical(path) or path
    if not seen[key] then kept[#kept + 1] = path end
    seen[key] = true
  end
  return kept
end

-- Selects the pictures to send in this run.
local function choose(run, all, memory)
  local todo, args, counts, here = {}, run.args, run.counts, {}
  for _, path in ipairs(all) do here[path], here[memory:canonical(path) or path] = true, true end
  for _, path in ipairs(without_repeats(all, memory)) do
    local outcome = memory:outcome(path, function() return hash_of(run, path) end, here)
    if outcome == nil or money.ask_again(outcome, args.after_send) then
      todo[#todo + 1] = path
    elseif outcome == "unsure" then
      counts.waiting = counts.waiting + 1
    else
      counts.done = counts.done + 1
    end
  end
  counts.todo = #todo
  return todo
end

-- Returns the name of each picture's portrait, unique within its folder.
local function stems_by_folder(all)
  local folders, stems = {}, {}
  for _, path in ipairs(all) do
    local above = path:match("^(.*)/") or "."
    folders[above] = folders[above] or {}
    table.insert(folders[above], path)
  end
  for _, paths in pairs(folders) do
    for path, stem in pairs(pictures.stems(paths)) do stems[path] = stem end
  end
  return stems
end

-- Iterates over the params of one picture each. Records the path of each in `paths`.
local function inputs(run, todo, params, paths)
  local index = 0
  return function()
    index = index + 1
    local path = todo[index]
    if not path or run.stop or run.problem then return nil end -- do not pay for results that cannot be written
    local call = {}
    for name, value in pairs(params) do call[name] = value end
    call.image = sources.picture(path)
    hash_of(run, path)
    paths[call] = path
    return call
  end
end

-- Writes the portrait of a card and returns the card's line.
local function card_line(run, path, card)
  local files, args = {}, run.args
  if args.portraits and card.portrait then
    local target = args.portraits .. run.below(path)
    pictures.make_folder(target)
    files.portrait, run.problem = pictures.write(card.portrait, target, run.stems[path], "portrait")
  end
  run.counts.read = run.counts.read + 1
  return { card = show.card_data(card, { files = files, raw = args.raw }) }
end

-- Error categories that stop the batch, because all further pictures would fail in the same way.
local FATAL = { credentials = true, unsupported = true }

-- Counts an error and returns its line.
local function error_line(run, err)
  local verdict = money.verdict(err)
  run.counts:fail(verdict)
  if FATAL[err.category] then run.stop = err end
  return { error = show.error_data(err), kind = run.args.kind, unsure = verdict == "unsure" or nil }
end

-- Reads the pictures. Waits for pending calls when the run stops, because they may be billed.
local function read_all(run, client, params, todo)
  local paths, drawn = {}, 0
  local draw = run.out.progress and not run.args.quiet
  local function on_result(input, card, err)
    local path = paths[input]
    paths[input] = nil
    local line = card and card_line(run, path, card) or error_line(run, err)
    line.sha256, run.hashes[path] = run.hashes[path] or nil, nil
    local written, trouble = run.output:write(run.before .. show.line(show.named(line, path)))
    if not written then run.problem = trouble end
    run.before = ""
    local now = core.monotonic()
    if draw and now - drawn > 0.1 then
      run.out.err("\r" .. run.counts:progress() .. "\27[K")
      drawn = now
    end
  end
  run.signal = in_flight(client, run.args.kind, {
    concurrency = run.args.concurrency, next_input = inputs(run, todo, params, paths), on_result = on_result,
  })
  if draw then run.out.err("\r\27[K") end
end

-- Prints the summary and returns the exit status.
local function report(run, left_out)
  local counts, err = run.counts, run.out.err
  local omitted, unsure = left_out and folder.describe(left_out), counts.unsure + counts.waiting
  if not run.args.quiet then
    err(("idocr: %s; %s\n"):format(counts:summary(), run.args.out == "-" and "standard output" or run.args.out))
    if counts.todo > 0 then err("idocr: " .. run.spent:summary(run.args.price) .. "\n") end
    if unsure > 0 then err(("idocr: %d unsure: may have been billed; --after-send asks again\n"):format(unsure)) end
    if omitted then err("idocr: left out: " .. omitted .. "\n") end
  end
  if run.args.csv then
    local written, trouble = csv.write(run.args.out, run.args.csv, run.args.kind)
    if not written then run.problem = run.problem or trouble end
  end
  if run.problem then
    err("idocr: cannot write the results: " .. run.problem .. "\n")
    return status.OUTPUT
  end
  if run.stop then
    err("idocr: " .. tostring(run.stop) .. "\n")
    return status.of(run.stop)
  end
  if run.signal then
    err("idocr: ended by SIG" .. run.signal .. " after the calls in flight; run again to read the rest\n")
    return status.SIGNAL[run.signal]
  end
  if counts.todo + counts.done + counts.waiting == 0 then
    err("idocr: there is no picture to read in " .. (run.args.folder == "-" and "the list" or run.args.folder) ..
      (omitted and run.args.quiet and "; left out: " .. omitted or "") .. "\n")
    return status.REFUSED
  end
  return counts.refused + counts.failed + counts.unsure > 0 and status.REFUSED or status.OK
end

function batch.run(args, out)
  check_outputs(args)
  local params = cli.params(args)
  local opened, spent, ledger = pcall(spending.new, args.ledger)
  if not opened then main.usage_error(spent) end
  local client = cli.new(args, { ledger = ledger })
  if args.portraits then params.portrait = true end
  local output, failed = open_output(args, out)
  if not output then return failed end
  local memory, torn = resume.load(args.out == "-" and "/dev/null" or args.out)
  local found = sources.find(args.folder, {
    recursive = args.recursive, formats = params.precheck ~= false and cli.formats(args) or nil,
    wrote = function(path) return memory:wrote(path) end,
  })
  local run = {
    args = args, out = out, output = output, before = torn and "\n" or "", stems = stems_by_folder(found.all), counts = tally.new(),
    spent = spent, hashes = {},
    below = function(path) return found.root and path:sub(#found.root + 1):match("^(/.*)/[^/]*$") or "" end,
  }
  read_all(run, client, params, choose(run, found.all, memory))
  output:close()
  client:close()
  return report(run, found.left_out)
end

return batch
