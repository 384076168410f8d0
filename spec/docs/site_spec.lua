--- Builds the static site and checks its links: every file and every anchor that a page of it names exists.

local core = require "idocr.core"
local links = require "spec.tools.docs.links"
local process = require "spec.support.process"

local available = select(2, process.capture "command -v cmark-gfm") == 0

describe("the site of `make docs`", function()
  (available and it or pending)("has no dead link or anchor, and loads nothing from elsewhere", function()
    local folder = process.tempdir()
    process.run(("%s spec/tools/docs/site.lua %s"):format(process.lua, process.quote(folder)))
    local pages, dead, count = {}, {}, 0
    for path in process.run("cd " .. process.quote(folder) .. " && find . -name '*.html'"):gmatch("%./([^\n]+)") do
      local text = process.read(folder .. "/" .. path)
      pages[path] = { text = text, ids = {} }
      for id in text:gmatch(' id="([^"]+)"') do pages[path].ids[id] = true end
    end
    for path, page in pairs(pages) do
      assert.is_nil(page.text:find('<%a[^>]* src="https?:'), path)
      for target in page.text:gmatch('<%a[^>]* [hs]re?[fc]="([^"]+)"') do
        local to, anchor = links.resolve(path, target)
        if to then
          count = count + 1
          local there = pages[to] or core.file_type(folder .. "/" .. to) == "file" and { ids = {} }
          if not there or anchor ~= "" and not there.ids[anchor] then dead[#dead + 1] = path .. " -> " .. target end
        end
      end
    end
    assert.same({}, dead)
    assert.is_true(count > 1000, count)
  end)
end)
