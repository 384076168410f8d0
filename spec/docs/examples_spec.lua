--- Runs every Lua block of README.md and docs/.

local examples = require "spec.support.examples"
local process = require "spec.support.process"

describe("the pages", function()
  it("have Lua that runs", function()
    local blocks = {}
    for path in process.run("ls README.md docs/*.md docs/kinds/*.md"):gmatch("%S+") do
      for _, block in ipairs(examples.blocks(process.read(path), "lua")) do
        blocks[#blocks + 1] = { name = path .. ":" .. block.line, code = block.code }
      end
    end
    assert.is_true(#blocks > 40, #blocks)
    assert.same({}, examples.run(blocks))
  end)
end)
