--- The client: what `idocr.new` returns. It holds what all calls share and nothing that a call changes, but for the
--- clock's offset and the credentials at hand.

local errors = require "idocr.errors"
local call = require "idocr.client.call"
local clock = require "idocr.client.clock"
local core = require "idocr.core"
local credentials = require "idocr.credentials"
local each = require "idocr.client.each"
local events = require "idocr.client.events"
local given_credentials = require "idocr.credentials.validate"
local http_date = require "idocr.client.http_date"
local kinds = require "idocr.kinds"
local limiter = require "idocr.client.limiter"
local nearest = require "idocr.nearest"
local options = require "idocr.client.options"
local params = require "idocr.client.params"
local picture = require "idocr.picture"
local request_id = require("idocr.errors").request_id
local stores = require "idocr.stores"

local client = {}

---@class idocr.Client
---@field passport fun(self: idocr.Client, params: table|string): idocr.Card?, idocr.Error?
---@field malaysia_id fun(self: idocr.Client, params: table|string): idocr.Card?, idocr.Error?
---@field macao_id fun(self: idocr.Client, params: table|string): idocr.Card?, idocr.Error?
---@field china_id fun(self: idocr.Client, params: table|string): idocr.Card?, idocr.Error?
local Client = {}

-- client -> its inside. Not in the client itself: who dumps a client must see no key.
local insides = setmetatable({}, { __mode = "k" })

local function inside(self)
  local state = insides[self]
  if not state then error("call it with a colon: client:method(...)", 3) end
  return state
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

--- Reads a card of a kind. A path or a picture alone stands for `{ image = … }`. Raises on wrong params.
---@param kind string
---@param given table|string|idocr.Picture
---@return idocr.Card?, idocr.Error?
function Client:read(kind, given)
  local state = inside(self)
  local found = checked_kind(kind)
  local checked = checked_params(found, given)
  return call.read(state, found, checked)
end

--- The signed request for a card, not sent: `{ method, url, host, headers, body }`. Raises on wrong params.
---@param kind string
---@param given table|string|idocr.Picture
---@return table? request, idocr.Error?
function Client:prepare(kind, given)
  local state = inside(self)
  local found = checked_kind(kind)
  local checked = checked_params(found, given)
  return call.prepare(state, found, checked)
end

local DEEPEST = 32 -- levels

