--- Defines the formats of machine readable zones as data. Positions count from 1 in the joined lines.
--- Sources: ICAO Doc 9303 (8th ed., 2021) part 4 (TD3), 5 (TD1), 6 (TD2), 7 (MRV-A, MRV-B); the French national
--- identity card of 1994-2021 as described by the decree of 22 October 1955 and its specimens (two lines of 36).

local weighted_positions = require("idocr.checks.mrz.check_digits").weighted_positions

---@class idocr.mrz.Format
---@field name string
---@field lines integer
---@field width integer
---@field fields table<string, integer[]>  field -> {first, last}
---@field long_number integer[]?           where a number over nine characters continues
---@field checks idocr.mrz.Check[]

---@class idocr.mrz.Check
---@field name string                      key in the result's `checks`
---@field digit integer                    position of the check digit
---@field positions integer[]
---@field weights integer[]
---@field empty_filler boolean?            the digit may be `<` where the field is empty

local function check(name, digit, ranges, empty_filler)
  local positions, weights = weighted_positions(ranges)
  return { name = name, digit = digit, positions = positions, weights = weights, empty_filler = empty_filler }
end

--- Returns the fields of the formats with two lines: TD3, TD2 and the visas.
local function two_line_fields(width, optional_end)
  local at = width
  return {
    document_code = { 1, 2 }, issuing_country = { 3, 5 }, names = { 6, width },
    number = { at + 1, at + 9 }, nationality = { at + 11, at + 13 }, birth_date = { at + 14, at + 19 },
    sex = { at + 21, at + 21 }, expiry_date = { at + 22, at + 27 }, optional = { at + 29, at + optional_end },
  }
end

-- Returns the check digits that the formats with two lines share.
local function second_line_checks(at)
  return {
    check("document_number", at + 10, { { at + 1, at + 9 } }),
    check("birth_date", at + 20, { { at + 14, at + 19 } }),
    check("expiry_date", at + 28, { { at + 22, at + 27 } }, true),
  }
end

local function with(list, ...)
  for _, item in ipairs { ... } do list[#list + 1] = item end
  return list
end

local formats = {}

formats.TD1 = {
  name = "TD1", lines = 3, width = 30,
  fields = {
    document_code = { 1, 2 }, issuing_country = { 3, 5 }, number = { 6, 14 }, optional = { 16, 30 },
    birth_date = { 31, 36 }, sex = { 38, 38 }, expiry_date = { 39, 44 }, nationality = { 46, 48 },
    optional2 = { 49, 59 }, names = { 61, 90 },
  },
  long_number = { 16, 30 },
  checks = {
    check("document_number", 15, { { 6, 14 } }),
    check("birth_date", 37, { { 31, 36 } }),
    check("expiry_date", 45, { { 39, 44 } }, true),
    check("composite", 60, { { 6, 30 }, { 31, 37 }, { 39, 45 }, { 49, 59 } }),
  },
}

formats.TD2 = {
  name = "TD2", lines = 2, width = 36,
  fields = two_line_fields(36, 35),
  long_number = { 65, 71 },
  checks = with(second_line_checks(36),
    check("composite", 72, { { 37, 46 }, { 50, 56 }, { 58, 71 } })),
}

formats.TD3 = {
  name = "TD3", lines = 2, width = 44,
  fields = two_line_fields(44, 42),
  checks = with(second_line_checks(44),
    check("optional", 87, { { 73, 86 } }, true),
    check("composite", 88, { { 45, 54 }, { 58, 64 }, { 66, 87 } })),
}

formats["MRV-A"] = { name = "MRV-A", lines = 2, width = 44, fields = two_line_fields(44, 44), checks = second_line_checks(44) }
formats["MRV-B"] = { name = "MRV-B", lines = 2, width = 36, fields = two_line_fields(36, 36), checks = second_line_checks(36) }

formats["FRA-ID"] = {
  name = "FRA-ID", lines = 2, width = 36,
  fields = {
    document_code = { 1, 2 }, issuing_country = { 3, 5 }, surname = { 6, 30 }, office = { 31, 36 },
    number = { 37, 48 }, given_name = { 50, 63 }, birth_date = { 64, 69 }, sex = { 71, 71 },
  },
  checks = {
    check("document_number", 49, { { 37, 48 } }),
    check("birth_date", 70, { { 64, 69 } }),
    check("composite", 72, { { 1, 71 } }),
  },
}

return formats
