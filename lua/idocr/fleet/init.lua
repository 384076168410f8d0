--- A queue of pictures on a Redis server: programs add pictures, workers read them, and results are kept there for all.
---
---   local queue = idocr.queue { url = "redis://127.0.0.1:6379/0/scans", key = key }
---   queue:enqueue("passport", "scans/a.jpg")
---   queue:work { client = client, exit_when_empty = true }
---
--- A picture is read at most once: before its request leaves, a mark on the server says so. A marked picture whose worker disappeared
--- without a result is "unsure" and is sent again only where the user asks for it. How far that holds when the server itself fails
--- depends on its setting `appendfsync`.

local core = require "idocr.core"
local errors = require "idocr.errors"
local jobs = require "idocr.fleet.jobs"
local outcome = require "idocr.fleet.outcome"
local params = require "idocr.client.params"
local queue_options = require "idocr.fleet.options"
local queue_server = require "idocr.fleet.server"
local runtimes = require "idocr.runtime"
local vaults = require "idocr.fleet.vault"
local settings_of = require "idocr.fleet.settings"

local fleet = {}

--- A queue. Failures of the server are errors of the category `store`.
---@class idocr.Queue
---@field name string
---@field private server idocr.QueueServer
---@field private vault idocr.Vault
---@field private where string         names the queue and its server
---@field private clear boolean?
---@field private keep number          seconds
---@field private runtime idocr.Runtime
---@field private key_checked boolean? the key opens what the queue holds
local Queue = { __name = "idocr.Queue" }
Queue.__index = Queue

function Queue:__tostring() return "idocr queue " .. self.name end

-- Checks that the key opens what the queue holds. The first program that adds an item stores a sealed text for this check.
local function check_key(self, adds)
  if self.key_checked then return true end
  local proof = adds and self.vault.sealer and self.vault:close("idocr", "proof") or nil
  local kept, err = self.server:prove(proof)
  if err then return nil, err end
  local complaint
  if kept then complaint = select(2, self.vault:open(kept, "proof")) end
  if complaint then return nil, errors.unsent("credentials", "WrongKey", "the items of this queue cannot be opened: " .. complaint) end
  self.key_checked = kept ~= nil
  return true
end

local function needs_key(self, what)
  if self.vault.sealer or self.clear then return nil end
  return what .. " stores personal data: give a key (option key or key_file, or IDOCR_KEY), or clear = true to store it unsealed"
end

--- Returns whether uploads and results may be stored: there is a key, or `clear`.
---@return boolean
function Queue:may_store() return needs_key(self, "this") == nil end

-- Makes an item. Raises, two levels above, on wrong arguments.
local function item_of(self, kind, given, options)
  local found, complaint = params.kind(kind)
  if not found then error(complaint, 3) end
  local checked
  checked, complaint = params.check(found, given)
  if not checked then error(complaint, 3) end
  if checked.before_send then error("before_send cannot be put into a queue", 3) end
  local upload = options.upload or jobs.need_upload(checked.pictures)
  complaint = upload and needs_key(self, "an upload") or nil
  if complaint then error(complaint, 3) end
  return jobs.make(self.vault, found.kind, checked, { upload = upload, name = options.name, pause = self.runtime.pause })
end

--- Adds a picture. The same kind, params and content are one item, also where several programs add it. Raises on wrong arguments.
---@param kind string
---@param given table|string|idocr.Picture  the params of `client:read`. Files are read by the worker, at the same path
---@param options { upload: boolean?, name: string? }?  `upload`: stores the bytes of files on the server (those of strings always);
---  `name`: the member `file` of the result (the path or URL)
---@return string? id
---@return boolean|idocr.Error added  false: the queue has it already; or an error
function Queue:enqueue(kind, given, options)
  local item, err = item_of(self, kind, given, options or {})
  if not item then return nil, err end
  local ok
  ok, err = check_key(self, true)
  if not ok then return nil, err end
  local replies
  replies, err = self.server:enqueue({ item }, self.keep)
  if not replies then return nil, err end
  return replies[1].id, replies[1].added
end

local AT_ONCE, BYTES_AT_ONCE = 100, 4 * 1024 * 1024

