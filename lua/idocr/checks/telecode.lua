--- Decodes Chinese telegraph codes, which Macao identity cards print beside the name: four digits per character.
--- Two tables exist (Taiwan: traditional characters, mainland: simplified); a code has one character in each.

local normal_form = require "idocr.checks.names.normal_form"
local transliteration = require "idocr.checks.names.transliteration"
local characters = require "idocr.utf8_characters"

local telecode = {}

local forward, backward -- code -> { characters }, character -> { [code] = true }; built on first use

-- Parses a table of data/telecode_data.lua; "=" refers to the other table.
local function unpack_table(text, other)
  local map, code = {}, 0
  for _, cell in ipairs(characters(text)) do
    if cell ~= "\n" then
      if cell == "=" then map[code] = other[code] elseif cell ~= "." then map[code] = cell end
      code = code + 1
    end
  end
  return map
end

-- Builds both directions.
local function load()
  local data = require "idocr.checks.data.telecode_data"
  local taiwan = unpack_table(data.taiwan, {})
  local mainland = unpack_table(data.mainland, taiwan)
  forward, backward = {}, {}
  for code = 0, 9999 do
    local key, list = ("%04d"):format(code), {}
    if taiwan[code] then list[1] = taiwan[code] end
    if mainland[code] and mainland[code] ~= taiwan[code] then list[#list + 1] = mainland[code] end
    if #list > 0 then
      forward[key] = list
      for _, character in ipairs(list) do
        backward[character] = backward[character] or {}
        backward[character][key] = true
      end
    end
  end
end

--- Returns the characters of a code, the traditional one first; nil for an unused code.
---@param code string four digits
---@return string[]?
function telecode.characters(code)
  if not forward then load() end
  return forward[code]
end

--- Splits the codes of a name: "3791 3027" or "37913027". Masked codes keep their stars.
---@param text any
---@return string[]? codes nil where the text does not consist of codes
function telecode.split(text)
  if type(text) ~= "string" or #text > 128 then return nil end
  local run = text:gsub("[%s%-/]+", "")
  if run == "" or #run % 4 ~= 0 or run:find("[^%d%*]") then return nil end
  local codes = {}
  for code in run:gmatch("....") do codes[#codes + 1] = code end
  return codes
end

--- Decodes the codes of a name, to traditional characters where both tables have one.
---@param text any
---@return string? name nil where a code is masked, unused or malformed
function telecode.decode(text)
  local codes = telecode.split(text)
  if not codes then return nil end
  local out = {}
  for i, code in ipairs(codes) do
    local list = telecode.characters(code)
    if not list then return nil end
    out[i] = list[1]
  end
  return table.concat(out)
end

-- Returns the characters of a name without blanks and dots; stars stay.
local function name_characters(name)
  local list = {}
  for _, character in ipairs(characters(normal_form.of(name))) do
    local what = character ~= "*" and transliteration.spellings(character)
    if what ~= "separator" and what ~= "dropped" and not character:find("^%c$") then list[#list + 1] = character end
  end
  return list
end

--- Compares a Chinese name with its codes, character by character. Masked characters ("*" in either) are skipped; as one
--- star may mask several characters, the lengths of masked names are not compared.
---@param name any
---@param codes any
---@return "agree"|"differ"|"not_compared" status
---@return integer? position of the first character that differs
function telecode.compare(name, codes)
  local list = telecode.split(codes)
  if not list or type(name) ~= "string" or #name > 256 then return "not_compared" end
  local chars = name_characters(name)
  if #chars == 0 then return "not_compared" end
  if not forward then load() end
  if #chars ~= #list then
    if name:find("*", 1, true) or codes:find("*", 1, true) then return "not_compared" end
    return "differ", math.min(#chars, #list) + 1
  end
  local compared = false
  for i, character in ipairs(chars) do
    if character ~= "*" and not list[i]:find("*", 1, true) then
      local known = backward[character]
      if known then -- a character in neither table may be a variant form
        if not known[list[i]] then return "differ", i end
        compared = true
      end
    end
  end
  return compared and "agree" or "not_compared"
end

return telecode
