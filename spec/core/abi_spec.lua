--- Tests the shared object (exports, libraries, Lua versions), the clocks and the folder listing.

local core = require "idocr.core"
local process = require "spec.support.process"

local path = assert(package.searchpath and package.searchpath("idocr.core", package.cpath), "where the module is")

describe("the module", function()
  it("exports its entry point only", function()
    local symbols = process.run("nm -D --defined-only " .. process.quote(path) .. " | awk '{print $3}'")
    assert.equal("luaopen_idocr_core", symbols)
  end)

  it("links libcrypto and none of the other modules", function()
    local needed = process.run("readelf -d " .. process.quote(path) .. " | grep NEEDED")
    assert.truthy(needed:find("libcrypto", 1, true))
    assert.is_nil(needed:find("libcurl", 1, true))
    assert.is_nil(needed:find("lua", 1, true))
  end)

  it("refuses another Lua version than the one of its build", function()
    local other = process.lua == "luajit" and "lua5.4" or "luajit"
    local script = ("package.cpath = %q; print(pcall(require, 'idocr.core'))"):format(path:gsub("idocr/core%.so$", "?.so"))
    local out = process.capture(other .. " -e " .. process.quote(script) .. " 2>&1")
    assert.truthy(out:find "^false\t", out)
  end)

  it("sets no global", function()
    local script = "local n = 0; for _ in pairs(_G) do n = n + 1 end; require 'idocr.core'; for _ in pairs(_G) do n = n - 1 end; print(n)"
    local cpath = path:gsub("idocr/core%.so$", "?.so")
    assert.equal("0", process.run("LUA_CPATH=" .. process.quote(cpath) .. " " .. process.lua .. " -e " .. process.quote(script)))
  end)

  it("hides its metatables", function()
    for _, object in ipairs { core.image_bytes "x", core.body { "x" }, core.signer("i", "k") } do
      assert.is_false(getmetatable(object))
      assert.has_error(function() setmetatable(object, {}) end)
    end
  end)

  it("refuses an object of another class", function()
    local image, body = core.image_bytes "x", core.body { "x" }
    assert.has_error(function() image.size(body) end)
    assert.has_error(function() body.read(image, 1) end)
    assert.has_error(function() image.size(io.stdout) end)
    assert.has_error(function() core.body { { image = body, encoding = "raw" } } end)
  end)
end)

describe("the clocks", function()
  it("advance, and sleep takes the given time", function()
    local start = core.monotonic()
    core.sleep(0.02)
    core.sleep(0)
    assert.is_true(core.monotonic() - start >= 0.02)
    local before = os.time()
    local wall = core.wall()
    assert.is_true(before - 1 <= wall and wall <= os.time() + 1)
    for _, seconds in ipairs { -1, 0 / 0, 1 / 0 } do assert.has_error(function() core.sleep(seconds) end) end
  end)
end)

describe("a folder", function()
  it("is listed sorted by bytes", function()
    local folder = process.tempdir()
    assert.same({}, core.list_directory(folder))
    for _, name in ipairs { "b.lua", "a.lua", "B.lua", ".hidden", "\195\169" } do process.write(folder .. "/" .. name, "") end
    assert.same({ ".hidden", "B.lua", "a.lua", "b.lua", "\195\169" }, core.list_directory(folder))
    local names, message, code = core.list_directory(folder .. "/none")
    assert.is_nil(names)
    assert.is_string(message)
    assert.equal("open", code)
  end)
end)
