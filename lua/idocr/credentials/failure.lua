--- Builds the errors of credentials sources and removes secrets from them.

local errors = require "idocr.errors"
local members = require "idocr.credentials.members"
local redact = require "idocr.redact"

local failure = {}

--- Reports that a source has no credentials. A chain continues with the next source.
---@param message string
---@return nil, idocr.Error
function failure.none(message) return nil, errors.unsent("credentials", "NoCredentials", message) end

--- Reports that a source's credentials are wrong or could not be fetched. A chain stops.
---@param code string
---@param message string
---@param retryable boolean?
---@return nil, idocr.Error
function failure.fail(code, message, retryable)
  return nil, errors.unsent("credentials", code, message, { retryable = retryable or false })
end

--- Reports a failure of a source that the user did not name. A chain continues and keeps the message as a note.
---@param skip "unreadable"|"defect" with "defect", a chain that finds no credentials returns this error's code
---@param code string
---@param message string
---@param retryable boolean?
---@return nil, idocr.Error
function failure.skip(skip, code, message, retryable)
  local _, err = failure.fail(code, message, retryable)
  err.skip = skip
  return nil, err
end

--- Returns a vendor's error code; nil where the text does not have the form of a code, because it could be a key.
---@param text any
---@return string?
function failure.vendor_code(text)
  if type(text) ~= "string" or #text > 100 then return nil end
  for part in (text .. "."):gmatch("([^.]*)%.") do
    if #part > 48 or not part:find("^%u%a*$") or not part:find("%l") then return nil end
  end
  return text
end

--- Removes known secrets from every text of an error, `vendor_message` included.
---@param err idocr.Error changed in place
---@param snapshot idocr.Snapshot?
---@param more string[]? further secrets
---@return idocr.Error err
function failure.conceal(err, snapshot, more)
  local secrets = {}
  for _, name in ipairs(members.SECRETS) do
    local value = type(snapshot) == "table" and snapshot[name]
    if type(value) == "string" then secrets[#secrets + 1] = value end
  end
  for _, secret in ipairs(more or {}) do secrets[#secrets + 1] = secret end
  return errors.conceal(err, secrets)
end

--- Appends to a validation error where the rejected value came from.
---@param err idocr.Error changed in place; its message begins with the name of the member
---@param snapshot any
---@return idocr.Error err
function failure.with_origin(err, snapshot)
  local origin = type(snapshot) == "table" and snapshot.origin
  if type(origin) == "table" then origin = origin[err.message:match("^[%l_]+")] end
  if type(origin) == "string" then err.message = err.message .. " (it comes from " .. origin .. ")" end
  return err
end

--- Replaces everything but plain words in a text of user code with `***`, because it could be a key.
---@param text any
---@return string
function failure.plain_words(text)
  return (redact.scrub(text):gsub("%S+", function(run)
    local word = run:match("^%(?(%a+)[.,;:!?)]*$")
    if word and (#word <= 14 and word:find("^%u?%l+$") or #word <= 5 and word:find("^%u+$")) then return run end
    return run:find("^%d%d?%d?[.,;:)]?$") and run or "***"
  end))
end

--- Builds the error for a source that raised. The plain words of the raised text go into `vendor_message`.
---@param what string such as "the credentials function"
---@param raised any
---@param snapshot idocr.Snapshot? the last credentials, which are concealed
---@return nil, idocr.Error
function failure.raised(what, raised, snapshot)
  local _, err = failure.fail("CredentialsFailed", what .. " raised an error (its words are in vendor_message)")
  local _, text = pcall(tostring, raised)
  err.vendor_message = failure.plain_words(text)
  return nil, failure.conceal(err, snapshot)
end

return failure
