--- Makes the findings about a parsed number: check digit, birth date, region, and other problems, each with a message.

local findings = {}

---@class idocr.checks.NumberFinding
---@field check string    end of the check's id: "checksum", "birth_date", "region", "code", "masked"
---@field ok boolean
---@field message string

local function checksum(parsed, add)
  local unofficial = parsed.unofficial and parsed.unofficial.checksum
  if parsed.checksum then
    add("checksum", true, "the check digit is correct")
  elseif parsed.checksum == false and unofficial then
    add("checksum.unofficial", false, "the check digit does not follow the usual rule, which its issuer has not published")
  elseif parsed.checksum == false then
    add("checksum", false, "the check digit is wrong: a character was misread or altered")
  end
end

local function birth_date(parsed, add)
  local list = parsed.birth_dates
  if not list then return end
  add("birth_date", #list > 0, #list > 0 and "the birth date in the number is possible"
    or "the birth date in the number does not exist, is in the future or more than 120 years ago")
end

local function region(parsed, add)
  if not parsed.region_code then return end
  add(parsed.region and "region" or "region.unassigned", parsed.region ~= nil,
    parsed.region and "the code of the region is assigned" or "the code of the region is not assigned")
end

--- Returns the findings about a number.
---@param parsed idocr.Number
---@return idocr.checks.NumberFinding[]
function findings.of(parsed)
  local list = {}
  local function add(check, ok, message) list[#list + 1] = { check = check, ok = ok, message = message } end
  if parsed.masked then
    add("masked", true, "the number is partly masked and cannot be checked")
    return list
  end
  checksum(parsed, add)
  birth_date(parsed, add)
  region(parsed, add)
  if parsed.problem then
    local unofficial = parsed.unofficial and parsed.unofficial.problem
    add(unofficial and "code.unofficial" or "code", false, parsed.problem)
  end
  return list
end

return findings
