-- Reads the pictures that are named on standard input, four at a time, and prints a line for each.
--
--   ls scans/*.jpg | lua5.4 examples/folder_each.lua passport
--
-- The command `idocr batch` does more: it resumes, writes JSON and CSV, and counts what was billed.

local idocr = require "idocr"

local client = idocr.new { transport = os.getenv "IDOCR_TRANSPORT" }
local read, failed = 0, 0

-- io.lines is asked for the next path when a call may start: a list of a million paths needs no memory.
for path, card, err in client:each(arg[1], io.lines(), { concurrency = 4 }) do
  if card then
    read = read + 1
    print(path, card.number or "-")
  else
    failed = failed + 1
    print(path, err.code)
  end
end

print(("%d read, %d failed"):format(read, failed))
client:close()
