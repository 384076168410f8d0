--- Defines the exit statuses of the command.

local status = {}

status.OK = 0
status.REFUSED = 1
status.USAGE = 2
status.CREDENTIALS = 3
status.NETWORK = 4
status.PICTURE = 5
status.OUTPUT = 6
status.SIGNAL = { HUP = 129, INT = 130, TERM = 143 } -- 128 + the signal's number, as shells report it

--- The description of the exit statuses in every --help.
status.HELP = [[
Exit status:
  0  done
  1  the service returned an error (no card in the picture, a quota, an internal error),
     a number is not valid, some of several pictures failed, or the folder has no pictures
  2  wrong arguments, or an operation that the site, provider or system does not support
  3  credentials are missing, wrong, or could not be refreshed
  4  no usable response: connection, TLS, timeout, HTTP error, or malformed response; or the
     shared store failed
  5  the picture was refused before anything was sent
  6  the output could not be written, or another batch writes to the same file]]

local BY_CATEGORY = {
  service = status.REFUSED, throttled = status.REFUSED,
  unsupported = status.USAGE,
  credentials = status.CREDENTIALS,
  connect = status.NETWORK, tls = status.NETWORK, timeout = status.NETWORK, network = status.NETWORK,
  http = status.NETWORK, protocol = status.NETWORK, closed = status.NETWORK,
  store = status.NETWORK,
  image = status.PICTURE,
}

--- Returns the exit status of an error object.
---@param err idocr.Error
---@return integer
function status.of(err) return BY_CATEGORY[err.category] or status.REFUSED end

return status
