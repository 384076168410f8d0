--- Reads the words for the sex of a person, in the languages of the documents and in the forms in which services misread them.

local core = require "idocr.core"

local sex = {}

local WORDS = {}
for code, words in pairs {
  M = "M MALE MASC MASCULIN MASCULINO MASCULINA MASCHIO HOMBRE HOMEM 男 男性 ชาย",
  F = "F FEMALE FEM FEMININ FEMENINO FEMENINA FEMININO FEMININA FEMMINA MUJER MULHER WEIBLICH WANITA 女 女性 หญิง",
  X = "X UNSPECIFIED", -- as documents print it
} do
  for word in words:gmatch("%S+") do WORDS[word] = code end
end

-- Malay and Indonesian (LELAKI, LAKI-LAKI, PEREMPUAN), also misread as in the vendor's examples (LEAKI, LAKEI AKI).
local MISREAD = { ["^[LI1]E?[LI1]?AK"] = "M", ["^PERE"] = "F", ["PUAN$"] = "F" }

local SPANISH = setmetatable({ H = "M", M = "F" }, { __index = WORDS }) -- hombre, mujer

local function of_word(word, known)
  if known[word] then return known[word] end
  for pattern, code in pairs(MISREAD) do
    if word:find(pattern) then return code end
  end
end

-- Chinese and Thai letters are words apart from Latin ones: "男M".
local function words_of(text) return text:upper():gsub("[\128-\255]+", " %0 "):gmatch("[^/%s()-]+") end

local function read(value, known)
  local text = core.text(value)
  local found = known[text or ""]
  if found then return found end
  for word in words_of(text or "") do
    local one = of_word(word, known)
    if not one and not word:find("[%a\128-\255]") or one and found and one ~= found then return nil end
    found = found or one
  end
  return found
end

--- Returns "M", "F" or "X" from the words of the services, also in two languages ("男/M"); nil for "<", for unknown words and for
--- words that contradict one another. Words of other languages are ignored where one word is known.
---@param value any
---@return "M"|"F"|"X"|nil
function sex.read(value) return read(value, WORDS) end

--- Does the same for Spanish documents, where M is mujer: H and HOMBRE are "M", M and MUJER are "F".
---@param value any
---@return "M"|"F"|"X"|nil
function sex.spanish(value) return read(value, SPANISH) end

return sex
