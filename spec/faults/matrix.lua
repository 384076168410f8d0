--- The cells of the fault matrix: every fault of spec/faults/table/ on every transport on which it can exist.
---
--- A fault is a table:
---   name, group       what the server does
---   serve             its script on each connection (spec/faults/steps.lua), or a list of scripts for one connection each
---   h2                its script on HTTP/2 where that differs; false: cannot exist there
---   h1 = false        exists on HTTP/2 only
---   on                names of the transports, where it can exist only on some
---   naked             the scripts make their own TLS handshake
---   kind              of the port: "listen", "refuse", "full", "deaf"; `rcvbuf`: bytes of the server's receive buffer
---   proxy             script of an HTTP proxy in front; `proxy_kind`
---   options           options of the client, beside those of spec/faults/cell.lua
---   calls             the calls, in order; each { bytes, together, before, want }; default: one
---   want              outcome of the last call (spec/faults/want.lua); calls before it give the card
---   quick = false     not in the fast subset

local steps = require "spec.faults.steps"

local matrix = {}

-- "started": client:start, driven by a loop that waits for the descriptors of client:fds; not in the fast subset.
matrix.TRANSPORTS = {
  "curl-http", "curl-https", "curl-h2", "cosocket-http", "cosocket-https", "curl-started-http", "curl-started-https", "curl-started-h2",
}
matrix.GROUPS = {
  "connect", "tls", "stages", "head", "framing", "body", "encoding", "timing", "early", "reuse", "http2", "proxy", "answers",
  "limits", "fallback",
}

local function is_step(value) return type(value) == "table" and type(value[1]) == "string" end

local function scripts_of(value) return is_step(value[1]) and { value } or value end

-- Script of a connection: TLS and the beginning of HTTP/2 before what the fault does.
local function with_prefix(fault, transport, script)
  local whole = {}
  if not fault.naked then
    if transport:find "https" then whole[#whole + 1] = steps.tls("good", "http/1.1", "23") end
    if transport:find "h2" then
      whole[#whole + 1] = steps.tls("good", "h2", "23")
      whole[#whole + 1] = steps.h2(fault.settings or "")
    end
    whole[#whole + 1] = steps.loop
  end
  for _, step in ipairs(script) do whole[#whole + 1] = step end
  return whole
end

local function applies(fault, transport)
  if fault.on then
    for _, name in ipairs(fault.on) do
      if transport:find(name, 1, true) then return true end
    end
    return false
  end
  local is_h2 = transport:find "h2$"
  if is_h2 then return fault.h2 ~= false end
  return fault.h1 ~= false
end

local function ports_of(fault, transport)
  local ports = {}
  local serve = transport:find "h2$" and fault.h2 or fault.serve
  local origin = { name = "origin", kind = fault.kind or "listen", rcvbuf = fault.rcvbuf or 0, scripts = {} }
  for _, script in ipairs(serve and scripts_of(serve) or {}) do
    origin.scripts[#origin.scripts + 1] = with_prefix(fault, transport, script)
  end
  ports[1] = origin
  if fault.second then
    ports[#ports + 1] = { name = "second", kind = "listen", rcvbuf = 0, scripts = { with_prefix(fault, transport, fault.second) } }
  end
  if fault.proxy or fault.proxy_kind then
    local script = fault.proxy
    if type(script) == "function" then script = script(transport) end
    ports[#ports + 1] = { name = "proxy", kind = fault.proxy_kind or "listen", rcvbuf = 0,
      scripts = script and scripts_of(script) or {} }
  end
  return ports
end

local function matches(text, pattern)
  return not pattern or pattern == "" or text:lower():find((pattern:lower():gsub("%-", "%%-"))) ~= nil
end

--- All faults in order.
function matrix.faults()
  local faults = {}
  for _, group in ipairs(matrix.GROUPS) do
    for _, fault in ipairs(require("spec.faults.table." .. group)) do
      fault.group = group
      faults[#faults + 1] = fault
    end
  end
  return faults
end

--- The cells that are chosen, with numbers that do not depend on the choice.
---@param choice { faults: string?, transport: string?, quick: boolean?, without: string? }
---@return table[] cells { id, fault, transport, ports }
---@return table[] faults those of the cells
function matrix.cells(choice)
  local cells, faults, id = {}, {}, 0
  for _, fault in ipairs(matrix.faults()) do
    local used = false
    for _, transport in ipairs(matrix.TRANSPORTS) do
      id = id + 1
      local chosen = matches(fault.group .. ": " .. fault.name, choice.faults) and matches(transport, choice.transport)
        and not (choice.quick and (not fault.quick or transport:find "started"))
        and not (choice.without and transport:find(choice.without, 1, true))
      if chosen and applies(fault, transport) then
        cells[#cells + 1] = { id = id, fault = fault, transport = transport, ports = ports_of(fault, transport) }
        used = true
      end
    end
    if used then faults[#faults + 1] = fault end
  end
  return cells, faults
end

--- Writes the server's script file.
function matrix.write_scripts(cells, path)
  local file = assert(io.open(path, "wb"))
  for _, cell in ipairs(cells) do
    file:write("cell ", cell.id, "\n")
    for _, port in ipairs(cell.ports) do
      file:write(("port %s %s %d\n"):format(port.name, port.kind, port.rcvbuf))
      for _, script in ipairs(port.scripts) do
        file:write "connection\n"
        for _, step in ipairs(script) do file:write(steps.line(step), "\n") end
      end
    end
  end
  file:close()
end

return matrix
