-- Tests the command's output to full disks, closed pipes, devices and links, and unusual file names.

local cjson = require("cjson").new()
local cli = require "spec.support.command"
local pictures = require "idocr.cli.pictures"
local process = require "spec.support.process"
local specimens = require "idocr.sandbox.specimens"

local run = cli.run
local quote = process.quote
local passport = cli.root .. "/" .. specimens.path "passport"

local folder
before_each(function() folder = process.tempdir() end)

-- A device that is always full. Uses a copy if possible, so that the machine's own /dev/full cannot be damaged.
local function full_device()
  local path = folder .. "/full"
  if select(2, cli.shell("mknod %s c 1 7 && ! echo x 2>/dev/null >%s", path, path)) == 0 then return path end
  if os.execute("[ \"$(id -u)\" = 0 ]") ~= true and select(2, process.capture("[ -c /dev/full ]")) == 0 then return "/dev/full" end
end

describe("a result that cannot be written", function()
  it("ends with status 6 for every kind of output", function()
    local full = full_device()
    if not full then pending "no device that is always full" end
    for _, arguments in ipairs {
      "read passport --json --transport sandbox " .. quote(passport) .. " >" .. quote(full),
      "kinds >" .. quote(full),
      "kinds >&-",
      "--help >" .. quote(full),
      "read --help >" .. quote(full),
      "--version >" .. quote(full),
      "batch passport " .. quote(folder) .. " --transport sandbox --out " .. quote(full),
      "stamp " .. quote(passport) .. " --kind passport --set number=1 -o " .. quote(full),
      "read passport --transport sandbox --portrait " .. quote(full) .. " " .. quote(passport),
    } do
      cli.copy(passport, folder .. "/a.jpg")
      local _, status, stderr = run(arguments)
      assert.are.equal(6, status, arguments .. stderr)
      assert.is_nil(stderr:find("traceback", 1, true), stderr)
      if arguments:find(full, 1, true) then assert.is_truthy(stderr:find("No space left", 1, true), arguments .. stderr) end
    end
    assert.are.equal(0, select(2, cli.shell("[ -c %s ]", full))) -- unchanged
  end)

  it("is detected before any call, if possible", function()
    for _, arguments in ipairs {
      "read passport --transport sandbox --portrait /nonexistent/x.jpg " .. quote(passport),
      "batch passport " .. quote(folder) .. " --transport sandbox --out /nonexistent/x.jsonl",
      "batch passport " .. quote(folder) .. " --transport sandbox --out " .. quote(folder .. "/x.jsonl") .. " --portraits /nonexistent",
    } do
      local out, status, stderr = run(arguments)
      assert.are.same({ "", 2 }, { out, status }, stderr)
    end
  end)
end)

