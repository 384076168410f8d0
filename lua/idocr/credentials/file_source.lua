--- Reads credentials files: size-limited, and again after a minute.

local core = require "idocr.core"
local values = require "idocr.credentials.values"

local file_source = {}

local LARGEST = 1024 * 1024 -- bytes; a profile file has a few hundred
local RELOAD_AFTER = 60 -- seconds; keys can be replaced while a service runs

local REASONS = {
  missing = "does not exist",
  denied = "cannot be read: permission denied",
  not_a_file = "is not a regular file",
  too_large = "is larger than 1 MB",
  open = "cannot be opened",
  read = "cannot be read",
}

--- Reads a file without blocking on pipes or devices.
---@param path string
---@return string? text
---@return string? a predicate to follow the file's name
---@return boolean? missing
function file_source.read(path)
  local text, _, code = core.read_file(path, LARGEST)
  if text then return text end
  return nil, REASONS[code] or REASONS.open, code == "missing"
end

--- Returns the user's home directory from the environment.
---@param getenv fun(name: string): string?
---@return string?
function file_source.home(getenv) return values.trim(getenv "HOME") or values.trim(getenv "USERPROFILE") end

--- Makes a source that reloads its credentials after a minute, and when they have expired.
---@param name string
---@param context idocr.CredentialsContext
---@param load fun(): idocr.Snapshot?, idocr.Error?
---@return idocr.CredentialsSource
function file_source.new(name, context, load)
  local bound = { name = name }
  local snapshot, read_at
  function bound.get()
    local now = context.runtime.now()
    local expired = snapshot and snapshot.expires and snapshot.expires <= context.clock()
    if snapshot and not expired and now - read_at < RELOAD_AFTER then return snapshot end
    local fresh, err = load()
    snapshot, read_at = fresh, now
    return fresh, err
  end
  function bound.invalidate() snapshot = nil end
  return bound
end

return file_source
