--- Formats cards and errors as text tables and as JSON.

local console = require "idocr.cli.console"
local idocr = require "idocr"
local line = require "idocr.line"
local picture_fields = require "idocr.picture_fields"
local table_text = require "idocr.cli.table"
local width = require "idocr.cli.width"

local show = {}

-- The lines of JSON: see idocr.line.
show.card_data, show.error_data, show.named, show.line = line.card, line.error, line.named, line.encode

--- Formats an integer with thousands separators: 12345 -> "12,345".
---@param number integer
---@return string
function show.thousands(number)
  local text, more = ("%d"):format(number), 1
  while more > 0 do text, more = text:gsub("^(%d+)(%d%d%d)", "%1,%2") end
  return text
end

local function value_text(value)
  if value == true then return "yes" elseif value == false then return "no" end
  if type(value) == "number" then return (("%.14g"):format(value)) end
  return tostring(value)
end

-- Adds the rows of one field: one row per item of a list or member of a table.
local function add_field(rows, name, value, confidence)
  if value == nil then return end
  if type(value) ~= "table" then
    local shown_confidence = type(confidence) == "number" and ("%.2f"):format(confidence) or ""
    rows[#rows + 1] = { name, value_text(value), shown_confidence, colours = { "dim" } }
  elseif #value > 0 then
    for index, item in ipairs(value) do
      if type(item) == "table" then
        add_field(rows, name .. "[" .. index .. "]", item)
      else
        rows[#rows + 1] = { index == 1 and name or "", value_text(item), "", colours = { "dim" } }
      end
    end
  else
    local members = {}
    for member in pairs(value) do members[#members + 1] = tostring(member) end
    table.sort(members)
    for _, member in ipairs(members) do add_field(rows, name .. "." .. member, value[member]) end
  end
end

-- Returns the values of the printed zone that differ from the card's fields or are not among them.
local function printed_otherwise(card)
  local values = {}
  for name, value in pairs(card.visual or {}) do
    if card[name] ~= value then values[name] = value end
  end
  return values
end

local function warning_text(warning)
  local text = warning.name or "unknown"
  if warning.message and warning.message ~= "" then text = text .. ": " .. warning.message end
  return warning.code and text .. " (" .. value_text(warning.code) .. ")" or text
end

-- Many messages begin with the field already.
local function finding_text(finding)
  local subject, message = finding.field or finding.check, finding.message or finding.check
  return message:sub(1, #subject) == subject and message or subject .. ": " .. message
end

-- Formats the summary of a report: "checks: 24 passed", or "checks: 22 passed, 2 failed".
local function checks_line(report)
  local passed, failed = 0, 0
  for _, finding in ipairs(report.findings) do
    if finding.ok then passed = passed + 1 else failed = failed + 1 end
  end
  return ("checks: %d passed%s\n"):format(passed, failed > 0 and (", %d failed"):format(failed) or "")
end

--- Formats a card as a text table. Of the printed zone (`visual`) only what differs from the fields is shown.
---@param out idocr.Console
---@param card idocr.Card
---@param options { source: string, files: table<string, string>, report: table? }
---@return string
function show.card(out, card, options)
  local kind = idocr.describe(card.kind)
  local confidence, rows = card.confidence or {}, {}
  for _, field in ipairs(kind.fields) do
    if field ~= "visual" then add_field(rows, field, card[field], confidence[field]) end
  end
  add_field(rows, "visual", printed_otherwise(card))
  for _, field in ipairs(picture_fields(card)) do
    local file = options.files and options.files[field]
    rows[#rows + 1] = { field, show.thousands(#card[field]) .. " bytes" .. (file and " in " .. file or ""), "", colours = { "dim" } }
  end
  for _, warning in ipairs(card.warnings or {}) do
    rows[#rows + 1] = { "warning", warning_text(warning), "", colours = { "dim", "yellow" } }
  end
  for _, finding in ipairs(options.report and options.report.findings or {}) do
    if finding.ok == false then
      rows[#rows + 1] = { "check", finding_text(finding), "",
        colours = { "dim", finding.severity == "error" and "red" or "yellow" } }
    end
  end
  if card.request_id then rows[#rows + 1] = { "request", card.request_id, "", colours = { "dim", "dim" } } end

  local heads = { "field", "value", "confidence" }
  if not next(confidence) then heads[3] = nil end
  local title = kind.title .. ": " .. width.plain(options.source) .. " (" .. card.provider ..
    (card.sandbox and ", canned by the sandbox" or "") .. ")"
  local text = console.paint(out, "bold", title) .. "\n" .. table_text.render(out, heads, rows)
  return options.report and text .. checks_line(options.report) or text
end

-- What a message for Lua programs names -> what the command calls it.
local FLAGS = {
  { "fit = true", "--fit" }, { "precheck = false", "--no-precheck" }, { "client:resume(err.resume_token)", "idocr resume TOKEN" },
}

--- Returns the message of an error with the command's flags in place of options of Lua.
---@param text string
---@return string
function show.in_flags(text)
  for _, pair in ipairs(FLAGS) do
    text = text:gsub((pair[1]:gsub("%p", "%%%0")), pair[2])
  end
  return text
end

return show
