--- Makes the plan of `client:call`: any action of a provider, with params as the service names them, in which pictures may stand.

local json = require "idocr.json"
local picture = require "idocr.picture"
local routing = require "idocr.client.routing"

local raw = {}

local DEEPEST = 32 -- levels

-- Returns a copy of a raw action's params in which pictures are opened. Raises on a table that contains itself.
local function open_pictures(value, opened, depth)
  if picture.is(value) then
    local entry, err = picture.open(value)
    if not entry then return nil, err end
    opened[#opened + 1] = entry
    return entry.url or { image = entry.image }
  end
  if type(value) ~= "table" then return value end
  if depth >= DEEPEST then error("the params are nested too deeply, or contain themselves", 0) end
  local copy = json.is_list(value) and json.list() or {}
  for name, member in pairs(value) do
    local replaced, err = open_pictures(member, opened, depth + 1)
    if err then return nil, err end
    copy[name] = replaced
  end
  return copy
end

--- Makes the plan of a raw action. Raises where the params cannot be written as JSON.
---@param account idocr.Account
---@param action string
---@param given any            params of `client:call`
---@param opened table[]       gets the pictures that are opened; the caller closes them
---@return idocr.Plan?
---@return idocr.Error?
function raw.plan(account, action, given, opened)
  local ready, unreadable = open_pictures(given, opened, 0)
  if unreadable then return nil, unreadable end
  return account.provider:raw(action, ready, routing.rate(account.options, action))
end

return raw
