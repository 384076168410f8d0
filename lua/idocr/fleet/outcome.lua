--- Decides what becomes of an item after a call: its state, when it is tried again, and its line among the results.

local errors = require "idocr.errors"
local line = require "idocr.line"
local money = require "idocr.client.money"

local outcome = {}

local LONGEST_DELAY = 60 -- seconds
local SHORT_DELAY = 1 -- seconds, after a failure of the store or of our own rate limit

--- What a line of the results says: `file` with `card` or `error`, as a batch writes it, and the id of the item.
---@class idocr.QueueEntry
---@field id string
---@field kind string?
---@field file string
---@field sha256 string?       of the picture; nil for a URL
---@field file_base64 string?  where `file` is not UTF-8
---@field card table?
---@field error table?
---@field unsure boolean?      it may have been billed, and has no result

---@class idocr.ItemOutcome
---@field state string     "done", "failed:CODE", "unsure", "waiting"
---@field verdict string   "done", or of `money.verdict`
---@field entry idocr.QueueEntry?  nil for "waiting"
---@field delay number     seconds
---@field round boolean    the attempt counts
---@field fatal boolean?   every other item would fail in the same way

local function entry_of(id, job, members)
  members.id, members.kind, members.sha256 = id, job.kind, job.sha256
  return line.named(members, job.file or "")
end

--- Returns the line of an item that ended with an error.
---@return idocr.QueueEntry
function outcome.error_entry(id, job, err, unsure)
  return entry_of(id, job, { error = line.error(err), unsure = unsure or nil })
end

-- Failures of this machine or worker: they say nothing about the item.
local OURS = { RateLimited = true, Cancelled = true, Stopped = true, ClientClosed = true, Forked = true }

local function again(delay, round, fatal)
  return { state = "waiting", verdict = "again", delay = delay, round = round, fatal = fatal }
end

local function ended(state, verdict, entry) return { state = state, verdict = verdict, entry = entry, delay = 0, round = false } end

--- Returns the outcome of a call.
---@param item { id: string, rounds: integer }
---@param job table
---@param card idocr.Card?
---@param err idocr.Error?
---@param rounds integer most free attempts
---@return idocr.ItemOutcome
function outcome.of(item, job, card, err, rounds)
  if card then return ended("done", "done", entry_of(item.id, job, { card = line.card(card, {}) })) end
  local verdict = money.verdict(err)
  if verdict == "unsure" then
    local result = ended("unsure", verdict, outcome.error_entry(item.id, job, err, true))
    result.fatal = err.category == "credentials"
    return result
  end
  if verdict == "again" then
    if err.category == "credentials" and not err.retryable then return again(0, false, true) end
    if err.category == "store" or OURS[err.code] then return again(SHORT_DELAY, false) end
    if err.retryable and item.rounds + 1 < rounds then return again(math.min(LONGEST_DELAY, 2 ^ item.rounds), true) end
  end
  return ended("failed:" .. errors.safe_code(err), verdict, outcome.error_entry(item.id, job, err))
end

--- Returns the line of an item whose worker disappeared after a request had left.
---@return idocr.QueueEntry
function outcome.unsure_entry(id, job)
  return outcome.error_entry(id, job, errors.sent("store", "ResultUnknown",
    "a worker disappeared after the request had left; it may have been billed"), true)
end

--- Returns the line of an item with which several workers disappeared before a request left.
---@return idocr.QueueEntry
function outcome.dead_entry(id, job)
  return outcome.error_entry(id, job, errors.unsent("closed", "WorkerLost", "several workers disappeared while they had this item"))
end

return outcome
