--- The exit statuses of the command, for scripts that must know why.

local status = {}

status.OK = 0
status.REFUSED = 1
status.USAGE = 2
status.CREDENTIALS = 3
status.NETWORK = 4
status.PICTURE = 5
status.OUTPUT = 6

--- The part of every --help that says them.
status.HELP = [[
Exit status:
  0  done
  1  the service said no (no such card in the picture, a quota, an internal error),
     a number is not valid, some of several pictures failed, or a folder has none to read
  2  wrong arguments, or something that this site, provider or place cannot do
  3  credentials: there are none, they are wrong, or they could not be refreshed
  4  no answer: no connection, no trust (TLS), a time-out, or an answer that is none
  5  the picture was refused before anything was sent
  6  what was read could not be written, or another batch writes to the same file]]

local BY_CATEGORY = {
  service = status.REFUSED, throttled = status.REFUSED,
  unsupported = status.USAGE,
  credentials = status.CREDENTIALS,
  connect = status.NETWORK, tls = status.NETWORK, timeout = status.NETWORK, network = status.NETWORK,
  http = status.NETWORK, protocol = status.NETWORK, closed = status.NETWORK,
  image = status.PICTURE,
}

--- The exit status for an error object.
---@param err idocr.Error
---@return integer
function status.of(err) return BY_CATEGORY[err.category] or status.REFUSED end

return status
