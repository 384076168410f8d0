--- Suggests the valid name nearest to a misspelt one.

local nearest = {}

--- Returns the edit distance of two words: insertions, deletions, replacements and swaps of neighbouring letters.
---@param a string
---@param b string
---@return integer
function nearest.distance(a, b)
  local before, last, current = {}, {}, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    current[0] = i
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j)
      local cost = math.min(last[j] + 1, current[j - 1] + 1, last[j - 1] + (same and 0 or 1))
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        cost = math.min(cost, before[j - 2] + 1)
      end
      current[j] = cost
    end
    before, last, current = last, current, before
  end
  return last[#b]
end

local PREFIX = 4 -- letters that must be equal

-- Returns whether two words have the same prefix: "retries" and "retry", "en" and "en-US".
local function same_prefix(a, b)
  local length = math.min(#a, #b, PREFIX)
  return length > 1 and a:sub(1, length) == b:sub(1, length)
end

--- Returns the candidate that was probably meant; nil where none is near.
---@param word any
---@param candidates string[]|table<string, any> a list of names, or a table with the names as keys
---@return string?
function nearest.name(word, candidates)
  if type(word) ~= "string" or #word > 40 then return nil end
  local wanted = word:lower():gsub("[%s-]", "_")
  local best, best_distance
  for key, value in pairs(candidates) do
    local candidate = type(key) == "string" and key or value
    local distance = nearest.distance(wanted, candidate:lower())
    if not best or distance < best_distance or (distance == best_distance and candidate < best) then
      best, best_distance = candidate, distance
    end
  end
  if not best then return nil end
  if best_distance <= math.max(1, math.floor(#best / 3)) or same_prefix(wanted, best:lower()) then return best end
end

--- Returns the end of a message about a wrong name: ` (did you mean "x"?)`, or all valid names where none is near.
---@param word any
---@param candidates string[]|table<string, any>
---@return string
function nearest.hint(word, candidates)
  local name = nearest.name(word, candidates)
  if name then return (" (did you mean %q?)"):format(name) end
  local names = {}
  for key, value in pairs(candidates) do names[#names + 1] = type(key) == "string" and key or value end
  if #names == 0 then return "" end
  table.sort(names)
  return " (there are: " .. table.concat(names, ", ") .. ")"
end

return nearest
