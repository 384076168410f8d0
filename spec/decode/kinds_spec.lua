-- Tests kinds, one file each in a folder idocr/cards: loading, validation, and reading a card.
local core = require "idocr.core"
local decode = require "idocr.decode.card"
local tencent = require("idocr.providers.tencent").new {}

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

  it("lists the files in the folders, sorted, each once", function()
    local list, seen = require("idocr.kinds").list(), {}
    for index, name in ipairs(list) do
      assert.is_nil(seen[name])
      assert.is_true(index == 1 or list[index - 1] < name)
      seen[name] = true
    end
    for _, name in ipairs { "china_id", "library_card", "macao_id", "malaysia_id", "passport", "ticket", "wrong" } do
      assert.is_true(seen[name], name)
    end
  end)

  it("reads a new kind by its table alone", function()
    local kinds = require "idocr.kinds"
    local kind = kinds.get "library_card"
    assert.equal("library_card", kind.kind)
    local service = kinds.service(kind, "tencent", "intl")
    assert.is_nil(kinds.service(kind, "tencent", "cn"))

    local plan = assert(tencent:prepare {
      kind = kind, service = service, params = { colour = true },
      pictures = { image = { image = core.image_bytes("picture") } },
    })
    assert.equal("LibraryCardOCR", plan.action)
    assert.matches('^{"Colour":true,"ImageBase64": *"cGljdHVyZQ=="}$', tostring(plan.body))

    local body = '{"Response":{"Number":"7","Inside":{"Since":"2020/1/2"},"Face":"cGljdHVyZQ==","Hints":[7],"RequestId":"r"}}'
    local result, _, pictures = assert(tencent:outcome(plan, { status = 200, headers = {}, body = body }))
    local card = decode.card(kind, service, result, pictures)
    assert.equal("7", card.number)
    assert.equal("2020-01-02", card.issue_date)
    assert.equal("picture", card.portrait)
    assert.equal("blurry", card.warnings[1].name)
  end)

  it("fills in defaults of a short table, and names what is missing", function()
    local kinds = require "idocr.kinds"
    local kind = kinds.get "ticket"
    local service = kinds.service(kind, "tencent", "cn")
    assert.same({ "ticket", { "number", "mrz" } }, { kind.title, kind.show })
    assert.equal("FailedOperation.ImageNoSpecifiedCard", service.refusal)
    local plan = assert(tencent:prepare {
      kind = kind, service = service, params = {},
      pictures = { image = { image = core.image_bytes("picture") } },
    })
    assert.equal("TicketOCR", plan.action)
    assert.equal("7", decode.card(kind, service, { No = "7" }).number)
    assert.has.error_matches(function() kinds.get "wrong" end, "^idocr/cards/wrong.lua: services%[1%]: %l+ is missing$")
    assert.is_nil(require("idocr.cards.ticket").compiled) -- the file's own table stays as it is written
  end)

  it("finds no kind by a malformed name", function()
    local kinds = require "idocr.kinds"
    for _, name in ipairs { "Passport", "../kinds", "nothing", "", 7, false } do assert.is_nil(kinds.get(name)) end
  end)
end)

