--- Counts what the requests of a run cost, beside the ledger of --ledger, and formats it with --price.

local ledger = require "idocr.client.ledger"
local show = require "idocr.cli.show"

local spending = {}

---@class idocr.cli.Spending
---@field billed integer
---@field free integer
---@field unknown integer
local Spending = {}
Spending.__index = Spending

--- Returns counters and the option `ledger` of `idocr.new` that feeds them.
---@param path string? of --ledger
---@return idocr.cli.Spending
---@return fun(line: idocr.LedgerLine) option
function spending.new(path)
  local self = setmetatable({ billed = 0, free = 0, unknown = 0 }, Spending)
  local write = path and ledger.file(path)
  return self, function(line)
    local what = line.billed == true and "billed" or line.billed == false and "free" or "unknown"
    self[what] = self[what] + 1
    if write and not write(line) then error("the ledger cannot be written", 0) end
  end
end

--- Formats the counters: "requests: 95 billed, 3 free, 2 unknown (at 0.1 each: 9.5 to 9.7)".
---@param price number? of one billed request
---@return string
function Spending:summary(price)
  local text = ("requests: %s billed, %s free, %s unknown"):format(
    show.thousands(self.billed), show.thousands(self.free), show.thousands(self.unknown))
  if not price then return text end
  local least, most = self.billed * price, (self.billed + self.unknown) * price
  local sum = most > least and ("%.10g to %.10g"):format(least, most) or ("%.10g"):format(least)
  return ("%s (at %.10g each: %s)"):format(text, price, sum)
end

return spending
