--- Reads the rows of the bench and computes medians and ratios of medians.

local stats = {}
stats.__index = stats

--- Reads rows.tsv.
---@param path string
function stats.read(path)
  local self = setmetatable({ cells = {}, known = {} }, stats)
  for line in io.lines(path) do
    local part, who, scheme, size, in_flight, round, value, second = line:match(("([^\t]*)\t"):rep(7) .. "(.*)")
    local key = table.concat({ part, who, scheme, size, in_flight }, "|")
    local cell = self.cells[key] or { values = {}, seconds = {} }
    cell.values[tonumber(round)], cell.seconds[tonumber(round)] = tonumber(value), tonumber(second)
    self.cells[key], self.known[part] = cell, true
  end
  return self
end

local function summary(values)
  local list = {}
  for _, value in pairs(values) do list[#list + 1] = value end
  if #list == 0 then return nil end
  table.sort(list)
  local middle = (#list + 1) / 2
  return { median = (list[math.floor(middle)] + list[math.ceil(middle)]) / 2, min = list[1], max = list[#list] }
end

function stats:cell(part, who, scheme, size, in_flight)
  return self.cells[table.concat({ part, who, scheme, size, in_flight or 1 }, "|")]
end

--- Returns median, minimum and maximum of a cell; nil where nothing was measured. `second`: of the second values.
function stats:of(part, who, scheme, size, in_flight, second)
  local cell = self:cell(part, who, scheme, size, in_flight)
  return cell and summary(second and cell.seconds or cell.values)
end

--- Returns the median of the ratios of two contestants. Each ratio is taken within one round, so that other load on the machine
--- affects both.
function stats:ratio(part, who, other, scheme, size, in_flight)
  local a, b = self:cell(part, who, scheme, size, in_flight), self:cell(part, other, scheme, size, in_flight)
  if not a or not b then return nil end
  local ratios = {}
  for round, value in pairs(a.values) do
    if b.values[round] and b.values[round] > 0 then ratios[#ratios + 1] = value / b.values[round] end
  end
  return summary(ratios)
end

return stats
