--- Output handler of busted for spec/run.sh: prints failures with position and message, and writes "PASSED FAILED SKIPPED" to
--- the file SPEC_TALLY. If the file is missing, the runner knows that the spec crashed.

return function()
  local busted = require "busted"
  local handler = require "busted.outputHandlers.base"()

  local function text_of(message)
    if type(message) == "table" then message = message.message or message end
    return message == nil and "Nil error" or tostring(message)
  end

  local function show(label, list)
    for _, item in ipairs(list) do
      local trace = item.element.trace or item.trace or {}
      local position = trace.short_src and (" (%s:%s)"):format(trace.short_src, trace.currentline or "?") or ""
      io.write(label, " ", item.name or "?", position, "\n")
      io.write("    ", (text_of(item.message):gsub("\n", "\n    ")), "\n")
      if label == "ERROR" and item.trace and item.trace.traceback then
        io.write("    ", (item.trace.traceback:gsub("^\n", ""):gsub("\n", "\n    ")), "\n")
      end
    end
  end

  function handler.suiteEnd()
    show("FAILED", handler.failures)
    show("ERROR", handler.errors)
    for _, item in ipairs(handler.pendings) do
      io.write("skipped ", item.name or "?", item.message and (": " .. text_of(item.message):gsub("^%S+:%d+: ", "")) or "", "\n")
    end
    local failed = handler.failuresCount + handler.errorsCount
    if handler.successesCount + failed + handler.pendingsCount == 0 then
      io.write("FAILED no test in this file\n")
      failed = 1
    end
    io.flush()
    local path = os.getenv("SPEC_TALLY")
    if path then
      local tally = assert(io.open(path, "w"))
      tally:write(("%d %d %d\n"):format(handler.successesCount, failed, handler.pendingsCount))
      tally:close()
    end
    return nil, true
  end

  busted.subscribe({ "suite", "end" }, handler.suiteEnd)
  return handler
end
