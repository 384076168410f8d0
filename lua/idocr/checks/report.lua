--- The report of a card: the values of every field by source and how they compare, and on top of that findings.
--- Findings and messages hold masked text only and may be logged. `report.fields` holds the values themselves: it is
--- for the caller, and for no log.
--- Findings advise. They never throw a card away, and nothing here raises, whatever a card holds; only a wrong option does.

local dates = require "idocr.checks.dates"
local derived = require "idocr.checks.derived"
local fields = require "idocr.checks.fields"
local mask = require "idocr.checks.mask"
local mrz = require "idocr.checks.mrz"
local purposes = require "idocr.checks.purposes"
local snapshot = require "idocr.checks.snapshot"

local report = {}

---@class idocr.Finding
---@field check string     stable id, dotted: "mrz.check_digit.birth_date", "match.name", "dates.expired"
---@field ok boolean
---@field severity "error"|"warning"|"info"  of a failed check; "info" where ok
---@field field string?    the field that it is about
---@field fields string[]  all fields that took part
---@field expected string? masked
---@field found string?    masked
---@field sources string[]? the two sources that differ
---@field message string   one sentence in plain words

---@class idocr.Report
---@field ok boolean       no finding of severity "error" failed
---@field findings idocr.Finding[]
---@field fields table<string, idocr.checks.Field>
---@field mrz idocr.Mrz?   the zone, parsed: `mrz.given` holds the lines as they came where `mrz.lines` was restored from them
---@field mrz_part idocr.Mrz? what can still be read of a zone that cannot be used
---@field uncovered string[]? fields of the zone that no check digit covers: an error there shows only where sources differ
---@field today string     the day that was reckoned with

---@class idocr.CheckOptions
---@field today string|number|nil   ISO date or unix seconds; default: today (UTC)
---@field purpose string?           "identity" (default) or "reading": how much each finding weighs
---@field confidence number|false|nil    least confidence, 0 to 1; default 0.8; false: not checked
---@field quality number|false|nil       least quality, 0 to 100; default 50, which the vendor calls good
---@field border_score number|false|nil  largest border score, 0 to 100; default 50, likewise
---@field checks table<string, false|string>?  check id or prefix -> false (off) or a severity
---@field second table?             the same card read by another provider

---@class idocr.checks.Context
---@field card table                snapshot
---@field options idocr.CheckOptions
---@field today string
---@field zone idocr.Mrz?
---@field zone_message string?
---@field zone_part idocr.Mrz? what can still be read of a zone that cannot be used
---@field parsed table?
---@field parsed_message string?
---@field fields table<string, idocr.checks.Field>
---@field mask table
---@field add fun(finding: table)

local RULES = {
  require "idocr.checks.rules.mrz",
  require "idocr.checks.rules.number",
  require "idocr.checks.rules.match",
  require "idocr.checks.rules.dates",
  require "idocr.checks.rules.telecode",
  (require "idocr.checks.rules.reading"), -- alone: require gives two values
}

local DEFAULTS = { purpose = "identity", confidence = 0.8, quality = 50, border_score = 50 }
local KNOWN = { today = true, purpose = true, confidence = true, quality = true, border_score = true, checks = true, second = true }
local SEVERITIES = { error = true, warning = true, info = true }

--- Options with defaults; raises on a wrong one, so that a misspelt threshold is not taken for a passed check.
local function settle(options)
  if options == nil then return DEFAULTS end
  if type(options) ~= "table" then error("the options of a check are a table", 4) end
  local settled = {}
  for name, value in pairs(DEFAULTS) do settled[name] = value end
  for name, value in pairs(options) do
    if not KNOWN[name] then error(("no such option of a check: %s"):format(tostring(name)), 4) end
    settled[name] = value
  end
  if type(purposes[settled.purpose]) ~= "table" then error("purpose is \"identity\" or \"reading\"", 4) end
  for _, name in ipairs { "confidence", "quality", "border_score" } do
    if settled[name] ~= false and type(settled[name]) ~= "number" then error(name .. " is a number, or false", 4) end
  end
  if settled.today ~= nil and not dates.split(settled.today) and type(settled.today) ~= "number" then
    error("today is a date as YYYY-MM-DD, or unix seconds", 4)
  end
  if settled.checks ~= nil and type(settled.checks) ~= "table" then error("checks is a table: id -> false or a severity", 4) end
  for id, value in pairs(settled.checks or {}) do
    if value ~= false and value ~= true and not SEVERITIES[value] then
      error(("checks[%q] is false, \"error\", \"warning\" or \"info\""):format(tostring(id)), 4)
    end
  end
  return settled
end

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
---@param card table the fields of a card, as any provider or nobody filled them
---@param options idocr.CheckOptions?
---@return idocr.Report
function report.make(card, options)
  options = settle(options)
  local today = dates.today(options.today)
  local copy = snapshot.take(card)
  local result = { ok = true, findings = {}, today = today }

  local context = { card = copy, options = options, today = today, mask = mask, add = adder(result, options) }
  local zone, part
  if copy.mrz then zone, context.zone_message, part = mrz.parse(copy.mrz, { today = today }) end
  context.zone, context.zone_part = zone, part
  context.parsed, context.parsed_message = derived.number(copy, { today = today })
  context.fields = fields.gather(copy, zone or part, context.parsed, options.second and snapshot.take(options.second), today)
  for _, rule in ipairs(RULES) do rule(context) end

  result.fields, result.mrz, result.mrz_part = context.fields, zone, part
  if zone and zone.format ~= "FRA-ID" then result.uncovered = mrz.UNCOVERED end -- that card's digit covers all
  return result
end

return report
