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

local SHORT_KIND = [[
return {
  services = {
    {
      provider = "tencent", action = "TicketOCR", pictures = { { param = "image", base64 = "ImageBase64" } },
      outputs = {
        { wire = "Face", field = "portrait", as = "picture" }, { wire = "No", field = "number", as = "text" },
        { wire = "Line", field = "mrz[1]", as = "text" },
      },
    },
  },
}
]]

describe("kinds", function()
  local folder, path, loaded

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir -p '" .. folder .. "/idocr/cards'"))
    local files = {
      library_card = NEW_KIND, ticket = SHORT_KIND, wrong = "return { services = { { provider = 'tencent', action = 'X' } } }",
    }
    for name, text in pairs(files) do
      local file = assert(io.open(folder .. "/idocr/cards/" .. name .. ".lua", "w"))
      file:write(text)
      file:close()
    end
    path, loaded = package.path, package.loaded["idocr.kinds"]
    package.path = folder .. "/?.lua;" .. package.path
    package.loaded["idocr.kinds"] = nil
  end)

  teardown(function()
    package.path = path
    package.loaded["idocr.kinds"] = loaded
    for _, name in ipairs { "library_card", "ticket", "wrong" } do package.loaded["idocr.cards." .. name] = nil end
    os.execute("rm -r '" .. folder .. "'")
  end)

  it("lists what lies in the folders, sorted, each once", function()
    local names = { "china_id", "library_card", "macao_id", "malaysia_id", "passport", "ticket", "wrong" }
    assert.same(names, require("idocr.kinds").list())
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
    local result, _, pictures = assert(tencent.outcome(plan, { status = 200, headers = {}, body = body }))
    local card = decode.card(kind, service, result, pictures)
    assert.equal("7", card.number)
    assert.equal("2020-01-02", card.issue_date)
    assert.equal("picture", card.portrait)
    assert.equal("blurry", card.warnings[1].name)
  end)

  it("fills in what a short table leaves out, and says what cannot be left out", function()
    local kinds = require "idocr.kinds"
    local kind = kinds.get "ticket"
    local service = kinds.service(kind, "tencent", "cn")
    assert.same({ "ticket", { "number", "mrz" } }, { kind.title, kind.show })
    assert.equal("FailedOperation.ImageNoSpecifiedCard", service.refusal)
    local plan = assert(tencent.prepare {
      kind = kind, service = service, pictures = { image = { image = core.image_bytes("picture") } }, options = { site = "cn" },
    })
    assert.equal("TicketOCR", plan.action)
    assert.equal("7", decode.card(kind, service, { No = "7" }).number)
    assert.has.error_matches(function() kinds.get "wrong" end, "idocr/cards/wrong.lua must return a table whose services have %l+")
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
