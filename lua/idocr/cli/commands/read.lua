--- The subcommand `idocr read KIND PICTURE...`: reads pictures and prints their cards.

local answer = require "idocr.cli.answer"
local cli = require "idocr.cli.client"
local idocr = require "idocr"
local main = require "idocr.cli.main"
local pictures = require "idocr.cli.pictures"
local status = require "idocr.cli.status"

local read = {
  description = [[
Reads pictures of documents and prints a table for each, or with --json a line of JSON.

  idocr read passport photo.jpg --portrait face.jpg
  idocr read china_id front.jpg --side front --warn all
  idocr read malaysia_id --provider ekycpro front.jpg --back back.jpg
  idocr read macao_id --transport sandbox specimen.jpg     (nothing is sent or billed)]],
}

function read.describe(parser)
  cli.describe_kind(parser)
  parser:argument("picture", "A file, - for standard input, or a URL that the service downloads."):args("+")
  answer.describe(parser)
  cli.describe_after_send(parser)
  cli.describe_params(parser, true)
  cli.describe_client(parser)
end

-- Reads one picture, prints its card or error, and returns the exit status.
local function read_one(client, args, params, source, stem, out)
  local call = {}
  for name, value in pairs(params) do call[name] = value end
  call.image = cli.picture(source)
  if args.back then call.back = cli.picture(args.back) end
  local card, err = cli.try(client.read, client, args.kind, call)
  return answer.print(card, err, args, { source = source, file = source, stem = stem }, out)
end

function read.run(args, out)
  local params = cli.params(args)
  local client = cli.new(args)
  if args.portrait then params.portrait = true end
  if args.card_image and idocr.describe(args.kind).params.crop then params.crop = true end
  local many = #args.picture > 1
  for _, target in ipairs { args.portrait or false, args.card_image or false } do
    if many and target and target:sub(-1) ~= "/" and not pictures.is_folder(target) then
      main.usage_error("for several pictures, --portrait and --card-image must name an existing folder")
    end
  end
  if many and args.back then main.usage_error("--back can be used with only one picture") end
  for _, target in ipairs { args.portrait or false, args.card_image or false } do
    local problem = target and pictures.write_problem(target)
    if problem then main.usage_error("cannot write the picture: " .. problem) end
  end

  local stems = pictures.stems(args.picture)
  local worst = status.OK
  for _, source in ipairs(args.picture) do
    local result = read_one(client, args, params, source, stems[source], out)
    if result ~= status.OK then worst = many and worst ~= status.OK and worst ~= result and status.REFUSED or result end
    if many and result == status.OK and not args.json then out.out("\n") end
    if out.trouble and out.trouble() then break end -- do not pay for results that cannot be printed
  end
  client:close()
  return worst
end

return read
