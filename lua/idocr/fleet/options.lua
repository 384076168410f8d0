--- Checks the options of `idocr.queue`.

local keys = require "idocr.fleet.key"
local nearest = require "idocr.nearest"
local redis_url = require "idocr.stores.redis_url"

local options = {}

---@class idocr.QueueOptions
---@field url string?       "redis://host:port/db/NAME" (the environment variable IDOCR_QUEUE)
---@field key string|table<string, string>|idocr.SealKey[]|nil  seals what is stored: 32 random bytes, or keys by id as for `cache.key`
---@field key_file string?  a file with the key (IDOCR_KEY: the key as hexadecimal digits or base64, or a file)
---@field clear boolean?    without a key: allows uploads and results to be stored in clear
---@field keep number?      seconds for which uploads, results and tickets are kept (604,800: 7 days)
---@field timeout number?   seconds for one operation of the server (2)
---@field ca_file string?   CA certificates of a `rediss://` server

local TYPES = { url = "string", key_file = "string", clear = "boolean", keep = "number", timeout = "number", ca_file = "string" }
local NAMES = { "url", "key", "key_file", "clear", "keep", "timeout", "ca_file" }

local function check_types(given)
  for name, value in pairs(given) do
    if name ~= "key" and not TYPES[name] then return ("no option %q%s"):format(tostring(name), nearest.hint(name, NAMES)) end
    if name ~= "key" and type(value) ~= TYPES[name] then
      return ("option %s must be a %s, not a %s"):format(name, TYPES[name], type(value))
    end
  end
  if given.keep and not (given.keep >= 1 and given.keep <= 3650 * 86400) then
    return "option keep must be a number of seconds, at least 1 and at most ten years"
  end
  if given.timeout and not (given.timeout > 0 and given.timeout <= 3600) then
    return "option timeout must be a number of seconds greater than 0"
  end
end

local function key_of(given)
  if given.key ~= nil then return given.key end
  if given.key_file then return keys.file(given.key_file) end
  local text = os.getenv "IDOCR_KEY"
  if not text or text == "" then return nil end
  local key, complaint = keys.text(text)
  return key, complaint and "IDOCR_KEY: " .. complaint
end

local function address_of(given)
  local url = given.url or os.getenv "IDOCR_QUEUE"
  if not url or url == "" then return nil, "there is no queue: give its URL (option url, or IDOCR_QUEUE)" end
  local address, complaint = redis_url.parse(url)
  if not address then return nil, "the queue's URL " .. complaint end
  if not address.queue then return nil, "the queue's URL must end with the queue's name, as in redis://127.0.0.1:6379/0/scans" end
  address.ca_file = given.ca_file
  return address
end

--- Checks the options, and reads the key.
---@param given idocr.QueueOptions|string|nil
---@return { address: idocr.RedisAddress, key: any, clear: boolean?, keep: number, timeout: number? }?
---@return string? complaint
function options.check(given)
  if type(given) == "string" then given = { url = given } end
  if given ~= nil and type(given) ~= "table" then return nil, "options must be a table or a URL, not a " .. type(given) end
  given = given or {}
  local complaint = check_types(given)
  if complaint then return nil, complaint end
  local address, key
  address, complaint = address_of(given)
  if not address then return nil, complaint end
  key, complaint = key_of(given)
  if complaint then return nil, "the key cannot be used: " .. complaint end
  return { address = address, key = key, clear = given.clear, keep = given.keep or 7 * 86400, timeout = given.timeout }
end

return options
