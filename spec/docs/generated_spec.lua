--- Checks that the generated pages are those that their sources make now, and that each is about what it should be about.

local idocr = require "idocr"
local kinds = require "idocr.kinds"
local pages = require "spec.tools.docs.pages"
local process = require "spec.support.process"

describe("a generated page", function()
  it("is up to date (else: make docs-pages)", function() assert.same({}, pages.stale()) end)

  it("exists for each kind, and for nothing else", function()
    local found = {}
    for path in process.run("cd docs/kinds && ls"):gmatch("%S+") do found[path:match("^[%w_]+")] = true end
    for _, name in ipairs(kinds.list()) do
      assert.is_true(found[name], name)
      found[name] = nil
    end
    assert.same({ README = true }, found)
  end)

  it("names every field, param, action, warning and specimen of its kind", function()
    for _, name in ipairs(kinds.list()) do
      local page, kind = process.read("docs/kinds/" .. name .. ".md"), kinds.get(name)
      local function has(text) assert.is_truthy(page:find("`" .. text .. "`", 1, true), name .. ": " .. text) end
      for param, described in pairs(idocr.describe(name).params) do
        if not described.common then has(param) end
      end
      for _, field in ipairs(idocr.describe(name).fields) do has(field) end
      for _, service in ipairs(kind.services) do
        has(service.action)
        for _, output in ipairs(service.outputs) do
          has(output.field:match("^[%w_]+"))
          has(output.wire)
        end
        for _, names in pairs(service.warnings or {}) do
          for _, warning in pairs(names) do
            if warning then has(warning) end
          end
        end
      end
    end
  end)

  it("gives every kind a country", function()
    local countries = require "spec.tools.docs.countries"
    for _, name in ipairs(kinds.list()) do assert.not_equal("Other", (countries.of(name)), name) end
  end)
end)
