-- Tests the commands enqueue, work and queue with a real Redis server and the mock server.

local cjson = require("cjson").new()
local cli = require "spec.support.command"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local sandbox = require "idocr.sandbox.server"
local stamp = require "idocr.sandbox.stamp"

local q = process.quote

if not redis.available() then
  pending "redis-server or the module idocr.redis is not there"
  return
end

describe("the commands of a queue", function()
  local server, running, folder, passport, environment
  setup(function()
    server, running = redis.start(), assert(sandbox.start { rate = false })
    passport = process.read(running.specimens.passport)
  end)
  teardown(function()
    running:stop()
    server.stop()
  end)
  before_each(function()
    server.call "flushall"
    folder = process.tempdir()
    process.run("mkdir " .. q(folder .. "/scans"))
    process.write(folder .. "/key", ("\5"):rep(32))
    environment = ("IDOCR_QUEUE=%s/0/scans IDOCR_KEY=%s XDG_STATE_HOME=%s "):format(server.url, q(folder .. "/key"), q(folder))
      .. ("TENCENTCLOUD_SECRET_ID=%s TENCENTCLOUD_SECRET_KEY=%s no_proxy='*' "):format(running.secret_id, running.secret_key)
  end)

  local function put(name, wanted)
    wanted = wanted or {}
    if not wanted.error then wanted.kind, wanted.fields = "passport", { number = name:gsub("%W", ""):upper(), name = "SPECIMEN WANDA" } end
    return process.write(folder .. "/scans/" .. name, assert(stamp.write(passport .. name, wanted)))
  end

  local function run(format, ...) return cli.with(environment, format, ...) end

  local function work(options)
    return run("work --exit-when-empty --rate 1000 --endpoint %s --ledger %s " .. (options or ""), running.http, folder .. "/ledger")
  end

  local function states() return cjson.decode((run "queue --json")) end

  it("put pictures in, read them, and write the results", function()
    put "a.jpg"
    put "b.jpg"
    put("c.jpg", { error = "FailedOperation.ImageBlur" })
    local out, status, stderr = run("enqueue passport %s --json", folder .. "/scans")
    assert.equal(0, status, stderr)
    assert.same({ added = 3, known = 0, refused = 0 }, cjson.decode(out))
    out = run("enqueue passport %s --json", folder .. "/scans")
    assert.same({ added = 0, known = 3, refused = 0 }, cjson.decode(out))

    out, status, stderr = work("--out " .. q(folder .. "/out"))
    assert.equal("", out)
    assert.equal(1, status, stderr) -- one was refused
    local found = states()
    assert.same({ 0, 0, 2, 0, 0 }, { found.waiting, found.working, found.done, found.unsure, found.dead })
    assert.same({ ["FailedOperation.ImageBlur"] = 1 }, found.failed)
    assert.same({ "always", true, 0 }, { found.appendfsync, found.keeps_marks, found.time_left })
    assert.equal(3, #cli.lines(process.read(folder .. "/ledger")))

    local stored = {}
    for _, line in ipairs(cli.entries((run "queue --results -"))) do stored[line.file] = line end
    for _, line in ipairs(cli.entries(process.read(folder .. "/out"))) do assert.same(line, stored[line.file]) end
    assert.equal("AJPG", stored[folder .. "/scans/a.jpg"].card.number)
    assert.equal("FailedOperation.ImageBlur", stored[folder .. "/scans/c.jpg"].error.code)
    assert.equal(64, #stored[folder .. "/scans/a.jpg"].sha256)

    local text
    text, status = run "queue"
    assert.equal(0, status)
    assert.is_truthy(text:find("failed: FailedOperation.ImageBlur", 1, true) and text:find("appendfsync always", 1, true), text)
  end)

  it("read uploads after the files are gone, from a list on standard input", function()
    local path = put "a.jpg"
    local _, status, stderr = cli.shell("echo %s | " .. environment .. "%s enqueue passport - --upload", path, cli.COMMAND)
    assert.equal(0, status, stderr)
    os.remove(path)
    assert.equal(0, select(2, work()))
    assert.equal(1, states().done)
  end)

  it("refuse to store anything unsealed unless that is wanted", function()
    environment = environment:gsub("IDOCR_KEY=%S+ ", "")
    put "a.jpg"
    for _, line in ipairs { "enqueue passport %s --upload", "work --out %s" } do
      local _, status, stderr = run(line, folder .. "/scans")
      assert.equal(2, status)
      assert.matches("%-%-key%-file", stderr)
    end
    assert.equal(0, select(2, run("enqueue passport %s --upload --clear", folder .. "/scans")))
    assert.equal(0, select(2, work "--clear"))
    assert.equal("AJPG", cli.entries((run "queue --results -"))[1].card.number)
  end)

  it("write results to a file only, where they are not to be stored", function()
    environment = environment:gsub("IDOCR_KEY=%S+ ", "")
    put "a.jpg"
    assert.equal(0, select(2, run("enqueue passport %s", folder .. "/scans")))
    assert.equal(0, select(2, work("--out-only --out " .. q(folder .. "/out"))))
    assert.equal("AJPG", cli.entries(process.read(folder .. "/out"))[1].card.number)
    assert.equal("", (run "queue --results -"))
  end)

  it("take no password from the command line and say how to give it", function()
    for _, userinfo in ipairs { "user:secret@", ":secret@", ":se/cret@" } do
      local url = "redis://" .. userinfo .. "127.0.0.1:1/0/scans"
      for _, command in ipairs { "queue", "work", "enqueue passport /" } do
        local _, status, stderr = run(command .. " --queue %s", url)
        assert.equal(2, status)
        assert.matches("IDOCR_QUEUE", stderr)
        assert.is_nil(stderr:find("cret", 1, true))
      end
    end
  end)

  it("explain a wrong queue, key or server", function()
    for options, expected in pairs {
      ["--queue redis://127.0.0.1:1/0"] = { 2, "name" },
      ["--queue http://127.0.0.1:1/0/x"] = { 2, "redis://" },
      ["--queue redis://127.0.0.1:1/0/x"] = { 4, "StoreUnavailable" },
      ["--key-file /none"] = { 2, "key%-file" },
      ["--key-file " .. q(running.specimens.passport)] = { 2, "key" },
    } do
      local _, status, stderr = run("queue --json " .. options)
      assert.equal(expected[1], status, stderr)
      assert.matches(expected[2], stderr)
    end
    put "a.jpg"
    run("enqueue passport %s", folder .. "/scans")
    process.write(folder .. "/other", ("\6"):rep(32))
    local _, status, stderr = work("--key-file " .. q(folder .. "/other"))
    assert.equal(3, status)
    assert.matches("WrongKey", stderr)
    assert.equal(1, states().waiting)
  end)

  it("say where the server can lose marks, and overwrite an old file of results", function()
    put "a.jpg"
    run("enqueue passport %s", folder .. "/scans")
    server.call "config set appendfsync everysec"
    finally(function() server.call "config set appendfsync always" end)
    local _, _, stderr = work()
    assert.matches("appendfsync everysec", stderr)
    local found = states()
    assert.same({ "everysec", false }, { found.appendfsync, found.keeps_marks })
    assert.matches("everysec", (run "queue"))
    process.write(folder .. "/results", "old\n")
    assert.equal(0, select(2, run("queue --results %s", folder .. "/results")))
    assert.equal(1, #cli.entries(process.read(folder .. "/results")))
    local out, status = cli.with(environment, "queue --results /dev/stdout")
    assert.same({ 0, 1 }, { status, #cli.entries(out) })
  end)

  it("end a worker by TERM after the calls in flight", function()
    for index = 1, 30 do put(("p%02d.jpg"):format(index)) end
    run("enqueue passport %s", folder .. "/scans")
    local worker = cli.spawn(environment, { stderr = folder .. "/errors" },
      "work --rate 20 --concurrency 2 --endpoint %s --ledger %s --out %s", running.http, folder .. "/ledger", folder .. "/out")
    process.wait_for(function() return #cli.lines(process.read(folder .. "/out")) >= 3 end, 20)
    process.capture("kill -TERM " .. worker.pid)
    worker.wait(20)
    local found = states()
    assert.equal(0, found.working)
    assert.equal(30, found.waiting + found.done)
    assert.is_true(found.waiting > 0)
    assert.equal(found.done, #cli.lines(process.read(folder .. "/ledger")))
    assert.equal(found.done, #cli.lines(process.read(folder .. "/out")))
    assert.matches("read, 0 failed", process.read(folder .. "/errors"))
  end)

  it("retry, drop and erase items", function()
    put("a.jpg", { error = "FailedOperation.ImageBlur" })
    put "b.jpg"
    run("enqueue passport %s", folder .. "/scans")
    work()
    local ids = {}
    for _, line in ipairs(cli.entries((run "queue --results -"))) do ids[line.card and "card" or "error"] = line.id end
    local _, status, stderr = run("queue --retry %s", ids.card)
    assert.equal(1, status)
    assert.matches("done", stderr)
    assert.equal(0, select(2, run("queue --retry %s", ids.error)))
    assert.equal(1, states().waiting)
    assert.equal(0, select(2, run("queue --drop %s --retry unsure", ids.error)))
    assert.equal(0, states().waiting)
    assert.equal(0, select(2, run("queue --results %s --purge all", folder .. "/results")))
    assert.equal(1, #cli.lines(process.read(folder .. "/results")))
    assert.equal(0, states().done)
    assert.is_nil(server.call("--scan"):find("item:", 1, true))
  end)
end)
