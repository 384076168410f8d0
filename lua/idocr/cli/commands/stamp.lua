--- `idocr stamp PICTURE`

local choice = require "idocr.cli.choice"
local core = require "idocr.core"
local faults = require "idocr.sandbox.faults"
local idocr = require "idocr"
local main = require "idocr.cli.main"
local pictures = require "idocr.cli.pictures"
local stamp = require "idocr.sandbox.stamp"
local status = require "idocr.cli.status"

local command = {
  description = [[
Writes into a picture (a JPEG comment or a PNG text chunk) what the sandbox answers to it, so that any
picture becomes a test case. The services themselves never see it. A stamp that was there is replaced.

  idocr stamp photo.jpg --kind passport --set number=X1234567 --set surname=DOE --set warnings=glare
  idocr stamp photo.jpg --kind malaysia_id --set MyKadNumber=880229-14-0000 -o case.jpg
  idocr stamp photo.jpg --error FailedOperation.ImageBlur -o blurry.jpg
  idocr stamp photo.jpg --kind passport --fault 'throttled*2' -o busy.jpg]],
}

function command.describe(parser)
  parser:argument("picture", "A JPEG or PNG file.")
  parser:option("--kind", "What the picture then shows: " .. table.concat(idocr.kinds(), ", ") .. "."):argname("KIND")
    :convert(choice.of("--kind", idocr.kinds()))
  parser:option("--set", "A field of the card (visual.NAME for the printed zone), or a member of the\n" ..
    "service's own reply by its own name."):argname("FIELD=VALUE"):count("*")
  parser:option("--error", "The service's code (or ekycpro's status) to answer with."):argname("CODE")
  parser:option("--fault", "What goes wrong: " .. table.concat(faults.NAMES, ", ") ..
    ";\nslow=SECONDS says how slow, NAME*2 lets only the first two calls fail."):argname("FAULT")
  parser:option("-o --out", "Write the stamped picture here (- for standard output)\ninstead of over the old one."):argname("FILE")
  parser:flag("--show", "Say what stamp the picture has, and change nothing.")
end

local function read_file(path)
  local image, _, code = core.image_file(path)
  if image then image:close() end
  if code == "not_a_file" then main.usage_error("the picture is no regular file: " .. path) end
  local handle, problem = io.open(path, "rb")
  local bytes = handle and handle:read("*a")
  if handle then handle:close() end
  if not bytes or bytes == "" then main.usage_error("the picture cannot be read: " .. tostring(problem or path)) end
  return bytes
end

local function show(bytes, out)
  local found = stamp.read(bytes)
  if not found then
    out.err("idocr: the picture has no stamp\n")
    return status.REFUSED
  end
  out.out(require("idocr.cli.show").line(found))
  return status.OK
end

function command.run(args, out)
  local bytes = read_file(args.picture)
  if args.show then return show(bytes, out) end
  local fields = {}
  for _, text in ipairs(args.set or {}) do
    local name, value = text:match("^([%w_.%[%]]+)=(.*)$")
    if not name then main.usage_error("--set takes FIELD=VALUE, not '" .. text .. "'") end
    fields[name] = value
  end
  local stamped, err = stamp.write(bytes, { kind = args.kind, fields = fields, error = args.error, fault = args.fault })
  if not stamped then main.usage_error(err.message) end
  local path, problem = pictures.write(stamped, args.out or args.picture, pictures.stem(args.picture), "stamped")
  if path then return status.OK end
  out.err("idocr: the picture cannot be written: " .. tostring(problem) .. "\n")
  return status.OUTPUT
end

return command
