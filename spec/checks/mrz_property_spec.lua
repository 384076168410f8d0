-- Tests generated documents: a valid one has no problems, and a changed character is detected exactly where the standard
-- detects it. The check digits are calculated here from Doc 9303, independently of the library.
-- IDOCR_MRZ_DOCUMENTS is the number of documents (default 1500); the seed is fixed.

local mrz = require "idocr.checks.mrz"

local DOCUMENTS = tonumber(os.getenv("IDOCR_MRZ_DOCUMENTS")) or 1500
local TODAY = { today = "2026-01-01" }
local ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

local seed = 20260101
local function random(n) -- 1..n, the same on every Lua
  seed = seed * 16807 % 2147483647
  return seed % n + 1
end

local function pick(text) local at = random(#text) return text:sub(at, at) end

local function word(least, most, alphabet)
  local out = {}
  for i = 1, least + random(most - least + 1) - 1 do out[i] = pick(alphabet) end
  return table.concat(out)
end

local LETTERS, ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
local STATES = { "UTO", "D", "MYS", "CHN", "GBD", "XXA", "USA", "RKS", "MAC" }

local function date(from, to)
  return ("%04d-%02d-%02d"):format(from + random(to - from + 1) - 1, random(12), random(28))
end

local function words(most)
  local list = {}
  for i = 1, random(most) do list[i] = word(2, 9, LETTERS) end
  return table.concat(list, " ")
end

local FORMATS = { "TD1", "TD2", "TD3", "MRV-A", "MRV-B", "FRA-ID" }
local CODES = { TD1 = "I", TD2 = "I", TD3 = "P", ["MRV-A"] = "V", ["MRV-B"] = "V", ["FRA-ID"] = "ID" }

local function document()
  local format = FORMATS[random(#FORMATS)]
  local fields = {
    format = format, document_code = CODES[format], issuing_country = STATES[random(#STATES)], nationality = STATES[random(#STATES)],
    number = word(5, 9, ALNUM), surname = words(2), given_name = words(2), sex = ({ "M", "F", "X" })[random(3)],
    birth_date = date(1927, 2025), expiry_date = date(2000, 2099),
  }
  if random(3) == 1 then fields.optional = word(1, 7, ALNUM) end
  if format == "TD1" and random(3) == 1 then fields.optional2 = word(1, 11, ALNUM) end
  if (format == "TD1" or format == "TD2") and random(5) == 1 then
    fields.optional = nil
    fields.number = word(10, format == "TD1" and 22 or 14, ALNUM)
  end
  if format == "TD3" and not fields.optional and random(2) == 1 then fields.optional_filler = true end
  if format == "FRA-ID" then
    fields.number = ("%02d%02d%s%05d"):format(random(31) - 1, random(12), word(3, 3, ALNUM), random(99999))
    fields.issuing_country, fields.nationality, fields.expiry_date, fields.optional = "FRA", "FRA", nil, nil
    fields.surname, fields.given_name = word(2, 20, LETTERS), word(2, 12, LETTERS)
  end
  return fields
end

-- Check digits by the standard: name -> position of the digit, ranges covered (positions in the joined lines).
local LINE2 = function(at)
  return {
    document_number = { at + 10, { at + 1, at + 9 } }, birth_date = { at + 20, { at + 14, at + 19 } },
    expiry_date = { at + 28, { at + 22, at + 27 } },
  }
end
local STANDARD = {
  TD1 = {
    document_number = { 15, { 6, 14 } }, birth_date = { 37, { 31, 36 } }, expiry_date = { 45, { 39, 44 } },
    composite = { 60, { 6, 30 }, { 31, 37 }, { 39, 45 }, { 49, 59 } },
  },
  TD2 = LINE2(36), TD3 = LINE2(44), ["MRV-A"] = LINE2(44), ["MRV-B"] = LINE2(36),
  ["FRA-ID"] = { document_number = { 49, { 37, 48 } }, birth_date = { 70, { 64, 69 } }, composite = { 72, { 1, 71 } } },
}
STANDARD.TD2.composite = { 72, { 37, 46 }, { 50, 56 }, { 58, 71 } }
STANDARD.TD3.optional = { 87, { 73, 86 } }
STANDARD.TD3.composite = { 88, { 45, 54 }, { 58, 64 }, { 66, 87 } }

local function value(character)
  local at = ALPHABET:find(character, 1, true)
  return at == 37 and 0 or at - 1
end

local function sum(text)
  local weights, total = { 7, 3, 1 }, 0
  for i = 1, #text do total = total + value(text:sub(i, i)) * weights[(i - 1) % 3 + 1] end
  return total % 10
end

--- Returns the expected result of each check for a text of joined lines.
local function expected(format, text, long)
  local result = {}
  for name, check in pairs(STANDARD[format]) do
    local covered = {}
    for i = 2, #check do covered[#covered + 1] = text:sub(check[i][1], check[i][2]) end
    covered = table.concat(covered)
    local digit = text:sub(check[1], check[1])
    if name == "optional" and digit == "<" then
      result[name] = not covered:find("[^<]")
    else
      result[name] = digit == tostring(sum(covered))
    end
  end
  if long then -- first nine, a filler, the rest, the digit, a filler
    local at = format == "TD1" and 16 or 65
    local first = format == "TD1" and text:sub(6, 14) or text:sub(37, 45)
    local rest = text:sub(at, format == "TD1" and 30 or 71):match("^([A-Z0-9]+)")
    local filler = STANDARD[format].document_number[1]
    result.document_number = text:sub(filler, filler) == "<" and rest ~= nil
      and rest:sub(-1) == tostring(sum(first .. rest:sub(1, -2)))
  end
  return result
end

local function lines_of(text, format)
  local lines, width = {}, format == "TD1" and 30 or (format == "TD3" or format == "MRV-A") and 44 or 36
  for i = 1, #text / width do lines[i] = text:sub((i - 1) * width + 1, i * width) end
  return lines
end

local function covered_positions(format)
  local list = {}
  for _, check in pairs(STANDARD[format]) do
    list[#list + 1] = check[1]
    for i = 2, #check do for position = check[i][1], check[i][2] do list[#list + 1] = position end end
  end
  table.sort(list)
  return list
end

local POSITIONS = {}
for _, format in ipairs(FORMATS) do POSITIONS[format] = covered_positions(format) end

local SAME = { "format", "issuing_country", "nationality", "number", "surname", "given_name", "sex", "birth_date", "expiry_date",
  "optional", "optional2", "document_code" }

describe("generated documents", function()
  it("are parsed as they were composed, without problems", function()
    for n = 1, DOCUMENTS do
      local fields = document()
      local lines = assert(mrz.compose(fields))
      local result = assert(mrz.parse(lines, TODAY))
      if not result.valid then error(("document %d: %s\n%s"):format(n, table.concat(result.problems, " "), table.concat(lines, "\n"))) end
      for _, name in ipairs(SAME) do
        local cut = (name == "surname" or name == "given_name") and result.name_truncated
        if result[name] ~= fields[name] and not cut then
          error(("document %d: %s is %s, was %s"):format(n, name, tostring(result[name]), tostring(fields[name])))
        end
      end
      for _, right in pairs(result.checks) do assert(right) end
    end
  end)

  it("show a changed character exactly where the standard detects it", function()
    local seen, missed = 0, 0
    for n = 1, DOCUMENTS do
      local fields = document()
      local lines = assert(mrz.compose(fields))
      local format = fields.format
      local text, long = table.concat(lines), (format == "TD1" or format == "TD2") and #fields.number > 9
      for _ = 1, 6 do
        local positions = POSITIONS[format]
        local position = positions[random(#positions)]
        local from, to = text:sub(position, position), pick(ALPHABET)
        while to == from do to = pick(ALPHABET) end
        local changed = text:sub(1, position - 1) .. to .. text:sub(position + 1)
        local result = mrz.parse(lines_of(changed, format), TODAY)
        if result and result.format == format then -- a changed first letter can make another format of it
          -- a change at the long number's filler or end makes it a number of another length: other digits decide
          local other = long and (position == 15 or position == 46
            or (position >= (format == "TD1" and 16 or 65) and (from == "<" or to == "<")))
          for name, right in pairs(expected(format, changed, long and not other)) do
            if not (other and name == "document_number") and result.checks[name] ~= right then
              error(("document %d, position %d %s -> %s: %s is %s, the standard says %s\n%s"):format(n, position, from, to, name,
                tostring(result.checks[name]), tostring(right), changed))
            end
          end
          local found = false
          for _, right in pairs(result.checks) do found = found or not right end
          if found then
            seen = seen + 1
            assert(not result.valid)
          else
            missed = missed + 1 -- equal modulo 10, and not at the place of a digit
            assert(value(from) % 10 == value(to) % 10 or other, "an error that the standard sees was missed")
          end
        end
      end
    end
    assert.is_true(seen > missed * 5)
  end)
end)
