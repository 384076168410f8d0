--- Shared by the subcommands of the queue: which queue, its key, and messages.

local core = require "idocr.core"
local idocr = require "idocr"
local main = require "idocr.cli.main"
local status = require "idocr.cli.status"

local queue = {}

local DAY = 86400

local function days(text)
  local number = tonumber(text)
  if number and number > 0 and number <= 3650 then return number end
  return nil, "--keep must be a number of days above 0, not '" .. text .. "'"
end

--- Adds the options of the queue.
---@param parser table
---@param stores boolean? it stores uploads or results: also --keep
function queue.describe(parser, stores)
  local options = {
    parser:option("--queue", "URL of the queue, as in redis://127.0.0.1:6379/0/scans (default: IDOCR_QUEUE, which may hold a\n"
      .. "password: redis://user:password@host:6379/0/scans)."):argname("URL"),
    parser:option("--key-file", "File with the key that seals what is stored: 32 random bytes, or them as hexadecimal digits or\n"
      .. "base64 (default: IDOCR_KEY, which holds the digits, base64 or a path)."):argname("FILE"),
    parser:option("--queue-ca-file", "CA certificates for a rediss:// queue, instead of the system's."):argname("FILE"),
  }
  options[#options + 1] = parser:flag("--clear", "Without a key: uploads and results are stored unsealed.")
  if stores then
    options[#options + 1] = parser:option("--keep", "Days for which uploads and results are kept (7)."):argname("DAYS"):convert(days)
  end
  parser:group("Queue", (table.unpack or unpack)(options))
end

-- Returns whether a URL has a password. Other users can see the arguments of a command.
local function has_password(url)
  local userinfo = url:match("^%a[%w+.-]*://([^/?#]*)@") or url:match("^%a[%w+.-]*://(.*)@")
  return userinfo ~= nil and userinfo:find(":", 1, true) ~= nil
end

--- Returns the URL of the queue.
---@param args table
---@return string
function queue.url(args)
  if args.queue and has_password(args.queue) then
    main.usage_error("--queue must hold no password, because other users can see it; set IDOCR_QUEUE to the whole URL")
  end
  local url = args.queue or os.getenv "IDOCR_QUEUE"
  if not url or url == "" then main.usage_error("no queue is named: give --queue redis://host:6379/0/NAME, or set IDOCR_QUEUE") end
  return url
end

--- Returns the option `shared` for the server of the queue: the account's rate is kept there.
---@param args table
---@return table
function queue.shared(args)
  return { url = queue.url(args):match("^(.*)/[^/]+/?$"), ca_file = args.queue_ca_file }
end

--- Opens the queue. Wrong arguments are usage errors.
---@param args table
---@param out idocr.Console
---@return idocr.Queue? opened
---@return integer? exit_status
function queue.open(args, out)
  if args.key_file and core.file_type(args.key_file, true) ~= "file" then main.usage_error("--key-file must name a regular file") end
  local made, opened, err = pcall(idocr.queue, {
    url = queue.url(args), key_file = args.key_file, clear = args.clear, keep = args.keep and math.max(1, args.keep * DAY),
    ca_file = args.queue_ca_file,
  })
  if not made then main.usage_error((tostring(opened):gsub("^.-idocr%.queue: ", ""))) end
  if not opened then return nil, queue.fail(out, err) end
  return opened
end

--- Prints an error and returns the exit status.
---@param out idocr.Console
---@param err idocr.Error
---@return integer
function queue.fail(out, err)
  out.err("idocr: " .. tostring(err) .. "\n")
  return status.of(err)
end

--- Ends the command as wrong usage where uploads or results would be stored unsealed.
---@param opened idocr.Queue
---@param what string
---@param otherwise string  what else can be done
function queue.need_key(opened, what, otherwise)
  if not opened:may_store() then
    main.usage_error(("%s need a key that seals them: --key-file or IDOCR_KEY (%s)"):format(what, otherwise))
  end
end

return queue
