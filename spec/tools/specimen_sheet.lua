-- A sheet collects the arguments of one `convert` command, which draws a card.

local process = require "spec.support.process"

local SANS, BOLD = "DejaVu-Sans", "DejaVu-Sans-Bold"

local function run(words)
  local quoted = {}
  for i, word in ipairs(words) do quoted[i] = process.quote(word) end
  assert(os.execute(table.concat(quoted, " ")), "command failed: " .. words[1])
end

local sheet = {}
sheet.__index = sheet

local function new_sheet(width, height, from, to)
  return setmetatable({
    width = width, height = height,
    words = { "convert", "-size", width .. "x" .. height, "gradient:" .. from .. "-" .. to, "-strip" },
  }, sheet)
end

function sheet:add(...)
  for _, word in ipairs { ... } do self.words[#self.words + 1] = word end
end

function sheet:draw(fill, stroke, width, primitive)
  self:add("-fill", fill, "-stroke", stroke, "-strokewidth", tostring(width), "-draw", primitive)
end

function sheet:text(x, y, size, font, colour, text)
  self:add("-stroke", "none", "-fill", colour, "-font", font, "-pointsize", tostring(size), "-annotate", ("+%d+%d"):format(x, y), text)
end

-- Draws a label above a value.
function sheet:field(x, y, label, value, options)
  options = options or {}
  self:text(x, y, 15, options.label_font or SANS, options.label_colour or "#5a6a7a", label)
  self:text(x, y + (options.size or 27) + 7, options.size or 27, options.font or BOLD, options.colour or "#16202c", value)
end

-- Draws wavy lines like those of security paper.
function sheet:waves(colour, count, amplitude)
  for line = 0, count - 1 do
    local points = {}
    local base = self.height * (line + 0.5) / count
    for x = -10, self.width + 10, 14 do
      local y = base + amplitude * math.sin(x / 61 + line * 0.55) + amplitude * 0.4 * math.sin(x / 23 - line)
      points[#points + 1] = ("%d,%.1f"):format(x, y)
    end
    self:draw("none", colour, 1, "polyline " .. table.concat(points, " "))
  end
end

-- Draws an emblem of crossing circles.
function sheet:rosette(x, y, radius, colour)
  for step = 0, 11 do
    local angle = step * math.pi / 6
    local cx, cy = x + radius * 0.55 * math.cos(angle), y + radius * 0.55 * math.sin(angle)
    self:draw("none", colour, 1.4, ("circle %.1f,%.1f %.1f,%.1f"):format(cx, cy, cx + radius * 0.45, cy))
  end
end

-- Writes SPECIMEN across the sheet.
function sheet:specimen(colour, size)
  self:add("-gravity", "center", "-stroke", "none", "-fill", colour, "-font", BOLD, "-pointsize", tostring(size or 118),
    "-annotate", "-27x-27+0+10", "SPECIMEN", "-gravity", "none")
end

function sheet:paste(path, x, y)
  self:add("(", path, ")", "-geometry", ("+%d+%d"):format(x, y), "-composite")
end

function sheet:write(path, quality)
  self:add("-alpha", "off", "-quality", tostring(quality or 72), "-sampling-factor", "4:2:0", path)
  run(self.words)
end

return { new = new_sheet, run = run }
