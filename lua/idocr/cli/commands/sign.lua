--- The subcommand `idocr sign KIND PICTURE`: prints the signed request as a curl command.

local cli = require "idocr.cli.client"
local shell_quote = require "idocr.shell_quote"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local width = require "idocr.cli.width"

local sign = {
  description = [[
Signs the request without sending it and prints it as a curl command, to inspect it or to compare
the signature with another tool's. Key id, token and API key are masked. The body is a file, which
--body writes.

  idocr sign passport photo.jpg --body body.json]],
}

function sign.describe(parser)
  cli.describe_kind(parser)
  parser:argument("picture", "A file, or - for standard input.")
  parser:option("--body", "Write the body of the request to this file."):argname("FILE")
  cli.describe_params(parser, true)
  cli.describe_client(parser)
end

local HIDDEN = "***"

-- Masks a key id, except for the first characters, which distinguish ids.
local function masked(text) return #text > 12 and text:sub(1, 4) .. HIDDEN or HIDDEN end

-- Headers without secrets. All others are masked, including unknown ones.
local PLAIN_HEADERS = {}
for name in ([[host content-type content-length accept user-agent x-tc-action x-tc-version x-tc-timestamp x-tc-region
  x-tc-language x-tc-requestclient x-tc-content-sha256]]):gmatch("%S+") do PLAIN_HEADERS[name] = true end

--- Masks the secrets of a header value.
---@param name string
---@param value string
---@return string
function sign.mask_header(name, value)
  local lower = name:lower()
  if PLAIN_HEADERS[lower] then return value end
  if lower == "x-api-key" then return masked(value) end
  if lower ~= "authorization" then return HIDDEN end
  local before, id, after = value:match("^(TC3%-HMAC%-SHA256 Credential=)([^/]+)(/.*)$")
  return before and before .. masked(id) .. after or HIDDEN
end

--- Masks the user name of a URL and the values of its query, which contains ekycpro's token.
---@param url string
---@return string
function sign.mask_url(url)
  local address, query = url:gsub("#.*", ""):match("^([^?]*)%??(.*)$")
  address = address:gsub("^(%a[%w+.-]*://)[^/]*@", "%1" .. HIDDEN .. "@")
  if query == "" then return address end
  return address .. "?" .. (query:gsub("[^&]+", function(part)
    local name = part:match("^([%w_.-]+)=")
    return name and name .. "=" .. HIDDEN or HIDDEN
  end))
end

-- Writes the body of the request in slices. Returns true, or false and the problem.
local function write_body(body, path)
  local handle, problem = io.open(path, "wb")
  if not handle then return nil, problem end
  body:rewind()
  while true do
    local piece, message = body:read(65536)
    if not piece then
      if message then problem = message end
      break
    end
    local written, trouble = handle:write(piece)
    if not written then
      problem = trouble
      break
    end
  end
  local closed, trouble = handle:close()
  problem = problem or not closed and (trouble or "cannot write " .. path) or nil
  return not problem, problem
end

function sign.run(args, out)
  local params = cli.params(args)
  local client = cli.new(args)
  params.image = cli.picture(args.picture)
  if args.back then params.back = cli.picture(args.back) end
  local request, err = cli.try(client.prepare, client, args.kind, params)
  if not request then
    out.err("idocr: " .. width.plain(show.in_flags(tostring(err))) .. "\n")
    return status.of(err)
  end
  if args.body then
    local written, problem = write_body(request.body, args.body)
    if not written then
      out.err("idocr: cannot write the body: " .. tostring(problem) .. "\n")
      return status.OUTPUT
    end
  end
  local lines = { "curl -X " .. request.method .. " " .. shell_quote(sign.mask_url(request.url)) }
  for _, header in ipairs(request.headers) do
    lines[#lines + 1] = "  -H " .. shell_quote(header[1] .. ": " .. sign.mask_header(header[1], header[2]))
  end
  lines[#lines + 1] = "  --data-binary @" .. (args.body and shell_quote(args.body) or "BODY")
  out.out(table.concat(lines, " \\\n") .. "\n")
  if not args.body then
    out.err(("idocr: the body has %d bytes; --body FILE writes it\n"):format(request.body:length()))
  end
  client:close()
  return status.OK
end

return sign