describe("a kind's table", function()
  local validate = require "idocr.kinds.validate"

  -- Returns a valid table with one mistake, made by `change`.
  local function complaint(change)
    local kind = {
      title = "Ticket",
      params = {
        side = { type = "string", values = { front = "FRONT" }, help = "the side shown" },
        warn = { type = "warnings", all = { "glare" }, help = "warnings to look for" },
      },
      services = {
        {
          provider = "tencent", action = "TicketOCR", sites = { intl = true }, rate = { intl = 5 },
          pictures = { { param = "image", base64 = "ImageBase64", url = "ImageUrl" } }, formats = { jpeg = true },
          max_base64 = { intl = 7, cn = 10 }, embedded = { AdvancedInfo = true },
          inputs = { { wire = "Config", type = "json", fields = { { wire = "Glare", type = "boolean", when = { "warn.glare" } } } } },
          outputs = {
            { wire = "No", field = "number", as = "text" },
            { wire = "Day", field = "issue_date", as = "date", formats = { "D Mon YYYY", "YYYY.MM.DD" } },
            { wire = "Period", field = "long_term", as = "period_open", formats = { "YYYY.MM.DD-长期" } },
          },
          composed = { { field = "name", from = { "number" }, separator = " " } },
          visual = { { wire = "Printed.No", field = "number", as = "text" } },
          confidence = { No = "number" }, warnings = { Hints = { [-1] = "blurry" } },
        },
      },
      show = { "number", "name" },
    }
    change(kind, kind.services[1])
    local ok, message = pcall(validate, "ticket", kind)
    return ok and "right" or message
  end

  it("is accepted where it is right", function() assert.equal("right", complaint(function() end)) end)

  for mistake, case in pairs {
    ["an unknown member of the kind"] = { function(kind) kind.tilte = "x" end,
      'ticket.lua: has no member "tilte" (did you mean "title"?)' },
    ["an unknown member of an output"] = { function(_, service) service.outputs[1].az = "text" end,
      'services[1].outputs[1]: has no member "az" (did you mean "as"?)' },
    ["an unknown member of an inner input"] = { function(_, service) service.inputs[1].fields[1].wen = {} end,
      'services[1].inputs[1].fields[1]: has no member "wen" (did you mean "when"?)' },
    ["a wrong converter"] = { function(_, service) service.outputs[1].as = "txt" end,
      'services[1].outputs[1].as: cannot be "txt" (did you mean "text"?)' },
    ["a wrong converter in the printed zone"] = { function(_, service) service.visual[1].as = "dat" end,
      'services[1].visual[1].as: cannot be "dat" (did you mean "date"?)' },
    ["a missing converter"] = { function(_, service) service.outputs[1].as = nil end, "services[1].outputs[1]: as is missing" },
    ["a wrong date format"] = { function(_, service) service.outputs[2].formats = { "DD/MM/JJJJ" } end,
      'services[1].outputs[2].formats[1]: "DD/MM/JJJJ" is no date format' },
    ["a date format without a day"] = { function(_, service) service.outputs[2].formats = { "MM/YYYY" } end, "must have a year" },
    ["formats of a text"] = { function(_, service) service.outputs[1].formats = { "YYYYMMDD" } end, "for dates and periods only" },
    ["no action"] = { function(_, service) service.action = nil end, "services[1]: action is missing" },
    ["a wrong provider"] = { function(_, service) service.provider = "tencnt" end, 'cannot be "tencnt" (did you mean "tencent"?)' },
    ["a wrong site"] = { function(_, service) service.sites = { internal = true } end, 'sites["internal"]: cannot be "internal"' },
    ["a wrong picture format"] = { function(_, service) service.formats = { jpg = true } end, 'cannot be "jpg" (did you mean "jpeg"?)' },
    ["an input of an unknown param"] = {
      function(_, service) service.inputs[1] = { wire = "S", type = "string", param = "sid" } end,
      'inputs[1].param: names no param of this kind: "sid" (did you mean "side"?)' },
    ["a wrong type of a param"] = { function(kind) kind.params.side.type = "text" end, 'params["side"].type: cannot be "text"' },
    ["a param without help"] = { function(kind) kind.params.side.help = nil end, 'params["side"]: help is missing' },
    ["a param that every kind has"] = { function(kind) kind.params.portrait = { type = "boolean", help = "x" } end, "cannot be declared" },
    ["a warning code that is text"] = { function(_, service) service.warnings.Hints["-2"] = "glare" end, "must be a number, not a string" },
    ["a warning name that is no name"] = { function(_, service) service.warnings.Hints.Copy = "A copy" end,
      'warnings["Hints"]["Copy"]: must be a warning name' },
    ["a constant of another type"] = {
      function(_, service) service.inputs[1] = { wire = "N", type = "integer", constant = "9" } end,
      "inputs[1].constant: must be a number, not a string" },
    ["a constant that is no whole number"] = {
      function(_, service) service.inputs[1] = { wire = "N", type = "integer", constant = 1.5 } end, "must be a whole number" },
    ["an unknown type of input"] = { function(_, service) service.inputs[1] = { wire = "N", type = "intger" } end,
      'inputs[1].type: cannot be "intger" (did you mean "integer"?)' },
    ["a table of values with a table"] = { function(_, service) service.outputs[1].values = { a = {} } end,
      'outputs[1].values["a"]: must be a text' },
    ["a path to a confidence that is no path"] = { function(_, service) service.outputs[1].confidence = ".x" end,
      "outputs[1].confidence: must be a dotted path" },
    ["a shared action without its discriminator"] = { function(_, service) service.shows = { kinds = { A = "ticket" } } end,
      "services[1].shows: wire is missing" },
    ["a shared action that never shows this kind"] = {
      function(_, service) service.shows = { wire = "Type", kinds = { A = "token" } } end,
      'services[1].shows.kinds: must name this kind, "ticket", too' },
    ["a date of removal that is no date"] = { function(_, service) service.removed = { intl = "2026" } end,
      'services[1].removed["intl"]: must be a date' },
    ["a site that has an action and lost it"] = {
      function(_, service) service.sites, service.removed = { intl = true }, { intl = "2026-07-06" } end,
      'the site "intl" cannot be in sites and in removed' },
    ["limits of an unknown param"] = { function(_, service) service.limits = { { when = "potrait", max_bytes = 1 } } end,
      'limits[1].when: names no param of this kind: "potrait" (did you mean "portrait"?)' },
    ["an unknown limit"] = { function(_, service) service.limits = { { when = "portrait", max_byte = 1 } } end,
      'limits[1]: has no member "max_byte" (did you mean "max_bytes"?)' },
    ["a limit of a picture for an unknown format"] = { function(_, service) service.pictures[1].max_side = { jpg = 1 } end,
      'pictures[1].max_side["jpg"]: cannot be "jpg" (did you mean "jpeg"?)' },
    ["an embedded member that is no path"] = { function(_, service) service.embedded = { ["a..b"] = true } end,
      "must be a dotted path" },
    ["an unknown field to show"] = { function(kind) kind.show[1] = "numbr" end,
      'show[1]: no output fills the field "numbr" (did you mean "number"?)' },
    ["no services"] = { function(kind) kind.services = nil end, "services is missing" },
    ["an empty list of services"] = { function(kind) kind.services = {} end, "services: must not be empty" },
  } do
    it("is refused for " .. mistake, function()
      local message = complaint(case[1])
      assert.is_truthy(message:find("idocr/cards/ticket.lua", 1, true), message)
      assert.is_truthy(message:find(case[2], 1, true), message)
    end)
  end

  it("is refused where it is not a table", function()
    assert.same({ false, "idocr/cards/x.lua: must return a table, not a boolean" }, { pcall(validate, "x", true) })
  end)
end)

describe("every kind", function()
  local kinds = require "idocr.kinds"
  for _, name in ipairs(kinds.list()) do
    it(name .. " loads, and each of its services has a code for a refused picture", function()
      local kind = kinds.get(name)
      assert.is_string(kind.title)
      for _, service in ipairs(kind.services) do assert.is_string(service.refusal) end
    end)
  end
end)
