-- Draws the specimens of the mock server and writes their data.json. Run in the checkout:
--   lua5.4 spec/tools/draw_specimens.lua [people's file names without extension …]
-- Needs ImageMagick's `convert`, the DejaVu and Noto CJK fonts and the Thai fonts of TLWG. All people are invented: numbers use sequences
-- that are never issued (0000, X0000000), places do not exist, the country is ICAO's test country UTO.

package.path = "lua/?.lua;lua/?/init.lua;" .. package.path
package.cpath = "build/5.4/?.so;" .. package.cpath

local OUT = "lua/idocr/sandbox/specimens"
local people = dofile("spec/tools/specimen_people.lua")
local portrait = dofile("spec/tools/specimen_portrait.lua")
local process = require "spec.support.process"
local sheets = dofile("spec/tools/specimen_sheet.lua")
local card_painter = dofile("spec/tools/specimen_card.lua")
local world = dofile("spec/tools/specimen_world.lua")

local SANS, BOLD, MONO, SERIF = "DejaVu-Sans", "DejaVu-Sans-Bold", "DejaVu-Sans-Mono-Bold", "DejaVu-Serif-Bold"

local new_sheet, run = sheets.new, sheets.run

local painters = {}

function painters.malaysia_id(person, face)
  local s, p = new_sheet(1000, 630, "#d9e9f6", "#b7d3e6"), person.printed
  s:waves("rgba(60,120,170,0.20)", 26, 17)
  s:draw("rgba(28,70,120,0.92)", "none", 0, "rectangle 0,0 1000,86")
  s:text(36, 38, 25, BOLD, "white", "KAD PENGENALAN · SPECIMEN")
  s:text(36, 70, 19, SANS, "#dcebf8", "IDENTITY CARD · NOT A REAL DOCUMENT")
  s:rosette(900, 43, 36, "rgba(255,230,140,0.9)")
  s:text(40, 152, 46, BOLD, "#12233a", p.number)
  s:draw("#d8b34a", "#8f7428", 2, "roundrectangle 46,190 156,272 12,12")
  s:draw("none", "#8f7428", 2, "line 46,218 156,218 line 46,244 156,244 line 84,190 84,272 line 118,190 118,272")
  s:text(40, 352, 31, BOLD, "#12233a", p.name[1])
  if p.name[2] then s:text(40, 392, 31, BOLD, "#12233a", p.name[2]) end
  for i, line in ipairs(p.address) do s:text(40, 420 + i * 33, 24, SANS, "#1d2c3f", line) end
  s:text(690, 570, 24, BOLD, "#12233a", "WARGANEGARA")
  s:text(690, 605, 26, BOLD, "#12233a", p.sex)
  s:paste(face, 690, 140)
  s:draw("none", "rgba(28,70,120,0.6)", 2, "rectangle 690,140 969,533")
  s:specimen("rgba(190,30,40,0.30)")
  return s
end

function painters.passport(person, face)
  local s, p = new_sheet(1000, 704, "#f4ead9", "#e6d3c6"), person.printed
  s:waves("rgba(150,80,60,0.17)", 30, 20)
  s:rosette(560, 300, 190, "rgba(170,110,60,0.16)")
  s:text(40, 52, 29, SERIF, "#5e1f2a", "UTOPIA · PASSPORT · PASSEPORT")
  s:text(770, 52, 22, BOLD, "#b3202e", "SPECIMEN")
  s:draw("rgba(94,31,42,0.85)", "none", 0, "rectangle 40,66 960,70")
  s:paste(face, 44, 104)
  s:draw("none", "#5e1f2a", 2, "rectangle 44,104 323,497")
  local function row(x, y, label, value) s:field(x, y, label, value, { label_colour = "#7a4b3d", size = 25 }) end
  row(360, 108, "Type", p.type)
  row(500, 108, "Code", p.country)
  row(660, 108, "Passport No.", p.number)
  row(360, 172, "Surname", p.surname)
  row(360, 236, "Given names", p.given_name)
  row(360, 300, "Nationality", p.nationality)
  row(660, 300, "Sex", p.sex)
  row(360, 364, "Date of birth", p.birth)
  row(660, 364, "Place of birth", p.birth_place)
  row(360, 428, "Date of issue", p.issued)
  row(660, 428, "Date of expiry", p.expires)
  row(360, 492, "Authority", p.authority)
  s:draw("rgba(255,255,255,0.72)", "none", 0, "rectangle 0,566 1000,704")
  s:add("-kerning", "1.5")
  s:text(38, 622, 34, MONO, "#1a1a1a", person.fields.mrz[1])
  s:text(38, 674, 34, MONO, "#1a1a1a", person.fields.mrz[2])
  s:add("-kerning", "0")
  s:specimen("rgba(190,30,40,0.26)")
  return s
end

function painters.macao_id(person, face)
  local s, p, tc = new_sheet(1000, 630, "#e2f0e6", "#c3dfd2"), person.printed, "Noto-Sans-CJK-TC"
  local tcb = "Noto-Sans-CJK-TC-Bold"
  s:waves("rgba(30,120,90,0.19)", 26, 16)
  s:rosette(820, 470, 110, "rgba(30,120,90,0.30)")
  s:text(36, 50, 33, tcb, "#0e4a38", "居民身份證 樣本")
  s:text(36, 84, 19, SANS, "#0e4a38", "RESIDENT IDENTITY CARD · SPECIMEN · NOT A REAL DOCUMENT")
  s:draw("rgba(14,74,56,0.85)", "none", 0, "rectangle 36,98 964,101")
  s:paste(face, 40, 128)
  s:draw("none", "#0e4a38", 2, "rectangle 40,128 319,521")
  local function row(x, y, label, value, font)
    s:field(x, y, label, value, { label_font = tc, label_colour = "#3c6a5a", font = font, size = 25 })
  end
  row(352, 136, "姓 Apelido", p.cn_last .. "   " .. p.last, tcb)
  s:text(760, 168, 22, MONO, "#16202c", p.last_code)
  row(352, 200, "名 Nome", p.cn_first .. "   " .. p.first, tcb)
  s:text(760, 232, 22, MONO, "#16202c", p.first_code)
  row(352, 264, "出生日期 Data de nascimento", p.birth)
  row(700, 264, "性別 Sexo", p.sex)
  row(352, 328, "首次發出日期 1.ª emissão", p.first_issued)
  row(700, 328, "身高 Altura", p.height)
  row(352, 392, "本次發出日期 Emissão", p.issued)
  row(352, 456, "有效期至 Válido até", p.expires)
  row(700, 456, "符號", p.symbol)
  s:text(352, 566, 38, BOLD, "#0c2f25", p.number)
  s:text(40, 575, 19, tc, "#0e4a38", "永久性居民身份證 PERMANENTE")
  s:specimen("rgba(190,30,40,0.27)")
  return s
end

function painters.china_id(person, face)
  local s, p, sc = new_sheet(1000, 630, "#eef3f7", "#d6e2ea"), person.printed, "Noto-Sans-CJK-SC"
  local scb = "Noto-Sans-CJK-SC-Bold"
  s:waves("rgba(70,130,160,0.20)", 28, 15)
  local function label(x, y, text) s:text(x, y, 24, sc, "#2a72a8", text) end
  label(60, 100, "姓 名"); s:text(170, 102, 34, scb, "#111", p.name)
  label(60, 172, "性 别"); s:text(170, 173, 28, sc, "#111", p.sex)
  label(280, 172, "民 族"); s:text(380, 173, 28, sc, "#111", p.nation)
  label(60, 244, "出 生"); s:text(170, 245, 28, sc, "#111", p.birth)
  label(60, 316, "住 址")
  for i, line in ipairs(p.address) do s:text(170, 275 + i * 42, 28, sc, "#111", line) end
  label(60, 556, "公民身份号码"); s:text(260, 560, 40, MONO, "#111", p.number)
  s:text(60, 44, 22, scb, "#b3202e", "SPECIMEN 样本")
  s:paste(face, 664, 70)
  s:specimen("rgba(190,30,40,0.24)")
  return s
end

function painters.china_id_back(person)
  local s, p, sc = new_sheet(1000, 630, "#f6efe6", "#e6ded4"), person.printed, "Noto-Sans-CJK-SC"
  local scb = "Noto-Sans-CJK-SC-Bold"
  s:waves("rgba(170,110,80,0.20)", 28, 15)
  s:rosette(150, 150, 96, "rgba(190,40,40,0.65)")
  s:text(300, 150, 48, scb, "#222", "示例共和国 样本")
  s:text(300, 240, 64, scb, "#222", "居 民 身 份 证")
  s:text(200, 470, 25, sc, "#2a72a8", "签发机关"); s:text(350, 471, 30, sc, "#111", p.authority)
  s:text(200, 545, 25, sc, "#2a72a8", "有效期限"); s:text(350, 546, 32, BOLD, "#111", p.validity)
  s:text(60, 44, 22, scb, "#b3202e", "SPECIMEN 样本")
  s:specimen("rgba(190,30,40,0.24)")
  return s
end

local function sha256(path)
  local pipe = assert(io.popen("sha256sum " .. process.quote(path)))
  local hex = pipe:read("*a"):match("^%x+")
  pipe:close()
  return hex
end

-- Encodes JSON with sorted keys, so that a changed picture changes one line.
local function json(value, indent)
  if type(value) ~= "table" then
    return type(value) == "string" and '"' .. value:gsub('[\\"]', "\\%0") .. '"' or tostring(value)
  end
  local parts, inner = {}, indent .. "  "
  if value[1] ~= nil then
    for i, item in ipairs(value) do parts[i] = json(item, inner) end
    return "[" .. table.concat(parts, ", ") .. "]"
  end
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys)
  for i, key in ipairs(keys) do parts[i] = ("%s%q: %s"):format(inner, key, json(value[key], inner)) end
  return "{\n" .. table.concat(parts, ",\n") .. "\n" .. indent .. "}"
