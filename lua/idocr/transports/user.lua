--- Wraps a user's transport: a function, or an object with `send`. Validates its response, so that a mistake becomes an error of
--- the call instead of an exception later.

local constants = require "idocr.constants"
local errors = require "idocr.errors"
local nearest = require "idocr.nearest"
local redact = require "idocr.redact"

--- What a transport carries: docs/transports.md.
---@class idocr.Request
---@field method string
---@field url string               absolute
---@field host string              host[:port] for the Host header
---@field headers string[][]       { name, value } pairs, to be sent unchanged
---@field body idocr.core.Body?    length(), read(max), rewind()
---@field connect_timeout number?  seconds
---@field max_response integer?    bytes

---@class idocr.Response
---@field status integer
---@field headers table<string, string|string[]>?
---@field body string?

--- Why there is no response.
---@class idocr.TransportError
---@field category idocr.ErrorCategory
---@field code string
---@field message string?           without personal data
---@field sent boolean|"part"|nil   false: no byte left; nil: false for connect and tls, else true
---@field retryable boolean?

---@alias idocr.TransportFunction fun(request: idocr.Request, deadline: number): idocr.Response?, idocr.TransportError?

--- An object in place of a function.
---@class idocr.UserTransport
---@field name string?
---@field send fun(self, request: idocr.Request, deadline: number): idocr.Response?, idocr.TransportError?
---@field close fun(self)?
---@field runtime idocr.Runtime?

local Transport = {}
Transport.__index = Transport
Transport.name = "user"

local function bad(what)
  return errors.sent("protocol", "BadResponse", "the transport function returned " .. what)
end

local UNSENT = { connect = true, tls = true } -- before a byte of the request can leave

local SENT = { [true] = true, [false] = false, part = "part" }

-- Returns how much was sent, by the error; where it does not tell, everything, unless the category excludes that.
local function sent_of(err)
  if err.sent == nil and UNSENT[err.category] then return false end
  local sent = SENT[err.sent]
  if sent == nil then return true end
  return sent
end

local function status_of(value)
  value = tonumber(value)
  return value and value % 1 == 0 and value >= 100 and value <= 999 and math.floor(value) or nil
end

local function has_text(err)
  local metatable = getmetatable(err)
  return type(metatable) == "table" and metatable.__tostring ~= nil
end

-- Returns what is wrong with a table that is no error of a transport.
local function wrong_table(err)
  local problem
  if err.category == nil then
    problem = "has no category"
  elseif not errors.CATEGORIES[err.category] then
    local name = nearest.name(err.category, errors.CATEGORIES)
    problem = "has an unknown category" .. (name and (" (did you mean %q?)"):format(name) or "")
  else
    problem = "has no code: a string"
  end
  return "the transport function returned an error that " .. problem
end

-- Converts an error of the transport: an error object, a table with a known category, or any text.
local function their_error(err, secrets)
  if errors.is(err) then
    err.sent = sent_of(err)
    return err
  end
  if type(err) == "table" and errors.CATEGORIES[err.category] and type(err.code) == "string" then
    local code = err.code:find("^[%w._%-]+$") and redact.scrub(err.code) == err.code and err.code or "TransportFailed"
    return errors.after(sent_of(err), err.category, code, err.message ~= nil and redact.describe(err.message, secrets) or "", {
      retryable = err.retryable == true or nil, http_status = status_of(err.http_status),
      dead_connection = err.dead_connection == true or nil,
    })
  end
  if err == nil then return bad("neither a response nor an error") end
  local text = type(err) == "table" and not has_text(err) and wrong_table(err) or redact.describe(err, secrets)
  return errors.sent("network", "TransportFailed", text)
end

-- Returns the value of a header; a repeated one may be a list.
local function header(value)
  if type(value) ~= "table" then return tostring(value) end
  local values = {}
  for index, part in ipairs(value) do values[index] = tostring(part) end
  return table.concat(values, ", ")
end

local function checked(response, max_response)
  if type(response) ~= "table" then return nil, bad("a " .. type(response) .. " for a response") end
  local status = tonumber(response.status)
  if not status or status % 1 ~= 0 or status < 100 or status > 999 then return nil, bad("a response without an HTTP status") end
  local body = response.body
  if body == nil then body = "" end
  if type(body) ~= "string" then return nil, bad("a response whose body is a " .. type(body)) end
  if #body > max_response then
    return nil, errors.sent("protocol", "ResponseTooLarge", "the response is larger than max_response")
  end
  if response.headers ~= nil and type(response.headers) ~= "table" then
    return nil, bad("a response whose headers are a " .. type(response.headers))
  end
  local headers = {}
  for name, value in pairs(response.headers or {}) do
    if type(name) == "string" then headers[name:lower()] = header(value) end
  end
  return { status = math.floor(status), headers = headers, body = body }
end

local module = {}

-- Calls the user's transport and validates its response; runs under pcall, because metatables may raise in both.
function Transport:exchange(request, deadline, secrets)
  local response, err = self.call(request, deadline)
  if response == nil or response == false then return nil, their_error(err, secrets) end
  return checked(response, request.max_response or self.max_response)
end

---@param request table
---@param deadline number  remaining seconds
---@param options { secrets: string[]? }?  `secrets` are removed from errors
---@return table? response
---@return idocr.Error?
function Transport:send(request, deadline, options)
  local secrets = options and options.secrets
  if self.closed then
    return nil, errors.unsent("closed", "Cancelled", "the client is closed")
  end
  local ran, response, err = pcall(self.exchange, self, request, deadline, secrets)
  if ran then return response, err end
  return nil, errors.sent("network", "TransportFailed", "the transport function raised: " .. redact.describe(response, secrets))
end

--- Closes the user's object where it has `close`.
function Transport:close()
  if self.closed then return end
  self.closed = true
  if type(self.object) == "table" and type(self.object.close) == "function" then self.object:close() end
end

--- Wraps a function `(request, deadline)` or an object with `send(self, request, deadline)`.
---@param given function|table
---@param options table  max_response
---@param runtime idocr.Runtime  used where the object has none
function module.new(given, options, runtime)
  local self = setmetatable({ max_response = options.max_response or constants.MAX_RESPONSE, runtime = runtime }, Transport)
  if type(given) == "table" and given.send then
    self.object = given
    self.name = type(given.name) == "string" and given.name or nil
    self.runtime = given.runtime or runtime
    self.call = function(request, deadline) return given:send(request, deadline) end
  else
    self.call = given
  end
  return self
end

return module
