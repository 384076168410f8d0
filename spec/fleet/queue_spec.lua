-- Tests idocr.queue with a real Redis server: what is read once, what becomes unsure or dead, and what can be done about it.

local core = require "idocr.core"
local idocr = require "idocr"
local process = require "spec.support.process"
local queue_server = require "idocr.fleet.server"
local redis = require "spec.support.redis"
local redis_url = require "idocr.stores.redis_url"
local runtime = require "idocr.runtime"
local scripted = require "spec.support.scripted"
local specimens = require "idocr.sandbox.specimens"
local stamp = require "idocr.sandbox.stamp"

local test = redis.available() and it or pending
local KEY = ("\7"):rep(32)
local KEYS = { secret_id = "AKIDspec", secret_key = "secretOfTheSpec" }
local PASSPORT = process.read(specimens.path "passport")
local SETTINGS = { idle = 0.001, most_lost = 3, keep = 1000 }

describe("a queue", function()
  local server, url, folder, count
  setup(function()
    server = redis.available() and redis.start()
    folder = process.tempdir()
  end)
  teardown(function() if server then server.stop() end end)
  before_each(function()
    if not server then return end
    server.call "flushall"
    url = server.url .. "/0/scans"
    count = 0
  end)

  local function open(more)
    local options = { url = url, key = KEY }
    for name, value in pairs(more or {}) do options[name] = value end
    return assert(idocr.queue(options))
  end

  -- A stamped passport: a new picture each time.
  local function picture(wanted)
    count = count + 1
    wanted = wanted or {}
    if not wanted.error then wanted.kind, wanted.fields = "passport", { number = "N" .. count } end
    return idocr.bytes((assert(stamp.write(PASSPORT, wanted))))
  end

  -- A client whose transport counts requests and answers by `answer`.
  local function client(answer, more)
    local sent = { count = 0 }
    local options = { credentials = KEYS, rate = false, retry = { attempts = 1 }, transport = function(request, deadline)
      sent.count = sent.count + 1
      tostring(request.body)
      if answer then return answer(request, deadline, sent.count) end
      return scripted.ok { ID = "A1", Name = "SPEC" }
    end }
    for name, value in pairs(more or {}) do options[name] = value end
    return idocr.new(options), sent
  end

  local function work(queue, with, more)
    local entries = {}
    local settings = { client = with, exit_when_empty = true, spool = folder .. "/spool", on_result = function(entry)
      entries[#entries + 1] = entry
      return true
    end }
    for name, value in pairs(more or {}) do settings[name] = value end
    return assert(queue:work(settings)), entries
  end

  -- A worker that takes an item and disappears, before its request leaves or after that.
  local function disappear(after_mark, times)
    local back = assert(queue_server.new(redis_url.parse(url), runtime.new()))
    for _ = 1, times or 1 do
      core.sleep(0.003) -- longer than the idle time
      local taken = assert(back:take("lost", 1, SETTINGS))
      if after_mark then assert(back:mark(taken.items[1], "lost")) end
    end
    core.sleep(0.003)
    return back
  end

  local function counts(queue)
    local status = assert(queue:status())
    local failed = 0
    for _, number in pairs(status.failed) do failed = failed + number end
    return { status.waiting, status.working, status.done, failed, status.unsure, status.dead }
  end

  test("reads each picture once, and the same content twice is one item", function()
    local queue, first = open(), picture()
    local id, added = queue:enqueue("passport", first, { name = "a.jpg" })
    assert.is_true(added)
    assert.same({ id, false }, { queue:enqueue("passport", first, { name = "b.jpg" }) })
    assert.not_equal(id, (queue:enqueue("malaysia_id", first)))
    local with, sent = client()
    local report, entries = work(queue, with)
    assert.same({ 2, 2, 2 }, { report.done, #entries, sent.count })
    assert.equal("a.jpg", entries[1].file)
    assert.is_table(entries[1].card)
    assert.same({ id, false }, { queue:enqueue("passport", first) })
    work(queue, with)
    assert.equal(2, sent.count)
    assert.same({ 0, 0, 2, 0, 0, 0 }, counts(queue))
  end)

  test("reads a file by its path from another folder, and says which file it was", function()
    local queue = open()
    process.write(folder .. "/a name.jpg", PASSPORT)
    assert(queue:enqueue("passport", folder .. "/./a name.jpg"))
    local _, entries = work(queue, (client()))
    assert.equal(folder .. "/./a name.jpg", entries[1].file)
    local id, err = queue:enqueue("passport", folder .. "/none.jpg")
    assert.is_nil(id)
    assert.equal("PictureUnreadable", err.code)
  end)

  test("keeps the params of a call", function()
    local queue = open()
    assert(queue:enqueue("china_id", { image = picture(), warn = { "glare" }, precheck = false }))
    local body
    work(queue, (client(function(request)
      body = tostring(request.body)
      return scripted.ok {}
    end, { site = "cn" })))
    assert.matches("ReflectWarn", body)
    assert.has_error(function() queue:enqueue("passport", { image = picture(), before_send = print }) end)
  end)

  test("keeps refusals by their code", function()
    local queue = open()
    local id = queue:enqueue("passport", picture { error = "FailedOperation.ImageBlur" })
    local _, entries = work(queue, idocr.new { transport = "sandbox" })
    assert.equal("FailedOperation.ImageBlur", entries[1].error.code)
    assert.same({ ["FailedOperation.ImageBlur"] = 1 }, queue:status().failed)
    local state, entry = queue:result(id)
    assert.same({ "failed", id }, { state, entry.id })
  end)

  test("reads again what a worker had before its request left", function()
    local queue = open()
    assert(queue:enqueue("passport", picture()))
    disappear(false)
    assert.same({ 0, 1, 0, 0, 0, 0 }, counts(queue))
    local report = work(queue, (client()), { idle = 0.2 })
    assert.equal(1, report.done)
  end)

  test("does not send again what left before its worker disappeared", function()
    local queue = open()
    local id = queue:enqueue("passport", picture(), { name = "a.jpg" })
    disappear(true)
    local with, sent = client()
    local report, entries = work(queue, with, { idle = 0.2 })
    assert.same({ 1, 0 }, { report.unsure, sent.count })
    assert.same({ "a.jpg", true, "ResultUnknown", id }, { entries[1].file, entries[1].unsure, entries[1].error.code, entries[1].id })
    assert.is_nil(entries[1].error.billed)
    assert.same({ 0, 0, 0, 0, 1, 0 }, counts(queue))
    local seen = {}
    assert.equal(1, queue:results(function(entry) seen[#seen + 1] = entry end))
    assert.same(entries, seen)
    work(queue, with)
    assert.equal(0, sent.count)
    assert.equal(1, queue:retry "unsure")
    report = work(queue, with)
    assert.same({ 1, 1 }, { report.done, sent.count })
    assert.equal(1, queue:results(function(entry) assert.is_table(entry.card) end))
  end)

  test("sends it again where after_send allows it", function()
    local queue = open()
    assert(queue:enqueue("passport", picture()))
    local back = disappear(true)
    assert.equal(1, #back:take("another", 1, SETTINGS).unsure)
    local report = work(queue, (client()), { after_send = true })
    assert.equal(1, report.done)
  end)

  test("does not send for a worker whose item another one has taken over", function()
    local queue = open()
    assert(queue:enqueue("passport", picture()))
    local back = assert(queue_server.new(redis_url.parse(url), runtime.new()))
    local with, sent = client(nil, { clock = function()
      core.sleep(0.003)
      back:take("thief", 1, SETTINGS) -- while the request is being signed
      return os.time()
    end })
    local report = work(queue, with, { stopping = function() return sent.count == 0 and #back:ids "working" > 0 end })
    assert.same({ 0, 0 }, { report.done, sent.count })
  end)

  test("keeps a result that comes after the item became unsure", function()
    local queue = open()
    assert(queue:enqueue("passport", picture()))
    local back = assert(queue_server.new(redis_url.parse(url), runtime.new()))
    local with = client(function()
      core.sleep(0.003)
      assert.equal(1, #back:take("other", 1, SETTINGS).unsure)
      return scripted.ok { ID = "A1" }
    end)
    local report = work(queue, with)
    assert.equal(1, report.done)
    assert.same({ 0, 0, 1, 0, 0, 0 }, counts(queue))
  end)

  test("puts an item aside with which several workers disappeared", function()
    local queue = open()
    assert(queue:enqueue("passport", picture()))
    disappear(false, 3)
    local with, sent = client()
    local report, entries = work(queue, with, { idle = 0.2, most_lost = 3 })
    assert.same({ 1, 0, "WorkerLost" }, { report.dead, sent.count, entries[1].error.code })
    assert.same({ 0, 0, 0, 0, 0, 1 }, counts(queue))
    assert.equal(1, queue:retry "dead")
    assert.equal(1, work(queue, with).done)
  end)

  test("calls an item unsure, not dead, where its request has left", function()
    local queue = open()
    assert(queue:enqueue("passport", picture()))
    local back, settings = disappear(true), { idle = 0.001, most_lost = 2, keep = 1000, after_send = true }
    local item = assert(back:take("another", 1, settings)).items[1]
    assert.is_true(back:mark(item, "another"))
    core.sleep(0.003)
    local taken = back:take("third", 1, settings)
    assert.same({ 0, 1, 0 }, { #taken.items, #taken.unsure, #taken.dead })
  end)

  test("tries again what failed for a passing reason without cost, a bounded number of times", function()
    local queue = open()
    assert(queue:enqueue("passport", picture()))
    local with, sent = client(function() return scripted.error "RequestLimitExceeded" end)
    local report = work(queue, with, { rounds = 2 })
    assert.same({ 2, 1, 1 }, { sent.count, report.again, report.failed })
    assert.same({ RequestLimitExceeded = 1 }, queue:status().failed)
    assert.equal(1, queue:retry "failed")
    assert.equal(1, work(queue, (client())).done)
  end)

  test("gives a failure that may have been billed to nobody", function()
    local queue = open()
    local id = queue:enqueue("passport", picture())
    local with = client(function() return nil, { category = "timeout", code = "DeadlineExceeded", message = "late" } end)
    local report, entries = work(queue, with)
    assert.same({ 1, true }, { report.unsure, entries[1].unsure })
    assert.equal("unsure", (queue:result(id)))
    assert.equal(0, queue:retry "failed")
  end)

  test("stops where every other item would fail too, and gives the items back", function()
    local queue = open()
    for _ = 1, 3 do assert(queue:enqueue("passport", picture())) end
    local report = work(queue, idocr.new { transport = "curl", credentials = function()
      return { secret_id = "with a blank", secret_key = "k" }
    end })
    assert.equal("BadCredentials", report.error.code)
    assert.same({ 3, 0, 0, 0, 0, 0 }, counts(queue))
  end)

  test("finishes what is in flight and takes nothing more when it is asked to stop", function()
    local queue = open()
    for _ = 1, 5 do assert(queue:enqueue("passport", picture())) end
    local with, sent = client()
    local report = work(queue, with, { concurrency = 1, exit_when_empty = false, stopping = function() return sent.count > 1 end })
    assert.equal(sent.count, report.done)
    assert.is_true(sent.count < 5)
    assert.same({ 5 - sent.count, 0, sent.count, 0, 0, 0 }, counts(queue))
  end)

  test("drops and purges items", function()
    local queue = open()
    local ids = {}
    for index = 1, 4 do ids[index] = queue:enqueue("passport", picture()) end
    disappear(true)
    work(queue, (client()), { idle = 0.2 })
    assert.same({ 0, 0, 3, 0, 1, 0 }, counts(queue))
    assert.equal(1, queue:drop "unsure")
    local done
    for _, id in ipairs(ids) do
      if queue:result(id) == "done" then done = id end
    end
    assert.same({ 0, "done" }, { queue:drop(done) })
    assert.same({ 0, "absent" }, { queue:drop "nothing" })
    assert.equal(1, queue:purge(done))
    assert.equal(2, queue:results(function() end))
    assert.equal(2, queue:purge "all")
    assert.same({ 0, 0, 0, 0, 0, 0 }, counts(queue))
    assert.equal(0, queue:results(function() end))
  end)

  test("forgets a result whose item was purged meanwhile", function()
    local queue = open()
    local id = queue:enqueue("passport", picture())
    work(queue, (client(function()
      assert.equal(1, queue:purge(id))
      return scripted.ok {}
    end)))
    assert.is_nil((queue:result(id)))
    assert.equal(0, queue:results(function() end))
  end)

  test("takes a picture again that was purged while a worker had it", function()
    local queue, again = open(), picture()
    local id = queue:enqueue("passport", again)
    disappear(false)
    assert.equal(1, queue:purge(id))
    assert.same({ id, true }, { queue:enqueue("passport", again) })
    assert.equal(1, work(queue, (client())).done)
  end)

  test("has a ticket for an item, which the server does not know in clear", function()
    local queue = open()
    local ticket = assert(queue:ticket((queue:enqueue("passport", picture()))))
    assert.equal("waiting", (queue:by_ticket(ticket)))
    work(queue, (client()))
    local state, entry = queue:by_ticket(ticket)
    assert.same({ "done", "passport" }, { state, entry.kind })
    assert.is_nil((queue:by_ticket(("0"):rep(32))))
    assert.is_nil((queue:by_ticket "nonsense"))
    assert.is_nil(server.call("--scan"):find(ticket, 1, true))
  end)
end)
