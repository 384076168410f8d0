--- The scripts that run on the Redis server, one for each change of the queue, so that each change is atomic.
---
--- Keys of a queue; P is "idocr:{queue NAME}:".
---
---   P stream         the ids of the items to read; its consumer group `work` holds those that a worker has taken
---   P later          ids that are tried again later, by the time in milliseconds
---   P results        a stream with one entry for each result
---   P item:ID        a hash: the job, the uploads, the state and what was done
---   P in:STATE       the ids in a state, by the time in milliseconds at which they expire (inf: never)
---   P codes          the codes of which there are states failed:CODE
---   P rate:SECONDS   how many items ended in the ten seconds from then on
---   P seal           proves that a key opens what is stored
---   P ticket:HASH    the id behind a ticket
---
--- Fields of an item: job, upload:NAME, state, where (the name of its in:STATE), entry (its id in the stream), lease (of the worker that
--- has it), mark (the lease whose request left), lost (workers that disappeared with it), rounds (free attempts that failed), takes,
--- result (its id in the stream of results), ended (the lease that ended it), verdict.

local scripts = {}

-- The beginning of every script. KEYS[1] is P; times are those of the server.
local HEAD = [[
local P = KEYS[1]
local STREAM, GROUP, LATER, RESULTS = P .. "stream", "work", P .. "later", P .. "results"
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function text(number) return ("%.0f"):format(number) end

local function longer(key, ttl)
  local left = redis.call("PTTL", key)
  if left >= 0 and left < ttl then redis.call("PEXPIRE", key, text(ttl)) end
end

-- Moves an item to a state. `ttl` in milliseconds; 0: it does not expire.
local function move(id, from, to, ttl)
  if from then redis.call("ZREM", P .. "in:" .. from, id) end
  local key = P .. "in:" .. to
  local is_new = redis.call("EXISTS", key) == 0
  redis.call("ZADD", key, ttl > 0 and text(now + ttl) or "inf", id)
  if ttl == 0 then
    redis.call("PERSIST", key)
    redis.call("PERSIST", P .. "item:" .. id)
  else
    if is_new then redis.call("PEXPIRE", key, text(ttl)) else longer(key, ttl) end
    redis.call("PEXPIRE", P .. "item:" .. id, text(ttl))
  end
  local code = to:match("^failed:(.+)$")
  if code then redis.call("SADD", P .. "codes", code) end
  redis.call("HSET", P .. "item:" .. id, "where", to)
end

-- Removes an item from the stream.
local function unqueue(id, entry)
  if entry then
    redis.call("XACK", STREAM, GROUP, entry)
    redis.call("XDEL", STREAM, entry)
  end
  redis.call("ZREM", LATER, id)
end

local function queue(id)
  local entry = redis.call("XADD", STREAM, "*", "i", id)
  redis.call("HSET", P .. "item:" .. id, "entry", entry)
end

local function group()
  redis.pcall("XGROUP", "CREATE", STREAM, GROUP, "0", "MKSTREAM")
end

-- Milliseconds that an item is still kept; 0: it does not expire.
local function ttl_of(id)
  local left = redis.call("PTTL", P .. "item:" .. id)
  return left > 0 and left or 0
end

local function forget(id)
  local item = redis.call("HMGET", P .. "item:" .. id, "where", "entry", "result")
  if item[1] then redis.call("ZREM", P .. "in:" .. item[1], id) end
  if item[3] then redis.call("XDEL", RESULTS, item[3]) end
  unqueue(id, item[2])
  redis.call("DEL", P .. "item:" .. id)
end
]]

