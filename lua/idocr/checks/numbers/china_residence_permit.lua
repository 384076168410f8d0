--- Parses the numbers of residence permits for people from Hong Kong, Macao and Taiwan: 810000, 820000 or 830000, birth date, three
--- digits of order (odd for men), and the check character of Chinese resident numbers (ISO 7064 MOD 11-2).
--- Source: State Council, measures for residence permits of Hong Kong, Macao and Taiwan residents (2018), article 4.

local china_id = require "idocr.checks.numbers.china_id"
local regions = require "idocr.checks.data.china_regions"
local result = require "idocr.checks.numbers.result"

local china_residence_permit = {}

local REGIONS = { ["810000"] = regions["81"], ["820000"] = regions["82"], ["830000"] = regions["83"] }

---@class idocr.ChinaResidencePermit: idocr.Number
---@field region_native string?

--- Parses a number.
---@param number string 17 digits and a digit or X; stars mask digits
---@param options {today: string|number|nil}?
---@return idocr.ChinaResidencePermit? result nil where the format is wrong
---@return string? message
function china_residence_permit.parse(number, options)
  local characters, masked = china_id.characters(number)
  if not characters or #characters ~= 18 then
    return nil, "the number of a residence permit must have 17 digits and a digit or X: 810000199408230021"
  end
  local found = { number = characters, masked = masked or nil }
  if masked then return found end
  local yyyy, mm, dd, order = characters:match("^%d%d%d%d%d%d(%d%d%d%d)(%d%d)(%d%d)%d%d(%d)")
  found.region_code = characters:sub(1, 6)
  local region = REGIONS[found.region_code]
  if region then found.region, found.region_native = region[1], region[2] end
  found.birth_dates = result.birth_dates(yyyy, mm, dd, result.today(options))
  found.sex = tonumber(order) % 2 == 1 and "M" or "F"
  found.checksum = china_id.check_character(characters) == characters:sub(18)
  return result.settle(found, region ~= nil)
end

return china_residence_permit