end

local wanted = #arg > 0 and {} or nil
for _, name in ipairs(arg) do wanted[name] = true end

local data = {}

local function add(entry, face)
  local path = OUT .. "/" .. entry.file
  data[#data + 1] = {
    file = entry.file, kind = entry.kind, side = entry.side, sha256 = sha256(path), portrait = face and face:match("[^/]+$"),
    fields = entry.fields,
  }
end

for _, person in ipairs(people) do
  local path = OUT .. "/" .. person.file
  local face = person.face and OUT .. "/" .. person.file:gsub("%.%w+$", "-portrait.jpg")
  if not wanted or wanted[person.file:match("^[%w_]+")] then
    if face then run(portrait.command(person.face, face)) end
    painters[person.painter](person, face):write(path)
  end
  assert(#process.read(path) < 92160, path .. " is larger than 90 KB")
  add(person, face)
end

local function face_of(name) return name and OUT .. "/face-" .. name .. ".jpg" end

for name, face in pairs(world.faces) do
  if not wanted or wanted[name] then run(portrait.command(face, face_of(name), "54%", 70)) end
end

local names = {}
for name in pairs(world.kinds) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do
  local card = world.kinds[name]
  local entry = { file = name .. ".jpg", kind = name:gsub("_back$", ""), fields = card_painter.fields(card) }
  if name:find("_back$") then entry.side = "back" elseif world.kinds[name .. "_back"] then entry.side = "front" end
  if not wanted or wanted[name] then card_painter.paint(card, face_of(card.face or card.back_face)):write(OUT .. "/" .. entry.file, 42) end
  assert(#process.read(OUT .. "/" .. entry.file) < 25000, entry.file .. " is larger than 25 KB")
  add(entry, face_of(card.face or card.back_face))
end

local file = assert(io.open(OUT .. "/data.json", "wb"))
local parts = {}
for i, entry in ipairs(data) do parts[i] = "  " .. json(entry, "  ") end
file:write("[\n", table.concat(parts, ",\n"), "\n]\n")
file:close()
