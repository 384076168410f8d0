--- The subcommand `idocr completion SHELL`: prints completions for a shell, or the manual page. `make install` installs them.

local main = require "idocr.cli.main"
local manual = require "idocr.cli.manual"
local status = require "idocr.cli.status"

local completion = {
  description = [[
Prints the completions for bash, zsh or fish, or the manual page. make install puts them where the
shells and man look; with LuaRocks, for example:

  idocr completion bash >~/.local/share/bash-completion/completions/idocr
  idocr completion man | man -l -]],
}

local FORMATS = {
  bash = function(parser) return parser:get_bash_complete() end,
  zsh = function(parser) return parser:get_zsh_complete() end,
  fish = function(parser) return parser:get_fish_complete() end,
  man = manual.render,
}

function completion.describe(parser)
  parser:argument("format", "What to print."):choices { "bash", "zsh", "fish", "man" }
end

function completion.run(args, out)
  out.out((FORMATS[args.format](main.parser()):gsub("\n*$", "\n")))
  return status.OK
end

return completion
