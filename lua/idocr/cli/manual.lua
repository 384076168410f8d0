--- Renders the manual page idocr(1) from the command's own help texts.

local main = require "idocr.cli.main"
local version = require "idocr.version"

local manual = {}

-- Escapes a text for roff. A line that begins with a dot or an apostrophe would be a request.
local function roff(text)
  text = text:gsub("\\", "\\e"):gsub("%-", "\\-")
  return (("\n" .. text):gsub("\n([.'])", "\n\\&%1"):sub(2))
end

-- Formats a text whose lines stay as they are.
local function lines(text) return ".nf\n" .. roff(text) .. "\n.fi\n" end

local HEAD = [[
.TH IDOCR 1 "" "idocr %s" "User Commands"
.SH NAME
idocr \- read identity documents through cloud OCR services
.SH SYNOPSIS
.B idocr
.I COMMAND
.RI [ OPTION ]...
]]

local ENVIRONMENT = {
  { "TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, TENCENTCLOUD_SESSION_TOKEN",
    "Keys of Tencent Cloud; the token belongs to temporary ones." },
  { "EKYCPRO_API_KEY", "Key of ekycpro." },
  { "https_proxy, http_proxy, all_proxy, no_proxy", "Proxies, as for curl." },
  { "NO_COLOR", "No colours on a terminal." },
}

--- Renders the page.
---@param parser table of argparse, with all subcommands
---@return string roff
function manual.render(parser)
  local page = { HEAD:format(roff(version)), ".SH DESCRIPTION\n", lines(parser:get_help()), ".SH COMMANDS\n" }
  local helps = {}
  for _, command in ipairs(parser._commands) do helps[command._name] = command:get_help() end
  for _, entry in ipairs(main.commands()) do
    page[#page + 1] = (".SS idocr %s\n"):format(entry[1])
    page[#page + 1] = lines((helps[entry[1]]:gsub("\n*Exit status:.*$", "")))
  end
  page[#page + 1] = ".SH ENVIRONMENT\n"
  for _, variable in ipairs(ENVIRONMENT) do
    page[#page + 1] = (".TP\n.B %s\n%s\n"):format(roff(variable[1]), roff(variable[2]))
  end
  page[#page + 1] = ".SH FILES\n.TP\n.I ~/.tencentcloud/credentials\nProfiles with keys (INI).\n"
  return table.concat(page)
end

return manual
