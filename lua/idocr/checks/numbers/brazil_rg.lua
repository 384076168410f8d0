--- Parses the numbers of Brazilian identity cards (RG). Every state issues its own: São Paulo's have eight digits and a check
--- character (weights 2 to 9, modulo 11, X for 10); other states use other lengths, and some no check digit. The new national card
--- (CIN, since 2022) has the CPF as its number.
--- Source: Instituto de Identificação Ricardo Gumbleton Daunt (São Paulo's check character, as widely implemented); decree 10.977
--- of 2022 (CIN).

local brazil_cpf = require "idocr.checks.numbers.brazil_cpf"
local result = require "idocr.checks.numbers.result"
local shape = require "idocr.checks.numbers.shape"
local states = require "idocr.checks.data.brazil_states"
local weighted_sum = require "idocr.checks.numbers.weighted_sum"
local normalize = require "idocr.checks.numbers.normalize"

local brazil_rg = {}

local FORMAT = "the number of an RG must have 5 to 14 digits, or digits and X: 24.678.131-2"
local LENGTH = 9 -- characters of a number of São Paulo; old ones have fewer, with the check character after a hyphen

---@class idocr.BrazilRg: idocr.Number
---@field state string?   two letters of the state that issued the card, where the text or the issuer names it
---@field is_cpf boolean? true: the number is a CPF, as on the new national card

--- Calculates the check character of São Paulo.
---@param digits string eight digits
---@return string
function brazil_rg.check_character(digits)
  local check = -weighted_sum(digits, 2, 1) % 11
  return check == 10 and "X" or tostring(check)
end

-- Splits "24.678.131-2 SSP/SP 2 VIA" into the number and the issuer; removes the number of the copy.
local function split(text)
  text = normalize(text):upper():gsub("º", "O"):gsub("ª", "A")
  text = text:gsub("%s+%d?%d?[AO]?%.?%s*VIA%f[%A]%s*", " "):gsub("%s+$", ""):gsub("^RG[:%s]+", "")
  local number, issuer = text:match("^(.-%d[%dX*./%-]*)[%s/%-]+(%u%u[%u/%s%-.]*)$")
  return number or text, issuer
end

-- Returns the letters of the state before a number ("MG-12.345.678"), and the number.
local function prefixed(text)
  local letters, rest = text:match("^%s*(%u%u?)[%s%-.]*([%d*].*)$")
  if letters == "M" then letters = "MG" end -- old cards of Minas Gerais
  if letters then return letters, rest end
  return nil, text
end

-- Sets the check by São Paulo's rule, which is only known to apply there.
local function check(found, characters, text)
  local known = found.state == "SP"
  if known and #characters < LENGTH and text:find("%-%s*%w%s*$") then characters = ("0"):rep(LENGTH - #characters) .. characters end
  if known and #characters > LENGTH then found.problem = "a number of São Paulo has at most nine characters" end
  if #characters ~= LENGTH then return end
  found.checksum = brazil_rg.check_character(characters:sub(1, 8)) == characters:sub(9)
  if not known then found.unofficial = { checksum = true } end
end

--- Parses a number.
---@param number string digits, also with the issuer ("SSP/SP") or the number of the copy ("2 VIA") after it; stars mask digits
---@param options {issuer: string?}? issuer: the authority as printed, such as "SSP-SP"
---@return idocr.BrazilRg? result nil where the format is wrong
---@return string? message
function brazil_rg.parse(number, options)
  if type(number) ~= "string" or #number > 128 then return nil, FORMAT end
  local text, issuer = split(number)
  local letters
  letters, text = prefixed(text)
  local compact = shape.compact(text)
  if not compact or not compact:find("^[%d*X]+$") or compact:find("^X%d*X?$") or compact:find("%dX%d") then return nil, FORMAT end
  if #compact < 5 or #compact > 14 or letters and not states.name(letters) then return nil, FORMAT end
  local given = type(options) == "table" and type(options.issuer) == "string" and options.issuer or nil
  local found = { state = letters or states.of_issuer(issuer) or states.of_issuer(given) }
  found.region = found.state and states.name(found.state)
  local masked = compact:find("*", 1, true) or compact:find("XX", 1, true)
  if masked then
    found.number, found.masked = compact:gsub("X", "*"), true
    return found
  end
  found.number = #compact == LENGTH and compact:gsub("^(..)(...)(...)(.)$", "%1.%2.%3-%4") or compact
  local cpf = #compact == 11 and brazil_cpf.parse(compact)
  if cpf and cpf.valid then
    found.number, found.is_cpf, found.checksum = cpf.number, true, true
    return result.settle(found)
  end
  check(found, compact, text)
  if found.checksum == false and found.state and found.state ~= "SP" then -- the rule of another state
    result.settle(found).valid = true
    return found
  end
  return result.settle(found)
end

return brazil_rg
