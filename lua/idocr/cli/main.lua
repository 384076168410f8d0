--- The command `idocr`: finds the subcommand, reads its arguments, runs it. Each subcommand is a file of its own.

local status = require "idocr.cli.status"

local main = {}

--- A subcommand, as `cli/NAME.lua` returns it.
---@class idocr.Command
---@field description string                               what its --help begins with
---@field describe fun(parser: table)                      adds arguments and options (argparse)
---@field run fun(args: table, out: idocr.Console): integer returns the exit status

local COMMANDS = {
  { "read", "Read pictures of documents." },
  { "batch", "Read a folder of pictures into a JSON Lines file; start it again and it goes on." },
  { "check", "Check a number or a machine readable zone, offline." },
  { "precheck", "Say why a picture will fail or read badly, before it is paid for." },
  { "kinds", "List the kinds of documents and who reads them." },
  { "sign", "Show the signed request as a curl command, secrets masked." },
  { "stamp", "Turn a picture into a test case: write into it what the sandbox answers." },
  { "sandbox", "Serve the services' contract on this machine, offline and free." },
}

local DESCRIPTION = [[
Reads identity documents through cloud services (Tencent Cloud OCR, ekycpro).

  idocr kinds                                   what can be read, and by whom
  idocr read passport photo.jpg                 one picture: a table
  idocr read passport --json photo.jpg          the same for machines
  idocr batch malaysia_id scans --out ic.jsonl  a folder of pictures
  idocr sandbox                                 a server that answers like the services, offline and free]]

local EPILOG = [[
Credentials never come from the command line, where others can see them. They are looked for in
the environment (TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and for temporary ones
TENCENTCLOUD_SESSION_TOKEN; EKYCPRO_API_KEY), in the profile file ~/.tencentcloud/credentials, at
the machine's role and in the cluster's identity.

]] .. status.HELP

-- What --help and --version do: the text is all there is to the run.
local function say_and_exit(text, out)
  out.out(text)
  local trouble = out.trouble and out.trouble()
  if trouble then out.err("idocr: standard output: " .. trouble .. "\n") end
  os.exit(trouble and status.OUTPUT or status.OK)
end

-- Only the subcommand that runs is loaded and described: none waits for what another one needs.
local function build(argparse, chosen, out)
  local function heeds_help(of)
    return of:add_help { action = function() say_and_exit(of:get_help() .. "\n", out) end }
  end
  local parser = argparse("idocr", DESCRIPTION, EPILOG):command_target("command"):help_max_width(120):require_command(true)
  parser:flag("--version", "Show the version and exit."):action(function()
    say_and_exit(("idocr %s (%s)\n"):format(require("idocr.core").version, _VERSION), out)
  end)
  heeds_help(parser)
  local module
  for _, entry in ipairs(COMMANDS) do
    local name, summary = entry[1], entry[2]
    local command = parser:command(name):summary(summary):epilog(status.HELP):help_max_width(120)
    heeds_help(command)
    if name == chosen then
      module = require("idocr.cli.commands." .. name)
      command:description(module.description)
      module.describe(command)
    end
  end
  return parser, module
end

-- The place that error() puts in front of a message says nothing to a user.
local function without_place(message) return (tostring(message):gsub("^[^%s:]+%.lua:%d+: ", "")) end

-- Arguments that a message quotes may hold control characters of a terminal.
local function harmless(message) return (tostring(message):gsub("[^\n]+", require("idocr.cli.width").plain)) end

--- Raises an error that ends the command as wrong usage.
---@param message string
function main.usage_error(message) error({ usage = message }, 0) end

--- Runs the command.
---@param argv string[]
---@param out idocr.Console? the process's own when not given
---@return integer status
function main.run(argv, out)
  out = out or require("idocr.cli.console").standard()
  local found, argparse = pcall(require, "argparse")
  if not found then
    out.err("idocr: the Lua module argparse is missing (Debian: lua-argparse, LuaRocks: argparse)\n")
    return status.USAGE
  end
  local chosen
  for _, word in ipairs(argv) do
    if not word:find("^%-") then
      chosen = word
      break
    end
  end
  local parser, module = build(argparse, chosen, out)
  local words = {}
  for i = 1, #argv do words[i] = argv[i] end
  local parsed, args = parser:pparse(words)
  if not parsed then
    out.err("idocr: " .. harmless(args) .. "\n" .. "Try: idocr " .. (module and chosen .. " " or "") .. "--help\n")
    return status.USAGE
  end
  local ran, result = xpcall(function() return module.run(args, out) end, function(problem)
    if type(problem) == "table" and problem.usage then return problem end
    return { bug = without_place(problem), trace = debug.traceback("", 2) }
  end)
  local trouble = out.trouble and out.trouble()
  if trouble then
    out.err("idocr: standard output: " .. trouble .. "\n")
    if ran then return status.OUTPUT end
  end
  if ran then return result end
  if result.usage then
    out.err("idocr: " .. harmless(without_place(result.usage)) .. "\n")
    return status.USAGE
  end
  if result.bug:find("interrupted!", 1, true) then return 130 end
  out.err("idocr: internal error: " .. result.bug .. result.trace .. "\n")
  return 70
end

return main
