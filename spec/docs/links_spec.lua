--- Checks that every link between the pages leads to a file and a heading that exist.

local core = require "idocr.core"
local links = require "spec.tools.docs.links"
local process = require "spec.support.process"

describe("a link of a page", function()
  it("leads to a file and a heading that exist", function()
    local dead, count, anchors = {}, 0, {}
    local pages = process.run("ls *.md docs/*.md docs/kinds/*.md; find examples -name '*.md'")
    for page in pages:gmatch("%S+") do
      for _, target in ipairs(links.targets(process.read(page))) do
        local path, anchor = links.resolve(page, target)
        if path then
          count = count + 1
          local kind = core.file_type(path, true)
          anchors[path] = anchors[path] or (kind == "file" and links.anchors(process.read(path))) or {}
          if not kind or anchor ~= "" and not anchors[path][anchor] then dead[#dead + 1] = page .. " -> " .. target end
        end
      end
    end
    assert.same({}, dead)
    assert.is_true(count > 200, count)
  end)
end)
