--- Prints what a call returned: a card, with its pictures written to files, or an error.

local console = require "idocr.cli.console"
local pictures = require "idocr.cli.pictures"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local width = require "idocr.cli.width"

local answer = {}

--- Adds the options of the output.
function answer.describe(parser)
  parser:group("Output",
    parser:flag("--json", "One line of JSON for each picture."),
    parser:flag("--raw", "With --json: also the service's own response, with pictures as base64."),
    parser:flag("--check", "Also check digits, dates and fields against each other, offline."),
    parser:option("--portrait", "Request the portrait and write it to this file or folder."):argname("FILE"),
    parser:option("--card-image", "Request the cropped card, if the kind has it, and write it to this file or folder."):argname("FILE"))
end

-- Writes the requested pictures of a card. Returns the files by field, and the problems.
local function write_pictures(card, args, stem)
  local files, problems = {}, {}
  for field, target in pairs { portrait = args.portrait, card_image = args.card_image } do
    if card[field] then
      local path, problem = pictures.write(card[field], target, stem, field)
      files[field], problems[#problems + 1] = path, problem
    else
      problems.missing = field
    end
  end
  return files, problems
end

-- Prints one line of JSON, with the path of the picture.
local function print_line(data, names, out) out.out(show.line(names.file and show.named(data, names.file) or data)) end

-- Prints an error. A result that is still to come is paid: the hint says how to read it.
local function print_error(err, args, names, out)
  local source = width.plain(names.source)
  if args.json then print_line({ error = show.error_data(err) }, names, out) end
  out.err("idocr: " .. source .. ": " .. console.paint(out, "red", width.plain(show.in_flags(tostring(err)))) .. "\n")
  if err.resume_token and not args.json then
    local site = args.site and " --site " .. args.site or ""
    out.err(("idocr: %s: the result can be read later without paying again: idocr resume%s %s\n"):format(
      source, site, err.resume_token))
  end
end

--- Prints the card or the error of one call.
---@param card idocr.Card?
---@param err idocr.Error?
---@param args table of the command, with the options of `answer.describe`
---@param names { source: string, file: string?, stem: string } what the card was read from, its path for the line of JSON, and a
---  name for the files of its pictures
---@param out idocr.Console
---@return integer status exit status
function answer.print(card, err, args, names, out)
  local source = names.source
  if not card then
    print_error(err, args, names, out)
    return status.of(err)
  end
  local files, problems = write_pictures(card, args, names.stem)
  local options = { source = source, files = files, raw = args.raw, report = args.check and card:check() or nil }
  if args.json then
    print_line(show.card_data(card, options), names, out)
  else
    out.out(show.card(out, card, options))
  end
  if problems.missing then
    out.err(("idocr: %s: the reply holds no %s\n"):format(width.plain(source), (problems.missing:gsub("_", " "))))
  end
  for _, problem in ipairs(problems) do out.err("idocr: " .. problem .. "\n") end
  return problems[1] and status.OUTPUT or status.OK
end

return answer
