--- Writes the generated pages of docs/ and lua/idocr/types.d.lua: `make docs-pages`.

local annotations = require "spec.tools.docs.annotations"

local MAKERS = { "kinds", "errors", "command", "types" }

local pages = {}

--- Returns all generated files: path -> text.
---@return table<string, string>
function pages.all()
  local all = {}
  for _, maker in ipairs(MAKERS) do
    for path, text in pairs(require("spec.tools.docs." .. maker)()) do all[path] = text end
  end
  return all
end

--- Returns the generated files that differ from what is on the disk, sorted.
---@return string[]
function pages.stale()
  local list = {}
  for path, text in pairs(pages.all()) do
    local ran, found = pcall(annotations.read, path)
    if not ran or found ~= text then list[#list + 1] = path end
  end
  table.sort(list)
  return list
end

local function write()
  local all = pages.all()
  for _, path in ipairs(pages.stale()) do
    local file = assert(io.open(path, "wb"))
    assert(file:write(all[path]))
    file:close()
    print(path)
  end
end

if arg and arg[0] and arg[0]:find("pages%.lua$") then write() end

return pages
