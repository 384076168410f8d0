--- Runs many calls of a client, several at once, and ends them in an orderly way: after a signal no call starts, and those in flight
--- are finished, because they are paid for. A second signal cancels them.

local core = require "idocr.core"

local STEP = 0.1 -- seconds; the longest wait before a signal is noticed

--- Runs calls until there are no more inputs, or a signal came.
---@param client idocr.Client
---@param kind string
---@param settings { concurrency: integer, next_input: (fun(): table?), on_result: fun(input: table, card: idocr.Card?, err: idocr.Error?) }
---@return "TERM"|"INT"|"HUP"|nil signal  that ended it
return function(client, kind, settings)
  local running, exhausted, signal = 0, false, nil
  local function start(input)
    running = running + 1
    client:start(kind, input, function(card, err)
      running = running - 1
      settings.on_result(input, card, err)
    end)
  end
  while true do
    local came = core.await_signal(0)
    if came and signal then client:close() end
    signal = signal or came
    while not signal and not exhausted and running < settings.concurrency do
      local input = settings.next_input()
      if input then start(input) else exhausted = true end
    end
    if running == 0 then return signal end
    client:step(STEP)
  end
end
