--- Compares the LuaLS annotations (lua/idocr/types.d.lua, card.lua, errors.lua) with the code.

local annotations = require "spec.tools.docs.annotations"
local credentials = require "idocr.credentials"
local idocr = require "idocr"
local json = require "idocr.json"
local process = require "spec.support.process"

local TYPES = "lua/idocr/types.d.lua"
local text = process.read(TYPES)

local function by_name(path, class)
  local fields = {}
  for _, field in ipairs(annotations.fields(path, class)) do fields[field.name] = field end
  return fields
end

local function entries(alias)
  local names = {}
  for name in text:match("%-%-%-@alias " .. alias .. "\n(.-)\n\n"):gmatch('%-%-%-| "([^"]+)"') do names[name] = true end
  return names
end

describe("the annotations", function()
  it("give the client a method for each kind, with the params of that kind", function()
    local methods, kinds = by_name(TYPES, "idocr.Client"), entries "idocr.KindName"
    for _, name in ipairs(idocr.kinds()) do
      assert.is_true(kinds[name], name)
      local class = methods[name].type:match("params: (idocr%.%w+)|")
      local known = by_name(TYPES, "idocr.Params")
      if class ~= "idocr.Params" then
        assert.is_truthy(text:find("---@class " .. class .. ": idocr.Params\n", 1, true), class)
        for param, field in pairs(by_name(TYPES, class)) do known[param] = field end
      end
      for param, described in pairs(idocr.describe(name).params) do
        assert.is_truthy(known[param], name .. "." .. param)
        for _, value in ipairs(described.values or {}) do
          assert.is_truthy(known[param].type:find(("%q"):format(value), 1, true), name .. "." .. param .. " " .. value)
        end
        assert.equal(not described.required and param ~= "image", known[param].type:find("[?]") ~= nil or
          known[param].type:find("|nil", 1, true) ~= nil, name .. "." .. param)
        known[param] = nil
      end
      assert.is_nil(next(known), name)
    end
  end)

  it("name every warning, check and source of credentials", function()
    local warnings = {}
    for name in pairs(require("idocr.decode.warnings").MESSAGES) do warnings[name] = true end
    assert.same(warnings, entries "idocr.WarningName")
    for name in pairs(by_name(TYPES, "idocr.Checks")) do assert.is_truthy(idocr.checks[name], name) end
    for _, name in ipairs(require("idocr.checks.numbers").names()) do assert.is_truthy(by_name(TYPES, "idocr.Checks")[name], name) end
    for name in pairs(by_name(TYPES, "idocr.CredentialsConstructors")) do assert.equal("function", type(credentials[name]), name) end
  end)

  it("give the settings of fit", function()
    local names = {}
    for name in pairs(by_name("lua/idocr/picture/fit_settings.lua", "idocr.FitSettings")) do names[#names + 1] = name end
    local client = idocr.new { transport = "sandbox", fit = { longest = 2000, quality = 80, bytes = 500000, always = false, at_once = 1 } }
    assert.is_truthy(client)
    table.sort(names)
    assert.same({ "always", "at_once", "bytes", "longest", "quality" }, names)
  end)

  it("declare every member that a card and an error have", function()
    local client = idocr.new { transport = "sandbox", cache = {} }
    local card = by_name("lua/idocr/card.lua", "idocr.Card")
    local err = by_name("lua/idocr/errors.lua", "idocr.Error")
    for _, specimen in ipairs(require("idocr.sandbox.specimens").list()) do
      local params = { image = specimen.path, portrait = true, advice = true }
      if specimen.kind == "any_card" then params.nationality, params.card_type = "PHL", "id_card" end
      local read = client:read(specimen.kind, params)
      for name in pairs(read or {}) do assert.is_truthy(card[name], name) end
    end
    for _, params in ipairs { { image = idocr.bytes "" }, { image = idocr.bytes "GIF89a" }, { image = "none.jpg" } } do
      local _, problem = client:passport(params)
      for name in pairs(problem) do assert.is_truthy(err[name], name) end
    end
  end)

  it("name only classes that are declared", function()
    local declared, used = {}, {}
    for path in process.run("find lua examples -name '*.lua'"):gmatch("%S+") do
      for line in process.read(path):gmatch("%-%-%-@([^\n]+)") do
        local tag, name = line:match("^(%l+) ([%w_.]+)")
        if tag == "class" or tag == "alias" then declared[name] = true end
        if tag ~= "meta" and tag ~= "see" then
          for found in (" " .. line):gmatch("[^%w%.`\"'/](idocr%.[%w_.]+)") do
            if found:find("%.%u%w*$") then used[found] = path end
          end
        end
      end
    end
    for name, path in pairs(used) do assert.is_true(declared[name], name .. " in " .. path) end
    assert.is_true(declared["idocr.UserTransport"])
  end)

  it("are found by editors through .luarc.json", function()
    local settings = assert(json.decode(process.read ".luarc.json"))
    assert.equal("lua", settings["workspace.library"][1])
  end)
end)
