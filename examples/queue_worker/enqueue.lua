-- Puts pictures into a queue, waits for their results and prints them.
--
--   export IDOCR_QUEUE=redis://127.0.0.1:6379/0/scans IDOCR_KEY=$HOME/.idocr-key     (head -c 32 /dev/urandom > ~/.idocr-key)
--   lua5.4 examples/queue_worker/enqueue.lua passport one.jpg two.jpg

local core = require "idocr.core"
local idocr = require "idocr"

local queue = assert(idocr.queue())
local kind, waiting = arg[1], {}

for index = 2, #arg do
  -- With `upload` the workers need no access to the file. The same content twice is one item, which is paid once.
  local id, added = queue:enqueue(kind, arg[index], { upload = true })
  if not id then
    print(arg[index], added) -- an error
  else
    waiting[#waiting + 1] = { id = id, file = arg[index] }
  end
end

while #waiting > 0 do
  for index = #waiting, 1, -1 do
    local state, entry = queue:result(waiting[index].id)
    if state ~= "waiting" and state ~= "working" then
      print(waiting[index].file, state, entry and (entry.card and entry.card.number or entry.error.code) or "")
      table.remove(waiting, index)
    end
  end
  core.sleep(0.1)
end
