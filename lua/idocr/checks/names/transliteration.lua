--- Transliterates names to the letters of machine readable zones: ICAO Doc 9303-3 (8th ed., 2021) section 6.
--- Where the standard allows several spellings, the first is written and all are accepted.

local characters = require "idocr.utf8_characters"
local normal_form = require "idocr.checks.names.normal_form"

local byte = string.byte

local transliteration = {}

-- A. Latin based characters: upper and lower case, spellings
local LATIN = [[
Áá:A Àà:A Ââ:A Ää:AE,A Ãã:A Ăă:A Åå:AA,A Āā:A Ąą:A Ææ:AE Ǎǎ:A
Ćć:C Ĉĉ:C Čč:C Ċċ:C Çç:C
Ðð:D Ďď:D Đđ:D
Éé:E Èè:E Êê:E Ëë:E Ěě:E Ėė:E Ēē:E Ęę:E Ĕĕ:E Əə:E Ǝǝ:E
Ĝĝ:G Ğğ:G Ġġ:G Ģģ:G Ǧǧ:G Ǥǥ:G
Ħħ:H Ĥĥ:H
Íí:I Ìì:I Îî:I Ïï:I Ĩĩ:I Īī:I Įį:I Ĭĭ:I Ǐǐ:I Ĳĳ:IJ
Ĵĵ:J
Ķķ:K Ǩǩ:K
Łł:L Ĺĺ:L Ľľ:L Ļļ:L Ŀŀ:L
Ńń:N Ññ:N,NXX Ňň:N Ņņ:N Ŋŋ:N
Øø:OE Óó:O Òò:O Ôô:O Öö:OE,O Õõ:O Őő:O Ōō:O Ŏŏ:O Œœ:OE Ơơ:O Ǒǒ:O Ǫǫ:O
Ŕŕ:R Řř:R Ŗŗ:R
Śś:S Ŝŝ:S Šš:S Şş:S Șș:S
Ťť:T Ţţ:T Țț:T Ŧŧ:T Þþ:TH
Úú:U Ùù:U Ûû:U Üü:UE,UXX,U Ũũ:U Ŭŭ:U Űű:U Ůů:U Ūū:U Ųų:U Ưư:U Ǔǔ:U
Ŵŵ:W Ẃẃ:W Ẁẁ:W Ẅẅ:W
Ýý:Y Ÿÿ:Y Ŷŷ:Y Ỳỳ:Y
Źź:Z Žž:Z Żż:Z Ʒʒ:Z Ǯǯ:Z
ĸ:Q ſ:S
ẞß:SS
Ạạ:A Ảả:A Ấấ:A Ầầ:A Ẩẩ:A Ẫẫ:A Ậậ:A Ắắ:A Ằằ:A Ẳẳ:A Ẵẵ:A Ặặ:A
Ẹẹ:E Ẻẻ:E Ẽẽ:E Ếế:E Ềề:E Ểể:E Ễễ:E Ệệ:E Ỉỉ:I Ịị:I
Ọọ:O Ỏỏ:O Ốố:O Ồồ:O Ổổ:O Ỗỗ:O Ộộ:O Ớớ:O Ờờ:O Ởở:O Ỡỡ:O Ợợ:O
Ụụ:U Ủủ:U Ứứ:U Ừừ:U Ửử:U Ữữ:U Ựự:U Ỵỵ:Y Ỷỷ:Y Ỹỹ:Y
]]

-- B. Cyrillic characters: the national variants (Belarusian, Bulgarian, Macedonian, Serbian, Ukrainian) follow the common one
local CYRILLIC = [[
Аа:A Бб:B Вв:V Гг:G,H Дд:D Ее:E,IE,YE Ёё:E,IO Жж:ZH,Z Зз:Z Ии:I,Y Іі:I Йй:I,Y Кк:K Лл:L Мм:M Нн:N Оо:O Пп:P
Рр:R Сс:S Тт:T Уу:U Фф:F Хх:KH,H Цц:TS,C Чч:CH,C Шш:SH,S Щщ:SHCH,SHT Ыы:Y Ъъ:IE,Y Ээ:E Юю:IU,YU Яя:IA,YA
Ѵѵ:Y Ґґ:G Ўў:U Ѫѫ:U Ѓѓ:G,GJ Ђђ:D Ѕѕ:DZ Јј:J Ќќ:K,KJ Љљ:LJ Њњ:NJ Һһ:C Џџ:DZ,DJ Єє:IE,YE Її:I,YI Ћћ:C Ьь:
]]

-- C. Arabic script, one way (no other spelling is allowed)
local ARABIC = [[
ء:XE آ:XAA أ:XAE ؤ:U إ:I ئ:XI ا:A ب:B ة:XTA,XAH ت:T ث:XTH ج:J ح:XH خ:XKH د:D ذ:XDH ر:R ز:Z س:S ش:XSH ص:XSS ض:XDZ
ط:XTT ظ:XZZ ع:E غ:G ف:F ق:Q ك:K ل:L م:M ن:N ه:H و:W ى:XAY ي:Y ٱ:XXA ٹ:XXT ټ:XRT پ:P ځ:XKE څ:XXH چ:XC ڈ:XXD ډ:XDR
ڑ:XXR ړ:XRR ږ:XRX ژ:XJ ښ:XXS ک:XKK ګ:XXK ڭ:XNG گ:XGG ں:XNN ڼ:XXN ھ:XDO ۀ:XYH ہ:XXG ۂ:XGE ۃ:XTG ی:XYA ۍ:XXY ې:Y
ے:XYB ۓ:XBE
]]

