--- Measures how the processor time of a function grows with its input, as a ratio that a busy machine does not change.
---
---   local growth = require "spec.support.growth"
---   assert.is_true(growth.is_linear(function(n) parse((" "):rep(n)) end, 4000))

local growth = {}

local FACTOR = 8 -- the longer input is so many times the shorter one
local SQUARE_ROOT_OF_NEXT = 3 -- half-way, as a ratio, between linear (8) and quadratic (64)
local SHORTEST = 0.002 -- seconds of processor time that os.clock() measures well enough

local function spent(run, size, rounds)
  local started = os.clock()
  for _ = 1, rounds do run(size) end
  return (os.clock() - started) / rounds
end

--- Whether `run(n)` takes processor time in proportion to n, from `size` to 8 times `size`. The best of three runs counts:
--- other programs can only make a run longer.
---@param run fun(n: integer)
---@param size integer
---@return boolean
---@return string ratio for the message of an assertion
function growth.is_linear(run, size)
  local rounds = 1
  while spent(run, size, rounds) * rounds < SHORTEST do rounds = rounds * 4 end
  local short, long = math.huge, math.huge
  for _ = 1, 3 do
    short = math.min(short, spent(run, size, rounds))
    long = math.min(long, spent(run, size * FACTOR, 1))
  end
  local ratio = long / short
  return ratio < FACTOR * SQUARE_ROOT_OF_NEXT, ("%d times the input took %.1f times as long"):format(FACTOR, ratio)
end

return growth
