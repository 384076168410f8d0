--- Draws the chart as SVG: cost against size, and cost against calls in flight, both axes logarithmic.

local chart = {}

local COLOURS = { "#c0392b", "#e67e22", "#2c7fb8", "#8e44ad", "#31a354", "#7f8c8d" }
local WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 520, 380, 64, 40, 16, 48
local LEGEND = 28 -- height of the line of names below all panels

local function log10(value) return math.log(value) / math.log(10) end

local function panel(out, at, title, x_title, ticks, lines, colours)
  local low, high = math.huge, -math.huge
  for _, line in ipairs(lines) do
    for _, point in ipairs(line.points) do
      low, high = math.min(low, point[2]), math.max(high, point[2])
    end
  end
  low, high = math.floor(log10(low)), math.ceil(log10(high))
  local function x(value)
    local first, last = log10(ticks[1][2]), log10(ticks[#ticks][2])
    return at + LEFT + (log10(value) - first) / (last - first) * (WIDTH - LEFT - RIGHT)
  end
  local function y(value) return TOP + (high - log10(value)) / (high - low) * (HEIGHT - TOP - BOTTOM) end
  local function text(px, py, words, more) out[#out + 1] = ('<text x="%.1f" y="%.1f" %s>%s</text>'):format(px, py, more or "", words) end

  text(at + WIDTH / 2, 22, title, 'text-anchor="middle" font-weight="bold"')
  for power = low, high do
    local value = 10 ^ power
    out[#out + 1] = ('<path d="M%.1f %.1fH%.1f" stroke="#ddd"/>'):format(at + LEFT, y(value), at + WIDTH - RIGHT)
    text(at + LEFT - 6, y(value) + 4, ("%g"):format(value), 'text-anchor="end"')
  end
  for _, tick in ipairs(ticks) do text(x(tick[2]), HEIGHT - BOTTOM + 18, tick[1], 'text-anchor="middle"') end
  text(at + WIDTH / 2, HEIGHT - 10, x_title, 'text-anchor="middle"')
  for _, line in ipairs(lines) do
    local path, colour = {}, colours[line.name]
    for _, point in ipairs(line.points) do
      path[#path + 1] = ("%s%.1f %.1f"):format(path[1] and "L" or "M", x(point[1]), y(point[2]))
      out[#out + 1] = ('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>'):format(x(point[1]), y(point[2]), colour)
    end
    out[#out + 1] = ('<path d="%s" fill="none" stroke="%s" stroke-width="2"/>'):format(table.concat(path), colour)
  end
end

-- The same colour for the same name in all panels, and the legend.
local function legend(out, panels)
  local colours, count = {}, 0
  for _, one in ipairs(panels) do
    for _, line in ipairs(one.lines) do
      if not colours[line.name] then
        count = count + 1
        colours[line.name] = COLOURS[count]
        local x = LEFT + (count - 1) * (WIDTH * #panels - LEFT) / #COLOURS
        out[#out + 1] = ('<rect x="%.0f" y="%d" width="14" height="4" fill="%s"/>'):format(x, HEIGHT + 8, colours[line.name])
        out[#out + 1] = ('<text x="%.0f" y="%d">%s</text>'):format(x + 20, HEIGHT + 14, line.name)
      end
    end
  end
  return colours
end

--- Panels beside each other: { title, x_title, ticks = {{label, x}…}, lines = {{name, points = {{x, y}…}}…} }.
---@param panels table[]
---@return string svg
function chart.draw(panels)
  local out = {
    ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">'):format(
      WIDTH * #panels, HEIGHT + LEGEND),
    '<rect width="100%" height="100%" fill="white"/>',
  }
  local colours = legend(out, panels)
  for index, one in ipairs(panels) do
    panel(out, (index - 1) * WIDTH, one.title, one.x_title, one.ticks, one.lines, colours)
  end
  out[#out + 1] = "</svg>"
  return table.concat(out, "\n") .. "\n"
end

return chart
