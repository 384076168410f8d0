--- Renders text tables. Aligns columns by display width and wraps long cells.

local console = require "idocr.cli.console"
local width = require "idocr.cli.width"

local text_table = {}

local LINES = {
  [true] = { bar = "│", dash = "─", top = { "┌", "┬", "┐" }, middle = { "├", "┼", "┤" }, bottom = { "└", "┴", "┘" } },
  [false] = { bar = "|", dash = "-", top = { "+", "+", "+" }, middle = { "+", "+", "+" }, bottom = { "+", "+", "+" } },
}

local MIN_WIDTH = 12 -- columns; cells are not shrunk below it

-- Returns the width of each column. Shrinks the widest ones until the table fits.
local function measure(grid, count, room)
  local sizes, total = {}, 3 * count + 1
  for column = 1, count do
    sizes[column] = 1
    for _, cells in ipairs(grid) do sizes[column] = math.max(sizes[column], width.of(cells[column])) end
    total = total + sizes[column]
  end
  while total > room do
    local widest = 1
    for column = 2, count do
      if sizes[column] > sizes[widest] then widest = column end
    end
    if sizes[widest] <= MIN_WIDTH then break end
    sizes[widest], total = sizes[widest] - 1, total - 1
  end
  return sizes
end

--- Renders a table.
---@param out idocr.Console
---@param heads string[]   column titles
---@param rows string[][]  cells; `colours` of a row are the colours of its cells
---@return string text ends with a line break
function text_table.render(out, heads, rows)
  local count, style = #heads, LINES[out.unicode and true or false]
  local grid = { heads }
  for _, row in ipairs(rows) do
    local cells = {}
    for column = 1, count do cells[column] = width.plain(row[column] or "") end
    grid[#grid + 1] = cells
  end
  local sizes = measure(grid, count, out.columns or 100)

  local text = {}
  local function rule(ends)
    local dashes = {}
    for column = 1, count do dashes[column] = style.dash:rep(sizes[column] + 2) end
    text[#text + 1] = ends[1] .. table.concat(dashes, ends[2]) .. ends[3]
  end
  local function line(cells, colours)
    local pieces, height = {}, 1
    for column = 1, count do
      pieces[column] = width.wrap(cells[column], sizes[column])
      height = math.max(height, #pieces[column])
    end
    for row = 1, height do
      local shown = {}
      for column = 1, count do
        local piece = pieces[column][row] or ""
        local blanks = (" "):rep(sizes[column] - width.of(piece))
        if colours[column] and piece ~= "" then piece = console.paint(out, colours[column], piece) end
        shown[column] = " " .. piece .. blanks .. " "
      end
      text[#text + 1] = style.bar .. table.concat(shown, style.bar) .. style.bar
    end
  end

  rule(style.top)
  local bold = {}
  for column = 1, count do bold[column] = "bold" end
  line(heads, bold)
  rule(style.middle)
  for index = 2, #grid do line(grid[index], rows[index - 1].colours or {}) end
  rule(style.bottom)
  return table.concat(text, "\n") .. "\n"
end

return text_table
