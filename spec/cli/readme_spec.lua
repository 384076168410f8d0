-- Checks README.md and docs/reference.md: their Lua runs, their commands work, their tables agree with the code.

local core = require "idocr.core"
local kinds = require "idocr.kinds"
local process = require "spec.support.process"

local readme = assert(process.read "README.md")
local reference = assert(process.read "docs/reference.md")
local pages = readme .. "\n" .. reference
local lua = rawget(_G, "jit") and "luajit" or "lua5.4"
local root = process.run "pwd"

describe("README.md and docs/reference.md", function()
  it("contains commands that work", function()
    local folder = process.tempdir()
    local q = process.quote
    process.run(("mkdir %s && cp lua/idocr/sandbox/specimens/passport.jpg %s"):format(q(folder .. "/build"), q(folder .. "/photo.jpg")))
    -- build/idocr is replaced by the command of this interpreter, in a folder with a photo
    local path = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;;"
    local cpath = package.cpath:gsub("%f[^;%z]build/", root .. "/build/"):gsub("^build/", root .. "/build/")
    process.write(folder .. "/build/idocr", ("#!/bin/sh\nexport LUA_PATH=%s LUA_CPATH=%s\nexec %s %s \"$@\"\n"):format(
      q(path), q(cpath), lua, q(root .. "/lua/idocr/cli/start.lua")))
    process.run("chmod +x " .. q(folder .. "/build/idocr"))
    local count = 0
    for command in reference:gmatch("\n    (build/idocr [cs][ht][^\n]*)") do
      count = count + 1
      process.run("cd " .. q(folder) .. " && " .. command)
    end
    assert.is_true(count >= 5, tostring(count))
    local out, status = process.capture(("cd %s && build/idocr read passport --transport sandbox glare.jpg"):format(q(folder)))
    assert.are.equal(0, status)
    assert.is_truthy(out:find("X1234567", 1, true))
  end)

  it("names each kind, and the action of each service", function()
    local rows = {}
    for name, row in process.read("docs/kinds/README.md"):gmatch("\n| %[`([%l_]+)`%]%b() (|[^\n]+)") do rows[name] = row end
    assert.is_truthy(readme:find("(docs/kinds/README.md)", 1, true))
    for _, name in ipairs(kinds.list()) do
      local row = rows[name]
      assert.is_truthy(row, name)
      for _, service in ipairs(kinds.get(name).services) do
        assert.is_truthy(row:find(service.action:gsub("/general$", ""), 1, true), service.action)
        for _, date in pairs(service.removed or {}) do assert.is_truthy(row:find("until " .. date, 1, true), date) end
      end
    end
  end)

  it("documents each field of a card", function()
    local section, declared = reference:match("\n## A card\n(.-)\n## "), process.read "lua/idocr/card.lua"
    for _, name in ipairs(kinds.list()) do
      for _, service in ipairs(kinds.get(name).services) do
        for _, list in ipairs { service.outputs, service.composed or {} } do
          for _, filled in ipairs(list) do
            local field = filled.field:match("^[%w_]+")
            assert.is_truthy(section:find("`" .. field .. "`", 1, true), field)
            assert.is_truthy(declared:find("@field " .. field .. " ", 1, true), field)
          end
        end
      end
    end
  end)

  it("names every category and every make target", function()
    for category in pairs(require("idocr.errors").CATEGORIES) do
      assert.is_truthy(reference:find("`" .. category .. "`", 1, true), category)
    end
    local options, documented = require("idocr.client.options").NAMES, {}
    for option in reference:match("| option | default.-\n\n"):gmatch("\n| ([^|]+) |") do
      for name in option:gmatch("`([%l_]+)`") do
        documented[name] = true
        assert.is_truthy(options[name], name)
      end
    end
    for name in pairs(options) do assert.is_truthy(documented[name], name) end
    local declared, known = process.read "lua/idocr/card.lua", { visual = true, code = true, message = true }
    for _, name in ipairs(kinds.list()) do
      local kind = kinds.get(name)
      for param in pairs(kind.params or {}) do known[param] = true end
      for _, service in ipairs(kind.services) do
        for _, output in ipairs(service.outputs) do known[output.field:match("^[%w_]+")] = true end
      end
    end
    for row in reference:match("\n## A card\n(.-)\n\nWarnings are"):gmatch("\n| [^|]+ | ([^\n]+)") do
      for name in row:gmatch("`([%l_]+)`") do
        assert.is_truthy(known[name] or declared:find("@field " .. name, 1, true), name)
      end
    end
    local names, warnings = { unreadable_picture = true }, {}
    for name in reference:match("\nWarnings are ([^;]+)"):gmatch("`([%l_]+)`") do names[name] = true end
    for name in pairs(require("idocr.decode.warnings").MESSAGES) do warnings[name] = true end
    assert.same(warnings, names)
    local makefile = process.read "Makefile"
    for line in pages:gmatch("\n    make ([%l ]+)") do
      for target in line:gmatch("%l+") do
        assert.is_truthy(makefile:find("\n" .. target .. ":", 1, true), target)
      end
    end
  end)

  it("links only to files and headings that exist", function()
    for page, text in pairs { ["README.md"] = readme, ["docs/reference.md"] = reference } do
      local folder = page:match("^.*/") or ""
      for target in text:gmatch("%]%(([^)]+)%)") do
        local file, anchor = target:match("^([^#]*)#?(.*)$")
        local is_folder = core.file_type(folder .. file, true) == "folder"
        local linked = file == "" and text or is_folder and "" or process.read(folder .. file)
        assert.is_truthy(linked, page .. " -> " .. target)
        if anchor ~= "" then
          local found = false
          for heading in linked:gmatch("\n#+ ([^\n]+)") do
            if heading:lower():gsub("[^%w ]", ""):gsub(" ", "-") == anchor then found = true end
          end
          assert.is_true(found, page .. " -> " .. target)
        end
      end
    end
  end)
end)
