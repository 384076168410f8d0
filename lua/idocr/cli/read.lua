--- `idocr read KIND PICTURE...`

local cli = require "idocr.cli.client"
local console = require "idocr.cli.console"
local kinds = require "idocr.kinds"
local main = require "idocr.cli.main"
local pictures = require "idocr.cli.pictures"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"

local read = {
  description = [[
Reads pictures of documents and prints what was read: a table for each, or with --json a line for each.

  idocr read passport photo.jpg --portrait face.jpg
  idocr read china_id front.jpg --side front --warn all
  idocr read malaysia_id --provider ekycpro front.jpg --back back.jpg
  idocr read macao_id --transport sandbox specimen.jpg     nothing is sent, nothing is paid]],
}

function read.describe(parser)
  cli.describe_kind(parser)
  parser:argument("picture", "A file, - for standard input, or an address that the service fetches itself."):args("+")
  parser:group("What comes out",
    parser:flag("--json", "One line of JSON for each picture."),
    parser:flag("--raw", "With --json: also the reply as the service named it, pictures as base64."),
    parser:flag("--check", "Also check digits, dates and cross-checks, offline."),
    parser:option("--portrait", "Ask for the portrait and write it to this file or folder."):argname("FILE"),
    parser:option("--card-image", "Ask for the cut-out card, where the kind has that, and write it."):argname("FILE"))
  parser:option("--back", "Picture of the back, where the kind has one."):argname("PICTURE")
  cli.describe_params(parser)
  cli.describe_client(parser)
end

-- Writes the card's pictures where the user wants them. -> files by field, or nil and the problem
local function write_pictures(card, args, source)
  local files = {}
  for field, place in pairs { portrait = args.portrait, card_image = args.card_image } do
    if card[field] then
      local path, problem = pictures.write(card[field], place, source, field)
      if not path then return nil, problem end
      files[field] = path
    end
  end
  return files
end

-- Reads one picture and prints it. -> exit status
local function read_one(client, args, params, source, out)
  local call = {}
  for name, value in pairs(params) do call[name] = value end
  call.image = cli.picture(source)
  if args.back then call.back = cli.picture(args.back) end
  local card, err = cli.try(client.read, client, args.kind, call)
  if not card then
    if args.json then out.out(show.line { file = source, error = show.error_data(err) }) end
    out.err("idocr: " .. source .. ": " .. console.paint(out, "red", tostring(err)) .. "\n")
    return status.of(err)
  end
  local files, problem = write_pictures(card, args, source)
  if not files then
    out.err("idocr: " .. problem .. "\n")
    return status.USAGE
  end
  local options = { source = source, files = files, raw = args.raw, report = args.check and card:check() or nil }
  if args.json then
    local data = show.card_data(card, options)
    data.file = source
    out.out(show.line(data))
  else
    out.out(show.card(out, card, options))
  end
  return status.OK
end

function read.run(args, out)
  local params = cli.params(args)
  local client = cli.new(args)
  if args.portrait then params.portrait = true end
  if args.card_image and (kinds.get(args.kind).params or {}).crop then params.crop = true end
  local many = #args.picture > 1
  for _, place in ipairs { args.portrait or false, args.card_image or false } do
    if many and place and place:sub(-1) ~= "/" and not pictures.is_folder(place) then
      main.usage_error("for several pictures, --portrait and --card-image name a folder that is there")
    end
  end
  if many and args.back then main.usage_error("--back belongs to one picture") end

  local worst = status.OK
  for _, source in ipairs(args.picture) do
    local result = read_one(client, args, params, source, out)
    if result ~= status.OK then worst = many and worst ~= status.OK and worst ~= result and status.REFUSED or result end
    if many and result == status.OK and not args.json then out.out("\n") end
  end
  client:close()
  return worst
end

return read
