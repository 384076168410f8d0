--- Weights of failed checks by purpose: "error" makes `report.ok` false, "warning" asks for a review, "info" is for the record.
--- The longest prefix of a check's id that is listed decides ("warning.glare", then "warning").

local purposes = {}

--- The default: is this person the holder of a valid, genuine document?
purposes.identity = {
  ["mrz.check_digit"] = "error",
  ["mrz.date"] = "error",
  ["mrz.character"] = "error",
  ["mrz.shape"] = "warning",
  ["mrz.missing"] = "warning",
  ["mrz.state"] = "warning",
  ["mrz.repair"] = "info",
  ["mrz.restored"] = "info",
  ["mrz.restored.fillers"] = "warning", -- what stood there may have been a letter of a name
  ["mrz.restored.filler_count"] = "warning",
  ["mrz.restored.filler_letters"] = "warning",
  ["mrz.restored.line_breaks"] = "warning", -- no check digit covers a name that was joined
  ["mrz.character.sex_letter"] = "warning",
  ["number.shape"] = "error",
  ["number.shape.others"] = "warning", -- documents of this kind may also have numbers of other forms
  ["number.checksum"] = "error",
  ["number.checksum.unofficial"] = "warning", -- by a rule that no issuer published
  ["number.code"] = "error",
  ["number.code.unofficial"] = "warning",
  ["number.birth_date"] = "error",
  ["number.birthplace"] = "error",
  ["number.birth_year"] = "warning",
  ["number.region"] = "warning",
  ["number.region.unassigned"] = "error",
  ["number.window"] = "error",
  ["number.prefix"] = "error",
  ["number.back"] = "error",
  ["match"] = "error",
  ["match.document_code"] = "warning",
  ["match.region"] = "warning", -- numbers stay when people move or regions are split
  ["match.nationality.first_issue"] = "warning", -- numbers stay when people change their nationality
  ["match.sex.unofficial"] = "warning",
  ["match.address"] = "warning", -- free text: every engine reads it differently
  ["dates.expired"] = "error",
  ["dates.future"] = "error",
  ["dates.order"] = "error",
  ["dates.age"] = "warning",
  ["dates.span"] = "warning",
  ["telecode"] = "error",
  ["telecode.missing_name"] = "info",
  ["confidence"] = "warning",
  ["unread"] = "warning", -- a value is printed and not understood
  ["quality"] = "warning",
  ["complete"] = "warning",
  ["card_count"] = "warning",
  ["warning"] = "warning",
  ["warning.photocopy"] = "error",
  ["warning.monochrome_copy"] = "error",
  ["warning.recaptured"] = "error",
  ["warning.tampered"] = "error",
  ["warning.invalid_date"] = "error",
  ["warning.electronic"] = "error",
  ["warning.not_enabled"] = "info",
}

--- Data entry: were the fields read rightly? What the picture is a picture of, and how old, matters little.
purposes.reading = {
  ["mrz.missing"] = "info",
  ["dates.expired"] = "info",
  ["dates.span"] = "info",
  ["warning.photocopy"] = "info",
  ["warning.monochrome_copy"] = "info",
  ["warning.recaptured"] = "info",
  ["warning.electronic"] = "info",
  ["warning.watermark"] = "info",
  ["warning.temporary"] = "info",
  ["warning.tampered"] = "warning",
  ["warning.invalid_date"] = "info",
}

-- Returns the value of the longest prefix of a check's id that a table names.
local function find(check, first, second)
  local id = check
  while id do
    local value = first[id]
    if value == nil then value = second[id] end
    if value ~= nil and value ~= true then return value end -- true: the default of the purpose
    id = id:match("^(.*)%.[^.]*$")
  end
end

local NONE = {}

--- Returns the weight of a check. A value of the caller for a family of checks overrides that of the purpose for one of them.
---@param check string
---@param purpose table one of the tables above
---@param own table? the caller's: check or prefix -> "error" | "warning" | "info" | false (off)
---@return "error"|"warning"|"info"|false
function purposes.severity(check, purpose, own)
  local value = find(check, own or NONE, NONE)
  if value == nil then value = find(check, purpose, purposes.identity) end
  if value == nil then return "warning" end
  return value
end

return purposes
