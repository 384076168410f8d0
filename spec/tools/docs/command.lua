--- Makes docs/command.md from the help of the command itself.

local annotations = require "spec.tools.docs.annotations"
local markdown = require "spec.tools.docs.markdown"

local lua = rawget(_G, "jit") and "luajit" or "lua" .. _VERSION:match("[%d.]+$")

local function help_of(command)
  local pipe = assert(io.popen(("%s lua/idocr/cli/start.lua %s --help 2>&1"):format(lua, command)))
  local text = pipe:read "*a"
  pipe:close()
  return (text:gsub("%s+$", ""))
end

-- The list of subcommands with a summary each.
local function commands()
  local list = {}
  for name, summary in annotations.read("lua/idocr/cli/main.lua"):match("local COMMANDS = (%b{})"):gmatch('{ "(%l+)", "([^"]+)" }') do
    list[#list + 1] = { name = name, summary = summary }
  end
  return list
end

local INTRODUCTION = [[
# The command

The help of `idocr` and of each subcommand, as `--help` prints it. [Reference](reference.md#the-command) has an overview.
In a checkout the command is `build/idocr`.
]]

--- Returns the page: path -> text.
---@return table<string, string>
return function()
  local page, rows = { markdown.generated "lua/idocr/cli/" .. "\n" .. INTRODUCTION }, {}
  for index, command in ipairs(commands()) do
    rows[index] = { ("[`idocr %s`](#idocr-%s)"):format(command.name, command.name), command.summary }
  end
  page[#page + 1] = markdown.table({ "command", "does" }, rows)
  page[#page + 1] = "## idocr\n\n```text\n" .. help_of "" .. "\n```\n"
  for _, command in ipairs(commands()) do
    page[#page + 1] = ("## idocr %s\n\n```text\n%s\n```\n"):format(command.name, help_of(command.name))
  end
  return { ["docs/command.md"] = table.concat(page, "\n") }
end
