--- Tests core.output, core.file_type, core.real_path and closed standard descriptors.

local core = require "idocr.core"
local process = require "spec.support.process"

describe("an output", function()
  local folder, path
  before_each(function()
    folder = process.tempdir()
    path = folder .. "/out"
  end)

  it("appends to a file, and may be closed twice", function()
    process.write(path, "first\n")
    local output = assert(core.output(path))
    assert.is_true(output:locked())
    assert.is_true(output:write("second\n"))
    assert.is_true(output:write(""))
    output:close()
    output:close()
    assert.are.equal("first\nsecond\n", process.read(path))
    assert.has_error(function() output:write("x") end)
  end)

  it("is exclusive, under any name of the file", function()
    local output = assert(core.output(path))
    process.run(("cd %s && ln -s out link && ln out hard"):format(process.quote(folder)))
    for _, name in ipairs { path, folder .. "/link", folder .. "/hard", folder .. "/./out" } do
      local other, message, code = core.output(name)
      assert.is_nil(other)
      assert.are.equal("in_use", code)
      assert.is_truthy(message:find("another process", 1, true))
    end
    output:close()
    assert(core.output(path)):close()
  end)

  it("is locked against other processes, and not inherited by child programs", function()
    local output = assert(core.output(path))
    local try = ("flock -n %s true"):format(process.quote(path))
    if select(2, process.capture("command -v flock")) ~= 0 then pending "no flock command" end
    assert.are.equal(1, select(2, process.capture(try)))
    local child = process.spawn("exec sleep 60")
    output:close()
    assert.are.equal(0, select(2, process.capture(try)))
    child.stop()
  end)

  it("writes a text of any length with one system call", function()
    local function writes() return tonumber((process.read("/proc/self/io") or ""):match("syscw: (%d+)")) end
    if not writes() then pending "the kernel does not count system calls" end
    local output = assert(core.output(path))
    for _, length in ipairs { 1, 8192, 8193, 1000000, 5000000 } do
      local line, before = ("x"):rep(length), writes()
      assert(output:write(line))
      assert.are.equal(1, writes() - before)
    end
    output:close()
  end)

  it("accepts pipes, devices and an open descriptor, without a lock", function()
    process.run("mkfifo " .. process.quote(path))
    local reader = process.spawn("exec cat " .. process.quote(path), { stdout = folder .. "/read" })
    local output = assert(core.output(path))
    assert.is_false(output:locked())
    assert(output:write(("y"):rep(300000))) -- more than a pipe holds
    output:close()
    reader.wait(10)
    assert.are.equal(300000, #process.read(folder .. "/read"))
    assert.is_true(assert(core.output("/dev/null")):write("x"))
    assert.has_error(function() core.output(-1) end)
  end)

  it("returns why it cannot be opened or written", function()
    for _, wrong in ipairs { folder, folder .. "/none/out", "" } do
      local output, message, code = core.output(wrong)
      assert.is_nil(output)
      assert.are.equal("open", code)
      assert.is_truthy(message:find("cannot be opened", 1, true))
    end
    assert.has_error(function() core.output("a\0b") end)
    local output = core.output(999)
    local written, message, code = output:write("x")
    assert.are.same({ "nil", "write" }, { tostring(written), code })
    assert.is_truthy(message:find("Bad file descriptor", 1, true))
  end)
end)

describe("a path", function()
  it("is a file, a folder, a link or special, without being opened", function()
    local folder = process.tempdir()
    process.run(("cd %s && : >file && mkfifo pipe && ln -s file link && ln -s . round && ln -s nowhere dangling"):format(
      process.quote(folder)))
    local function types(name)
      return core.file_type(folder .. "/" .. name, false) or "none", core.file_type(folder .. "/" .. name, true) or "none"
    end
    for name, wanted in pairs {
      file = { "file", "file" }, pipe = { "special", "special" }, link = { "link", "file" }, round = { "link", "folder" },
      dangling = { "link", "none" }, nothing = { "none", "none" }, [""] = { "folder", "folder" },
    } do
      local first, second = types(name)
      assert.are.same(wanted, { first, second }, name)
    end
    local _, one = core.file_type(folder .. "/file")
    local _, two = core.file_type(folder .. "/link", true)
    assert.are.equal(one, two)
    assert.are_not.equal(one, (select(2, core.file_type(folder .. "/link", false))))
    assert.are.equal(core.real_path(folder) .. "/file", core.real_path(folder .. "/round/./link"))
    assert.is_nil((core.real_path(folder .. "/dangling")))
  end)
end)
