--- Normalizes text that was typed, copied or recognised to rows of zone characters, one byte per character.
--- Replaces unambiguous characters only, and notes each kind of replacement for the list of problems.

local normal_form = require "idocr.checks.names.normal_form"
local utf8_characters = require "idocr.utf8_characters"

local find, gsub, sub, match = string.find, string.gsub, string.sub, string.match
local byte, char, upper = string.byte, string.char, string.upper

local characters = {}

--- Placeholder for a character that may mean one filler or two ("«" for "<<").
characters.DOUBLE = "\1"
local DOUBLE = characters.DOUBLE
local WEAK = "\2"   -- placeholder for a character that is a filler next to another one
local JOINT = "\3"  -- placeholder for a character that is a filler also between two letters
local SHORTEST = 26 -- characters of a line that follows a label
local UNKNOWN = "?" -- placeholder for a character that cannot be interpreted

local MAP = {} ---@type table<string, string> UTF-8 character or stray byte -> replacement

local function map(text, to)
  for _, character in ipairs(utf8_characters(text)) do MAP[character] = to end
end

local function pairs_of(text) -- "АA ВB": a look-alike and its letter
  for from, to in text:gmatch("([^%s%w]+)(%w)") do MAP[from] = to end
end

-- Characters that look like the filler, single and double.
map("‹˂ᐸ〈〈⟨❮❬❰﹤＜≺⋖⧼≤⩽くㄑ", "<")
map("«≪《⟪⋘", DOUBLE)
MAP["\171"], MAP["\139"], MAP["\160"] = DOUBLE, "<", " " -- in ISO 8859-1 and Windows-1252
map("～–—―−‐‑·•・－＿", JOINT)
map("£¢€¬›»≥⟩〉≫（［｛＊＞．", WEAK)
-- Cyrillic and Greek letters with the shape of a Latin letter.
pairs_of "АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ЅS ІI ЈJ ԚQ ԜW ҮY ӀI ҺH"
pairs_of "аA вB еE кK мM нH оO рP сC тT уY хX ѕS іI јJ ԛQ ԝW үY ӏI"
pairs_of "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC"
pairs_of "αA βB εE ζZ ηH ιI κK μM νN οO ρP τT υY χX"
-- Latin letters with marks, which a zone does not have.
pairs_of "ÀA ÁA ÂA ÃA ÄA ÅA ĄA ÇC ĆC ČC ÈE ÉE ÊE ËE ĘE ÌI ÍI ÎI ÏI İI ŁL ÑN ŃN ÒO ÓO ÔO ÕO ÖO ŚS ŠS ŞS ÙU ÚU ÛU ÜU ÝY ŸY ŹZ ŻZ ŽZ"
pairs_of "àA áA âA ãA äA åA ąA çC ćC čC èE éE êE ëE ęE ìI íI îI ïI ıI łL ñN ńN òO óO ôO õO öO śS šS şS ùU úU ûU üU ýY ÿY źZ żZ žZ"
pairs_of "٠0 ١1 ٢2 ٣3 ٤4 ٥5 ٦6 ٧7 ٨8 ٩9 ۰0 ۱1 ۲2 ۳3 ۴4 ۵5 ۶6 ۷7 ۸8 ۹9"
map("　\t", " ")
map("“”„‟〝〞", "\n") -- a quotation mark ends a line
map("‘’‚‛′", "'")
MAP["\239\191\188"] = "" -- U+FFFC, object replacement character
for last = 0x80, 0xAF do -- combining marks
  MAP["\204" .. char(last)], MAP["\205" .. char(last)] = "", ""
end

-- Returns the replacement of a character outside ASCII.
local function replacement_of(character)
  local known = MAP[character]
  if known then return known end
  local form = normal_form.of(character) -- blanks of all scripts, invisible characters, full width
  return #form <= 1 and not find(form, "[\128-\255]") and form or UNKNOWN
end

