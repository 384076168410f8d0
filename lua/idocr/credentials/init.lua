--- Where credentials come from. `idocr.credentials.NAME(options)` makes a source for `idocr.new { credentials = … }`.

local errors = require "idocr.errors"
local foreign = require "idocr.credentials.foreign"
local recipe = require "idocr.credentials.source"

local credentials = {}

local CONSTRUCTORS = {}
for name in ([[static environment api_key profile tccli machine_role assume_role web_identity chain callback]]):gmatch("[%w_]+") do
  CONSTRUCTORS[name] = "idocr.credentials." .. name
end

local WHAT = "the source of credentials"

-- A source of the user's: whatever it raises or returns becomes an error of ours.
local function guarded(given)
  local source = { name = type(given.name) == "string" and given.name or "custom" }
  local originals = setmetatable({}, { __mode = "k" }) -- our copy -> the table that the source returned
  function source.get(_, left)
    local ran, value, err = pcall(given.get, given, left)
    if not ran then return recipe.raised(WHAT, value) end
    if not value then
      if errors.is(err) then return nil, err end
      return recipe.none(WHAT .. " has none")
    end
    local snapshot
    snapshot, err = foreign.snapshot(value, WHAT)
    if snapshot then originals[snapshot] = value end
    return snapshot, err
  end
  if type(given.invalidate) == "function" then
    function source.invalidate(_, snapshot) pcall(given.invalidate, given, originals[snapshot]) end
  end
  return source
end

--- Makes a bound source of whatever a user may give as credentials: nothing (the default chain), a table, a function, a
--- recipe made here, or an object with `get`.
---@param given any
---@param context idocr.CredentialsContext
---@return idocr.CredentialsSource?, string? complaint
function credentials.bind(given, context)
  if given == nil then return credentials.chain():bind(context) end
  if type(given) == "function" then return credentials.callback(given):bind(context) end
  if type(given) ~= "table" then return nil, "must be a table, a function or a source" end
  if recipe.is(given) then return given:bind(context) end
  if type(given.bind) == "function" then
    local source = given:bind(context)
    if type(source) ~= "table" or type(source.get) ~= "function" then return nil, "must have a bind that returns a source" end
    return guarded(source)
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
