-- A kind is one file in cards/: nothing else has to know it.
local core = require "idocr.core"
local decode = require "idocr.decode.card"
local tencent = require "idocr.providers.tencent"

local NEW_KIND = [[
return {
  title = "Library card",
  params = { colour = { type = "boolean", help = "say which colour" } },
  services = {
    {
      provider = "tencent", action = "LibraryCardOCR", sites = { intl = true },
      pictures = { { param = "image", base64 = "ImageBase64" } },
      formats = { jpeg = true },
      inputs = { { wire = "Colour", type = "boolean", param = "colour" } },
      outputs = {
        { wire = "Number", field = "number", as = "text" },
        { wire = "Inside.Since", field = "issue_date", as = "date" },
        { wire = "Face", field = "portrait", as = "picture" },
      },
      warnings = { Hints = { [7] = "blurry" } },
      refusal = "FailedOperation.NoLibraryCard",
    },
  },
  show = { "number" },
}
]]

describe("kinds", function()
  local folder, path, loaded

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir -p '" .. folder .. "/idocr/cards'"))
    local file = assert(io.open(folder .. "/idocr/cards/library_card.lua", "w"))
    file:write(NEW_KIND)
    file:close()
    path, loaded = package.path, package.loaded["idocr.kinds"]
    package.path = folder .. "/?.lua;" .. package.path
    package.loaded["idocr.kinds"] = nil
  end)

  teardown(function()
    package.path = path
    package.loaded["idocr.kinds"] = loaded
    package.loaded["idocr.cards.library_card"] = nil
    os.execute("rm -r '" .. folder .. "'")
  end)

  it("lists what lies in the folders, sorted, each once", function()
    assert.same({ "china_id", "library_card", "macao_id", "malaysia_id", "passport" }, require("idocr.kinds").list())
  end)

  it("reads a new kind by its table alone", function()
    local kinds = require "idocr.kinds"
    local kind = kinds.get "library_card"
    assert.equal("library_card", kind.kind)
    local service = kinds.service(kind, "tencent", "intl")
    assert.is_nil(kinds.service(kind, "tencent", "cn"))

    local plan = assert(tencent.prepare {
      kind = kind, service = service, params = { colour = true },
      pictures = { image = { image = core.image_bytes("picture") } }, options = { site = "intl" },
    })
    assert.equal("LibraryCardOCR", plan.action)
    assert.matches('^{"Colour":true,"ImageBase64": *"cGljdHVyZQ=="}$', tostring(plan.body))

    local body = '{"Response":{"Number":"7","Inside":{"Since":"2020/1/2"},"Face":"cGljdHVyZQ==","Hints":[7],"RequestId":"r"}}'
    local result = assert(tencent.outcome(plan, { status = 200, headers = {}, body = body }))
    local card = decode.card(kind, service, result, { provider = "tencent" })
    assert.equal("7", card.number)
    assert.equal("2020-01-02", card.issue_date)
    assert.equal("picture", card.portrait)
    assert.equal("blurry", card.warnings[1].name)
  end)

  it("knows no kind by a strange name", function()
    local kinds = require "idocr.kinds"
    for _, name in ipairs { "Passport", "../kinds", "nothing", "", 7, false } do assert.is_nil(kinds.get(name)) end
  end)
end)

describe("every kind", function()
  local kinds = require "idocr.kinds"
  local values = require "idocr.decode.values"
  local warnings = require "idocr.decode.warnings"
  for _, name in ipairs(kinds.list()) do
    it(name .. " keeps to the schema", function()
      local kind = kinds.get(name)
      assert.is_string(kind.title)
      for _, service in ipairs(kind.services) do
        for _, list in ipairs { service.outputs, service.visual or {} } do
          for _, output in ipairs(list) do
            assert.is_true(output.as == "picture" or values.converters[output.as] ~= nil, output.wire)
          end
        end
        for _, codes in pairs(service.warnings) do
          for _, warning in pairs(codes) do assert.is_string(warnings.MESSAGES[warning]) end
        end
        assert.is_string(service.refusal)
      end
    end)
  end
end)
