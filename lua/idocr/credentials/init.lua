--- Where credentials come from. `idocr.credentials.NAME(options)` makes a source for `idocr.new { credentials = … }`.

local credentials = {}

local CONSTRUCTORS = {}
for name in ([[static environment api_key profile machine_role assume_role web_identity chain callback]]):gmatch("[%w_]+") do
  CONSTRUCTORS[name] = "idocr.credentials." .. name
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
  if type(given.bind) == "function" then return given:bind(context) end
  if type(given.get) == "function" then return given end
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