--- Adds pictures, many at a time. Raises on wrong arguments.
---@param kind string
---@param next_input fun(): any, string?  returns the params of the next picture, and its name; nil at the end
---@param options { upload: boolean?, on_error: fun(name: string?, err: idocr.Error)? }?  `on_error`: a picture cannot be read
---@return { added: integer, known: integer, refused: integer }?
---@return idocr.Error?
function Queue:enqueue_all(kind, next_input, options)
  options = options or {}
  local counts, items, bytes = { added = 0, known = 0, refused = 0 }, {}, 0
  local ok, err = check_key(self, true)
  if not ok then return nil, err end
  local function send()
    local replies, failure = self.server:enqueue(items, self.keep)
    if not replies then return nil, failure end
    for _, reply in ipairs(replies) do
      local name = reply.added and "added" or "known"
      counts[name] = counts[name] + 1
    end
    items, bytes = {}, 0
    return true
  end
  while true do
    local given, name = next_input()
    if given == nil then break end
    local item, refusal = item_of(self, kind, given, { upload = options.upload, name = name })
    if item then
      items[#items + 1] = item
      for _, upload in ipairs(item.uploads) do bytes = bytes + #upload.bytes end
    else
      counts.refused = counts.refused + 1
      if options.on_error then options.on_error(name, refusal) end
    end
    if #items == AT_ONCE or bytes >= BYTES_AT_ONCE then
      ok, err = send()
      if not ok then return nil, err end
    end
  end
  if items[1] then
    ok, err = send()
    if not ok then return nil, err end
  end
  return counts
end

--- Works until it is stopped, or the queue is empty where `exit_when_empty` is set. Only in scripts, not inside nginx. Raises on wrong
--- arguments.
---@param given idocr.WorkOptions
---@return idocr.WorkReport?
---@return idocr.Error? err  it could not start
function Queue:work(given)
  local settings, complaint = settings_of(given, self.keep)
  complaint = complaint or settings.store and needs_key(self, "a result") or nil
  if complaint then error("queue:work: " .. complaint, 2) end
  if self.runtime.name == "nginx" then
    return nil, errors.unsent("unsupported", "NoEventLoop", "workers run in scripts (idocr work), not inside nginx")
  end
  local ok, err = check_key(self)
  if not ok then return nil, err end
  local worker
  worker, err = require("idocr.fleet.worker").new(self.server, self.vault, self.where, settings)
  if not worker then return nil, err end
  return worker:run()
end

-- Returns how many items end per second, from those of the last minute.
local function rate_of(counts)
  local total, first = 0, counts.now
  for seconds, number in pairs(counts.ended) do
    total = total + number
    if number > 0 then first = math.min(first, seconds) end
  end
  return total / math.max(1, counts.now - first)
end

--- What is in a queue.
---@class idocr.QueueStatus
---@field queue string
---@field waiting integer
---@field working integer       workers have them
---@field done integer          with a card
---@field failed table<string, integer>  by code of the error
---@field unsure integer        may have been billed, without a result
---@field dead integer          several workers disappeared with them
---@field rate number           items that ended per second, over the last minute
---@field time_left number?     seconds at this rate; nil: unknown
---@field appendonly string?    the server's setting; nil: it does not tell
---@field appendfsync string?   likewise
---@field keeps_marks boolean?  marks survive a crash of the server: appendonly is "yes" and appendfsync "always"

--- Counts the items.
---@return idocr.QueueStatus?
---@return idocr.Error?
function Queue:status()
  local counts, err = self.server:status()
  if not counts then return nil, err end
  local rate, open = rate_of(counts), counts.waiting + counts.working
  local appendonly, appendfsync = self.server:setting "appendonly", self.server:setting "appendfsync"
  local keeps_marks
  if appendonly then keeps_marks = appendonly == "yes" and appendfsync == "always" end
  local time_left = open == 0 and 0 or rate > 0 and open / rate or nil
  return {
    queue = self.name, waiting = counts.waiting, working = counts.working, done = counts.done, failed = counts.failed,
    unsure = counts.unsure, dead = counts.dead, rate = rate, time_left = time_left,
    appendonly = appendonly, appendfsync = appendfsync, keeps_marks = keeps_marks,
  }
end

-- Visits the items that a crash left without a line.
local function visit_without_line(self, state, make, visit)
  local ids, err = self.server:ids(state)
  if not ids then return nil, err end
  local count = 0
  for _, id in ipairs(ids) do
    local item
    item, err = self.server:item(id, "job", "result")
    if not item then return nil, err end
    if item[1] and not item[2] then
      local job, complaint = self.vault:unpack(item[1], "job:" .. id)
      if not job then return nil, errors.unsent("credentials", "WrongKey", "an item cannot be opened: " .. complaint) end
      visit(make(id, job))
      count = count + 1
    end
  end
  return count
end

--- Visits all results, in the order in which they were stored, and the unsure and dead items.
---@param visit fun(entry: idocr.QueueEntry)
---@return integer? count
---@return idocr.Error?
function Queue:results(visit)
  local count, after = 0, nil
  while true do
    local page, err = self.server:results(after, AT_ONCE)
    if not page then return nil, err end
    for _, result in ipairs(page) do
      local entry, complaint = self.vault:unpack(result.line, "result:" .. result.id)
      if not entry then return nil, errors.unsent("credentials", "WrongKey", "a result cannot be opened: " .. complaint) end
      visit(entry)
      count, after = count + 1, result.entry
    end
    if #page < AT_ONCE then break end
  end
  for state, make in pairs { unsure = outcome.unsure_entry, dead = outcome.dead_entry } do
    local more, err = visit_without_line(self, state, make, visit)
    if not more then return nil, err end
    count = count + more
  end
  return count
end

--- Returns the state of an item, and its result where it has ended.
---@param id string
---@return "waiting"|"working"|"done"|"failed"|"unsure"|"dead"|nil state  nil alone: there is no such item
---@return idocr.QueueEntry|idocr.Error|nil
function Queue:result(id)
  local item, err = self.server:item(id, "state", "result")
  if not item then return nil, err end
  if not item[1] or item[1] == "purged" then return nil end
  local sealed = item[2] and self.server:result(item[2])
  return item[1], sealed and self.vault:unpack(sealed, "result:" .. id) or nil
end

--- Makes a ticket for an item: 128 random bits as hexadecimal digits, of which the server keeps only a digest, as long as results.
---@param id string
---@return string?
---@return idocr.Error?
function Queue:ticket(id)
  local ticket = core.hex(core.random(16))
  local ok, err = self.server:put_ticket(self.vault:ids("ticket " .. ticket)[1], id, self.keep)
  if not ok then return nil, err end
  return ticket
end

--- Returns the state and the result of the item behind a ticket, as `queue:result`; nil alone where the ticket does not exist or has
--- expired.
---@param ticket string
function Queue:by_ticket(ticket)
  if type(ticket) ~= "string" or not ticket:find("^%x+$") or #ticket ~= 32 then return nil end
  for _, digest in ipairs(self.vault:ids("ticket " .. ticket)) do
    local id, err = self.server:ticket(digest)
    if err then return nil, err end
    if id then return self:result(id) end
  end
end

local RETRIED = { unsure = "", dead = "", failed = "again" }

--- Gives items back to the workers, also where they have been billed: an item by its id (failed, unsure or dead), or all that are
--- `"unsure"`, `"dead"`, or `"failed"` without cost.
---@param which string
---@return integer? count
---@return string|idocr.Error|nil why_not  of an id: "absent", or its state; or an error
function Queue:retry(which)
  if RETRIED[which] then return self.server:retry_all(which, RETRIED[which]) end
  local reply, err = self.server:retry(which)
  if not reply then return nil, err end
  if reply == "retried" then return 1 end
  return 0, reply
end

-- Removes all items in some states.
local function remove_all(self, states, in_any_state)
  local count = 0
  for _, state in ipairs(states) do
    local ids, err = self.server:ids(state)
    if not ids then return nil, err end
    for _, id in ipairs(ids) do
      local reply, failure = self.server:remove(id, in_any_state)
      if not reply then return nil, failure end
      if reply == "removed" then count = count + 1 end
    end
  end
  return count
end

local function remove_one(self, id, in_any_state)
  local reply, err = self.server:remove(id, in_any_state)
  if not reply then return nil, err end
  if reply == "removed" then return 1 end
  return 0, reply
end

--- Gives items up, with all that is stored about them: an item by its id (waiting, failed, unsure or dead), or all that are
--- `"unsure"` or `"dead"`. Added again, they are new items.
---@param which string
---@return integer? count
---@return string|idocr.Error|nil why_not
function Queue:drop(which)
  if which == "unsure" or which == "dead" then return remove_all(self, { which }, false) end
  return remove_one(self, which, false)
end

--- Removes an item by its id, or `"all"`, with all that is stored about them, in any state.
---@param which string
---@return integer? count
---@return string|idocr.Error|nil why_not
function Queue:purge(which)
  if which ~= "all" then return remove_one(self, which, true) end
  local states, err = self.server:states()
  if not states then return nil, err end
  local count
  count, err = remove_all(self, states, true)
  if not count then return nil, err end
  local ok
  ok, err = self.server:clear()
  if not ok then return nil, err end
  self.key_checked = nil
  return count
end

--- Closes the connection to the server.
function Queue:close() self.server:close() end

--- Opens a queue. Raises on wrong options. Connects when it is first used.
---@param given idocr.QueueOptions|string|nil
---@return idocr.Queue?
---@return idocr.Error? err  `unsupported`: this program cannot talk to Redis
function fleet.open(given)
  local options, complaint = queue_options.check(given)
  if not options then error(complaint, 0) end
  local address = options.address
  local vault
  vault, complaint = vaults.new(options.key, address.queue)
  if not vault then error("the key cannot be used: " .. complaint, 0) end
  local runtime = runtimes.current()
  local server, err = queue_server.new(address, runtime, { timeout = options.timeout })
  if not server then return nil, err end
  return setmetatable({
    name = address.queue, where = ("%s/%d/%s"):format(address.where, address.db, address.queue), server = server, vault = vault,
    clear = options.clear, keep = options.keep, runtime = runtime,
  }, Queue)
end

return fleet
