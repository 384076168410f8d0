--- Runs the command of the checkout as a person does, for the specs of the command.
---
---   local cli = require "spec.support.command"
---   local out, status, err = cli.run("read passport --transport sandbox %s", path)   each %s is quoted for the shell
---   cli.with("KEY=value ", ...)      the same with variables of the environment before the command
---   cli.to(">&-", ...)               the same with a redirection behind it
---   cli.shell("cat %s | %s read …", path, cli.COMMAND)   a whole shell line; cli.COMMAND stays as it is
---   cli.lines(text)                  the lines of a text; cli.entries(text): each decoded as JSON

local cjson = require("cjson").new()
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

local cli = {}

local q = process.quote
local root = process.run "pwd"

-- The runner's search paths are relative to the checkout, where the command is started.
local command = process.lua .. " " .. q(root .. "/lua/idocr/cli/start.lua")

cli.root, cli.command = root, command
cli.COMMAND = {} -- stands for the command in a shell line

-- Each %s of the format takes the next value as one word.
local function fill(format, ...)
  local values, index = { ... }, 0
  return (format:gsub("%%s", function()
    index = index + 1
    return values[index] == cli.COMMAND and command or q(values[index])
  end))
end

-- -> stdout, status, stderr
local function capture(line)
  local errors = os.tmpname()
  local out, status = process.capture("{ " .. line .. "\n} 2>" .. q(errors) .. " </dev/null")
  local said = process.read(errors)
  os.remove(errors)
  return out, status, said
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

--- The first specimen of a kind.
function cli.specimen(kind)
  for _, entry in ipairs(specimens.list()) do
    if entry.kind == kind then return entry end
  end
end

--- Copies a picture.
function cli.copy(from, to) process.write(to, process.read(from)) end

return cli