-- Escapes of HTML, JSON, URLs and program text.
local ESCAPES = {
  { "&[lL][tT];", "<" }, { "&#60;", "<" }, { "&#[xX]3[cC];", "<" }, { "\\u003[cC]", "<" }, { "\\x3[cC]", "<" }, { "%%3[cC]", "<" },
  { "&laquo;", "<<" }, { "&lsaquo;", "<" }, { "&nbsp;", " " }, { "&quot;", "\n" }, { "\\r", "\n" }, { "\\n", "\n" }, { "%%0[aAdD]", "\n" },
  { "<[bB][rR] */?>", "\n" }, { "</?[pP]>", "\n" },
}

--- Decodes escapes and splits a text into lines.
---@param text string
---@return string[] lines
---@return boolean escaped
function characters.lines(text)
  local escaped = false
  if find(text, "[&\\%%>]") then
    for _, escape in ipairs(ESCAPES) do
      local n
      text, n = gsub(text, escape[1], escape[2])
      escaped = escaped or n > 0
    end
  end
  if find(text, "\0", 1, true) then -- UTF-16 of ASCII letters
    text, escaped = gsub(gsub(text, "%z", ""), "^[\254\255][\254\255]", ""), true
  end
  text = gsub(text, "\194\133", "\n")
  text = gsub(text, "\226\128[\168\169]", "\n")
  local lines = {}
  for line in text:gmatch("[^\r\n\v\f]+") do
    if find(line, "%S") then lines[#lines + 1] = line end
  end
  return lines, escaped
end

-- Resolves WEAK and JOINT placeholders. A WEAK one between two letters is more likely a letter that was not read.
local function settle_signs(text, notes)
  local from = text
  local _, signs = gsub(text, "[" .. WEAK .. JOINT .. "]", "")
  text = gsub(text, JOINT, "<")
  if signs > 2 and not find(from, "<", 1, true) then text = gsub(text, WEAK, "<") end -- every filler was read as that character
  for at in text:gmatch("()" .. WEAK) do
    local before, after = byte(from, at - 1) or 32, byte(from, at + 1) or 32
    local between = before > 64 and before < 91 and after > 64 and after < 91
    text = sub(text, 1, at - 1) .. (between and at ~= 2 and UNKNOWN or "<") .. sub(text, at + 1)
  end
  notes["restored.fillers"] = true
  return text
end

---@class idocr.mrz.Row
---@field text string    zone characters, blanks, DOUBLE and UNKNOWN
---@field notes table<string, true>

--- Normalizes one line.
---@param line string
---@return idocr.mrz.Row[] rows usually one; quotation marks separate several; empty for a line without zone characters
function characters.rows(line)
  local notes = {}
  if find(line, "[\128-\255]") then
    local list = utf8_characters(line)
    for i = 1, #list do
      if byte(list[i]) > 0x7F then list[i] = replacement_of(list[i]) end
    end
    line = table.concat(list)
    notes["restored.characters"] = true
  end
  line = gsub(gsub(gsub(line, "' *, *'", "\n"), "[\"`]", "\n"), "[,;]%f[%s]", "\n")
  if #line > 56 then line = gsub(gsub(line, "[/\\;,]", "\n"), " | ", "\n") end -- separators between two lines
  local rows = {}
  for part in line:gmatch("[^\n]+") do
    local row_notes = {}
    for name in pairs(notes) do row_notes[name] = true end
    if find(part, "%l") then
      part = upper(part)
      row_notes["restored.case"] = true
    end
    local value = match(part, "^ *%d+[.)] +(.*)$") or match(part, "^[^:<]*: *(.*)$") or match(part, "^[^=<]*[^=<%s][^=<][^=<] *= *([^=]*)$")
    if value and #value >= SHORTEST then -- a label or a number before the line
      part = value
      row_notes["restored.other_text"] = true
    end
    -- a line does not begin or end with punctuation
    part = gsub(gsub(gsub(part, "%s", " "), "^| ", ""), " |$", "")
    part = gsub(part, "^[^A-Z0-9<|!" .. DOUBLE .. "]+", "")
    part = gsub(part, "[ %]%)}'.,;*]+$", "")
    part = gsub(gsub(part, "[-_~]", JOINT), "[%(%[{>=.*^]", WEAK)
    if find(part, "[" .. WEAK .. JOINT .. "]") then part = settle_signs(part, row_notes) end
    if part ~= "" then rows[#rows + 1] = { text = part, notes = row_notes } end
  end
  return rows
end

return characters
