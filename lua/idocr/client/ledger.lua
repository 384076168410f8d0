--- Records what every request cost: one line for each request that left, in a file or for a function of the user.
---
--- A line holds no personal data: when, which provider and action, the request id, how it ended, what it cost, which attempt.

local core = require "idocr.core"
local errors = require "idocr.errors"
local json = require "idocr.json"
local money = require "idocr.client.money"

local ledger = {}

--- A line of the ledger.
---@class idocr.LedgerLine
---@field time string         when the outcome was known, UTC: "2026-11-26T08:30:00Z"
---@field provider string
---@field action string
---@field request_id string?  of the service
---@field outcome string      "ok", or the code of the error
---@field billed boolean?     nil (null in the file): the service does not say
---@field attempt integer     1 for the first request of a call

---@class idocr.Ledger
---@field private write fun(line: idocr.LedgerLine): boolean?
local Ledger = {}
Ledger.__index = Ledger

-- In the order in which they are written.
local MEMBERS = { "time", "provider", "action", "request_id", "outcome", "billed", "attempt" }

local function encoded(line)
  local pieces = {}
  for index, name in ipairs(MEMBERS) do
    local value = line[name]
    if value == nil then value = json.null end
    pieces[index] = json.encode(name) .. ":" .. json.encode(value)
  end
  return "{" .. table.concat(pieces, ",") .. "}\n"
end

--- Returns a function that appends a line to a file with one write(2) and returns whether it could. It opens the file for each
--- line: a rotated file is left, and processes after a fork share nothing. Raises, without a position, where the file cannot be
--- appended to now.
---@param path string
---@return fun(line: idocr.LedgerLine): boolean?
function ledger.file(path)
  local first, message = core.output(path, "shared")
  if not first then error("option ledger: the file cannot be appended to: " .. message, 0) end
  first:close()
  return function(line)
    local output = core.output(path, "shared")
    if not output then return nil end
    local written = output:write(encoded(line))
    output:close()
    return written
  end
end

--- Makes the ledger of the option `ledger`. Raises, without a position, where the file cannot be written.
---@param option string|function|nil  a path, or a function that gets each line as a table
---@param wall fun(): number          Unix seconds
---@param emit fun(name: string, fields: table)
---@return idocr.Ledger?  nil without the option
function ledger.new(option, wall, emit)
  if option == nil then return nil end
  local write
  if type(option) == "string" then
    write = ledger.file(option)
  else
    write = function(line)
      option(line)
      return true
    end
  end
  return setmetatable({ write = write, wall = wall, emit = emit }, Ledger)
end

--- Records a request whose outcome is known. A request of which no byte left is not recorded. A line that cannot be written is
--- reported by the event `ledger`; the call goes on, because its result is paid for.
---@param provider string
---@param plan idocr.Plan
---@param attempt integer
---@param err idocr.Error?  nil: it succeeded
---@param result table?     of a success
function Ledger:record(provider, plan, attempt, err, result)
  if err and err.sent == false then return end
  local action, request_id = plan.action, result and (result.RequestId or result.request_id)
  local line = {
    time = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(self.wall())), provider = provider, action = action,
    request_id = errors.request_id(err and err.request_id or request_id), outcome = err and errors.safe_code(err) or "ok",
    billed = money.price(err, plan, result), attempt = attempt,
  }
  local ran, written = pcall(self.write, line)
  if not (ran and written) then self.emit("ledger", { provider = provider, action = action, ok = false }) end
end

return ledger
