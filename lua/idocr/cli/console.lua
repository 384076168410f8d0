--- Writes to standard output and standard error, and detects terminals, colours and width. Tests pass a replacement.

local core = require "idocr.core"

local console = {}

---@class idocr.Console
---@field out fun(text: string)      standard output
---@field trouble fun(): string?     write error of standard output, nil if there was none
---@field err fun(text: string)      standard error
---@field colour boolean             standard output is a terminal with colours
---@field terminal boolean           standard output is a terminal that can be redrawn
---@field progress boolean           standard error is a terminal, so a progress line can be redrawn
---@field columns integer            width of the terminal
---@field unicode boolean            the locale is UTF-8, so box-drawing characters can be used

local CODES = { bold = "1", dim = "2", red = "31", green = "32", yellow = "33" }

-- Runs a command and returns whether it succeeded. os.execute returns true in 5.2+, 0 in 5.1 and LuaJIT.
local function succeeds(command)
  local status = os.execute(command)
  return status == true or status == 0
end

local function columns_of_terminal()
  local given = tonumber(os.getenv("COLUMNS"))
  if given then return given end
  local pipe = io.popen("stty size 2>/dev/null </dev/tty")
  local text = pipe and pipe:read("*l")
  if pipe then pipe:close() end
  return tonumber(text and text:match("%d+%s+(%d+)"))
end

--- Returns the console of this process.
---@return idocr.Console
function console.standard()
  local locale = os.getenv("LC_ALL")
  if not locale or locale == "" then locale = os.getenv("LC_CTYPE") end
  if not locale or locale == "" then locale = os.getenv("LANG") end
  local terminal = succeeds("test -t 1")
  local plain = os.getenv("NO_COLOR") or os.getenv("TERM") == "dumb" or not os.getenv("TERM")
  local output, trouble = core.output(1), nil -- io.stdout could split long lines and hide a write error
  return {
    out = function(text)
      local done, problem = output:write(text)
      if not done and not trouble then trouble = problem end
    end,
    trouble = function() return trouble end,
    err = function(text) io.stderr:write(text) end,
    colour = terminal and not plain,
    terminal = terminal and not plain,
    progress = succeeds("test -t 2") and not plain,
    columns = terminal and columns_of_terminal() or 100,
    unicode = (locale or ""):lower():find("utf%-?8") ~= nil,
  }
end

--- Returns a text in a colour, if the console has colours.
---@param self idocr.Console
---@param colour "bold"|"dim"|"red"|"green"|"yellow"
---@param text string
---@return string
function console.paint(self, colour, text)
  if not self.colour then return text end
  return "\27[" .. CODES[colour] .. "m" .. text .. "\27[0m"
end

return console
