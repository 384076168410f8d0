-- The mock server's replies have the members of the official SDKs' models, with their JSON types.

local answer = require "idocr.sandbox.reply.answer"
local cjson = require "cjson"
local json = require "idocr.json"
local kinds = require "idocr.kinds"
local process = require "spec.support.process"
local recognise = require "idocr.sandbox.recognise"
local specimens = require "idocr.sandbox.specimens"

-- Members that no table of cards uses, so the mock server does not send them.
local UNUSED = { Registro = true, FakeDetectResult = true, CurrentTime = true, GenerateTime = true, VIA = true, IssueNumber = true }
local CONDITIONAL = { CardCount = true, IsComplete = true, HKIDVersion = true } -- of one site or region

local TYPES = { string = "string", number = "number", integer = "number", boolean = "boolean", list = "table", object = "table" }

local function check_types(reply, models, prefix, where)
  for name, value in pairs(reply) do
    local path = prefix .. name
    local expected = models[path] -- nil: newer than the models, see spec/drift
    if expected and value ~= cjson.null then
      assert.equal(TYPES[expected], type(value), where .. " " .. path)
      if expected == "object" then check_types(value, models, path .. ".", where) end
    end
  end
end

-- Returns the reply of a service for a specimen with everything asked for, and all warnings.
local function reply_for(service, specimen, site)
  local recognition = recognise.picture(process.read(specimen.path))
  recognition.fields.warnings = {}
  for _, codes in pairs(service.warnings) do
    for _, name in pairs(codes) do table.insert(recognition.fields.warnings, name or nil) end
  end
  local on = { portrait = true, crop = true, quality = true, reflect_detail = true }
  return cjson.decode(json.encode(answer.compose(service, recognition, { on = on, site = site, region = "ap-bangkok" })))
end

describe("the replies of the mock server", function()
  for _, site in ipairs { "intl", "cn" } do
    local kept = cjson.decode(process.read("spec/drift/kept-" .. site .. ".json"))
    it("have the members and types of the models of the site " .. site, function()
      local seen = 0
      for _, specimen in ipairs(specimens.list()) do
        for _, service in ipairs(kinds.get(specimen.kind).services) do
          local action = kept.actions[service.result and service.result.action or service.action]
          if service.provider == "tencent" and service.sites[site] and action then
            local where = specimen.file .. " " .. service.action
            local reply = reply_for(service, specimen, site)
            check_types(reply, action.outputs, "", where)
            for member in pairs(action.outputs) do
              local named = member:find(".", 1, true) or UNUSED[member] or CONDITIONAL[member]
              if not named and not service.result then assert.is_not_nil(reply[member], where .. " lacks " .. member) end
            end
            seen = seen + 1
          end
        end
      end
      assert.is_true(seen > 15)
    end)
  end
end)
