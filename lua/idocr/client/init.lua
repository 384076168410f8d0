--- The client that `idocr.new` returns: its methods, and what all of its calls share.

local accounts = require "idocr.client.accounts"
local asynchronous = require "idocr.client.asynchronous"
local cache = require "idocr.client.cache"
local call = require "idocr.client.call"
local core = require "idocr.core"
local each = require "idocr.client.each"
local errors = require "idocr.errors"
local events = require "idocr.client.events"
local is_callable = require "idocr.is_callable"
local kinds = require "idocr.kinds"
local ledger = require "idocr.client.ledger"
local limiter = require "idocr.client.limiter"
local nearest = require "idocr.nearest"
local options = require "idocr.client.options"
local params = require "idocr.client.params"
local picture = require "idocr.picture"
local raw = require "idocr.client.raw"
local started = require "idocr.client.started"
local stores = require "idocr.stores"

local client = {}

---@class idocr.Client
---@field [string] fun(self: idocr.Client, params: table|string|idocr.Picture): idocr.Card?, idocr.Error?  your own kinds
local Client = {}

---@class idocr.ClientInner  what the calls of a client share
---@field options idocr.CheckedOptions
---@field accounts idocr.Account[]   in the order in which they are asked
---@field transport table
---@field runtime idocr.Runtime
---@field limiter table
---@field emit fun(name: string, fields: table)
---@field random fun(): number       uniform in [0, 1)
---@field new_transport fun(changes: table): table
---@field direct table?              transport without a proxy
---@field store idocr.Store          rate limits, temporary credentials, results
---@field ledger idocr.Ledger?
---@field cache idocr.Cache?
---@field started idocr.StartedCalls?  calls of `client:start`
---@field closed boolean?

-- client -> idocr.ClientInner. Kept outside the client, so that a dump of it shows no key. No inner refers to its client: LuaJIT
-- would never collect such a pair.
local insides = setmetatable({}, { __mode = "k" })

local function inner_of(self)
  local inner = insides[self]
  if not inner then error("methods are called with a colon: client:method(...)", 3) end
  return inner
end

local function checked_kind(name)
  local kind, complaint = params.kind(name)
  if not kind then error(complaint, 3) end
  return kind
end

local function checked_params(kind, given)
  local checked, complaint = params.check(kind, given)
  if not checked then error(complaint, 3) end
  return checked
end

--- Reads a card. A path or a picture is short for `{ image = … }`. Raises on wrong params.
---@param kind idocr.KindName|string
---@param given idocr.Params|idocr.PictureLike
---@return idocr.Card?, idocr.Error?
function Client:read(kind, given)
  local inner = inner_of(self)
  local found = checked_kind(kind)
  local checked = checked_params(found, given)
  return call.read(inner, found, checked)
end

--- Reads the card of an asynchronous action that an earlier call submitted and that was not ready before its deadline
--- (`StillProcessing`), in any process and with any client of the same account. Raises on what is no resume token.
---@param token string  `err.resume_token` of the earlier call
---@return idocr.Card?, idocr.Error?
function Client:resume(token)
  local inner = inner_of(self)
  local resumed = asynchronous.parse(token)
  if not resumed then error("resume takes the resume_token of an error", 2) end
  return call.resume(inner, checked_kind(resumed.kind), resumed)
end

--- Returns the signed request for a card without sending it: `{ method, url, host, headers, body }`. Raises on wrong params.
---@param kind idocr.KindName|string
---@param given idocr.Params|idocr.PictureLike
---@return table? request, idocr.Error?
function Client:prepare(kind, given)
  local inner = inner_of(self)
  local found = checked_kind(kind)
  local checked = checked_params(found, given)
  return call.prepare(inner, found, checked)
end

--- Signs and sends any action of the first provider; pictures in the params are sent as base64. `false` and `cjson.null`
--- are sent as they are. Raises where the params cannot be written as JSON.
---@param action string
---@param given table?
---@return table? result the decoded Response, idocr.Error?
function Client:call(action, given)
  local inner = inner_of(self)
  if type(action) ~= "string" or not action:match("^[%w_/.-]+$") then error("the action must be a name like \"DescribeRegions\"", 2) end
  if given ~= nil and type(given) ~= "table" and type(given) ~= "string" then
    error("params must be a table, not a " .. type(given), 2)
  end
  local opened, wrong = {}, nil
  local result, err = call.raw(inner, action, function(account)
    local ran, plan, refusal = pcall(raw.plan, account, action, given, opened)
    if ran then return plan, refusal end
    wrong = tostring(plan)
    return nil, errors.unsent("unsupported", "BadParams", "the params cannot be written as JSON or a form")
  end)
  picture.close_all(opened)
  if wrong then error(wrong, 2) end
  return result, err
end

--- Reads many cards: `for input, card, err in client:each("passport", paths, { concurrency = 8 }) do`. `inputs` is a list,
--- or a function that returns the next one and is called when another call may start. Results come in the order of
--- completion. Raises on wrong params when their call would start.
---@param kind idocr.KindName|string
---@param inputs table|function paths, pictures or tables of params
---@param settings { concurrency: integer? }? calls in flight at once (4)
---@return idocr.Each iterator
function Client:each(kind, inputs, settings)
  local inner = inner_of(self)
  local iterator, complaint = each.new(inner, checked_kind(kind), inputs, settings)
  if not iterator then error(complaint, 2) end
  return iterator, nil, nil, iterator -- Lua 5.4 closes the fourth value when the loop is left
