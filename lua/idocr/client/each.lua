--- Many calls at once: inputs are pulled when there is room for another, results come as they complete.

local call = require "idocr.client.call"
local params = require "idocr.client.params"

local each = {}

local DEFAULT = 4 -- in flight
local MOST = 1024

--- What `client:each` returns: call it for the next `input, card, err`; nil ends. `close` gives up what is in flight.
--- Lua 5.4 closes it when a `for` loop is left early; elsewhere call `close`, or leave it to the garbage collector.
---@class idocr.Each
local Each = { __name = "idocr.Each" }
Each.__index = Each

local function puller(source)
  local meta = getmetatable(source)
  if type(source) == "function" or (type(meta) == "table" and meta.__call) then return source end
  if type(source) ~= "table" then return nil end
  local index = 0
  return function()
    index = index + 1
    return source[index]
  end
end

--- Takes inputs until there is no room or there are no more.
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
    local state, kind = self.state, self.kind
    self.pool:submit(function() return call.read(state, kind, checked) end, input)
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
  if not ran then -- a hook of the user's raised: not ours to hide
    self:close()
    error(card, 0)
  end
  return input, card, err
end

--- Gives up what is in flight. What was sent may be billed all the same.
function Each:close()
  if self.closed then return end
  self.closed, self.exhausted = true, true
  self.pool:cancel()
end

Each.__close = Each.close

--- Makes the iterator, or a complaint.
---@param state table the client's inside
---@param kind idocr.Kind
---@param source any a list, or a function that gives the next input
---@param options { concurrency: integer? }?
---@return idocr.Each?, string? complaint
function each.new(state, kind, source, options)
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
  return setmetatable({ state = state, kind = kind, pull = pull, pool = state.runtime.pool(math.floor(n)) }, Each)
end

return each
