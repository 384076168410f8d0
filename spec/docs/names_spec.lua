--- Checks that every public function, param, check, credentials source, command and flag has an entry in the pages.

local annotations = require "spec.tools.docs.annotations"
local idocr = require "idocr"
local process = require "spec.support.process"

local function page(name) return assert(process.read("docs/" .. name .. ".md")) end
local functions = page "functions" .. page "reference"

local function has(text, wanted, name) assert.is_truthy(text:find(wanted, 1, true), name or wanted) end

-- Whether a heading of the third level names a function.
local function has_heading(name)
  for heading in functions:gmatch("\n### ([^\n]+)") do
    if heading:find(name, 1, true) then return true end
  end
  return false
end

-- Returns the public functions that a source defines as `NAME.function` or `NAME:function`.
local function defined(path, name)
  local list = {}
  for found in process.read(path):gmatch("\nfunction " .. name .. "[.:](%l[%w_]*)%(") do list[#list + 1] = found end
  assert.is_true(#list > 2, path)
  return list
end

describe("the pages", function()
  it("have a heading for every public function", function()
    for _, name in ipairs(defined("lua/idocr/init.lua", "idocr")) do assert.is_true(has_heading("idocr." .. name .. "("), name) end
    for _, name in ipairs(defined("lua/idocr/client/init.lua", "Client")) do assert.is_true(has_heading("client:" .. name .. "("), name) end
    for _, name in ipairs(defined("lua/idocr/card.lua", "Card")) do assert.is_true(has_heading("card:" .. name .. "("), name) end
    for _, name in ipairs(defined("lua/idocr/fleet/init.lua", "Queue")) do
      assert.is_true(functions:find("queue:" .. name .. "(", 1, true) ~= nil, name)
    end
    assert.is_true(has_heading "idocr.version")
  end)

  it("name the params that every kind takes", function()
    local section = page("reference"):match("\n## Kinds and params\n(.-)\n## ")
    for name, param in pairs(idocr.describe("passport").params) do
      if param.common then has(section, "`" .. name, name) end
    end
  end)

  it("name every check and every source of credentials", function()
    local checks, credentials = page "reference", page "credentials"
    for name in process.run("ls lua/idocr/checks/numbers"):gmatch("(%S+)%.lua") do
      if idocr.checks[name] then has(checks, "`" .. name .. "`") end
    end
    for name in process.read("lua/idocr/credentials/init.lua"):match("CONSTRUCTORS = {}.-%[%[(.-)%]%]"):gmatch("[%w_]+") do
      has(credentials, "| `" .. name .. "` |")
    end
  end)

  it("name every option of a check of a card", function()
    for name in process.read("lua/idocr/checks/report.lua"):match("CheckOptions(.-)\n\n"):gmatch("@field (%l[%w_]+)") do
      has(functions, "`" .. name .. "`")
    end
  end)

  it("name every member of an error", function()
    local section = page("reference"):match("\n## Errors\n(.-)\n## ")
    for _, field in ipairs(annotations.fields("lua/idocr/errors.lua", "idocr.Error")) do
      has(section, "`err." .. field.name .. "`")
    end
  end)

  it("name every member of a report, a number, a zone and a line of the ledger", function()
    local function all(text, path, class)
      for _, field in ipairs(annotations.fields(path, class)) do
        has(text, "`" .. field.name .. "`", class .. "." .. field.name)
      end
    end
    all(functions, "lua/idocr/checks/report.lua", "idocr.Report")
    all(functions, "lua/idocr/checks/numbers/result.lua", "idocr.Number")
    all(page "operations", "lua/idocr/client/ledger.lua", "idocr.LedgerLine")
  end)

  it("name every event and its fields", function()
    local operations = page "operations"
    local comment = process.read("lua/idocr/client/events.lua"):match("never contents%.\n(.-)\n\n")
    local count = 0
    for name, fields in comment:gmatch("%-%-%-   (%l+) +([^\n]+)") do
      count = count + 1
      local row = operations:match("\n| `" .. name .. "` | ([^\n]+)")
      assert.is_truthy(row, name)
      for field in fields:gsub("  .*$", ""):gmatch("%l[%l_]+") do
        if field ~= "false" then has(row, "`" .. field .. "`", name .. ": " .. field) end
      end
    end
    assert.is_true(count > 10, count)
  end)

  it("name every subcommand", function()
    for name in process.run("ls lua/idocr/cli/commands"):gmatch("(%l+)%.lua") do
      has(page "command", "## idocr " .. name .. "\n")
      has(page "reference", "idocr " .. name)
    end
  end)
end)
