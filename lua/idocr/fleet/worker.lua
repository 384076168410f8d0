--- A worker of a queue: takes items, reads them with a client, and stores their results.
---
--- One loop does everything in turn: it takes items for the free places, moves the calls (`client:step`), renews what it has, and
--- repeats what the server did not accept. A request leaves only after the server has recorded that it will (`before_send`).

local core = require "idocr.core"
local errors = require "idocr.errors"
local outcome = require "idocr.fleet.outcome"
local picture = require "idocr.picture"
local queue_server = require "idocr.fleet.server"
local spool = require "idocr.fleet.spool"

local worker = {}

local SHORTEST_POLL, LONGEST_POLL = 0.05, 1 -- seconds between two questions for items where there are none
local STEP = 0.1 -- seconds; the longest wait before `stopping` is asked again
local RETRY = 1 -- seconds between two attempts at a server that is away
local LAST_ATTEMPTS = 5 -- seconds for which results are stored at the end, before they stay in the spool

--- What `queue:work` takes, checked.
---@class idocr.WorkSettings
---@field client idocr.Client
---@field concurrency integer
---@field idle number        seconds
---@field keep number        seconds
---@field rounds integer
---@field most_lost integer
---@field after_send boolean?
---@field exit_when_empty boolean?
---@field store boolean      results are stored in Redis
---@field spool string?
---@field on_result (fun(entry: idocr.QueueEntry): any, string?)?
---@field on_event (fun(name: string, fields: table))?
---@field stopping (fun(): any)?

--- What a worker did.
---@class idocr.WorkReport
---@field done integer
---@field failed integer
---@field unsure integer
---@field dead integer
---@field again integer     attempts after which the item waits again
---@field replayed integer  results of earlier workers that were stored
---@field spooled integer   results that are still in the spool
---@field error idocr.Error?   why it ended early
---@field problem string?   what `on_result` returned where it failed

---@class idocr.Worker
---@field name string
---@field server idocr.QueueServer
---@field vault idocr.Vault
---@field settings idocr.WorkSettings
---@field spool idocr.Spool
---@field held table<string, idocr.TakenItem>  by lease: in a call
---@field running integer
---@field unstored { ended: idocr.ItemEnd, entry: idocr.QueueEntry? }[]
---@field counts idocr.WorkReport
local Worker = {}
Worker.__index = Worker

local function emit(self, name, fields)
  if self.settings.on_event then self.settings.on_event(name, fields) end
end

-- Passes a result to the user.
local function deliver(self, entry)
  if not entry or not self.settings.on_result then return end
  local ok, problem = self.settings.on_result(entry)
  if not ok and problem then self.counts.problem = problem end
end

local function count(self, state)
  local name = state == "waiting" and "again" or state:match("^%l+")
  self.counts[name] = self.counts[name] + 1
end

-- Stores the end of an item. Returns false where the server did not accept it.
local function store(self, ended, entry)
  local reply, err = self.server:finish(ended)
  if not reply then
    emit(self, "store", { ok = false, code = err.code })
    return false, err
  end
  if reply ~= "stored" then return true end
  count(self, ended.state)
  if self.settings.store then deliver(self, entry) end
  return true
end