local SEPARATOR = {} -- between the parts of a name: blanks, hyphens, commas, fillers, middle dots
for _, c in ipairs(characters(" -,<_‐‑‒–—―−⁃﹘﹣־·•‧∙⋅・･●⸱⦁᛫・ꞏ᐀،、，˙ᐧ◦∘⸰⸳〮゠ㆍ𐄁་༌།፡")) do SEPARATOR[c] = true end
local DROPPED = {} -- 9303-3 4.6: apostrophes, full stops and other punctuation are omitted
local PUNCTUATION = ".'`\"()[]{}/@&:;!?+=|\\~^%#$"
for _, c in ipairs(characters(PUNCTUATION .. "’‘ʼʻʽʾʿ‛“”„«»´¨¸′″ʹʺ،؛؟ـ。．｡…‹›∕⁄׳״〈〉《》「」『』【】〔〕")) do
  if not SEPARATOR[c] then DROPPED[c] = true end
end

local SPELLINGS = {} ---@type table<string, string[]>
local NON_LATIN = {} ---@type table<string, true> letters that are not Latin

local function load()
  for i = 0, 25 do
    local letter = string.char(65 + i)
    SPELLINGS[letter], SPELLINGS[letter:lower()] = { letter }, { letter }
  end
  for _, text in ipairs { LATIN, CYRILLIC, ARABIC } do
    for keys, spellings in text:gmatch("([^%s:]+):(%S*)") do
      local list = {}
      for spelling in spellings:gmatch("[^,]+") do list[#list + 1] = spelling end
      if #list == 0 then list[1] = "" end
      for _, key in ipairs(characters(keys)) do
        SPELLINGS[key] = list
        if text ~= LATIN then NON_LATIN[key] = true end
      end
    end
  end
  SPELLINGS["İ"], SPELLINGS["ı"] = { "I" }, { "I" }
end
load()

-- Marks that a zone omits: U+0300-U+036F, U+0483-U+0487, U+1AB0-U+1AFF, U+1DC0-U+1DFF, U+20D0-U+20FF, U+FE20-U+FE2F;
-- Hebrew U+0591-U+05BD, U+05BF, U+05C1-U+05C2, U+05C4-U+05C5, U+05C7; Arabic U+0610-U+061A, tatweel,
-- vowel signs U+064B-U+065F, U+0670, U+06D6-U+06ED
local function is_mark(character)
  return character:find("^\204[\128-\191]$") ~= nil or character:find("^\205[\128-\175]$") ~= nil
    or character:find("^\210[\131-\135]$") ~= nil or character:find("^\225\170[\176-\191]$") ~= nil
    or character:find("^\225\183[\128-\191]$") ~= nil or character:find("^\226\131[\144-\191]$") ~= nil
    or character:find("^\239\184[\160-\175]$") ~= nil or character:find("^\216[\144-\154]$") ~= nil
    or character:find("^\214[\145-\189\191]$") ~= nil or character:find("^\215[\129\130\132\133\135]$") ~= nil
    or character:find("^\217[\128\139-\159\176]$") ~= nil or character:find("^\219[\150-\173]$") ~= nil
end

local SHADDA = "\217\145" -- U+0651: doubles the letter before it
local TEH_MARBUTA = "\216\169" -- U+0629: XAH at the end of a part of the name, XTA elsewhere

--- Returns the spellings of a printed character. A letter with a mark that the standard does not list is written without it.
---@param character string one UTF-8 character
---@return string[]|"separator"|"dropped"|nil spellings nil for a character that the standard does not transliterate
function transliteration.spellings(character)
  local list = SPELLINGS[character]
  if list then return list end
  if SEPARATOR[character] then return "separator" end
  if DROPPED[character] or is_mark(character) then return "dropped" end
  local base = byte(character) > 0x7F and normal_form.base(character)
  return base and transliteration.spellings(base) or nil
end

--- Returns whether a character with spellings is a Latin letter.
---@param character string
---@return boolean
function transliteration.latin(character) return not NON_LATIN[character] end

-- Returns the spellings, first written twice, then once for issuers that ignore the shadda.
local function doubled(spellings)
  local list = {}
  for _, spelling in ipairs(spellings) do list[#list + 1] = spelling .. spelling end
  for _, spelling in ipairs(spellings) do list[#list + 1] = spelling end
  return list
end

local function reversed(list)
  local out = {}
  for index = #list, 1, -1 do out[#out + 1] = list[index] end
  return out
end

---@class idocr.checks.Spelled
---@field character string
---@field what string[]|"separator"|"dropped"|nil as returned by `transliteration.spellings`

--- Returns the characters of a name with their spellings in context.
---@param text string UTF-8
---@return idocr.checks.Spelled[]
function transliteration.spelled(text)
  local out, last = {}, nil -- last: the previous letter, without marks
  local function end_part()
    if last and last.character == TEH_MARBUTA then last.what = reversed(last.what) end
    last = nil
  end
  for _, character in ipairs(characters(normal_form.of(text))) do
    local entry = { character = character, what = transliteration.spellings(character) }
    if character == SHADDA then
      if last and not last.is_doubled then last.what, last.is_doubled = doubled(last.what), true end
    elseif type(entry.what) == "table" then
      last = entry
    elseif entry.what ~= "dropped" then
      end_part()
    end
    out[#out + 1] = entry
  end
  end_part()
  return out
end

--- Transliterates a name to A-Z with one `<` between its parts.
---@param text string UTF-8
---@return string? zone nil where a character has no transliteration
function transliteration.zone(text)
  local out, gap = {}, false
  for _, entry in ipairs(transliteration.spelled(text)) do
    local what = entry.what
    if what == "separator" then
      gap = #out > 0
    elseif type(what) == "table" then
      if what[1] ~= "" then
        if gap then out[#out + 1] = "<" end
        gap = false
        out[#out + 1] = what[1]
      end
    elseif not what then
      return nil
    end
  end
  return table.concat(out)
end

return transliteration