end

--- Begins a call and returns at once: for programs with an event loop, which calls `client:step`. Nothing is opened or sent before
--- the first step. Raises on wrong arguments; everything else, `timeout.total` included, ends in the result of the call. In nginx
--- the result is an `unsupported` error: calls do not block there.
---@param kind idocr.KindName|string
---@param given idocr.Params|idocr.PictureLike
---@param callback (fun(card: idocr.Card?, err: idocr.Error?))?  called once, by `client:step`, when the call has ended
---@return idocr.StartedCall
function Client:start(kind, given, callback)
  local inner = inner_of(self)
  local found = checked_kind(kind)
  local checked = checked_params(found, given)
  if callback ~= nil and not is_callable(callback) then error("the callback must be a function, not a " .. type(callback), 2) end
  return started.start(inner, found, checked, callback)
end

--- Moves the started calls: sends, receives, and calls the callbacks of calls that have ended. Returns when a call has ended, at
--- the latest after `seconds`. An error raised by a callback is raised here.
---@param seconds number?  longest wait; default 0: does what is ready and does not wait
---@return integer running  number of started calls that have not ended
function Client:step(seconds)
  local inner = inner_of(self)
  if seconds == nil then seconds = 0 end
  if type(seconds) ~= "number" or seconds < 0 or seconds ~= seconds then error("seconds must be a number that is not negative", 2) end
  if inner.runtime.in_task and inner.runtime.in_task() then
    error("client:step must not be called inside a call of a client (on_event, a credentials function or a transport)", 2)
  end
  return started.step(inner, seconds)
end

--- Returns what the event loop waits for on behalf of the started calls: `client:step(0)` must be called when one of the descriptors
--- is ready, and at the latest after `seconds`. Valid until the next call of a method of this client, which may close descriptors.
---@return idocr.Descriptor[] descriptors
---@return number? seconds  nil where no started call is running
function Client:fds()
  return started.fds(inner_of(self))
end

--- Closes idle connections and cancels started calls; further calls are `closed` errors. May be called twice.
function Client:close()
  local inner = inner_of(self)
  if inner.closed then return end
  inner.closed = true
  started.cancel_all(inner)
  if type(inner.transport.close) == "function" then inner.transport:close() end
  if inner.direct and type(inner.direct.close) == "function" then inner.direct:close() end
  if inner.store.close then inner.store:close() end
  if not (inner.runtime.in_task and inner.runtime.in_task()) then started.deliver(inner) end -- a callback may raise
end

local reads = {} -- kind -> method

local function read_method(name)
  local kind, unreadable = kinds.get(name)
  if unreadable then error(unreadable, 3) end
  if not kind then return nil end
  reads[name] = function(self, given)
    local inner = inner_of(self)
    local checked = checked_params(kind, given)
    return call.read(inner, kind, checked)
  end
  return reads[name]
end

local meta = { __name = "idocr.Client", __metatable = "idocr.Client" }

function meta.__index(_, name)
  local method = Client[name] or reads[name] or read_method(name)
  if method then return method end
  if type(name) == "string" and name:match("^%l[%l%d_]*$") then
    local names = {}
    for known in pairs(Client) do names[known] = true end
    for _, kind in ipairs(kinds.list()) do names[kind] = true end
    error(("a client has no %q%s"):format(name, nearest.hint(name, names)), 2)
  end
end

function meta.__newindex() error("a client cannot be changed; make a new one with idocr.new", 2) end

function meta.__tostring(self)
  local inner = insides[self]
  local names = table.concat(inner.options.providers, ", ")
  return ("idocr client (%s%s)"):format(names, inner.closed and ", closed" or "")
end

-- Returns a generator of numbers in [0, 1). Jitter needs different numbers in every process, not unpredictable ones.
local function random_numbers()
  local seed, count = ("%s %.9f %.9f "):format(tostring({}), core.wall(), core.monotonic()), 0
  return function()
    count = count + 1
    return tonumber(core.sha256(seed .. count):sub(1, 12), 16) / 2 ^ 48
  end
end

local function new_inner(checked)
  local transports = require "idocr.transports"
  local inner = {
    options = checked,
    emit = events.emitter(checked.on_event),
    random = random_numbers(),
    new_transport = function(changes) return transports.new(checked.transport, options.with(checked, changes)) end,
    accounts = {},
  }
  inner.transport = inner.new_transport {}
  inner.runtime = inner.transport.runtime
  inner.ledger = ledger.new(checked.ledger, inner.runtime.wall, inner.emit)
  inner.store = stores.open(checked.shared, inner.runtime, checked.timeout.total)
  inner.cache = cache.new(checked.cache, inner.store, inner.runtime, inner.emit)
  inner.limiter = limiter.new(checked.rate, inner.runtime, inner.store, inner.emit)
  for index, name in ipairs(checked.providers) do inner.accounts[index] = accounts.new(inner, name) end
  return inner
end

--- Makes a client. Raises, without a position, where the options cannot be used here.
---@param checked idocr.CheckedOptions
---@return idocr.Client
function client.new(checked)
  local self = setmetatable({}, meta)
  insides[self] = new_inner(checked)
  return self
end

return client
