--- Runs the command `idocr` of the checkout, for its specs.
---
---   local cli = require "spec.support.command"
---   local out, status, err = cli.run("read passport --transport sandbox %s", path)   each %s is replaced by a value quoted for the shell
---   cli.with("KEY=value ", ...)      the same with environment variables before the command
---   cli.to(">&-", ...)               the same with a redirection after it
---   cli.shell("cat %s | %s read …", path, cli.COMMAND)   a whole shell line; cli.COMMAND is not quoted
---   cli.lines(text)                  the lines of a text; cli.entries(text): each decoded as JSON

local cjson = require("cjson").new()
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

local cli = {}

local q = process.quote
local root = process.run "pwd"

-- Runs in the checkout, because the runner's search paths are relative to it.
local command = process.lua .. " " .. q(root .. "/lua/idocr/cli/start.lua")

cli.root, cli.command = root, command
cli.COMMAND = {} -- placeholder of the command in a shell line

-- Replaces each %s by the next value, quoted.
local function fill(format, ...)
  local values, index = { ... }, 0
  return (format:gsub("%%s", function()
    index = index + 1
    return values[index] == cli.COMMAND and command or q(values[index])
  end))
end

-- Returns stdout, status, stderr.
local function capture(line)
  local errors = os.tmpname()
  local out, status = process.capture("{ " .. line .. "\n} 2>" .. q(errors) .. " </dev/null")
  local stderr = process.read(errors)
  os.remove(errors)
  return out, status, stderr
end

function cli.shell(format, ...) return capture(fill(format, ...)) end
function cli.with(environment, format, ...) return capture(environment .. command .. " " .. fill(format, ...)) end
function cli.run(format, ...) return capture(command .. " " .. fill(format, ...)) end
function cli.to(redirection, format, ...) return capture(command .. " " .. fill(format, ...) .. " " .. redirection) end

--- Starts the command in the background: see process.spawn.
function cli.spawn(environment, options, format, ...)
  return process.spawn(environment .. "exec " .. command .. " " .. fill(format, ...), options)
end

function cli.lines(text)
  local lines = {}
  for line in (text or ""):gmatch("[^\n]+") do lines[#lines + 1] = line end
  return lines
end

function cli.entries(text)
  local entries = {}
  for index, line in ipairs(cli.lines(text)) do entries[index] = cjson.decode(line) end
  return entries
end

--- Returns the first specimen of a kind.
function cli.specimen(kind)
  for _, entry in ipairs(specimens.list()) do
    if entry.kind == kind then return entry end
  end
end

--- Copies a file.
function cli.copy(from, to) process.write(to, process.read(from)) end

return cli
