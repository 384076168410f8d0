-- Paints the cards of specimen_world.lua: a title, a portrait at the left, rows of labels and values.

local sheets = dofile("spec/tools/specimen_sheet.lua")

local card_painter = {}

local WIDTH, MARGIN, PITCH = 640, 20, 43 -- pixels
local FACE_WIDTH, FACE_HEIGHT = 151, 213
local WIDEST_HALF = 21 -- characters of a value that shares its line

local CJK, THAI = "[\228-\233][\128-\191][\128-\191]", "\224[\184-\187][\128-\191]"

-- Returns a font that has the letters of a text.
local function font_of(text, bold)
  if text:find(THAI) then return bold and "Garuda-Bold" or "Garuda" end
  if text:find(CJK) then return bold and "Noto-Sans-CJK-SC-Bold" or "Noto-Sans-CJK-SC" end
  return bold and "DejaVu-Sans-Bold" or "DejaVu-Sans"
end

-- Returns about how many Latin letters are as wide as a text.
local function width_of(text)
  local count = 0
  for character in text:gmatch("[%z\1-\127\194-\244][\128-\191]*") do
    count = count + (character:find(CJK) and 2 or character:find("\224\184[\180-\186]") and 0 or 1)
  end
  return count
end

-- Places the rows: two short ones share a line. Returns their positions and the number of lines.
local function layout(rows, left)
  local half = math.floor((WIDTH - left - MARGIN) / 2)
  local placed, line, column = {}, 0, 0
  for _, row in ipairs(rows) do
    local wide = math.max(width_of(row[2]), width_of(row[1]) * 0.62) > (left > 100 and WIDEST_HALF - 4 or WIDEST_HALF)
    if wide and column == 1 then line, column = line + 1, 0 end
    placed[#placed + 1] = { x = left + column * half, line = line }
    if wide or column == 1 then line, column = line + 1, 0 else column = 1 end
  end
  return placed, column == 1 and line + 1 or line
end

--- Draws a card.
---@param card table an entry of specimen_world.lua
---@param face string? path of the portrait
---@return table sheet
function card_painter.paint(card, face)
  local from, to, ink = card.colours[1], card.colours[2], card.colours[3]
  local left = face and MARGIN * 2 + FACE_WIDTH or MARGIN
  local placed, lines = layout(card, left)
  local height = math.max(400, 78 + lines * PITCH, face and 78 + FACE_HEIGHT + MARGIN or 0)
  local s = sheets.new(WIDTH, height, from, to)
  s:waves("rgba(90,110,130,0.13)", 6, 12)
  s:rosette(WIDTH - 60, height - 60, 44, "rgba(90,110,130,0.22)")
  s:draw(ink, "none", 0, ("rectangle 0,0 %d,46"):format(WIDTH))
  s:text(MARGIN, 30, width_of(card.title) > 52 and 13 or 16, font_of(card.title, true), "white", card.title)
  if face then
    s:paste(face, MARGIN, 66)
    s:draw("none", ink, 1.5, ("rectangle %d,66 %d,%d"):format(MARGIN, MARGIN + FACE_WIDTH, 66 + FACE_HEIGHT))
  end
  if card.twin then s:add("(", face, "-resize", "34%", ")", "-geometry", ("+%d+%d"):format(MARGIN + 50, 296), "-composite") end
  for index, row in ipairs(card) do
    local at = placed[index]
    local y = 72 + at.line * PITCH
    local is_mrz = row[2]:find("\n", 1, true) ~= nil -- a machine readable zone
    local size = is_mrz and 15 or width_of(row[2]) > 60 and 9 or width_of(row[2]) > 36 and 12 or 16
    if row[1] ~= "" then s:text(at.x, y, 10, font_of(row[1]), "#4d5a66", row[1]) end
    s:text(at.x, y + 20, size, is_mrz and "DejaVu-Sans-Mono" or font_of(row[2], true), "#16202c", row[2])
  end
  s:specimen("rgba(190,30,40,0.24)", 76)
  return s
end

--- Returns the fields that a service reads from a card.
---@param card table
---@return table<string, any>
function card_painter.fields(card)
  local fields = {}
  for _, row in ipairs(card) do
    if row[3] then fields[row[3]] = row[4] == nil and row[2] or row[4] end
  end
  for name, value in pairs(card.also or {}) do fields[name] = value end
  return fields
end

return card_painter
