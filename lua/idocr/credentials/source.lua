--- Defines unbound credentials sources. The user makes one with `idocr.credentials.NAME(options)`; the client binds it to
--- its transport, clock and runtime.

local failure = require "idocr.credentials.failure"
local nearest = require "idocr.nearest"

local source = {}

--- The credentials of one request. id, key and token always come from the same snapshot.
---@class idocr.Snapshot
---@field secret_id string?   Tencent
---@field secret_key string?  Tencent
---@field api_key string?     ekycpro
---@field token string?
---@field expires number?     Unix seconds
---@field origin string|table<string, string>|nil  where the values came from, for messages; one text, or one per member
---@field original table?     the table that the user's source returned, of which this is a copy

--- A source that is bound to a client.
---@class idocr.CredentialsSource
---@field name string
---@field get fun(self, seconds_left: number): idocr.Snapshot?, idocr.Error?  takes at most `seconds_left`
---@field invalidate (fun(self, snapshot: idocr.Snapshot))?  called when the service refused this snapshot

--- What the client passes to a source.
---@class idocr.CredentialsContext
---@field provider string
---@field clock fun(): number         Unix seconds, corrected
---@field runtime table               now, sleep, mutex, …
---@field transport fun(): table      the client's transport
---@field direct fun(): table         a transport without a proxy, for link-local addresses
---@field emit fun(name: string, fields: table)
---@field check (fun(snapshot: any): table?, idocr.Error?)? rejects malformed keys, ids and tokens
---@field request_id (fun(value: any): string?)? returns a request id that is safe to log
---@field parse_date (fun(text: string?): number?)? parses a Date header to Unix seconds
---@field store idocr.Store?          where workers share temporary credentials; nil: nowhere

local Unbound = { __name = "idocr.Credentials" }
Unbound.__index = Unbound

function Unbound:__tostring() return "credentials (" .. self.name .. ")" end

--- Makes an unbound source.
---@param name string
---@param bind fun(context: idocr.CredentialsContext): idocr.CredentialsSource
---@return { name: string, bind: fun(self, context: idocr.CredentialsContext): idocr.CredentialsSource }
function source.new(name, bind)
  return setmetatable({ name = name, bind = function(_, context) return bind(context) end }, Unbound)
end

--- Returns whether a value is a source made by `source.new`.
---@param value any
---@return boolean
function source.is(value) return getmetatable(value) == Unbound end

--- Returns a hint for messages about unset environment variables.
---@param context idocr.CredentialsContext
---@return string note empty outside nginx
function source.environment_note(context)
  if context.runtime.name ~= "nginx" then return "" end
  return " (nginx passes on only the variables that nginx.conf names in lines like `env TENCENTCLOUD_SECRET_ID;`)"
end

-- client/attempt.lua calls it here.
source.with_origin = failure.with_origin

--- Validates credentials before they are used or cached.
---@param context idocr.CredentialsContext
---@param snapshot any
---@return table? checked a copy with trimmed values
---@return idocr.Error? err names the member, the problem and the origin of the value
function source.check(context, snapshot)
  if not context.check then return snapshot end
  local checked, err = context.check(snapshot)
  if not checked then return nil, failure.with_origin(err, snapshot) end
  return checked
end

--- Copies the options of a constructor. Raises in the constructor's caller on a wrong name or type.
---@param given table?
---@param types table<string, string> name -> type, or "any"
---@return table copy
function source.options(given, types)
  local copy = {}
  if given ~= nil and type(given) ~= "table" then error("options must be a table, not a " .. type(given), 3) end
  for name, value in pairs(given or {}) do
    local wanted = types[name]
    if not wanted then
      error(("no option %q%s"):format(tostring(name), nearest.hint(name, types)), 3)
    end
    if wanted ~= "any" and type(value) ~= wanted then
      error(("option %s must be a %s, not a %s"):format(name, wanted, type(value)), 3)
    end
    copy[name] = value
  end
  return copy
end

return source
