-- Tests the command with closed standard descriptors, and with paths that are not regular files.

local cjson = require("cjson").new()
local cli = require "spec.support.command"
local core = require "idocr.core"
local process = require "spec.support.process"
local server = require "idocr.sandbox.server"
local specimens = require "idocr.sandbox.specimens"

local q = process.quote
local passport = cli.root .. "/" .. specimens.path "passport"

describe("closed standard descriptors", function()
  local folder
  before_each(function()
    folder = process.tempdir()
    process.run("mkdir " .. q(folder .. "/scans"))
    for index = 1, 3 do cli.copy(passport, ("%s/scans/%d.jpg"):format(folder, index)) end
  end)

  for _, closed in ipairs { ">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-" } do
    it("are not reused for other files: " .. closed, function()
      local out = folder .. "/cards.jsonl"
      local line = "%s batch passport %s --transport sandbox --out %s " .. closed
      assert.are.equal(0, select(2, cli.shell(line, cli.COMMAND, folder .. "/scans", out)))
      local lines = cli.lines(process.read(out))
      assert.are.equal(3, #lines)
      for _, text in ipairs(lines) do assert.is_table(cjson.decode(text).card) end
      -- the portrait's file would be the first to reuse the descriptor
      local face = folder .. "/face.jpg"
      local _, status = cli.shell("%s read passport --json --transport sandbox --portrait %s %s " .. closed, cli.COMMAND, face, passport)
      assert.are.equal(closed:find("^>&-") and 6 or closed:find(" >&-", 1, true) and 6 or 0, status)
      assert.are.equal(specimens.portrait(cli.specimen "passport"), process.read(face))
    end)
  end

  it("are not reused for a connection, which would send the card's JSON to the service", function()
    local running = assert(server.start { rate = false })
    local environment = ("TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s no_proxy='*' "):format(running.secret_id, running.secret_key)
    for _, closed in ipairs { ">&-", ">&- 2>&-", "<&- >&- 2>&-" } do
      local _, status = cli.with(environment, "read passport --json --endpoint %s %s " .. closed, running.http, passport)
      assert.are.equal(6, status)
    end
    running:stop()
  end)

  it("are opened in the wrong direction, so that using them is an error", function()
    local script = [[
      local core = require "idocr.core"
      local ok = core.hold_standard_descriptors()
      local file = io.open(arg[1], "w")
      file:write(tostring(ok), " ", tostring(core.output(1):write("x")), " ", tostring(io.stdin:read(1)), "\n")
      file:close()]]
    local result = folder .. "/result"
    local paths = ("LUA_PATH=%s LUA_CPATH=%s "):format(q(package.path), q(package.cpath))
    process.write(folder .. "/script.lua", script)
    process.run(paths .. process.lua .. " " .. q(folder .. "/script.lua") .. " " .. q(result) .. " <&- >&- 2>&-")
    assert.are.equal("true nil nil\n", process.read(result))
    assert.is_true(core.hold_standard_descriptors()) -- and does nothing where they are open
  end)
end)

describe("a path that is not a regular file", function()
  local folder, pipe
  setup(function()
    folder = process.tempdir()
    pipe = folder .. "/pipe"
    process.run("mkfifo " .. q(pipe))
  end)

  it("does not block the command: pictures, folders, certificates", function()
    for _, path in ipairs { pipe, folder, "/dev/zero" } do
      for arguments, wanted in pairs {
        ["read passport --transport sandbox %s"] = 5,
        ["read malaysia_id --provider ekycpro --transport sandbox --back %s " .. q(passport)] = 5,
        ["precheck passport %s"] = 5,
        ["stamp %s --kind passport"] = 2,
        ["sign passport %s"] = 5,
        ["read passport --ca-file %s " .. q(passport)] = 2,
      } do
        local keys = "TENCENTCLOUD_SECRET_ID=AKIDxxxxxxxx TENCENTCLOUD_SECRET_KEY=kkkkkkkkkkkk timeout 30 "
        local _, status, stderr = cli.with(keys, arguments, path)
        assert.are.equal(wanted, status, arguments .. " " .. path .. ": " .. stderr)
      end
    end
    for _, arguments in ipairs {
      "batch passport %s --transport sandbox --out /dev/null",
      "batch passport " .. q(folder) .. " --transport sandbox --out /dev/null --portraits %s",
    } do
      assert.are.equal(2, (select(2, cli.with("timeout 30 ", arguments, pipe))))
    end
  end)

  it("can be used as an output", function()
    local reader = process.spawn("exec cat " .. q(pipe), { stdout = folder .. "/face.jpg" })
    assert.are.equal(0, (select(2, cli.with("timeout 30 ", "read passport --transport sandbox --portrait %s %s", pipe, passport))))
    reader.wait(10)
    assert.are.equal(specimens.portrait(cli.specimen "passport"), process.read(folder .. "/face.jpg"))
  end)

  it("is refused if standard input never ends", function()
    local _, status, stderr = cli.shell("timeout 60 %s read passport --transport sandbox - </dev/zero", cli.COMMAND)
    assert.are.equal(2, status)
    assert.is_truthy(stderr:find("standard input holds more than 32 MiB", 1, true), stderr)
  end)
end)
