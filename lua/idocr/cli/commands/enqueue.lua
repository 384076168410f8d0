--- The subcommand `idocr enqueue KIND FOLDER|LIST|-`: puts pictures into a queue.

local cli = require "idocr.cli.client"
local folder = require "idocr.cli.folder"
local queue = require "idocr.cli.queue"
local show = require "idocr.cli.show"
local sources = require "idocr.cli.sources"
local status = require "idocr.cli.status"
local width = require "idocr.cli.width"

local enqueue = {
  description = [[
Puts the pictures of a folder or a list into a queue on a Redis server, for the workers of `idocr work`.
The workers read the files at the same paths; with --upload the server gets their bytes. Pictures are
recognised by their content: one that the queue has already is not added again.

With a key, paths, params and uploads are sealed. Without one, --upload needs --clear.

Status 0: all pictures are in the queue. Status 1: a picture cannot be read, or no picture was found.

  export IDOCR_QUEUE=redis://127.0.0.1:6379/0/scans IDOCR_KEY=~/.idocr-key
  idocr enqueue passport scans
  find scans -name '*.jpg' | idocr enqueue passport - --upload]],
}

function enqueue.describe(parser)
  cli.describe_kind(parser)
  parser:argument("source", "A folder with pictures, a file with a path or URL in each line, or - for such a list on standard input.")
  parser:flag("--recursive", "Also the pictures in subfolders; links to folders are not followed.")
  parser:flag("--upload", "Store the bytes of the pictures on the server.")
  parser:flag("--json", "Print one object: added, known, refused.")
  parser:flag("--quiet", "No progress and no summary on standard error.")
  queue.describe(parser, true)
  cli.describe_params(parser)
end

-- Iterates over the params of each picture and its name.
local function inputs(all, params, on_progress)
  local index = 0
  return function()
    index = index + 1
    local source = all[index]
    if not source then return nil end
    on_progress(index)
    local call = {}
    for name, value in pairs(params) do call[name] = value end
    call.image = sources.picture(source)
    return call, source
  end
end

function enqueue.run(args, out)
  local params = cli.params(args)
  if args.fit then params.fit = true end
  local opened, failed = queue.open(args, out)
  if not opened then return failed end
  if args.upload then queue.need_key(opened, "uploads", "--clear stores them unsealed") end
  local found = sources.find(args.source, { recursive = args.recursive, wrote = function() return false end })
  local draw = out.progress and not args.quiet
  local function progress(index)
    if draw and index % 50 == 0 then out.err(("\r%d/%d\27[K"):format(index, #found.all)) end
  end
  local counts, err = cli.try(opened.enqueue_all, opened, args.kind, inputs(found.all, params, progress), {
    upload = args.upload, on_error = function(name, refusal)
      out.err((draw and "\r\27[K" or "") .. "idocr: " .. width.plain(name) .. ": " .. tostring(refusal) .. "\n")
    end,
  })
  if draw then out.err("\r\27[K") end
  opened:close()
  if not counts then return queue.fail(out, err) end
  if args.json then out.out(show.line(counts)) end
  if not args.quiet then
    out.err(("idocr: %d added, %d were there already, %d refused; queue %s\n"):format(counts.added, counts.known, counts.refused,
      opened.name))
    local omitted = found.left_out and folder.describe(found.left_out)
    if omitted then out.err("idocr: left out: " .. omitted .. "\n") end
  end
  if #found.all == 0 then out.err("idocr: there is no picture in " .. width.plain(args.source) .. "\n") end
  return (counts.refused > 0 or #found.all == 0) and status.REFUSED or status.OK
end

return enqueue
