--- Counts the outcomes of a batch run and formats its progress line and summary.

local core = require "idocr.core"

local tally = {}

--- Counters of one run.
---@class idocr.cli.Tally
---@field todo integer    pictures to send in this run
---@field read integer    cards
---@field refused integer final errors of the service
---@field failed integer  errors that cost nothing; a later run tries again
---@field unsure integer  errors that may have been billed
---@field done integer    finished by an earlier run
---@field waiting integer may have been billed in an earlier run, not sent again
local Tally = {}
Tally.__index = Tally

--- Returns new counters, all 0.
---@return idocr.cli.Tally
function tally.new()
  return setmetatable({ todo = 0, read = 0, refused = 0, failed = 0, unsure = 0, done = 0, waiting = 0, started = core.monotonic() }, Tally)
end

local COUNTED_AS = { final = "refused", unsure = "unsure", again = "failed" }

--- Counts a failed picture by the verdict of `client.money`.
---@param verdict "final"|"unsure"|"again"
function Tally:fail(verdict) self[COUNTED_AS[verdict]] = self[COUNTED_AS[verdict]] + 1 end

--- Formats the progress line of a terminal.
---@return string
function Tally:progress()
  local spent, width = math.max(core.monotonic() - self.started, 0.001), 24
  local failed = self.refused + self.failed + self.unsure
  local finished = self.read + failed
  local filled = self.todo > 0 and math.floor(width * finished / self.todo) or width
  local seconds = finished > 0 and spent / finished * (self.todo - finished) or 0
  return ("[%s%s] %d/%d  %d failed  %.1f/s  %d s left"):format(
    ("#"):rep(filled), ("."):rep(width - filled), finished, self.todo, failed, finished / spent, math.ceil(seconds))
end

--- Formats the summary.
---@return string
function Tally:summary()
  local all = self.todo + self.done + self.waiting
  return ("%d %s: %d read, %d refused, %d failed, %d unsure, %d were there already"):format(all,
    all == 1 and "picture" or "pictures", self.read, self.refused, self.failed, self.unsure + self.waiting, self.done)
end

return tally
