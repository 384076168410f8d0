--- `idocr batch KIND FOLDER --out FILE.jsonl`

local cli = require "idocr.cli.client"
local core = require "idocr.core"
local idocr = require "idocr"
local main = require "idocr.cli.main"
local pictures = require "idocr.cli.pictures"
local resume = require "idocr.cli.resume"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"

local batch = {
  description = [[
Reads all pictures of a folder, several at once within the service's published rate, and writes
one line of JSON for each as it comes back. Started again with the same --out it leaves out what
is there already: cards, and pictures that the service refused for good.

  idocr batch malaysia_id scans --out cards.jsonl --concurrency 8 --portraits faces]],
}

local EXTENSIONS = { jpg = true, jpeg = true, png = true, bmp = true, pdf = true, gif = true, webp = true }

local function whole_number(text)
  local number = tonumber(text)
  if number and number >= 1 and number < 2 ^ 31 and number % 1 == 0 then return number end
  return nil, "--concurrency is a whole number from 1, not '" .. text .. "'"
end

function batch.describe(parser)
  cli.describe_kind(parser)
  parser:argument("folder", "The folder with the pictures (jpg, jpeg, png, bmp, gif, webp, pdf).")
  parser:option("--out", "Where the lines go; they are added to what is there. - is standard output."):argname("FILE"):count(1)
  parser:option("--concurrency", "Pictures in flight at once.", "4"):argname("N"):convert(whole_number)
  parser:option("--portraits", "Ask for portraits and write them to this folder."):argname("FOLDER")
  parser:flag("--raw", "Also the reply as the service named it, pictures as base64.")
  parser:flag("--quiet", "No progress on standard error.")
  cli.describe_params(parser)
  cli.describe_client(parser)
end

-- The pictures of the folder that are not done yet, and all that there are.
local function find_pictures(folder, done)
  local names, problem = core.list_directory(folder)
  folder = folder:gsub("^%./+", ""):gsub("/+", "/"):gsub("/$", "") -- ./scans/ and scans are one folder to a later run
  if not names then main.usage_error("the folder cannot be read: " .. tostring(problem)) end
  local todo, all = {}, {}
  for _, name in ipairs(names) do
    if EXTENSIONS[(name:match("%.(%w+)$") or ""):lower()] then
      local path = folder .. "/" .. name
      all[#all + 1] = path
      if not done[path] then todo[#todo + 1] = path end
    end
  end
  return todo, all
end

-- One line that is drawn again and again on a terminal; elsewhere only the last one counts.
local function progress_line(counts, started)
  local spent = math.max(core.monotonic() - started, 0.001)
  local finished, width = counts.cards + counts.failed, 24
  local filled = counts.todo > 0 and math.floor(width * finished / counts.todo) or width
  local left = finished > 0 and spent / finished * (counts.todo - finished) or 0
  return ("[%s%s] %d/%d  %d failed  %.1f/s  %d s left"):format(
    ("#"):rep(filled), ("."):rep(width - filled), finished, counts.todo, counts.failed, finished / spent, math.ceil(left))
end

-- Each input of client:each: the params of one picture; `paths` notes the path of each for its line.
local function inputs(todo, params, paths)
  local index = 0
  return function()
    index = index + 1
    local path = todo[index]
    if not path then return nil end
    local call = {}
    for name, value in pairs(params) do call[name] = value end
    call.image = idocr.file(path)
    paths[call] = path
    return call
  end
end

-- One line of a picture. -> line, what went wrong with writing its portrait
local function line_of(args, path, stem, card, err)
  local files, problem = {}, nil
  if not card then return show.named({ error = show.error_data(err) }, path) end
  if args.portraits and card.portrait then
    files.portrait, problem = pictures.write(card.portrait, args.portraits, stem, "portrait")
  end
  return show.named({ card = show.card_data(card, { files = files, raw = args.raw }) }, path), problem
end

function batch.run(args, out)
  if args.portraits then
    if not pictures.is_folder(args.portraits) then main.usage_error("--portraits names a folder that is there") end
    local complaint = pictures.complaint(args.portraits)
    if complaint then main.usage_error("nothing can be written there: " .. complaint) end
  end
  local params = cli.params(args)
  local client = cli.new(args)
  if args.portraits then params.portrait = true end
  local to_stdout = args.out == "-"
  local done, broken = {}, false
  if not to_stdout then done, broken = resume.load(args.out) end
  local todo, all = find_pictures(args.folder, done)
  local stems, paths = pictures.stems(all), {}
  local lines, problem = io.stdout, nil
  if not to_stdout then lines, problem = io.open(args.out, "ab") end
  if not lines then main.usage_error(tostring(problem)) end
  if broken then lines:write("\n") end

  local counts = { todo = #todo, cards = 0, failed = 0 }
  local started, drawn, result, stop = core.monotonic(), 0, status.OK, nil
  for input, card, err in client:each(args.kind, inputs(todo, params, paths), { concurrency = args.concurrency }) do
    local path, line = paths[input]
    line, problem = line_of(args, path, stems[path], card, err)
    paths[input] = nil
    if card then
      counts.cards = counts.cards + 1
    else
      counts.failed = counts.failed + 1
      result = status.REFUSED
      stop = err.category == "credentials" and err or nil -- the next ten thousand would fail like this one
    end
    -- A line is whole or, after a crash, the last one: a later run then begins on a new line.
    local written, trouble = lines:write(show.line(line))
    if written then written, trouble = lines:flush() end
    if not written then problem = trouble or "cannot write" end
    local now = core.monotonic()
    if out.progress and not args.quiet and now - drawn > 0.1 then
      out.err("\r" .. progress_line(counts, started) .. "\27[K")
      drawn = now
    end
    if stop or problem then break end -- what cannot be kept need not be paid for
  end
  if not to_stdout then lines:close() end
  client:close()
  if out.progress and not args.quiet then out.err("\r\27[K") end
  if not args.quiet then
    out.err(("idocr: %d pictures: %d read, %d failed, %d were there already; %s\n"):format(
      #all, counts.cards, counts.failed, #all - #todo, to_stdout and "standard output" or args.out))
  end
  if problem then
    out.err("idocr: what was read cannot be written: " .. problem .. "\n")
    return status.OUTPUT
  end
  if stop then
    out.err("idocr: " .. tostring(stop) .. "\n")
    return status.of(stop)
  end
  return result
end

return batch
