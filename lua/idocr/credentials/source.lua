--- A source of credentials that is not bound to a client yet: made by a user with `idocr.credentials.…`, bound by the
--- client, which has the transport, the clock and the runtime.

local errors = require "idocr.errors"
local trim = require "idocr.trim"

local recipe = {}

--- What one request is signed with. id, key and token always come from one snapshot.
---@class idocr.Snapshot
---@field secret_id string?   Tencent
---@field secret_key string?  Tencent
---@field api_key string?     ekycpro
---@field token string?
---@field expires number?     Unix seconds
---@field origin string|table<string, string>|nil  where the values came from, for messages; by member or for all

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
---@field check (fun(snapshot: any): table?, idocr.Error?)? refuses values that no key, id or token has
---@field request_id (fun(value: any): string?)? a request id as far as it is safe to repeat
---@field parse_date (fun(text: string?): number?)? Unix seconds of a Date header
---@field cache { load: function, save: function, forget: function, claim: function, release: function }? shared by workers

local Recipe = { __name = "idocr.Credentials" }
Recipe.__index = Recipe

function Recipe:__tostring() return "credentials (" .. self.name .. ")" end

---@param name string
---@param bind fun(context: idocr.CredentialsContext): idocr.CredentialsSource
function recipe.new(name, bind)
  return setmetatable({ name = name, bind = function(_, context) return bind(context) end }, Recipe)
end

--- Whether a value is a source made here.
---@param value any
---@return boolean
function recipe.is(value) return getmetatable(value) == Recipe end

--- This source has nothing here: a chain asks the next one.
---@param message string
---@return nil, idocr.Error
function recipe.none(message) return nil, errors.unsent("credentials", "NoCredentials", message) end

--- This source should have something and it is wrong, or could not be had. It ends a chain.
---@param code string
---@param message string
---@param retryable boolean?
---@return nil, idocr.Error
function recipe.fail(code, message, retryable)
  return nil, errors.unsent("credentials", code, message, { retryable = retryable or false })
end

--- Like `fail`, for a source that the user did not name: a chain asks the next one and keeps this as a note.
---@param skip "unreadable"|"defect" a chain without any credentials answers with NoCredentials or with this code
---@param code string
---@param message string
---@param retryable boolean?
---@return nil, idocr.Error
function recipe.skip(skip, code, message, retryable)
  local _, err = recipe.fail(code, message, retryable)
  err.skip = skip
  return nil, err
end

--- A value without blanks around it, or nil where nothing is left.
---@param value any
---@return string?
function recipe.trim(value)
  if type(value) ~= "string" then return nil end
  value = trim(value)
  return value ~= "" and value or nil
end

--- What the environment passes on, for messages about variables that are not set.
---@param context idocr.CredentialsContext
---@return string note "" outside of nginx
function recipe.environment_note(context)
  if context.runtime.name ~= "nginx" then return "" end
  return " (nginx passes on only the variables that nginx.conf names in lines like `env TENCENTCLOUD_SECRET_ID;`)"
end

local EARLIEST, LATEST = 1e9, 1e11 -- Unix seconds: the years 2001 and 5138

--- What is wrong with a number that should be the Unix time at which credentials end.
---@param value any
---@return string? problem to stand behind the member's name
function recipe.expiry_problem(value)
  if type(value) ~= "number" then return "is a " .. type(value) .. "; it must be a number of Unix seconds" end
  if value ~= value or value == math.huge or value == -math.huge then return "is no finite number; it must be Unix seconds" end
  if value < EARLIEST then return "is no time of this century; it must be the Unix time of the end, not the seconds that are left" end
  if value > LATEST then return "is too far in the future; it must be Unix seconds, not milliseconds" end
end

--- A vendor's error code, or nil where the text has another shape: it could be a key.
---@param text any
---@return string?
function recipe.vendor_code(text)
  if type(text) ~= "string" or #text > 100 then return nil end
  for part in (text .. "."):gmatch("([^.]*)%.") do
    if #part > 48 or not part:find("^%u%a*$") or not part:find("%l") then return nil end
  end
  return text
end

--- Takes known secrets out of an error, `vendor_message` included.
---@param err idocr.Error changed in place
---@param snapshot idocr.Snapshot?
---@param more string[]? further secrets
---@return idocr.Error err
function recipe.conceal(err, snapshot, more)
  local secrets = {}
  for _, name in ipairs { "secret_id", "secret_key", "api_key", "token" } do
    local value = type(snapshot) == "table" and snapshot[name]
    if type(value) == "string" then secrets[#secrets + 1] = value end
  end
  for _, secret in ipairs(more or {}) do secrets[#secrets + 1] = secret end
  return errors.conceal(err, secrets)
end

--- Adds to the error of a check where the value came from.
---@param err idocr.Error changed in place; its message begins with the name of the member
---@param snapshot any
---@return idocr.Error err
function recipe.with_origin(err, snapshot)
  local origin = type(snapshot) == "table" and snapshot.origin
  if type(origin) == "table" then origin = origin[err.message:match("^[%l_]+")] end
  if type(origin) == "string" then err.message = err.message .. " (it comes from " .. origin .. ")" end
  return err
end

--- Checks credentials that are about to be used or kept.
---@param context idocr.CredentialsContext
---@param snapshot any
---@return table? checked without blanks around the values
---@return idocr.Error? err names the member, what is wrong and where it came from
function recipe.check(context, snapshot)
  if not context.check then return snapshot end
  local checked, err = context.check(snapshot)
  if not checked then return nil, recipe.with_origin(err, snapshot) end
  return checked
end

--- A text of a user's own function as far as it consists of plain words: everything else could be a key.
---@param text any
---@return string
function recipe.plain_words(text)
  return (errors.scrub(text):gsub("%S+", function(run)
    local word = run:match("^%(?(%a+)[.,;:!?)]*$")
    if word and (#word <= 14 and word:find("^%u?%l+$") or #word <= 5 and word:find("^%u+$")) then return run end
    return run:find("^%d%d?%d?[.,;:)]?$") and run or "***"
  end))
end

--- The error for a source that raised. The plain words of its text go into `vendor_message`.
---@param what string such as "the credentials function"
---@param raised any
---@param snapshot idocr.Snapshot? the last one, to be concealed
---@return nil, idocr.Error
function recipe.raised(what, raised, snapshot)
  local _, err = recipe.fail("CredentialsFailed", what .. " raised an error (its words are in vendor_message)")
  local _, text = pcall(tostring, raised)
  err.vendor_message = recipe.plain_words(text)
  return nil, recipe.conceal(err, snapshot)
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
