--- Entry point of the command `idocr`: selects the subcommand, parses its arguments and runs it.

local status = require "idocr.cli.status"

local main = {}

--- A subcommand, as `cli/commands/NAME.lua` returns it.
---@class idocr.Command
---@field description string                               first paragraph of its --help
---@field describe fun(parser: table)                      adds arguments and options (argparse)
---@field run fun(args: table, out: idocr.Console): integer returns the exit status

local COMMANDS = {
  { "read", "Read pictures of documents." },
  { "resume", "Read the result of pictures that an earlier command submitted." },
  { "batch", "Read a folder of pictures into a JSON Lines file; run it again to resume." },
  { "check", "Check a number or a machine readable zone, offline." },
  { "precheck", "Find out why a picture will fail or read badly, before you pay for the call." },
  { "enqueue", "Put pictures into a queue on a Redis server." },
  { "work", "Read the pictures of a queue; any number of workers may run." },
  { "queue", "Show what is in a queue, write its results, retry, drop or erase items." },
  { "report", "Make a page of the results of a batch, to look through in a browser." },
  { "costs", "Sum up what the requests in a ledger cost." },
  { "kinds", "List the kinds of documents and the services that read them." },
  { "sign", "Show the signed request as a curl command, with secrets masked." },
  { "stamp", "Turn a picture into a test case: write the mock server's response into it." },
  { "sandbox", "Start a local mock server of both services; nothing is sent or paid." },
  { "completion", "Print the completions of a shell, or the manual page." },
}

local DESCRIPTION = [[
Reads identity documents through cloud services (Tencent Cloud OCR, ekycpro).

  idocr kinds                                   the kinds of documents, and the services that read them
  idocr read passport photo.jpg                 read one picture, print a table
  idocr read passport --json photo.jpg          the same as JSON
  idocr batch malaysia_id scans --out ic.jsonl  read a folder of pictures
  idocr sandbox                                 start a local mock server of both services]]

local EPILOG = [[
Credentials are never command-line arguments, which other users can see. They are read from
the environment (TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and for temporary ones
TENCENTCLOUD_SESSION_TOKEN; EKYCPRO_API_KEY), from the profile file ~/.tencentcloud/credentials, from
the machine's role, or from the cluster's identity.

]] .. status.HELP

-- Prints a text (--help, --version) and exits.
local function print_and_exit(text, out)
  out.out(text)
  local trouble = out.trouble and out.trouble()
  if trouble then out.err("idocr: standard output: " .. trouble .. "\n") end
  os.exit(trouble and status.OUTPUT or status.OK)
end

-- Builds the argument parser. Loads only the chosen subcommand ("*": all), so that no other one slows it down.
local function build(argparse, chosen, out)
  local function add_help(of)
    return of:add_help { action = function() print_and_exit(of:get_help() .. "\n", out) end }
  end
  local parser = argparse("idocr", DESCRIPTION, EPILOG):command_target("command"):help_max_width(120):require_command(true)
  parser:flag("--version", "Show the version and exit."):action(function()
    print_and_exit(("idocr %s (%s)\n"):format(require "idocr.version", _VERSION), out)
  end)
  add_help(parser)
  local module
  for _, entry in ipairs(COMMANDS) do
    local name, summary = entry[1], entry[2]
    local command = parser:command(name):summary(summary):epilog(status.HELP):help_max_width(120)
    add_help(command)
    if name == chosen or chosen == "*" then
      module = require("idocr.cli.commands." .. name)
      command:description(module.description)
      module.describe(command)
    end
  end
  return parser, module
end

-- Removes the source position that error() adds to a message.
local function without_position(message) return (tostring(message):gsub("^[^%s:]+%.lua:%d+: ", "")) end

-- Replaces control characters, which a message may quote from an argument.
local function printable(message) return (tostring(message):gsub("[^\n]+", require("idocr.cli.width").plain)) end

-- Returns whether a message says that the file of a kind is wrong: a kind of the user's own project.
local function is_about_kind(problem)
  if type(problem) ~= "string" then return false end
  return (problem:find "^idocr/cards/[%w_]+%.lua: " or problem:find "^error loading module 'idocr%.cards%.") ~= nil
end

-- Converts an error for the end of the command: `usage` for a wrong argument or kind, else `bug` with its `trace`.
local function explained(problem)
  if type(problem) == "table" and problem.usage then return problem end
  if is_about_kind(problem) then return { usage = problem:gsub("\n\t", " ") } end
  return { bug = without_position(problem), trace = debug.traceback("", 2) }
end

-- Prints what ended the command and returns its status.
local function failed(problem, out)
  if problem.usage then
    out.err("idocr: " .. printable(without_position(problem.usage)) .. "\n")
    return status.USAGE
  end
  if problem.bug:find("interrupted!", 1, true) then return 130 end
  out.err("idocr: internal error: " .. problem.bug .. problem.trace .. "\n")
  return 70
end

--- Returns the parser with all subcommands, for completions and the manual page.
---@return table parser of argparse
function main.parser() return (build(require "argparse", "*", require("idocr.cli.console").standard())) end

--- Returns the names of the subcommands with their summaries, in order.
---@return string[][]
function main.commands() return COMMANDS end

--- Raises a usage error, which ends the command with status 2.
---@param message string
function main.usage_error(message) error({ usage = message }, 0) end

--- Runs the command.
---@param argv string[]
---@param out idocr.Console? default: that of this process
---@return integer status
function main.run(argv, out)
  out = out or require("idocr.cli.console").standard()
  local found, argparse = pcall(require, "argparse")
  if not found then
    out.err("idocr: the Lua module argparse is missing (Debian: lua-argparse, LuaRocks: argparse)\n")
    return status.USAGE
  end
  local chosen
  for _, argument in ipairs(argv) do
    if not argument:find("^%-") then
      chosen = argument
      break
    end
  end
  local built, parser, module = xpcall(function() return build(argparse, chosen, out) end, explained)
  if not built then return failed(parser, out) end
  local arguments = {}
  for i = 1, #argv do arguments[i] = argv[i] end
  local parsed, args = parser:pparse(arguments)
  if not parsed then
    out.err("idocr: " .. printable(args) .. "\n" .. "Try: idocr " .. (module and chosen .. " " or "") .. "--help\n")
    return status.USAGE
  end
  local ran, result = xpcall(function() return module.run(args, out) end, explained)
  local trouble = out.trouble and out.trouble()
  if trouble then
    out.err("idocr: standard output: " .. trouble .. "\n")
    if ran then return status.OUTPUT end
  end
  if ran then return result end
  return failed(result, out)
end

return main
