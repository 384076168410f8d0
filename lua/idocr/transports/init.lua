--- Selects the transport of a client. Loads each transport on first use, so that nginx never loads libcurl and a plain program
--- never loads cosockets.

local is_callable = require "idocr.is_callable"
local runtime = require "idocr.runtime"

local transports = {}

local function cosocket(options)
  if not runtime.in_nginx() then error('transport "cosocket" works only inside nginx', 0) end
  return require("idocr.transports.cosocket").new(options)
end

local function libcurl(options)
  if runtime.in_nginx() then
    error('transport "curl" would block the nginx worker while it waits: use "cosocket", or a worker thread', 0)
  end
  return require("idocr.transports.curl").new(options)
end

local NAMED = {
  -- In a phase without sockets each call returns an error of the cosocket transport; libcurl is never a replacement.
  auto = function(options) return runtime.in_nginx() and cosocket(options) or libcurl(options) end,
  cosocket = cosocket,
  curl = libcurl,
  sandbox = function(options) return require("idocr.transports.sandbox").new(options) end,
}

--- Makes a transport. Raises where an option is wrong or a requirement is missing.
---@param option "auto"|"curl"|"cosocket"|"sandbox"|function|table|nil  nil: "auto"
---@param options table?  the client's checked options
---@return table transport  name, runtime, send(self, request, deadline, options), close(self)?
function transports.new(option, options)
  options = options or {}
  local named = NAMED[option == nil and "auto" or option]
  if named then return named(options) end
  if is_callable(option) or (type(option) == "table" and type(option.send) == "function") then
    return require("idocr.transports.user").new(option, options, runtime.current())
  end
  error("transport must be auto, curl, cosocket, sandbox, a function or an object with send", 0)
end

return transports
