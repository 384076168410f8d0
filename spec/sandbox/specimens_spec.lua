-- Every kind has a specimen, and every service of the mock server reads from it what is printed on it. Its numbers are valid.

local idocr = require "idocr"
local kinds = require "idocr.kinds"
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

local TODAY = "2026-11-27"

local function each_service(kind, run)
  for _, service in ipairs(kinds.get(kind).services) do
    local sites = {}
    for site in pairs(service.sites or {}) do sites[#sites + 1] = site end
    for _, site in ipairs(service.sites and sites or { false }) do run(service, site or nil) end
  end
end

local function read(kind, service, site, params)
  local client = idocr.new { provider = service.provider, site = site, transport = "sandbox", rate = false }
  if service.when then params[service.when] = true end
  for name, param in pairs(idocr.describe(kind).params) do
    if param.required then params[name] = param.values and param.values[1] or "PHL" end
  end
  local card, err = client:read(kind, params)
  client:close()
  if not card then error(("%s, %s: %s"):format(kind, service.action, tostring(err)), 0) end
  return card
end

-- Fields that a service fills itself.
local function filled_by(service)
  local names = {}
  for _, output in ipairs(service.outputs) do names[output.field:match("^[%w_]+")] = true end
  return names
end

-- Only with a param, in a region or at a site.
local NOT_ON_REQUEST = { quality = true, border_score = true, card_count = true, complete = true, card_version = true }

local function check_fields(specimen, service, card)
  local filled = filled_by(service)
  for name, value in pairs(specimen.fields) do
    if filled[name] and type(value) ~= "table" and not NOT_ON_REQUEST[name] then
      assert.equal(value, card[name], specimen.file .. " " .. service.action .. " " .. name)
    end
  end
end

local function has_portrait(service)
  for _, output in ipairs(service.outputs) do
    if output.as == "picture" and output.field:find("^portrait") then return true end
  end
  return false
end

local function pictures_of(kind)
  local list = {}
  for _, specimen in ipairs(specimens.list()) do
    if specimen.kind == kind then list[#list + 1] = specimen end
  end
  return list
end

describe("the specimens of", function()
  for _, kind in ipairs(kinds.list()) do
    it(kind .. " are read by each service, field by field", function()
      local list = pictures_of(kind)
      assert.is_true(#list > 0)
      each_service(kind, function(service, site)
        local two = service.pictures[2]
        for _, specimen in ipairs(list) do
          -- A service that takes both sides in a call reads a front; the back is its second picture.
          local back = two and specimen.side == "front" and specimen.path:gsub("%.jpg$", "_back.jpg") or nil
          local front_only = not two and not service.pictures[1].side
          if not (specimen.side == "back" and (two or front_only)) then
            local card = read(kind, service, site, { image = specimen.path, back = back })
            assert.is_true(card.sandbox)
            assert.is_nil(card.unread)
            check_fields(specimen, service, card)
            for _, other in ipairs(back and list or {}) do
              if other.path == back then check_fields(other, service, card) end
            end
          end
        end
      end)
    end)
  end
end)

describe("a specimen", function()
  it("has its portrait where a service returns one", function()
    local seen = 0
    for _, kind in ipairs(kinds.list()) do
      each_service(kind, function(service, site)
        if has_portrait(service) and not service.result then
          local card = read(kind, service, site, { image = specimens.path(kind), portrait = true })
          assert.equal("\255\216", (card.portrait or ""):sub(1, 2), kind .. " " .. service.action)
          seen = seen + 1
        end
      end)
    end
    assert.is_true(seen > 25)
  end)

  it("passes the checks of its kind", function()
    for _, specimen in ipairs(specimens.list()) do
      local fields = { kind = specimen.kind, provider = "tencent", warnings = {} }
      for name, value in pairs(specimen.fields) do fields[name] = value end
      local report = require("idocr.card").new(fields):check { today = TODAY }
      for _, finding in ipairs(report.findings) do
        assert.is_true(finding.ok ~= false, specimen.file .. ": " .. finding.check .. ": " .. tostring(finding.message))
      end
    end
  end)

  it("that is drawn by the table of cards has at most 25 KB", function()
    for _, specimen in ipairs(specimens.list()) do
      if specimen.portrait and specimen.portrait:find("face%-") then
        assert.is_true(#process.read(specimen.path) <= 25000, specimen.file)
      end
    end
  end)

  it("of the other side is refused where a call asks for a side", function()
    local client = idocr.new { site = "cn", transport = "sandbox", rate = false }
    for kind, code in pairs {
      china_driving_licence = "FailedOperation.CardSideError", china_temporary_id = "FailedOperation.CardSideError",
      mainland_travel_permit = "FailedOperation.ImageNoSpecifiedCard",
    } do
      assert.is_table(client:read(kind, { image = specimens.path(kind), side = "front" }))
      assert.equal(code, select(2, client:read(kind, { image = specimens.path(kind), side = "back" })).code)
    end
  end)
end)
