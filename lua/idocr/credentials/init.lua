--- Constructs and binds credentials sources: `idocr.new { credentials = idocr.credentials.NAME(options) }`.

local errors = require "idocr.errors"
local failure = require "idocr.credentials.failure"
local source = require "idocr.credentials.source"
local user_result = require "idocr.credentials.user_result"

local credentials = {}

local CONSTRUCTORS = {}
for name in ([[static environment api_key profile tccli machine_role assume_role web_identity chain callback]]):gmatch("[%w_]+") do
  CONSTRUCTORS[name] = "idocr.credentials." .. name
end

local WHAT = "the credentials source"

-- Wraps a user's source: converts what it raises or returns to errors of idocr.
local function guarded(given)
  local bound = { name = type(given.name) == "string" and given.name or "custom" }
  function bound.get(_, seconds_left)
    local ran, value, err = pcall(given.get, given, seconds_left)
    if not ran then return failure.raised(WHAT, value) end
    if not value then
      if errors.is(err) then return nil, err end
      return failure.none(WHAT .. " has no credentials")
    end
    local snapshot
    snapshot, err = user_result.snapshot(value, WHAT)
    if snapshot then snapshot.original = value end -- for `invalidate`
    return snapshot, err
  end
  if type(given.invalidate) == "function" then
    function bound.invalidate(_, snapshot) pcall(given.invalidate, given, snapshot and snapshot.original) end
  end
  return bound
end

--- Binds the option `credentials`: nil (the default chain), a table, a function, an unbound source, or an object with `get`.
---@param given any
---@param context idocr.CredentialsContext
---@return idocr.CredentialsSource?, string? complaint
function credentials.bind(given, context)
  if given == nil then return credentials.chain():bind(context) end
  if type(given) == "function" then return credentials.callback(given):bind(context) end
  if type(given) ~= "table" then return nil, "must be a table, a function or a source" end
  if source.is(given) then return given:bind(context) end
  if type(given.bind) == "function" then
    local bound = given:bind(context)
    if type(bound) ~= "table" or type(bound.get) ~= "function" then return nil, "must have a bind that returns a source" end
    return guarded(bound)
  end
  if type(given.get) == "function" then return guarded(given) end
  return credentials.static(given):bind(context)
end

return setmetatable(credentials, {
  __index = function(self, name)
    local module = CONSTRUCTORS[name]
    if not module then return nil end
    local constructor = require(module)
    rawset(self, name, constructor)
    return constructor
  end,
})
