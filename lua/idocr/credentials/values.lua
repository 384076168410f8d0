--- Cleans and validates single values of credentials.

local trim = require "idocr.trim"

local values = {}

--- Returns a text without surrounding white space; nil for an empty text or another type.
---@param value any
---@return string?
function values.trim(value)
  if type(value) ~= "string" then return nil end
  value = trim(value)
  return value ~= "" and value or nil
end

local EARLIEST, LATEST = 1e9, 1e11 -- Unix seconds: the years 2001 and 5138

--- Describes what is wrong with an expiry time.
---@param value any should be Unix seconds
---@return string? problem nil where the value is valid; a predicate to follow the member's name
function values.expiry_problem(value)
  if type(value) ~= "number" then return "is a " .. type(value) .. "; it must be a number of Unix seconds" end
  if value ~= value or value == math.huge or value == -math.huge then return "is not finite; it must be Unix seconds" end
  if value < EARLIEST then return "is before the year 2001; it must be the Unix time of expiry, not a duration in seconds" end
  if value > LATEST then return "is too far in the future; it must be Unix seconds, not milliseconds" end
end

return values
