--- The subcommand `idocr resume TOKEN`: reads the result of an asynchronous action that an earlier command submitted.

local answer = require "idocr.cli.answer"
local cli = require "idocr.cli.client"
local main = require "idocr.cli.main"
local pictures = require "idocr.cli.pictures"
local trim = require "idocr.trim"

local resume = {
  description = [[
Reads the result of pictures that an earlier command submitted and that was not ready before its
timeout (StillProcessing). The pictures are not submitted or paid again. The token is in that
command's message, with --json in error.resume_token; with - it is read from standard input. The
token and an account of the service are enough to read the card: keep it secret.

  idocr resume any_card:tencent:intl:d3b0…
  idocr resume --json - < token.txt]],
}

function resume.describe(parser)
  parser:argument("token", "The resume token; - for standard input.")
  answer.describe(parser)
  cli.describe_client(parser)
end

function resume.run(args, out)
  local token = trim(args.token == "-" and (io.stdin:read(4096) or "") or args.token)
  for _, target in ipairs { args.portrait or false, args.card_image or false } do
    local problem = target and pictures.write_problem(target)
    if problem then main.usage_error("cannot write the picture: " .. problem) end
  end
  local client = cli.new(args)
  local card, err = cli.try(client.resume, client, token)
  local result = answer.print(card, err, args, { source = "submitted pictures", stem = "resumed" }, out)
  client:close()
  return result
end

return resume
