--- The subcommand `idocr stamp PICTURE`: writes the mock server's response into a picture.

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
Writes the mock server's response into a picture (a JPEG comment or a PNG text chunk), which turns any
picture into a test case. The real services ignore it. An existing stamp is replaced.

  idocr stamp photo.jpg --kind passport --set number=X1234567 --set surname=DOE --set warnings=glare
  idocr stamp photo.jpg --kind malaysia_id --set MyKadNumber=880229-14-0000 -o case.jpg
  idocr stamp photo.jpg --error FailedOperation.ImageBlur -o blurry.jpg
  idocr stamp photo.jpg --kind passport --fault 'throttled*2' -o busy.jpg]],
}

function command.describe(parser)
  parser:argument("picture", "A JPEG or PNG file.")
  parser:option("--kind", "Kind of card to recognise: " .. table.concat(idocr.kinds(), ", ") .. "."):argname("KIND")
    :convert(choice.of("--kind", idocr.kinds()))
  parser:option("--set", "A field of the card (visual.NAME for the printed zone), or a member of the\n" ..
    "service's response by the service's name."):argname("FIELD=VALUE"):count("*")
  parser:option("--error", "The error code (or ekycpro's status) to respond with."):argname("CODE")
  parser:option("--fault", "Fault to inject: " .. table.concat(faults.NAMES, ", ") ..
    ";\nslow=SECONDS sets the delay, NAME*2 makes only the first two calls fail."):argname("FAULT")
  parser:option("-o --out", "Write the stamped picture to this file (- for standard output)\n" ..
    "instead of replacing the original."):argname("FILE")
  parser:flag("--show", "Print the stamp of the picture and change nothing.")
end

local function read_file(path)
  local image, _, code = core.image_file(path)
  if image then image:close() end
  if code == "not_a_file" then main.usage_error("the picture must be a regular file: " .. path) end
  local handle, problem = io.open(path, "rb")
  local bytes = handle and handle:read("*a")
  if handle then handle:close() end
  if not bytes or bytes == "" then main.usage_error("cannot read the picture: " .. tostring(problem or path)) end
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
  out.err("idocr: cannot write the picture: " .. tostring(problem) .. "\n")
  return status.OUTPUT
end

return command