-- Ends the work on an item.
local function finish(self, item, result)
  local settings = self.settings
  if result.fatal and not self.counts.error then self.counts.error = result.error end
  local line = ""
  if result.entry and settings.store then line = self.vault:pack(result.entry, "result:" .. item.id) end
  if result.entry and not settings.store then deliver(self, result.entry) end
  local ended = {
    id = item.id, lease = item.lease, state = result.state, line = line, keep = settings.keep, delay = result.delay,
    round = result.round, verdict = result.verdict,
  }
  if store(self, ended, result.entry) then return end
  self.unstored[#self.unstored + 1] = { ended = ended, entry = result.entry }
  self.next_flush = core.monotonic() + RETRY
  if ended.state ~= "waiting" then
    local ok, message = self.spool:add(ended)
    if not ok then emit(self, "spool", { ok = false, message = message }) end
  end
end

-- Repeats what the server did not accept.
local function flush(self)
  if not self.unstored[1] or core.monotonic() < self.next_flush then return end
  self.next_flush = core.monotonic() + RETRY
  while self.unstored[1] do
    local first = self.unstored[1]
    if not store(self, first.ended, first.entry) then return end
    table.remove(self.unstored, 1)
  end
  self.spool:clear()
  emit(self, "store", { ok = true })
end

-- Makes the params of a call from a job. Returns nil and an error where an upload cannot be had.
local function params_of(self, item, job)
  local params = {}
  for name, value in pairs(job.params or {}) do params[name] = value end
  for name, given in pairs(job.pictures or {}) do
    if given.url then
      params[name] = picture.url(given.url)
    elseif given.path then
      params[name] = picture.file(given.path)
    else
      local sealed, err = self.server:upload(item.id, name)
      if err then return nil, err end
      local bytes = sealed and self.vault:open(sealed, "upload:" .. item.id .. ":" .. name)
      if not bytes then
        return nil, errors.unsent("image", "PictureUnreadable", "the upload is no longer stored, or another key sealed it")
      end
      params[name] = picture.bytes(bytes)
    end
  end
  return params
end

local function taken_over() return errors.unsent("closed", "Stopped", "another worker has taken the item over; nothing was sent") end

-- Starts the call of an item.
local function start(self, item)
  local function ended(job, card, err)
    self.running = self.running - 1
    self.held[item.lease] = nil
    local result = outcome.of(item, job, card, err, self.settings.rounds)
    result.error = err
    finish(self, item, result)
  end
  self.running = self.running + 1
  self.held[item.lease] = item
  local job, complaint = self.vault:unpack(item.job, "job:" .. item.id)
  if not job then
    return ended({}, nil, errors.unsent("credentials", "WrongKey", "an item of the queue cannot be opened: " .. complaint))
  end
  local params, err = params_of(self, item, job)
  if not params then return ended(job, nil, err) end
  params.before_send = function()
    local marked, failure = self.server:mark(item, self.name)
    if marked then return true end
    return nil, failure or taken_over()
  end
  local started, problem = pcall(self.settings.client.start, self.settings.client, job.kind, params, function(card, failure)
    ended(job, card, failure)
  end)
  if not started then ended(job, nil, errors.unsent("unsupported", "BadParams", "the item's kind or params are not known here: "
    .. tostring(type(problem) == "string" and problem:gsub('"[^"]*"', "…") or ""))) end
end

-- Takes items for the free places.
local function take(self)
  local settings = self.settings
  local free = settings.concurrency - self.running
  if free < 1 or self.stopping or self.counts.error or core.monotonic() < self.next_take then return end
  local taken, err = self.server:take(self.name, free, settings)
  if not taken then
    emit(self, "store", { ok = false, code = err.code })
    if not err.retryable then self.counts.error = err end
    self.next_take = core.monotonic() + RETRY
    return
  end
  self.open = taken.open
  for name, make in pairs { unsure = outcome.unsure_entry, dead = outcome.dead_entry } do
    for _, item in ipairs(taken[name]) do
      count(self, name)
      deliver(self, make(item.id, self.vault:unpack(item.job, "job:" .. item.id) or {}))
    end
  end
  for _, item in ipairs(taken.items) do start(self, item) end
  if #taken.items == free then
    self.poll = SHORTEST_POLL
  else
    self.next_take = core.monotonic() + self.poll
    self.poll = #taken.items > 0 and SHORTEST_POLL or math.min(LONGEST_POLL, self.poll * 1.5)
  end
end

-- Renews the items in calls, before half of the idle time is over.
local function renew(self)
  if core.monotonic() < self.next_renewal then return end
  self.next_renewal = core.monotonic() + self.settings.idle / 3
  local items = {}
  for _, item in pairs(self.held) do items[#items + 1] = item end
  if items[1] then self.server:renew(items, self.name) end
end

-- Asks the user whether to stop.
local function check_stop(self)
  local asked = self.settings.stopping and self.settings.stopping()
  if not asked then return end
  if self.stopping and not self.cancelled then -- asked again: the calls in flight are ended too
    self.cancelled = true
    self.settings.client:close()
  end
  self.stopping = self.stopping or core.monotonic()
end

-- Returns whether the worker can end.
local function finished(self)
  if self.running > 0 then return false end
  local ending = self.stopping or self.counts.error or self.counts.problem
  if not ending and not (self.settings.exit_when_empty and self.open == 0) then return false end
  if not self.unstored[1] then return true end
  self.ends = self.ends or core.monotonic() + LAST_ATTEMPTS
  return ending and (self.cancelled or core.monotonic() > self.ends) or false
end

local function replay(self)
  local replayed, err = self.spool:replay(function(ended)
    local reply, problem = self.server:finish(ended)
    if not reply then return nil, problem end
    if reply == "stored" and ended.line ~= "" then
      deliver(self, self.vault:unpack(ended.line, "result:" .. ended.id))
    end
    return true
  end)
  self.counts.replayed = replayed
  return err
end

--- Works until it is stopped, or the queue is empty where `exit_when_empty` is set.
---@return idocr.WorkReport
function Worker:run()
  self.counts.error = replay(self)
  if not self.counts.error and self.settings.after_send then
    local _, err = self.server:retry_all "unsure"
    self.counts.error = err
  end
  while true do
    check_stop(self)
    if self.counts.problem then self.stopping = self.stopping or core.monotonic() end -- do not pay for results that are lost
    take(self)
    flush(self)
    if finished(self) then break end
    if self.running > 0 then self.settings.client:step(STEP) else core.sleep(math.min(STEP, self.poll)) end
    renew(self)
  end
  self.counts.spooled = 0
  for _, each in ipairs(self.unstored) do
    if each.ended.state ~= "waiting" then self.counts.spooled = self.counts.spooled + 1 end
  end
  self.spool:close()
  self.server:leave(self.name)
  return self.counts
end

--- Makes a worker.
---@param server idocr.QueueServer
---@param vault idocr.Vault
---@param where string  what names the queue and its server
---@param settings idocr.WorkSettings
---@return idocr.Worker?
---@return idocr.Error? err  the spool cannot be written to
function worker.new(server, vault, where, settings)
  local name = queue_server.worker_name()
  local opened, message = spool.open(settings.spool or spool.default_folder(), where, name, vault)
  if not opened then
    return nil, errors.unsent("store", "SpoolUnwritable", "the folder of the spool cannot be written to: " .. message)
  end
  return setmetatable({
    name = name, server = server, vault = vault, settings = settings, spool = opened, held = {}, running = 0, unstored = {},
    counts = { done = 0, failed = 0, unsure = 0, dead = 0, again = 0, replayed = 0, spooled = 0 },
    next_take = 0, next_renewal = 0, next_flush = 0, poll = SHORTEST_POLL,
  }, Worker)
end

return worker
