--- The rules of a rate limit: an exact sliding window over the times at which calls start. Pure functions over lists of
--- times in ascending order, which they change in place.

local window = {}

-- Requests that leave at least a second apart can arrive a little closer together.
local SECOND = 1.02 -- seconds
local MOST_STARTS = 100 -- starts kept for a limit; a higher rate is counted over a shorter time
local MOST_FREE = 2000 -- kept times that callers gave back

--- Returns how many calls may start within how many seconds.
---@param rate number calls per second
---@return integer permits, number seconds
function window.of(rate)
  local permits = math.max(1, math.min(MOST_STARTS, math.floor(rate)))
  return permits, permits / rate * SECOND
end

--- Reserves the earliest start after all reserved ones.
---@param starts number[]  the last reserved starts
---@param permits integer
---@param seconds number  in which at most `permits` calls start
---@param now number
---@param latest number   nothing is reserved where the start would be later
---@return number? start
function window.reserve(starts, permits, seconds, now, latest)
  local start = now
  if #starts >= permits then start = math.max(now, starts[#starts - permits + 1] + seconds) end
  if start > latest then return nil end
  starts[#starts + 1] = start
  while #starts > permits do table.remove(starts, 1) end
  return start
end

local function drop_past(free, now)
  while free[1] and free[1] < now do table.remove(free, 1) end
end

--- Takes the earliest start that another caller gave back.
---@param free number[]  starts that were given back
---@param now number
---@param latest number
---@return number? start
function window.take(free, now, latest)
  drop_past(free, now)
  return free[1] and free[1] <= latest and table.remove(free, 1) or nil
end

--- Gives reserved starts back, so that other callers can take them.
---@param free number[]
---@param starts number[] in any order
function window.give_back(free, starts)
  for _, start in ipairs(starts) do free[#free + 1] = start end
  table.sort(free)
  for i = #free, MOST_FREE + 1, -1 do free[i] = nil end
end

--- Exchanges a reserved start for the earliest one that was given back, if that is earlier.
---@param free number[]
---@param start number
---@param now number
---@return number? earlier
function window.move_up(free, start, now)
  drop_past(free, now)
  local earlier = free[1]
  if not earlier or earlier >= start then return nil end
  table.remove(free, 1)
  window.give_back(free, { start })
  return earlier
end

return window
