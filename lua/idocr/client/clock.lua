--- The clock of a client: the option `clock` or the system's, with a correction. Whatever the option does, no call raises.

local errors = require "idocr.errors"

local clock = {}

local LAST = 253402300799 -- 9999-12-31T23:59:59Z: the signature holds a date with a year of four digits

local function fault(what)
  return errors.unsent("unsupported", "BadClock", "option clock must return Unix seconds as a finite number; it " .. what)
end

local function describe(value)
  if type(value) ~= "number" then return "returned " .. (value == nil and "nil" or "a " .. type(value)) end
  if value ~= value then return "returned NaN" end
  return "returned a number outside the years 1970 to 9999"
end

local function is_time(value) return type(value) == "number" and value >= 0 and value <= LAST end

--- Reads the time.
---@param given (fun(): number)? the option `clock`
---@param wall fun(): number the system's clock, used where the option is not given or not usable
---@param offset number seconds to add
---@return number seconds always usable
---@return idocr.Error? err where the option is not
function clock.read(given, wall, offset)
  local now, err
  if given then
    local ran, value = pcall(given)
    if not ran then
      err = fault "raised an error"
    elseif not is_time(value) then
      err = fault(describe(value))
    else
      now = value
    end
  end
  now = now or wall()
  if is_time(now + offset) then now = now + offset end
  return now, err
end

return clock
