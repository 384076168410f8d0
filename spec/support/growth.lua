--- Measures how the CPU time of a function grows with its input, as a ratio that does not depend on the machine's load.
---
---   local growth = require "spec.support.growth"
---   assert.is_true(growth.is_linear(function(n) parse((" "):rep(n)) end, 4000))

local growth = {}

local FACTOR = 8 -- ratio of the input sizes
local SQUARE_ROOT_OF_NEXT = 3 -- geometric mean between linear (8) and quadratic (64)
local MIN_TIME = 0.002 -- seconds of CPU time that os.clock() measures accurately enough

-- Returns the CPU time of one run.
local function cpu_time(run, size, rounds)
  local started = os.clock()
  for _ = 1, rounds do run(size) end
  return (os.clock() - started) / rounds
end

--- Returns whether the CPU time of `run(n)` is proportional to n, from `size` to 8 times `size`. Uses the fastest of three runs,
--- because other programs can only slow a run down.
---@param run fun(n: integer)
---@param size integer
---@return boolean
---@return string ratio for the message of an assertion
function growth.is_linear(run, size)
  local rounds = 1
  while cpu_time(run, size, rounds) * rounds < MIN_TIME do rounds = rounds * 4 end
  local short, long = math.huge, math.huge
  for _ = 1, 3 do
    short = math.min(short, cpu_time(run, size, rounds))
    long = math.min(long, cpu_time(run, size * FACTOR, 1))
  end
  local ratio = long / short
  return ratio < FACTOR * SQUARE_ROOT_OF_NEXT, ("%d times the input took %.1f times as long"):format(FACTOR, ratio)
end

return growth
