--- Runs the operations of a queue on the Redis server: one method for each script or command, with times in seconds.

local core = require "idocr.core"
local redis_client = require "idocr.stores.redis_client"
local scripts = require "idocr.fleet.scripts"

local server = {}

local SLOWEST = 1e6 -- bytes per second; an upload may be this slow
local AGAIN = { repeatable = true } -- for scripts that may run twice

---@class idocr.QueueServer
---@field redis idocr.RedisClient
---@field prefix string
local Server = {}
Server.__index = Server

local function milliseconds(seconds) return math.max(1, math.ceil(seconds * 1000)) end

function Server:run(name, args, options) return self.redis:script(scripts[name], { self.prefix }, args, options) end

--- Makes the server of a queue. It connects when it is first used.
---@param address idocr.RedisAddress with a queue
---@param runtime idocr.Runtime
---@param settings { timeout: number? }?
---@return idocr.QueueServer?
---@return idocr.Error?
function server.new(address, runtime, settings)
  local redis, err = redis_client.new(address, runtime, settings)
  if not redis then return nil, err end
  return setmetatable({ redis = redis, prefix = ("idocr:{queue %s}:"):format(address.queue) }, Server)
end

--- An item for the queue.
---@class idocr.NewItem
---@field ids string[]
---@field job string
---@field uploads { name: string, bytes: string }[]

