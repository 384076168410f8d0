--- A source of credentials that has not met its client yet: made by a user with `idocr.credentials.…`, bound by the
--- client, which knows the transport, the clock and the runtime.

local errors = require "idocr.errors"

local recipe = {}

--- What one request is signed with. id, key and token always come from one snapshot.
---@class idocr.Snapshot
---@field secret_id string?   Tencent
---@field secret_key string?  Tencent
---@field api_key string?     ekycpro
---@field token string?
---@field expires number?     Unix seconds

--- Where credentials come from, bound to a client.
---@class idocr.CredentialsSource
---@field name string
---@field get fun(self, left: number): idocr.Snapshot?, idocr.Error?  `left`: seconds that it may take
---@field invalidate (fun(self, snapshot: idocr.Snapshot))?           the service refused this snapshot

--- What a source gets from its client.
---@class idocr.CredentialsContext
---@field provider string
---@field clock fun(): number         Unix seconds, corrected
---@field runtime table               now, sleep, mutex, …
---@field transport fun(): table      the client's transport
---@field direct fun(): table         one that uses no proxy, for addresses of the machine's own network
---@field emit fun(name: string, fields: table)
---@field cache { load: function, save: function, forget: function, claim: function, release: function }? shared by workers

local Recipe = { __name = "idocr.Credentials" }
Recipe.__index = Recipe

function Recipe:__tostring() return "credentials (" .. self.name .. ")" end

---@param name string
---@param bind fun(context: idocr.CredentialsContext): idocr.CredentialsSource
function recipe.new(name, bind)
  return setmetatable({ name = name, bind = function(_, context) return bind(context) end }, Recipe)
end

--- This source has nothing here: a chain asks the next one. Every other error ends a chain.
---@param message string
---@return nil, idocr.Error
function recipe.none(message)
  return nil, errors.new("credentials", "NoCredentials", message, { billed = false, sent = false })
end

--- This source should have something and it is wrong, or could not be had.
---@param code string
---@param message string
---@param retryable boolean?
---@return nil, idocr.Error
function recipe.fail(code, message, retryable)
  return nil, errors.new("credentials", code, message, { billed = false, sent = false, retryable = retryable or false })
end

--- A value without blanks around it, or nil where nothing is left.
---@param value any
---@return string?
function recipe.trim(value)
  if type(value) ~= "string" then return nil end
  value = value:match("^%s*(.-)%s*$")
  return value ~= "" and value or nil
end

--- Checks the options of a constructor: a complaint for a wrong name or type.
---@param given table?
---@param types table<string, string> name -> type
---@return table copy raises at the caller's caller
function recipe.options(given, types)
  local copy = {}
  if given ~= nil and type(given) ~= "table" then error("options must be a table, not a " .. type(given), 3) end
  for name, value in pairs(given or {}) do
    local wanted = types[name]
    if not wanted then
      error(("no option %q%s"):format(tostring(name), require("idocr.nearest").hint(name, types)), 3)
    end
    if wanted ~= "any" and type(value) ~= wanted then
      error(("option %s must be a %s, not a %s"):format(name, wanted, type(value)), 3)
    end
    copy[name] = value
  end
  return copy
end

return recipe
