-- Builds the `convert` command that draws a portrait of 280 x 394 pixels from ellipses and curves.

local portrait = {}

local W, H = 560, 788 -- drawn at twice the size, then reduced

--- Returns the command that draws a face.
---@param face table skin, shade, hair, top, eyes, ground (colours); long, scarf, glasses, beard (flags)
---@param path string
---@param scale string? of the finished portrait, "54%"
---@param quality integer? of the JPEG
---@return string[]
function portrait.command(face, path, scale, quality)
  local words = { "convert", "-size", W .. "x" .. H, "gradient:white-" .. face.ground, "-strip" }
  local function draw(fill, primitive, stroke, width)
    for _, word in ipairs { "-fill", fill, "-stroke", stroke or "none", "-strokewidth", tostring(width or 0), "-draw", primitive } do
      words[#words + 1] = word
    end
  end
  if face.long then -- behind the shoulders
    draw(face.hair, "path 'M 122,330 C 96,120 210,66 280,66 C 350,66 464,120 438,330 C 436,440 470,540 452,610 L 108,610 C "
      .. "90,540 124,440 122,330 Z'")
  end
  draw(face.top, "path 'M -10,790 C 0,640 90,604 200,572 L 360,572 C 470,604 560,640 570,790 Z'")
  draw(face.shade, "path 'M 214,470 L 346,470 L 356,584 C 320,640 240,640 204,584 Z'") -- neck, in the chin's shadow
  draw(face.skin, "path 'M 204,566 C 240,600 320,600 356,566 L 362,590 C 330,652 230,652 198,590 Z'")
  if not face.scarf then
    draw(face.shade, "ellipse 144,330 22,44 0,360")
    draw(face.shade, "ellipse 416,330 22,44 0,360")
  end
  draw(face.skin, "path 'M 148,280 C 148,150 210,112 280,112 C 350,112 412,150 412,280 C 414,400 372,524 280,524 C 188,524 "
    .. "146,400 148,280 Z'")
  if face.beard then
    draw(face.hair, "path 'M 152,372 C 166,500 226,536 280,536 C 334,536 394,500 408,372 C 392,420 352,424 280,420 C 208,424 "
      .. "168,420 152,372 Z'")
  end
  -- eyes, brows, nose, mouth
  for _, x in ipairs { 216, 344 } do
    draw("#fbf8f4", ("ellipse %d,306 30,15 0,360"):format(x))
    draw(face.eyes, ("circle %d,306 %d,306"):format(x, x + 13))
    draw("white", ("circle %d,301 %d,301"):format(x + 4, x + 8))
    draw("none", ("path 'M %d,304 Q %d,282 %d,304'"):format(x - 33, x, x + 33), "#3a2a22", 5)
    draw("none", ("path 'M %d,264 Q %d,244 %d,262'"):format(x - 38, x, x + 38), face.scarf and "#3a2a22" or face.hair, 10)
  end
  draw("none", "path 'M 284,312 Q 262,372 268,384 Q 280,396 300,384'", face.shade, 6)
  draw("none", "path 'M 226,440 Q 280,452 334,440'", "#9b4f4a", 5)
  draw("#b9655f", "path 'M 226,440 Q 254,426 280,433 Q 306,426 334,440 Q 280,476 226,440 Z'")
  draw("none", "path 'M 228,441 Q 280,450 332,441'", "#7e3b38", 3)
  if face.scarf then
    draw(face.hair, "path 'M 280,60 C 430,60 462,190 456,330 C 452,470 470,560 520,690 L 40,690 C 90,560 108,470 104,330 C "
      .. "98,190 130,60 280,60 Z "
      .. "M 280,136 C 196,136 158,200 156,300 C 154,410 196,520 280,528 C 364,520 406,410 404,300 C 402,200 364,136 280,136 Z'")
    draw("none", "path 'M 120,560 C 200,650 360,650 440,560'", "rgba(0,0,0,0.25)", 7)
    draw("none", "path 'M 92,640 C 200,720 360,720 470,640'", "rgba(0,0,0,0.20)", 6)
  elseif face.long then
    draw(face.hair, "path 'M 140,330 C 130,150 206,84 290,84 C 372,86 432,150 420,330 C 410,240 372,196 318,176 C 250,222 "
      .. "170,222 140,330 Z'")
  else
    draw(face.hair, "path 'M 142,290 C 120,140 200,70 290,74 C 390,78 440,150 418,290 C 408,232 396,206 372,184 C 310,206 "
      .. "226,196 190,178 C 164,206 152,236 142,290 Z'")
  end
  if face.glasses then
    draw("none", "roundrectangle 168,276 264,340 22,22 roundrectangle 296,276 392,340 22,22 line 264,300 296,300 line 168,296 "
      .. "142,290 line 392,296 418,290",
      "#26262c", 6)
  end
  for _, word in ipairs { "-resize", "50%", "-font", "DejaVu-Sans-Bold", "-pointsize", "15", "-stroke", "none", "-fill",
    "rgba(255,255,255,0.85)",
    "-annotate", "+92+384", "SPECIMEN", "-resize", scale or "100%", "-quality", tostring(quality or 86), path } do
    words[#words + 1] = word
  end
  return words
end

return portrait