--- Adds items.
---@param items idocr.NewItem[]
---@param keep number seconds for which uploads are kept
---@return { id: string, added: boolean }[]?
---@return idocr.Error?
function Server:enqueue(items, keep)
  local args, bytes = { milliseconds(keep), #items }, 0
  for _, item in ipairs(items) do
    args[#args + 1] = #item.ids
    for _, id in ipairs(item.ids) do args[#args + 1] = id end
    args[#args + 1], args[#args + 2] = item.job, #item.uploads
    for _, upload in ipairs(item.uploads) do
      args[#args + 1], args[#args + 2] = upload.name, upload.bytes
      bytes = bytes + #upload.bytes
    end
  end
  local replies, err = self:run("ENQUEUE", args, { repeatable = true, timeout = self.redis.timeout + bytes / SLOWEST })
  if not replies then return nil, err end
  local added = {}
  for index = 1, #replies, 2 do added[#added + 1] = { id = replies[index], added = replies[index + 1] == 1 } end
  return added
end

--- An item that a worker has taken.
---@class idocr.TakenItem
---@field id string
---@field lease string
---@field job string       sealed
---@field rounds integer   free attempts that failed

---@class idocr.Taken
---@field items idocr.TakenItem[]
---@field unsure { id: string, job: string }[]  of workers that disappeared after a request had left
---@field dead { id: string, job: string }[]    of several workers that disappeared
---@field open integer                          items that wait or that a worker has

local function taken_items(list)
  local items = {}
  for index, each in ipairs(list) do items[index] = { id = each[1], lease = each[2], job = each[3], rounds = tonumber(each[4]) } end
  return items
end

local function ended_items(list)
  local items = {}
  for index, each in ipairs(list) do items[index] = { id = each[1], job = each[2] } end
  return items
end

--- Takes items for a worker.
---@param worker string
---@param count integer
---@param settings { idle: number, most_lost: integer, after_send: boolean?, keep: number }
---@return idocr.Taken?
---@return idocr.Error?
function Server:take(worker, count, settings)
  local reply, err = self:run("TAKE", {
    worker, count, milliseconds(settings.idle), settings.most_lost, settings.after_send and 1 or 0, milliseconds(settings.keep),
  })
  if not reply then return nil, err end
  return { items = taken_items(reply[1]), unsure = ended_items(reply[2]), dead = ended_items(reply[3]), open = reply[4] }
end

--- Records that the request of an item is about to leave.
---@return boolean? ok false: another worker has the item now
---@return idocr.Error?
function Server:mark(item, worker)
  local reply, err = self:run("MARK", { item.id, item.lease, worker }, AGAIN)
  if not reply then return nil, err end
  return reply == 1
end

--- Records that a worker still has its items.
---@param items idocr.TakenItem[]
---@param worker string
---@return integer? count of those that it still has
---@return idocr.Error?
function Server:renew(items, worker)
  local args = { worker }
  for _, item in ipairs(items) do args[#args + 1], args[#args + 2] = item.id, item.lease end
  return self:run("RENEW", args, AGAIN)
end

--- How the work on an item ended.
---@class idocr.ItemEnd
---@field id string
---@field lease string
---@field state string     "done", "failed:CODE", "unsure"; "waiting": it is tried again
---@field line string      sealed; empty: none is stored
---@field keep number      seconds
---@field delay number     seconds until it is tried again
---@field round boolean    the attempt counts
---@field verdict string   of `money.verdict`

--- Ends the work on an item. May be repeated.
---@param ended idocr.ItemEnd
---@return "stored"|"late"|"purged"|nil
---@return idocr.Error?
function Server:finish(ended)
  return self:run("FINISH", {
    ended.id, ended.lease, ended.state, ended.line, milliseconds(ended.keep), math.ceil(ended.delay * 1000), ended.round and 1 or 0,
    ended.verdict,
  }, AGAIN)
end

--- Returns the upload of an item.
---@return string? bytes sealed; nil alone: there is none
---@return idocr.Error?
function Server:upload(id, name) return self.redis:call("HGET", self.prefix .. "item:" .. id, "upload:" .. name) end

-- Converts name, value, name, value, … to a table.
local function by_name(list)
  local values = {}
  for index = 1, #list, 2 do values[list[index]] = list[index + 1] end
  return values
end

--- Counts the items.
---@return { waiting: integer, working: integer, done: integer, unsure: integer, dead: integer, now: number, failed: table<string, integer>,
---  ended: table<integer, integer> }?  `now` in Unix seconds; `ended`: ten seconds -> number of items that ended
---@return idocr.Error?
function Server:status()
  local reply, err = self:run("STATUS", {}, AGAIN)
  if not reply then return nil, err end
  return {
    waiting = reply[1], working = reply[2], done = reply[3], unsure = reply[4], dead = reply[5], now = reply[6] / 1000,
    failed = by_name(reply[7]), ended = by_name(reply[8]),
  }
end

--- Returns a setting of the server, nil where it does not tell.
---@param name string
---@return string?
function Server:setting(name)
  local reply = self.redis:call("CONFIG", "GET", name)
  return type(reply) == "table" and reply[2] or nil
end

--- Gives an item back to the workers.
---@return string? outcome "retried", "absent", or its state
---@return idocr.Error?
function Server:retry(id) return self:run("RETRY", { id }) end

local AT_ONCE = 1000

--- Gives all items of a state back to the workers.
---@param state "unsure"|"dead"|"failed"
---@param verdict string? that an item must have
---@return integer?
---@return idocr.Error?
function Server:retry_all(state, verdict)
  local count = 0
  while true do
    local retried, err = self:run("RETRY_ALL", { state, AT_ONCE, verdict or "" })
    if not retried then return nil, err end
    count = count + retried
    if retried < AT_ONCE then return count end
  end
end

--- Removes an item.
---@param id string
---@param in_any_state boolean?
---@return string? outcome "removed", "absent", or its state
---@return idocr.Error?
function Server:remove(id, in_any_state) return self:run("REMOVE", { id, in_any_state and 1 or 0 }) end

--- Returns the ids in a state.
---@param state string "unsure", "dead", "failed:CODE", …
---@return string[]?
---@return idocr.Error?
function Server:ids(state) return self.redis:call("ZRANGE", self.prefix .. "in:" .. state, 0, -1) end

--- Returns the states in which items are, and the codes of failures.
---@return string[]?
---@return idocr.Error?
function Server:states()
  local codes, err = self.redis:call("SMEMBERS", self.prefix .. "codes")
  if not codes then return nil, err end
  local states = { "waiting", "working", "done", "unsure", "dead" }
  for _, code in ipairs(codes) do states[#states + 1] = "failed:" .. code end
  return states
end

--- Returns fields of an item; false for those that it has not.
---@param id string
---@param ... string
---@return table?
---@return idocr.Error?
function Server:item(id, ...) return self.redis:call("HMGET", self.prefix .. "item:" .. id, ...) end

--- Returns results in the order in which they were stored.
---@param after string? id of the entry before
---@param count integer
---@return { entry: string, id: string, line: string }[]?
---@return idocr.Error?
function Server:results(after, count)
  local from = after and "(" .. after or "-"
  local entries, err = self.redis:call("XRANGE", self.prefix .. "results", from, "+", "COUNT", count)
  if not entries then return nil, err end
  local results = {}
  for index, entry in ipairs(entries) do
    local fields = by_name(entry[2])
    results[index] = { entry = entry[1], id = fields.i, line = fields.l }
  end
  return results
end

--- Returns one result.
---@param entry string
---@return string? line nil alone: it is gone
---@return idocr.Error?
function Server:result(entry)
  local entries, err = self.redis:call("XRANGE", self.prefix .. "results", entry, entry)
  if not entries then return nil, err end
  return entries[1] and by_name(entries[1][2]).l
end

--- Removes a worker.
---@param worker string
function Server:leave(worker) self:run("LEAVE", { worker }, AGAIN) end

--- Keeps the proof that a key opens what is stored, and returns the one that is kept.
---@param proof string? nil: only returns it
---@return string?
---@return idocr.Error?
function Server:prove(proof)
  if proof then return self:run("PROVE", { proof }, AGAIN) end
  return self.redis:call("GET", self.prefix .. "seal")
end

--- Keeps the item behind a ticket.
---@param ticket string digest
---@param id string
---@param keep number seconds
---@return boolean?
---@return idocr.Error?
function Server:put_ticket(ticket, id, keep)
  local reply, err = self.redis:call("SET", self.prefix .. "ticket:" .. ticket, id, "PX", milliseconds(keep))
  if not reply then return nil, err end
  return true
end

--- Returns the item behind a ticket.
---@param ticket string digest
---@return string? id nil alone: there is no such ticket
---@return idocr.Error?
function Server:ticket(ticket) return self.redis:call("GET", self.prefix .. "ticket:" .. ticket) end

--- Removes what remains of a queue whose items were removed.
---@return boolean?
---@return idocr.Error?
function Server:clear()
  local _, err = self.redis:call("DEL", self.prefix .. "results", self.prefix .. "seal")
  if err then return nil, err end
  return true
end

function Server:close() self.redis:close() end

--- Returns a name for a worker that no other has.
---@return string
function server.worker_name() return core.process_id() .. "-" .. core.hex(core.random(6)) end

return server