-- Adds items.
--   ARGV    ttl of items with uploads in milliseconds, number of items, then for each item:
--           number of ids, the ids (the first is used for a new item), job, number of uploads, and name and bytes of each
--   returns for each item its id and 1, or 0 where the queue has it already
scripts.ENQUEUE = HEAD .. [[
group()
local ttl, replies, at = tonumber(ARGV[1]), {}, 3
local function take()
  at = at + 1
  return ARGV[at - 1]
end
for _ = 1, tonumber(ARGV[2]) do
  local ids, known = {}, nil
  for index = 1, tonumber(take()) do
    ids[index] = take()
    local state = redis.call("HGET", P .. "item:" .. ids[index], "state")
    if not known and state and state ~= "purged" then known = ids[index] end
  end
  local job, uploads = take(), tonumber(take())
  local fields = { "job", job, "state", "waiting" }
  for _ = 1, uploads do
    fields[#fields + 1] = "upload:" .. take()
    fields[#fields + 1] = take()
  end
  if not known then
    redis.call("DEL", P .. "item:" .. ids[1]) -- what a purge has left
    redis.call("HSET", P .. "item:" .. ids[1], unpack(fields))
    move(ids[1], nil, "waiting", uploads > 0 and ttl or 0)
    queue(ids[1])
  end
  replies[#replies + 1] = known or ids[1]
  replies[#replies + 1] = known and 0 or 1
end
return replies
]]

-- Gives items to a worker, and decides about those of workers that disappeared.
--   ARGV    worker, number of items, idle time in milliseconds, most lost workers, 1 to send marked items again, ttl of an end
--   returns the given items { id, lease, job, rounds }, the items that became unsure { id, job }, those that became dead { id, job },
--           the number of items that wait or are taken
scripts.TAKE = HEAD .. [[
group()
local worker, wanted, idle, most = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local after_send, ttl = ARGV[5] == "1", tonumber(ARGV[6])
local given, unsure, dead = {}, {}, {}

for _, id in ipairs(redis.call("ZRANGEBYSCORE", LATER, "-inf", text(now), "LIMIT", 0, 100)) do
  redis.call("ZREM", LATER, id)
  if redis.call("HGET", P .. "item:" .. id, "state") == "waiting" then queue(id) end
end

local function give(id, entry, where)
  local key = P .. "item:" .. id
  local lease = worker .. ":" .. redis.call("HINCRBY", key, "takes", 1)
  redis.call("HSET", key, "state", "working", "lease", lease, "entry", entry)
  redis.call("HDEL", key, "mark")
  if where ~= "working" then move(id, where, "working", ttl_of(id)) end
  local item = redis.call("HMGET", key, "job", "rounds")
  given[#given + 1] = { id, lease, item[1] or "", item[2] or "0" }
end

local function finish(id, entry, where, state, list)
  local key = P .. "item:" .. id
  redis.call("HSET", key, "state", state)
  redis.call("HDEL", key, "lease")
  unqueue(id, entry)
  move(id, where, state, ttl)
  list[#list + 1] = { id, redis.call("HGET", key, "job") or "" }
end

local function visit(entry, id, taken_over)
  local key = P .. "item:" .. id
  local item = redis.call("HMGET", key, "state", "where", "entry", "mark")
  local state, where = item[1], item[2]
  if (state ~= "waiting" and state ~= "working") or item[3] ~= entry then
    redis.call("XACK", STREAM, GROUP, entry)
    redis.call("XDEL", STREAM, entry)
    return
  end
  if taken_over and state == "working" then
    local lost = redis.call("HINCRBY", key, "lost", 1)
    if item[4] and (not after_send or lost >= most) then return finish(id, entry, where, "unsure", unsure) end
    if lost >= most then return finish(id, entry, where, "dead", dead) end
  end
  give(id, entry, where)
end

local cursor, calls = "0-0", 0
repeat
  local claimed = redis.call("XAUTOCLAIM", STREAM, GROUP, worker, idle, cursor, "COUNT", wanted - #given)
  cursor, calls = claimed[1], calls + 1
  for _, entry in ipairs(claimed[2]) do
    if entry and entry[2] then visit(entry[1], entry[2][2], true) end
  end
until cursor == "0-0" or #given >= wanted or calls == 20
while #given < wanted do
  local read = redis.call("XREADGROUP", "GROUP", GROUP, worker, "COUNT", wanted - #given, "STREAMS", STREAM, ">")
  if not read or not read[1] then break end
  for _, entry in ipairs(read[1][2]) do visit(entry[1], entry[2][2], false) end
end
for _, name in ipairs { "in:waiting", "in:working" } do redis.call("ZREMRANGEBYSCORE", P .. name, "-inf", text(now)) end
return { given, unsure, dead, redis.call("ZCARD", P .. "in:waiting") + redis.call("ZCARD", P .. "in:working") }
]]

-- Records that the request of an item is about to leave.
--   ARGV    id, lease, worker
--   returns 1; 0: another worker has taken the item over
scripts.MARK = HEAD .. [[
local key = P .. "item:" .. ARGV[1]
local item = redis.call("HMGET", key, "state", "lease", "entry")
if item[1] ~= "working" or item[2] ~= ARGV[2] then return 0 end
redis.call("HSET", key, "mark", ARGV[2])
redis.call("XCLAIM", STREAM, GROUP, ARGV[3], 0, item[3], "JUSTID")
return 1
]]

-- Tells that a worker still has its items.
--   ARGV    worker, then id and lease of each item
--   returns the number of items that it still has
scripts.RENEW = HEAD .. [[
local count = 0
for index = 2, #ARGV, 2 do
  local item = redis.call("HMGET", P .. "item:" .. ARGV[index], "state", "lease", "entry")
  if item[1] == "working" and item[2] == ARGV[index + 1] then
    redis.call("XCLAIM", STREAM, GROUP, ARGV[1], 0, item[3], "JUSTID")
    count = count + 1
  end
end
return count
]]

-- Ends the work on an item: stores its result, acknowledges it and changes its state. May run twice.
--   ARGV    id, lease, state (done, failed:CODE, unsure; waiting: it is tried again), line of the result, ttl in milliseconds,
--           milliseconds until it is tried again, 1 to count a round, verdict
--   returns "stored"; "late": it has another outcome, or another worker has it; "purged": it was purged meanwhile
scripts.FINISH = HEAD .. [[
local id, lease, to, line, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local key = P .. "item:" .. id
local item = redis.call("HMGET", key, "state", "lease", "where", "entry", "result", "ended")
local state, where, entry = item[1], item[3], item[4]
if state == "purged" then
  forget(id)
  return "purged"
end
if item[6] == lease then return "stored" end
if state == "done" or state == "failed" then return "late" end
if item[2] ~= lease or not state then
  if to == "waiting" or to == "unsure" and state then return "late" end
end

unqueue(id, entry)
redis.call("HDEL", key, "mark", "lease", "entry")
redis.call("HSET", key, "ended", lease)
if to == "waiting" then
  redis.call("HSET", key, "state", "waiting")
  if ARGV[7] == "1" then redis.call("HINCRBY", key, "rounds", 1) end
  move(id, where, "waiting", ttl_of(id))
  local delay = tonumber(ARGV[6])
  if delay > 0 then redis.call("ZADD", LATER, text(now + delay), id) else queue(id) end
  return "stored"
end

if item[5] then redis.call("XDEL", RESULTS, item[5]) end
redis.call("HDEL", key, "result")
redis.call("HSET", key, "state", to:match("^%l+"), "verdict", ARGV[8])
if line ~= "" then
  redis.call("HSET", key, "result", redis.call("XADD", RESULTS, "MINID", text(now - ttl), "*", "i", id, "l", line))
  redis.call("PEXPIRE", RESULTS, text(ttl))
end
if to == "done" then
  for _, field in ipairs(redis.call("HKEYS", key)) do
    if field:sub(1, 7) == "upload:" then redis.call("HDEL", key, field) end
  end
end
move(id, where, to, ttl)
local slot = P .. "rate:" .. text(math.floor(now / 10000) * 10)
redis.call("INCR", slot)
redis.call("PEXPIRE", slot, 120000)
return "stored"
]]

-- Counts the items.
--   returns waiting, working, done, unsure, dead, milliseconds of the server's clock, code and number of each kind of failure,
--           seconds and number of ended items of each ten seconds
scripts.STATUS = HEAD .. [[
local function count(name)
  redis.call("ZREMRANGEBYSCORE", P .. "in:" .. name, "-inf", text(now))
  return redis.call("ZCARD", P .. "in:" .. name)
end
local failed, rates = {}, {}
for _, code in ipairs(redis.call("SMEMBERS", P .. "codes")) do
  local number = count("failed:" .. code)
  if number == 0 then redis.call("SREM", P .. "codes", code) end
  if number > 0 then
    failed[#failed + 1] = code
    failed[#failed + 1] = number
  end
end
local slot = math.floor(now / 10000) * 10
for index = 0, 6 do
  rates[#rates + 1] = slot - index * 10
  rates[#rates + 1] = tonumber(redis.call("GET", P .. "rate:" .. text(slot - index * 10)) or "0")
end
return { count("waiting"), count("working"), count("done"), count("unsure"), count("dead"), now, failed, rates }
]]

-- The function that gives an item back to the workers.
local RETRY_ONE = [[
local function retry(id)
  local key = P .. "item:" .. id
  local item = redis.call("HMGET", key, "state", "where", "result", "job")
  if not item[1] then return "absent" end
  if not item[4] then return "absent" end
  if item[1] ~= "unsure" and item[1] ~= "dead" and item[1] ~= "failed" then return item[1] end
  if item[3] then redis.call("XDEL", RESULTS, item[3]) end
  redis.call("HDEL", key, "mark", "lease", "lost", "rounds", "result", "verdict")
  redis.call("HSET", key, "state", "waiting")
  local ttl = ttl_of(id)
  local has_upload = false
  for _, field in ipairs(redis.call("HKEYS", key)) do has_upload = has_upload or field:sub(1, 7) == "upload:" end
  move(id, item[2], "waiting", has_upload and ttl or 0)
  queue(id)
  return "retried"
end
]]

-- Gives one item back to the workers.
--   ARGV    id
--   returns "retried", "absent", or the state in which it cannot be
scripts.RETRY = HEAD .. RETRY_ONE .. "return retry(ARGV[1])"

-- Gives the items of a state back to the workers.
--   ARGV    state, most items, verdict that an item must have (empty: any)
--   returns their number
scripts.RETRY_ALL = HEAD .. RETRY_ONE .. [[
local count = 0
local names = { ARGV[1] }
if ARGV[1] == "failed" then
  names = {}
  for _, code in ipairs(redis.call("SMEMBERS", P .. "codes")) do names[#names + 1] = "failed:" .. code end
end
for _, name in ipairs(names) do
  for _, id in ipairs(redis.call("ZRANGE", P .. "in:" .. name, 0, -1)) do
    if count >= tonumber(ARGV[2]) then return count end
    if ARGV[3] == "" or redis.call("HGET", P .. "item:" .. id, "verdict") == ARGV[3] then
      if retry(id) == "retried" then count = count + 1 end
    end
  end
end
return count
]]

-- Removes an item with its job, uploads and result. Of an item that a worker has, only a note stays, until the worker ends it.
--   ARGV    id, 1 to remove it in every state (else only where nothing was read and no worker has it)
--   returns "removed", "absent", or the state in which it cannot be
scripts.REMOVE = HEAD .. [[
local id = ARGV[1]
local state = redis.call("HGET", P .. "item:" .. id, "state")
if not state or state == "purged" then return "absent" end
if ARGV[2] ~= "1" and (state == "working" or state == "done") then return state end
forget(id)
if state == "working" then
  redis.call("HSET", P .. "item:" .. id, "state", "purged")
  redis.call("PEXPIRE", P .. "item:" .. id, 86400000)
end
return "removed"
]]

-- Removes a worker that ends, and those that disappeared long ago and have no items.
--   ARGV    worker
scripts.LEAVE = HEAD .. [[
group()
for _, consumer in ipairs(redis.call("XINFO", "CONSUMERS", STREAM, GROUP)) do
  local facts = {}
  for index = 1, #consumer, 2 do
    local name = consumer[index]
    facts[name] = consumer[index + 1]
  end
  if facts.pending == 0 and (facts.name == ARGV[1] or facts.idle > 3600000) then
    redis.call("XGROUP", "DELCONSUMER", STREAM, GROUP, facts.name)
  end
end
return 1
]]

-- Keeps the proof that a key opens what is stored.
--   ARGV    proof
--   returns the proof that is kept
scripts.PROVE = HEAD .. [[
redis.call("SET", P .. "seal", ARGV[1], "NX")
return redis.call("GET", P .. "seal")
]]

return scripts
