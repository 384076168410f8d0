--- Runs many calls at once: takes the next input when a call may start, returns results as calls complete.

local call = require "idocr.client.call"
local is_callable = require "idocr.is_callable"
local params = require "idocr.client.params"

local each = {}

local DEFAULT = 4 -- in flight
local MOST = 1024 -- in flight

--- The iterator that `client:each` returns: each call of it returns the next `input, card, err`, nil at the end. Lua 5.4
--- closes it when a `for` loop is left early; on LuaJIT call `close`, or leave it to the garbage collector.
---@class idocr.Each
local Each = { __name = "idocr.Each" }
Each.__index = Each

-- Returns a function that returns the next input, nil where `source` is no list or function.
local function puller(source)
  if is_callable(source) then return source end
  if type(source) ~= "table" then return nil end
  local index = 0
  return function()
    index = index + 1
    return source[index]
  end
end

--- Starts calls until `concurrency` are in flight or there are no more inputs.
function Each:fill()
  while not self.exhausted and not self.pool:full() do
    local pulled, input = pcall(self.pull)
    if not pulled then
      self:close()
      error(input, 0)
    end
    if input == nil then
      self.exhausted = true
      return
    end
    local checked, complaint = params.check(self.kind, input)
    if not checked then
      self:close()
      error("idocr each: " .. complaint, 3)
    end
    local client, kind = self.client, self.kind
    self.pool:submit(function() return call.read(client, kind, checked) end, input)
  end
end

function Each:__call()
  if self.closed then return nil end
  self:fill()
  local input, ran, card, err = self.pool:next()
  if input == nil then
    self:close()
    return nil
  end
  if not ran then -- a user's function raised an error; pass it on
    self:close()
    error(card, 0)
  end
  return input, card, err
end

--- Cancels the calls in flight. Requests that were sent may still be billed.
function Each:close()
  if self.closed then return end
  self.closed, self.exhausted = true, true
  self.pool:cancel()
end

Each.__close = Each.close

--- Returns the iterator, or nil and what is wrong with the arguments.
---@param client idocr.ClientInner
---@param kind idocr.Kind
---@param source any a list, or a function that returns the next input
---@param options { concurrency: integer? }?
---@return idocr.Each?, string? complaint
function each.new(client, kind, source, options)
  local pull = puller(source)
  if not pull then return nil, "inputs must be a list or a function, not a " .. type(source) end
  if options ~= nil and type(options) ~= "table" then return nil, "options must be a table, not a " .. type(options) end
  for name in pairs(options or {}) do
    if name ~= "concurrency" then return nil, ("no option %q (there is: concurrency)"):format(tostring(name)) end
  end
  local n = options and options.concurrency or DEFAULT
  if type(n) ~= "number" or n ~= math.floor(n) or n < 1 or n > MOST then
    return nil, "concurrency must be a whole number from 1 to " .. MOST
  end
  return setmetatable({ client = client, kind = kind, pull = pull, pool = client.runtime.pool(math.floor(n)) }, Each)
end

return each
