--- The subcommand `idocr check NAME NUMBER|MRZ`: checks a number or a machine readable zone offline.

local choice = require "idocr.cli.choice"
local console = require "idocr.cli.console"
local find_module = require "idocr.find_module"
local idocr = require "idocr"
local findings = require "idocr.checks.numbers.findings"
local main = require "idocr.cli.main"
local numbers = require "idocr.checks.numbers"
local show = require "idocr.cli.show"
local status = require "idocr.cli.status"
local table_text = require "idocr.cli.table"

local check = {
  description = [[
Checks a document's number, or the lines of a machine readable zone: check digits, dates, codes.
NAME is a kind of card, or one of the checks of numbers, such as brazil_cpf. Nothing is sent.
Other users of the machine can see a number on the command line; with - it is read from standard
input.

  idocr check china_id 11010519491231002X
  idocr check hong_kong_id 'A123456(3)'
  idocr check passport 'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<' \
                       'L898902C36UTO7408122F1204159ZE184226B<<<<<10'
  idocr check mrz - < zone.txt]],
}

-- Returns the module that checks the number of a kind of card, or its machine readable zone; nil where there is none.
local function module_of(kind)
  for _, field in ipairs(idocr.describe(kind).fields) do
    if field == "mrz" then return "idocr.checks.mrz" end
  end
  local first = numbers.of_kind(kind)[1]
  if first and (first.field == "number" or first.field == "personal_number") then return "idocr.checks.numbers." .. first.check end
  local own = "idocr.checks.numbers." .. kind -- of a kind in the user's project
  return find_module(own) and own
end

-- Returns what can be checked: name -> module, and the sorted list of names, "mrz" last.
local function checkers()
  local found, names = {}, numbers.names()
  for _, name in ipairs(names) do found[name] = "idocr.checks.numbers." .. name end
  for _, kind in ipairs(idocr.kinds()) do
    local module = not found[kind] and module_of(kind)
    if module then found[kind], names[#names + 1] = module, kind end
  end
  table.sort(names)
  found.mrz, names[#names + 1] = "idocr.checks.mrz", "mrz"
  return found, names
end

function check.describe(parser)
  local _, names = checkers()
  parser:argument("name", "What is checked: " .. table.concat(names, ", ") .. "."):argname("NAME"):convert(choice.of("the name", names))
  parser:argument("text", "The number, or the lines of a machine readable zone; - for standard input."):args("+"):argname("NUMBER|MRZ")
  parser:flag("--json", "One line of JSON.")
end

local function text_of(value)
  if value == true then return "yes" elseif value == false then return "no" end
  return tostring(value)
end

-- Adds the rows of a result: one row per item of a list or member of a table. Failed checks are red.
local function add_rows(rows, name, value)
  if type(value) ~= "table" then
    rows[#rows + 1] = { name, text_of(value), colours = { "dim", value == false and "red" or nil } }
    return
  end
  for index, item in ipairs(value) do
    if type(item) == "table" then
      add_rows(rows, name .. "[" .. index .. "]", item)
    else
      rows[#rows + 1] = { index == 1 and name or "", text_of(item), colours = { "dim" } }
    end
  end
  local members = {}
  for member in pairs(value) do
    if type(member) == "string" then members[#members + 1] = member end
  end
  table.sort(members)
  for _, member in ipairs(members) do add_rows(rows, name == "" and member or name .. "." .. member, value[member]) end
end

-- Prints what was found in words, one sentence a line.
local function print_findings(out, result)
  for _, found in ipairs(findings.of(result)) do
    out.out((found.ok and found.message or console.paint(out, "red", found.message)) .. "\n")
  end
end

function check.run(args, out)
  local text = table.concat(args.text, "\n")
  if text == "-" then text = io.stdin:read("*a") or "" end
  text = text:gsub("\r\n?", "\n"):gsub("^%s+", ""):gsub("%s+$", "")
  if text == "" then main.usage_error("nothing to check: the number or machine readable zone is empty") end
  local module = (checkers())[args.name]
  local result, problem = require(module).parse(text)
  if not result then
    if args.json then out.out(show.line { valid = false, problem = tostring(problem) }) end
    out.err("idocr: " .. console.paint(out, "red", tostring(problem)) .. "\n")
    return status.REFUSED
  end
  if args.json then
    out.out(show.line(result))
  else
    local rows = {}
    add_rows(rows, "", result)
    out.out(table_text.render(out, { "what", "found" }, rows))
    if module ~= "idocr.checks.mrz" then print_findings(out, result) end
  end
  return result.valid and status.OK or status.REFUSED
end

return check