-- Pictures of the user's among the params of a raw action become what providers understand; tables are copied. Raises on
-- what is nested in itself.
local function open_pictures(value, opened, depth)
  if picture.is(value) then
    local entry, err = picture.open(value)
    if not entry then return nil, err end
    opened[#opened + 1] = entry
    return entry.url or { image = entry.image }
  end
  if type(value) ~= "table" then return value end
  if depth >= DEEPEST then error("nested too deeply, or in itself", 0) end
  local copy = {}
  for name, member in pairs(value) do
    local replaced, err = open_pictures(member, opened, depth + 1)
    if err then return nil, err end
    copy[name] = replaced
  end
  return copy
end

local function raw_plan(side, action, given, opened)
  local ready, unreadable = open_pictures(given, opened, 0)
  if unreadable then return nil, unreadable end
  return side.provider.raw(action, ready, side.view)
end

--- Signs and sends any action of the (first) provider; pictures among the params go as base64. Raises where the params
--- cannot be written as JSON. `false` and `cjson.null` are kept apart and sent.
---@param action string
---@param given table?
---@return table? result the decoded Response, idocr.Error?
function Client:call(action, given)
  local state = inside(self)
  if type(action) ~= "string" or not action:match("^[%w_/.-]+$") then error("an action is a name, like \"DescribeRegions\"", 2) end
  if given ~= nil and type(given) ~= "table" and type(given) ~= "string" then
    error("params must be a table, not a " .. type(given), 2)
  end
  local opened, wrong = {}, nil
  local result, err = call.raw(state, action, function(side)
    local ran, plan, refusal = pcall(raw_plan, side, action, given, opened)
    if ran then return plan, refusal end
    wrong = tostring(plan)
    return nil, errors.unsent("unsupported", "BadParams", "the params cannot be written down")
  end)
  picture.close_all(opened)
  if wrong then error(wrong, 2) end
  return result, err
end

--- Reads many: `for input, card, err in client:each("passport", paths, { concurrency = 8 }) do`. `inputs` is a list, or
--- a function that gives the next one (asked only when there is room for it). In the order of completion. Raises on
--- wrong params when their turn comes.
---@param kind string
---@param inputs table|function paths, pictures or tables of params
---@param settings { concurrency: integer? }? at most so many in flight (4)
---@return idocr.Each iterator
function Client:each(kind, inputs, settings)
  local state = inside(self)
  local iterator, complaint = each.new(state, checked_kind(kind), inputs, settings)
  if not iterator then error(complaint, 2) end
  return iterator, nil, nil, iterator -- the fourth is closed by Lua 5.4 when the loop is left
end

--- Ends the client: idle connections are closed, further calls are `closed` errors. Calling it twice is fine.
function Client:close()
  local state = inside(self)
  if state.closed then return end
  state.closed = true
  if type(state.transport.close) == "function" then state.transport:close() end
  if state.direct and state.direct ~= state.transport then state.direct:close() end
end

local reads = {} -- kind -> method

local function read_method(name)
  local kind, unreadable = kinds.get(name)
  if unreadable then error(unreadable, 3) end
  if not kind then return nil end
  reads[name] = function(self, given)
    local state = inside(self)
    local checked = checked_params(kind, given)
    return call.read(state, kind, checked)
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

function meta.__newindex() error("a client cannot be changed; make another one", 2) end

function meta.__tostring(self)
  local state = insides[self]
  local names = table.concat(state.options.providers, ", ")
  return ("idocr client (%s%s)"):format(names, state.closed and ", closed" or "")
end

-- Jitter needs no good chance, only other numbers in every process: a hash of a seed and a count.
local function random_numbers()
  local seed, count = ("%s %.9f %.9f "):format(tostring({}), core.wall(), core.monotonic()), 0
  return function()
    count = count + 1
    return tonumber(core.sha256(seed .. count):sub(1, 12), 16) / 2 ^ 48
  end
end

--- What a user gave for one provider, or nil: the default chain.
local function credentials_for(checked, provider, transport)
  local given = checked.credentials
  if type(given) == "table" and given.by_provider then given = given.by_provider[provider] end
  local literal = type(given) == "table" and type(given.get) ~= "function" and type(given.bind) ~= "function"
  if literal and not given_credentials.serve(given, provider) then given = nil end
  if given == nil and type(transport.credentials) == "table" then given = transport.credentials[provider] end
  return given
end

-- A second transport has a loop of its own, which a task of the first one's pool would never turn: there the exchange
-- is made outside of the task and blocks for its short while.
local function apart(transport)
  return {
    send = function(_, request, deadline)
      return coroutine.wrap(function() return transport:send(request, deadline) end)()
    end,
    close = function() if type(transport.close) == "function" then transport:close() end end,
  }
end

--- The transport for addresses of the machine's own network: no proxy.
local function direct(state)
  if not state.direct then
    local transport = state.new_transport { proxy = false }
    state.direct = state.runtime.name == "blocking" and apart(transport) or transport
  end
  return state.direct
end

--- A provider as this client uses it.
local function new_side(state, name)
  local side = {
    name = name,
    provider = require("idocr.providers." .. name),
    view = options.view(state.options, name),
    offset = 0,
  }
  function side.clock() return clock.read(state.options.clock, state.runtime.wall, side.offset) end
  local source, complaint = credentials.bind(credentials_for(state.options, name, state.transport), {
    provider = name,
    clock = function() return (side.clock()) end,
    runtime = state.runtime,
    emit = state.emit,
    cache = state.cache,
    check = side.provider.check_credentials,
    parse_date = http_date.parse,
    request_id = request_id,
    transport = function() return state.transport end,
    direct = function() return direct(state) end,
  })
  if not source then error("option credentials " .. complaint, 0) end
  side.source = source
  return side
end

local function new_state(checked)
  local transports = require "idocr.transports"
  local state = {
    options = checked,
    emit = events.emitter(checked.on_event),
    random = random_numbers(),
    new_transport = function(other) return transports.new(checked.transport, setmetatable(other, { __index = checked })) end,
    sides = {},
  }
  state.transport = state.new_transport {}
  state.runtime = state.transport.runtime
  local store
  store, state.cache = stores.open(checked.shared, state.runtime)
  state.limiter = limiter.new(checked.rate, state.runtime, store)
  for index, name in ipairs(checked.providers) do state.sides[index] = new_side(state, name) end
  return state
end

--- Makes a client of checked options; what it cannot do with them is raised without a position.
---@param checked idocr.CheckedOptions
---@return idocr.Client
function client.new(checked)
  local self = setmetatable({}, meta)
  insides[self] = new_state(checked)
  return self
end

return client
