--- Tests core.read_file and idocr.trim.

local core = require "idocr.core"
local process = require "spec.support.process"
local trim = require "idocr.trim"

describe("core.read_file", function()
  local folder = process.tempdir()
  local function file(name, text) return process.write(folder .. "/" .. name, text) end

  it("returns the whole file, also an empty one or one of the largest size", function()
    assert.equal("ab\0c", core.read_file(file("small", "ab\0c"), 4))
    assert.equal("", core.read_file(file("empty", ""), 0))
    assert.equal("", core.read_file(file("empty", ""), 1000))
  end)

  it("refuses a file that is too large, also where the file system reports no size", function()
    assert.equal("too_large", select(3, core.read_file(file("large", "12345"), 4)))
    assert.equal("too_large", select(3, core.read_file("/proc/self/status", 10)))
    assert.matches("^Name:", (core.read_file("/proc/self/status", 100000)))
  end)

  it("refuses pipes, devices and folders without blocking", function()
    process.run("mkfifo " .. folder .. "/pipe")
    for _, path in ipairs { folder .. "/pipe", folder, "/dev/zero", "/dev/null" } do
      local text, message, code = core.read_file(path, 1000)
      assert.same({ "nil", "not_a_file" }, { tostring(text), code })
      assert.is_nil(message:find(folder, 1, true))
    end
  end)

  it("returns the code for a missing file", function()
    for _, path in ipairs { folder .. "/none", folder .. "/small/none", folder .. "/none/none", "", "a\0b" } do
      assert.equal("missing", select(3, core.read_file(path, 10)))
    end
  end)

  it("leaks no descriptor", function()
    local function count() return #core.list_directory("/proc/self/fd") end
    core.read_file(folder .. "/small", 10)
    local before = count()
    for _ = 1, 50 do
      for _, name in ipairs { "small", "large", "pipe", ".", "none" } do core.read_file(folder .. "/" .. name, 4) end
    end
    assert.equal(before, count())
  end)

  it("raises on wrong arguments", function()
    for _, arguments in ipairs { {}, { "x" }, { "x", -1 }, { "x", 0 / 0 }, { "x", 1e9 } } do
      assert.has_error(function() core.read_file(arguments[1], arguments[2]) end)
    end
  end)
end)

describe("trim", function()
  it("removes white space at both ends only", function()
    for text, wanted in pairs {
      [""] = "", ["  "] = "", ["a"] = "a", [" a"] = "a", ["a\n"] = "a", ["\r\n\t a  b \v\f"] = "a  b", ["\194\160a"] = "\194\160a",
    } do
      assert.equal(wanted, trim(text))
    end
  end)

  it("takes linear time", function()
    local text = "a" .. (" "):rep(400000) .. "b"
    assert.equal(text, trim((" "):rep(400000) .. text .. (" "):rep(400000)))
  end)
end)