describe("pipes, devices and links", function()
  it("are written to, not replaced", function()
    local out, target, link = folder .. "/out.jpg", folder .. "/target.jpg", folder .. "/link.jpg"
    assert.are.equal(0, select(2, cli.to(">" .. quote(out), "stamp %s --kind passport --set number=X1 -o /dev/stdout", passport)))
    cli.shell("cp %s %s && chmod 600 %s && ln -s target.jpg %s", passport, target, target, link)
    assert.are.equal(0, select(2, run("stamp %s --kind passport --set number=X2", link)))
    assert.are.equal("600", cli.shell("stat -c %a %s", target)) -- a private picture stays private
    assert.are.equal("target.jpg", cli.shell("readlink %s", link))
    for file, number in pairs { [out] = "X1", [link] = "X2" } do
      assert.are.equal(number, cjson.decode((run("stamp --show %s", file))).fields.number)
    end
    local piped = cli.shell("%s stamp %s --kind passport --set number=X3 -o - | %s read passport --json --transport sandbox -",
      cli.COMMAND, passport, cli.COMMAND)
    assert.are.equal("X3", cjson.decode(piped).number)
  end)

  it("receive the lines of a batch, which does not read them to resume", function()
    cli.copy(passport, folder .. "/a.jpg")
    local out, status = run("batch passport %s --quiet --transport sandbox --out -", folder)
    assert.are.equal(0, status)
    assert.are.equal(folder .. "/a.jpg", cli.entries(out)[1].file)
    cli.shell("mkfifo %s", folder .. "/pipe")
    local reader = process.spawn("exec cat " .. quote(folder .. "/pipe"), { stdout = folder .. "/read" })
    assert.are.equal(0, select(2, run("batch passport %s --quiet --transport sandbox --out %s", folder, folder .. "/pipe")))
    reader.wait(10)
    assert.are.equal(1, #cli.entries(process.read(folder .. "/read")))
    assert.are.equal(2, select(2, run("stamp /dev/zero --kind passport --set number=1"))) -- which never ends
  end)

  it("without a reader end the command, with or without SIGPIPE", function()
    local files = (quote(passport) .. " "):rep(30) -- the rate limit makes it two seconds
    for trap, expected in pairs { ["trap '' PIPE;"] = "6", [":;"] = "141 6" } do -- the parent process may ignore SIGPIPE already
      local line = ("%s %s read passport --transport sandbox %s; echo $? >%s"):format(trap, cli.command, files, quote(folder .. "/status"))
      cli.shell("sh -c %s | sleep 0.1", line)
      assert.is_truthy(expected:find(process.read(folder .. "/status"):match("%d+"), 1, true), trap)
    end
  end)
end)

describe("files with unusual names", function()
  local NAMES = { "a b.jpg", "line\nbreak.jpg", "q'\"$x.JPG", "-dash.jpg", "\27[31mred.jpg", "latin\233.jpg", "漢字.jpg" }

  it("are read, named in valid JSON, and found again by a later run", function()
    local arguments = {}
    for index, name in ipairs(NAMES) do
      cli.copy(passport, folder .. "/" .. name)
      arguments[index] = quote(folder .. "/" .. name)
    end
    local out, status, stderr = run("read passport --json --transport sandbox " .. table.concat(arguments, " "))
    assert.are.equal(0, status, stderr)
    assert.is_nil(out:find("\233", 1, true))
    local lines = cli.entries(out)
    for index, name in ipairs(NAMES) do
      if name == "latin\233.jpg" then
        assert.are.equal(folder .. "/latin\239\191\189.jpg", lines[index].file)
        assert.are.equal(folder .. "/" .. name, require("idocr.core").base64_decode(lines[index].file_base64))
      else
        assert.are.equal(folder .. "/" .. name, lines[index].file)
        assert.is_nil(lines[index].file_base64)
      end
    end
    local function batch() return run("batch passport %s --transport sandbox --out %s", folder, folder .. "/out.jsonl") end
    assert.are.equal(0, select(2, batch()))
    out, status, stderr = batch()
    assert.are.same({ "", 0 }, { out, status })
    assert.is_truthy(stderr:find(#NAMES .. " were there already", 1, true), stderr)
  end)

  it("are printed without control characters", function()
    local name = folder .. "/\27[2Jx.jpg"
    cli.copy(passport, name)
    for _, kind in ipairs { "passport", "macao_id" } do
      local out, _, stderr = run("read %s --transport sandbox %s", kind, name)
      assert.is_nil((out .. stderr):find("\27", 1, true))
    end
    assert.is_nil(run("precheck passport %s", name):find("\27", 1, true))
  end)

  it("cause a usage error if they do not exist", function()
    local _, status, stderr = run("read passport --transport sandbox ''")
    assert.are.same({ 2, "idocr: the path is empty\n" }, { status, stderr })
  end)
end)

describe("portraits of pictures with similar names", function()
  it("do not overwrite each other", function()
    assert.are.same({ ["1/a.jpg"] = "a.jpg", ["1/a.png"] = "a.png", ["2/a.jpg"] = "a.jpg-2", ["b.jpg"] = "b" },
      pictures.stems { "1/a.jpg", "1/a.png", "2/a.jpg", "b.jpg", "b.jpg" })
    local faces = folder .. "/faces"
    cli.shell("mkdir %s && cp %s %s && cp %s %s", faces, passport, folder .. "/a.jpg", passport, folder .. "/a.jpeg")
    local _, status, stderr = run("batch passport %s --transport sandbox --out %s --portraits %s", folder, folder .. "/o.jsonl", faces)
    assert.are.equal(0, status, stderr)
    assert.are.equal("a.jpeg-portrait.jpg a.jpg-portrait.jpg", (cli.shell("ls %s", faces):gsub("%s+", " ")))
  end)

  it("are reported if missing", function()
    local _, status, stderr = run("read malaysia_id --provider ekycpro --transport sandbox --portrait %s %s",
      folder .. "/x.jpg", specimens.path "malaysia_id")
    assert.are.equal(0, status)
    assert.is_truthy(stderr:find("the reply holds no portrait", 1, true), stderr)
    assert.is_nil(process.read(folder .. "/x.jpg"))
  end)
end)
