--- Checks a card offline and reports findings and the values of every field by source.
--- Findings contain masked text only and may be logged. `report.fields` contains the values: do not log it.
--- Only a wrong option raises; no content of a card does.

local dates = require "idocr.checks.dates"
local derived = require "idocr.checks.derived"
local fields = require "idocr.checks.fields"
local mask = require "idocr.checks.mask"
local mrz = require "idocr.checks.mrz"
local nearest = require "idocr.nearest"
local purposes = require "idocr.checks.purposes"
local snapshot = require "idocr.checks.snapshot"

local report = {}

---@class idocr.Finding
---@field check string     stable id, dotted: "mrz.check_digit.birth_date", "match.name", "dates.expired"
---@field ok boolean
---@field severity "error"|"warning"|"info"  "info" where ok
---@field field string?    the field that it concerns
---@field fields string[]  all fields that were compared
---@field expected string? masked
---@field found string?    masked
---@field sources string[]? the two sources that differ
---@field message string   one sentence

---@class idocr.Report
---@field ok boolean       no check of severity "error" failed
---@field findings idocr.Finding[]
---@field fields table<string, idocr.checks.Field>
---@field mrz idocr.Mrz?   the parsed zone; `mrz.given` has the original lines where `mrz.lines` were restored
---@field mrz_part idocr.Mrz? the legible fields of a zone that is damaged as a whole
---@field uncovered string[]? fields of the zone without a check digit: an error in them shows only where sources differ
---@field today string     the date used as today

---@class idocr.CheckOptions
---@field today string|number|nil   ISO date or unix seconds; default: today (UTC)
---@field purpose string?           "identity" (default) or "reading": selects the severities
---@field confidence number|false|nil    least confidence, 0 to 1; default 0.8; false turns the check off
---@field quality number|false|nil       least quality, 0 to 100; default 50, the vendor's limit for good
---@field border_score number|false|nil  largest border score, 0 to 100; default 50, likewise
---@field checks table<string, false|string>?  check id or prefix -> false (off) or a severity
---@field second table?             the same card read by another provider

---@class idocr.checks.Context
---@field card table                a snapshot
---@field options idocr.CheckOptions
---@field today string
---@field zone idocr.Mrz?
---@field zone_message string?
---@field zone_part idocr.Mrz? the legible fields of a damaged zone
---@field numbers idocr.checks.NumberOfCard[] the parsed numbers of the card
---@field fields table<string, idocr.checks.Field>
---@field mask table
---@field add fun(finding: table)

local RULES = {
  require "idocr.checks.rules.mrz",
  require "idocr.checks.rules.number",
  require "idocr.checks.rules.match",
  require "idocr.checks.rules.dates",
  require "idocr.checks.rules.telecode",
  (require "idocr.checks.rules.reading"), -- in parentheses: require returns two values
}

local DEFAULTS = { purpose = "identity", confidence = 0.8, quality = 50, border_score = 50 }
local KNOWN = { today = true, purpose = true, confidence = true, quality = true, border_score = true, checks = true, second = true }
local SEVERITIES = { error = true, warning = true, info = true }

-- Completes the options with defaults. Raises on a wrong one, because a misspelt threshold would look like a passed check.
local function checked_options(options)
  if options == nil then return DEFAULTS end
  if type(options) ~= "table" then error("the options of a check must be a table", 4) end
  local settled = {}
  for name, value in pairs(DEFAULTS) do settled[name] = value end
  for name, value in pairs(options) do
    if not KNOWN[name] then error(("unknown option of a check: %s%s"):format(tostring(name), nearest.hint(name, KNOWN)), 4) end
    settled[name] = value
  end
  if type(purposes[settled.purpose]) ~= "table" then error("purpose must be \"identity\" or \"reading\"", 4) end
  for _, name in ipairs { "confidence", "quality", "border_score" } do
    if settled[name] ~= false and type(settled[name]) ~= "number" then error(name .. " must be a number or false", 4) end
  end
  if settled.today ~= nil and not dates.split(settled.today) and type(settled.today) ~= "number" then
    error("today must be a date as YYYY-MM-DD, or Unix seconds", 4)
  end
  if settled.checks ~= nil and type(settled.checks) ~= "table" then error("checks must be a table: id -> false or a severity", 4) end
  for id, value in pairs(settled.checks or {}) do
    if value ~= false and value ~= true and not SEVERITIES[value] then
      error(("checks[%q] must be false, \"error\", \"warning\" or \"info\""):format(tostring(id)), 4)
    end
  end
  return settled
end

-- Returns the function that adds findings to a report.
local function adder(result, options)
  local purpose = purposes[options.purpose]
  return function(finding)
    local severity = purposes.severity(finding.check, purpose, options.checks)
    if not severity then return end
    finding.severity = finding.ok and "info" or severity
    finding.fields = finding.fields or { finding.field }
    if not finding.ok and severity == "error" then result.ok = false end
    result.findings[#result.findings + 1] = finding
  end
end

--- Checks a card offline.
---@param card table the fields of a card; any may be absent
---@param options idocr.CheckOptions?
---@return idocr.Report
function report.make(card, options)
  options = checked_options(options)
  local today = dates.today(options.today)
  local copy = snapshot.take(card)
  local result = { ok = true, findings = {}, today = today }

  local context = { card = copy, options = options, today = today, mask = mask, add = adder(result, options) }
  local zone, part
  if copy.mrz then zone, context.zone_message, part = mrz.parse(copy.mrz, { today = today }) end
  context.zone, context.zone_part = zone, part
  context.numbers = derived.numbers(copy, { today = today })
  context.fields = fields.gather(copy, zone or part, context.numbers, options.second and snapshot.take(options.second), today)
  for _, rule in ipairs(RULES) do rule(context) end

  result.fields, result.mrz, result.mrz_part = context.fields, zone, part
  if zone and zone.format ~= "FRA-ID" then result.uncovered = mrz.UNCOVERED end -- its composite check digit covers all fields
  return result
end

return report
