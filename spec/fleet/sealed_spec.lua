-- Tests that nothing about a person can be found on the queue's server, and that results survive a server that is away.

local core = require "idocr.core"
local idocr = require "idocr"
local key_of = require "idocr.fleet.key"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local scripted = require "spec.support.scripted"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"

local test = redis.available() and it or pending
local KEY = ("\9"):rep(32)
local PASSPORT = process.read(specimens.path "passport")

local function number_of(entry) return entry.card and entry.card.number end

describe("what a queue stores", function()
  local server, folder, url
  setup(function() server = redis.available() and redis.start() end)
  teardown(function() if server then server.stop() end end)
  before_each(function()
    if not server then return end
    server.call "flushall"
    folder, url = process.tempdir(), server.url .. "/0/scans"
  end)

  local function picture(number)
    return (assert(stamp.write(PASSPORT, { kind = "passport", fields = { number = number or "N7654321", name = "SPECIMEN WANDA" } })))
  end

  local function client() return idocr.new { transport = "sandbox" } end

  local function work(queue, more)
    local settings = { client = client(), exit_when_empty = true, spool = folder .. "/spool" }
    for name, value in pairs(more or {}) do settings[name] = value end
    return assert(queue:work(settings))
  end

  -- Everything that the server has written to its disk: commands with all arguments.
  local function on_disk() return process.run("cat " .. process.quote(server.folder) .. "/appendonlydir/*.aof") end

  test("holds no name, number, path or picture in clear with a key", function()
    local queue = assert(idocr.queue { url = url, key = KEY })
    local bytes, path = picture(), folder .. "/WANDA.jpg"
    process.write(path, picture "N7654322")
    assert(queue:enqueue("passport", idocr.bytes(bytes), { name = "wanda's.jpg" }))
    assert(queue:enqueue("passport", path))
    work(queue)
    local stored = on_disk()
    assert.is_true(#stored > #bytes)
    local hash = core.sha256(bytes)
    for _, text in ipairs { "WANDA", "wanda", "N765432", bytes:sub(2000, 2040), hash, hash:sub(1, 32), "passport" } do
      assert.is_nil(stored:find(text, 1, true), text:find("%c") and "bytes of the picture" or text)
    end
    local seen = {}
    queue:results(function(entry) seen[#seen + 1] = number_of(entry) end)
    assert.same({ "N7654321", "N7654322" }, seen)
  end)

  test("needs a key for uploads and results, or a word that none is wanted", function()
    local queue = assert(idocr.queue(url))
    local ok, message = pcall(queue.enqueue, queue, "passport", idocr.bytes(picture()))
    assert.is_false(ok)
    assert.matches("key", message)
    assert.is_false((pcall(queue.work, queue, { client = client() })))
    process.write(folder .. "/a.jpg", picture())
    assert(queue:enqueue("passport", folder .. "/a.jpg"))
    local seen = {}
    local report = work(queue, { store = false, on_result = function(entry)
      seen[#seen + 1] = number_of(entry)
      return true
    end })
    assert.same({ 1, { "N7654321" } }, { report.done, seen })
    assert.equal(0, queue:results(function() end))
    local clear = assert(idocr.queue { url = url .. "2", clear = true })
    assert(clear:enqueue("passport", idocr.bytes(picture())))
    assert.equal(1, work(clear).done)
  end)

  test("cannot be read with another key, and items are not mixed", function()
    local queue = assert(idocr.queue { url = url, key = KEY })
    assert(queue:enqueue("passport", idocr.bytes(picture())))
    for _, options in ipairs { { url = url, key = ("\8"):rep(32) }, { url = url, clear = true } } do
      local other = assert(idocr.queue(options))
      local report, err = other:work { client = client(), exit_when_empty = true, spool = folder }
      assert.is_nil(report)
      assert.equal("WrongKey", err.code)
      local id, refusal = other:enqueue("passport", idocr.bytes(picture()))
      assert.is_nil(id)
      assert.equal("WrongKey", refusal.code)
    end
  end)

  test("is opened by every key of a list, also after a new one was put in front", function()
    local old, new = { id = "2025", key = KEY }, { id = "2026", key = ("\8"):rep(32) }
    for _, before in ipairs { { old }, KEY } do -- a list, and a key without an id
      server.call "flushall"
      local queue = assert(idocr.queue { url = url, key = before })
      local id = assert(queue:enqueue("passport", idocr.bytes(picture())))
      local rotated = assert(idocr.queue { url = url, key = { new, old } })
      assert.same({ id, false }, { rotated:enqueue("passport", idocr.bytes(picture())) })
      assert.equal(1, work(rotated).done)
      assert.equal("done", (rotated:result(id)))
    end
  end)

  test("expires", function()
    local queue = assert(idocr.queue { url = url, key = KEY, keep = 1 })
    local id = assert(queue:enqueue("passport", idocr.bytes(picture())))
    assert(queue:enqueue("passport", specimens.path "passport")) -- a path does not, before it was read
    process.wait_for(function() return queue:result(id) == nil end, 10)
    assert.equal(1, queue:status().waiting)
    assert.equal(1, work(queue).done)
    process.wait_for(function() return queue:results(function() end) == 0 end, 10)
    assert.equal(0, queue:status().done)
  end)

  test("does not lose a result that comes while the server is away", function()
    local queue = assert(idocr.queue { url = url, key = KEY, timeout = 0.5 })
    for _ = 1, 2 do assert(queue:enqueue("passport", idocr.bytes(picture()), { name = "a.jpg" })) end
    local events, away = {}, false
    local with = idocr.new { rate = false, credentials = { secret_id = "AKIDspec", secret_key = "k" }, transport = function(request)
      tostring(request.body)
      if not away then server.stop() end
      away = true
      return scripted.ok { ID = "A1" }
    end }
    local report = work(queue, { client = with, stopping = function() return away end, on_event = function(name, fields)
      events[#events + 1] = name .. tostring(fields.ok)
    end })
    assert.same({ 0, 1 }, { report.done, report.spooled })
    assert.equal("storefalse", events[1])
    local files = process.run("cat " .. process.quote(folder) .. "/spool/*")
    assert.is_true(#files > 100)
    assert.is_nil((core.base64_decode(files:match "%S+") or files):find("a.jpg", 1, true))

    server.start()
    local replayed = {}
    report = work(queue, { on_result = function(entry)
      replayed[#replayed + 1] = entry.file
      return true
    end })
    assert.same({ 1, { "a.jpg" } }, { report.replayed, replayed })
    assert.equal(1, queue:status().done)
    assert.equal("0", (process.run("ls " .. process.quote(folder) .. "/spool | wc -l"):gsub("%s", "")))
  end)

  test("is stored when the server is back, by the same worker", function()
    local queue = assert(idocr.queue { url = url, key = KEY, timeout = 0.5 })
    assert(queue:enqueue("passport", idocr.bytes(picture())))
    local events = {}
    local with = idocr.new { rate = false, credentials = { secret_id = "AKIDspec", secret_key = "k" }, transport = function(request)
      tostring(request.body)
      server.stop()
      return scripted.ok { ID = "A1" }
    end }
    local report = work(queue, { client = with, on_event = function(name, fields)
      events[#events + 1] = fields.ok
      if name == "store" and fields.ok == false and #events == 2 then server.start() end
    end })
    assert.same({ 1, 0 }, { report.done, report.spooled })
    assert.equal(1, queue:status().done)
    assert.equal("0", (process.run("ls " .. process.quote(folder) .. "/spool | wc -l"):gsub("%s", "")))
  end)
end)

describe("the key of a queue", function()
  it("is read as hexadecimal digits, base64, or from a file", function()
    local folder, key = process.tempdir(), core.random(32)
    local hex, base64 = core.hex(key), core.base64_encode(key)
    for _, text in ipairs { hex, hex:upper(), base64, hex .. "\n" } do assert.equal(key, key_of.text(text)) end
    for name, content in pairs { raw = key, hex = hex .. "\n", base64 = base64 .. "\r\n" } do
      assert.equal(key, key_of.file(process.write(folder .. "/" .. name, content)))
      assert.equal(key, key_of.text(folder .. "/" .. name))
    end
    for _, text in ipairs { "secretword", hex:sub(2), base64:sub(2), "", folder .. "/none" } do
      local made, complaint = key_of.text(text)
      assert.is_nil(made)
      assert.is_nil(complaint:find("secretword", 1, true))
    end
  end)
end)
