--- Parses Mexican population registry codes (CURP): four letters of the names, birth date as YYMMDD, sex (H, M, X), state of birth,
--- three consonants of the names, a character that is a digit for people born before 2000 and a letter for others, check digit.
--- Source: SEGOB/RENAPO, "Instructivo normativo para la asignación de la CURP" (Diario Oficial, 18 October 2021).

local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"
local states = require "idocr.checks.data.mexico_states"

local mexico_curp = {}

local ALPHABET = "0123456789ABCDEFGHIJKLMN-OPQRSTUVWXYZ" -- the hyphen is Ñ, which codes print as X
local VALUES = {}
for i = 1, #ALPHABET do VALUES[ALPHABET:sub(i, i)] = i - 1 end

local SEX = { H = "M", M = "F", X = "X" }

-- The first four letters that are offensive words and get an X as their second letter (annex 2 of the rules).
local OFFENSIVE = {}
for word in ([[
  BACA BAKA BUEI BUEY CACA CACO CAGA CAGO CAKA CAKO COGE COGI COJA COJE COJI COJO COLA CULO FALO FETO GETA GUEI GUEY JETA JOTO KACA KACO
  KAGA KAGO KAKA KAKO KOGE KOGI KOJA KOJE KOJI KOJO KOLA KULO LILO LOCA LOCO LOKA LOKO MAME MAMO MEAR MEAS MEON MIAR MION MOCO MOKO MULA
  MULO NACA NACO PEDA PEDO PENE PIPI PITO POPO PUTA PUTO QULO RATA ROBA ROBE ROBO RUIN SENO TETA VACA VAGA VAGO VAKA VUEI VUEY WUEI WUEY
]]):gmatch("%u+") do OFFENSIVE[word] = true end

--- Calculates the check digit.
---@param characters string the first 17 characters
---@return string
function mexico_curp.check_digit(characters)
  local sum = 0
  for i = 1, 17 do sum = sum + VALUES[characters:sub(i, i)] * (19 - i) end
  return tostring(-sum % 10)
end

--- Parses a code.
---@param number string 18 characters; stars mask characters
---@param options {today: string|number|nil}?
---@return idocr.Number? result nil where the format is wrong
---@return string? message
function mexico_curp.parse(number, options)
  local characters, masked = shape.read(number, "aaaaddddddsaaaaawd")
  if not characters then
    return nil, "a CURP must have 18 characters: four letters, YYMMDD, H, M or X, five letters, a letter or digit, a digit"
  end
  local found = { number = characters, masked = masked or nil }
  if masked then return found end
  local yy, mm, dd, sex, state, order = characters:match("^%u%u%u%u(%d%d)(%d%d)(%d%d)(%u)(%u%u)...(.)")
  found.sex = SEX[sex]
  found.birth_dates = result.birth_dates((order:find("%d") and "19" or "20") .. yy, mm, dd, result.today(options))
  found.region_code, found.region = state, states.by_letters(state)
  found.checksum = mexico_curp.check_digit(characters) == characters:sub(18)
  if OFFENSIVE[characters:sub(1, 4)] then found.problem = "the first four letters are a word that is not issued" end
  return result.settle(found, found.region ~= nil)
end

return mexico_curp
