--- The subcommand `idocr report OUT.jsonl... -o report.html`: makes one self-contained page of the results of batches.

local collect = require "idocr.cli.report.collect"
local core = require "idocr.core"
local json = require "idocr.json"
local main = require "idocr.cli.main"
local page = require "idocr.cli.report.page"
local pictures = require "idocr.cli.pictures"
local rows = require "idocr.cli.report.rows"
local shown = require "idocr.cli.report.shown"
local status = require "idocr.cli.status"
local thumbnails = require "idocr.cli.report.thumbnails"
local version = require "idocr.version"

local report = {
  description = [[
Makes one HTML page of the results of `idocr batch` or `idocr work --out`: fields, confidences,
warnings, errors and the findings of the offline checks, with filters, search and charts. The page
needs no network and no other file, and runs in any current browser, also from a local file.

Names, numbers, addresses, machine readable zones, dates of birth and the names of files are masked
in the file itself: "ROSA ANGELA" becomes "R••• A•••••", "X1234567" becomes "X12•••67". With
--clear they are not, and with --pictures the page shows faces: keep such a page as safe as the
pictures.

Of several lines for one picture the last one counts. Lines that are no results are counted, and the
page says so. Status 0: the page was written. Status 1: it was written, and some lines were no
results.

  idocr report cards.jsonl -o report.html
  idocr report --clear --pictures monday.jsonl tuesday.jsonl -o report.html]],
}

function report.describe(parser)
  parser:argument("results", "A JSON Lines file of results; - for standard input."):args("+")
  parser:option("-o --output", "The page to write; - for standard output. Replaces an earlier report."):argname("FILE"):count(1)
  parser:flag("--clear", "Show values and file names as they are, not masked.")
  parser:flag("--pictures", "Also small copies of the portraits and of the pictures that were read, if the files are still there.")
  parser:option("--title", "The heading of the page."):argname("TEXT"):default("Batch report")
end

local FIRST_BYTES = "<!doctype html><!-- idocr report -->"

-- Ends the command as wrong usage if the page would replace a file that is not a page of this command.
local function check_output(target, inputs)
  if target == "-" then return end
  if target:sub(-1) == "/" or pictures.is_folder(target) then main.usage_error("-o must name a file, not a folder") end
  for _, input in ipairs(inputs) do
    if input ~= "-" and core.real_path(input) and core.real_path(input) == core.real_path(target) then
      main.usage_error("-o names a file of results, which would be lost: give the page another name")
    end
  end
  if core.file_type(target, true) == "file" then
    local handle = io.open(target, "rb")
    local first = handle and handle:read(#FIRST_BYTES)
    if handle then handle:close() end
    if first and first ~= FIRST_BYTES then
      main.usage_error("-o names an existing file that is not a report: remove it, or give the page another name")
    end
  end
  local problem = pictures.write_problem(target)
  if problem then main.usage_error("cannot write -o: " .. problem) end
end

local function folder_of(path) return path:match("^(.*)/[^/]*$") or "." end

-- Returns the rows, each as JSON, and the titles of their kinds.
local function make_rows(args, collected, maker, out)
  local list, titles, drawn = {}, {}, core.monotonic()
  for index, line in ipairs(collected.lines) do
    local data = json.decode(line.text)
    line.text = nil
    local row = rows.make(line, data, args.clear)
    if maker then row.pictures = maker:of(data, folder_of(args.results[line.input])) end
    if row.kind then titles[row.kind] = rows.title(row.kind) end
    list[index] = page.json(row)
    if out.progress and core.monotonic() - drawn > 0.2 then
      out.err(("\r%d/%d\27[K"):format(index, #collected.lines))
      drawn = core.monotonic()
    end
  end
  if out.progress then out.err("\r\27[K") end
  return list, titles
end

-- Returns the names of the inputs for the page: only where values are shown in clear.
local function input_names(args)
  local names = {}
  for index, path in ipairs(args.results) do
    if args.clear then names[index] = path == "-" and "standard input" or shown.file(path, true) end
  end
  return names
end

-- Prints what is missing in the page on standard error.
local function print_problems(args, collected, maker, out)
  local function say(format, ...) out.err("idocr: " .. format:format(...) .. "\n") end
  for _, wrong in ipairs(collected.malformed) do
    local name = args.results[wrong.input] == "-" and "standard input" or args.results[wrong.input]
    say("%s, line %d: %s", shown.file(name, true), wrong.number, wrong.problem)
  end
  if collected.malformed_count > 0 then
    say(collected.malformed_count == 1 and "%d line is no result and is not in the report" or
      "%d lines are no results and are not in the report", collected.malformed_count)
  end
  if maker and maker.missing > 0 then
    say("pictures that are not in the report: %d; the file is gone, has changed, or cannot be decoded", maker.missing)
  end
  if maker and maker.omitted > 0 then
    say("pictures that are not in the report: %d; all pictures together have reached 64 MiB", maker.omitted)
  end
end

function report.run(args, out)
  check_output(args.output, args.results)
  local collected, problem = collect.read(args.results)
  if not collected then main.usage_error(problem) end
  local maker = args.pictures and thumbnails.new() or nil
  local list, titles = make_rows(args, collected, maker, out)
  local html = page.make({
    title = shown.file(args.title, true) or "Batch report", made = os.date("!%Y-%m-%d %H:%M UTC"), version = version,
    masked = not args.clear, pictures = maker and { missing = maker.missing, omitted = maker.omitted } or nil,
    inputs = #args.results, names = json.list(input_names(args)), titles = titles, least_confidence = rows.LEAST_CONFIDENCE,
    malformed = json.list(collected.malformed), malformed_count = collected.malformed_count, replaced = collected.replaced,
  }, list)
  print_problems(args, collected, maker, out)
  local written
  written, problem = pictures.write(html, args.output)
  if not written then
    out.err("idocr: cannot write the report: " .. tostring(problem) .. "\n")
    return status.OUTPUT
  end
  return collected.malformed_count > 0 and status.REFUSED or status.OK
end

return report
