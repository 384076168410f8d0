--- Runs the examples of a kind and a check in CONTRIBUTING.md, and checks that its commands exist.

local idocr = require "idocr"
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"

local page = assert(process.read "CONTRIBUTING.md")

--- Returns the Lua block of the page that contains a text.
local function example(text)
  for block in page:gmatch("\n```lua\n(.-)\n```") do
    if block:find(text, 1, true) then return block end
  end
  error("CONTRIBUTING.md has no Lua example with " .. text)
end

describe("CONTRIBUTING.md", function()
  it("has a kind of card that the sandbox reads from a folder outside of idocr", function()
    local folder, path = process.tempdir(), package.path
    process.run("mkdir -p " .. process.quote(folder .. "/idocr/cards"))
    process.write(folder .. "/idocr/cards/student_card.lua", example "RecognizeStudentCardOCR")
    package.path = folder .. "/?.lua;" .. path
    finally(function()
      package.path = path
      package.loaded["idocr.cards.student_card"] = nil
    end)
    local picture = assert(stamp.write(process.read(specimens.path "passport"), {
      kind = "student_card", fields = { number = "L-17", expiry_date = "2031-05-01", warnings = "blurry" },
    }))
    local card = assert(idocr.new { transport = "sandbox" }:read("student_card", idocr.bytes(picture)))
    assert.equal("L-17", card.number)
    assert.equal("2031-05-01", card.expiry_date)
    assert.is_true(card:has_warning "blurry")
  end)

  it("has a rule that reports a finding", function()
    local rule = assert((loadstring or load)(example 'check = "adult.age"'))() -- luacheck: ignore 113
    local found = {}
    local context = { today = "2030-06-15", add = function(finding) found[#found + 1] = finding end }
    for _, birth_date in ipairs { "2012-06-15", "2012-06-16", "1990-01-01" } do
      context.card = { birth_date = birth_date }
      rule(context)
    end
    context.card = {}
    rule(context)
    assert.same({ true, false, true }, { found[1].ok, found[2].ok, found[3].ok })
    assert.is_nil(found[4])
  end)

  it("has commands and make targets that exist", function()
    local makefile = process.read "Makefile"
    local count = 0
    for target in page:gmatch("`make ([%l%-%d]+)") do
      count = count + 1
      assert.is_truthy(makefile:find("\n" .. target .. ":", 1, true), target)
    end
    assert.is_true(count > 10, count)
  end)
end)
