-- Reads one picture and prints the card as text.
--
--   lua5.4 examples/script.lua passport photo.jpg
--   IDOCR_TRANSPORT=sandbox lua5.4 examples/script.lua passport specimen.jpg     (no account needed)

local idocr = require "idocr"

local kind, path = arg[1], arg[2]
if not path then
  io.stderr:write("usage: script.lua KIND PICTURE\n")
  os.exit(2)
end

local client = idocr.new { transport = os.getenv "IDOCR_TRANSPORT" }
local card, err = client:read(kind, path)
if not card then
  io.stderr:write(tostring(err), "\n")
  os.exit(1)
end

for _, field in ipairs(idocr.describe(kind).fields) do
  local value = card[field]
  if type(value) == "table" then value = table.concat(value, "\n  ") end
  if value ~= nil then print(("%-18s %s"):format(field, tostring(value))) end
end
for _, warning in ipairs(card.warnings) do print("warning            " .. warning.message) end
