--- What the sources that are files have in common: bounded reading, and reading again after a minute.

local core = require "idocr.core"
local recipe = require "idocr.credentials.source"

local files = {}

local LARGEST = 1024 * 1024 -- bytes; a profile file has a few hundred
local READ_AGAIN = 60 -- seconds; keys change in the file while a service runs

local REASONS = {
  missing = "does not exist",
  denied = "cannot be read: permission denied",
  not_a_file = "is no regular file",
  too_large = "is larger than 1 MB",
  open = "cannot be opened",
  read = "cannot be read",
}

--- Reads a file, which is never waited for.
---@param path string
---@return string? text
---@return string? reason to stand behind the file's name
---@return boolean? missing
function files.read(path)
  local text, _, code = core.read_file(path, LARGEST)
  if text then return text end
  return nil, REASONS[code] or REASONS.open, code == "missing"
end

--- A user's home folder by the environment.
---@param getenv fun(name: string): string?
---@return string?
function files.home(getenv) return recipe.trim(getenv "HOME") or recipe.trim(getenv "USERPROFILE") end

--- A source whose snapshot is loaded again a minute later, and when it has expired.
---@param name string
---@param context idocr.CredentialsContext
---@param load fun(): idocr.Snapshot?, idocr.Error?
---@return idocr.CredentialsSource
function files.source(name, context, load)
  local source = { name = name }
  local snapshot, read_at
  function source.get()
    local now = context.runtime.now()
    local expired = snapshot and snapshot.expires and snapshot.expires <= context.clock()
    if snapshot and not expired and now - read_at < READ_AGAIN then return snapshot end
    local fresh, err = load()
    snapshot, read_at = fresh, now
    return fresh, err
  end
  function source.invalidate() snapshot = nil end
  return source
end

return files
