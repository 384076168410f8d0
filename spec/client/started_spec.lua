-- client:start, client:step and client:fds: calls that another event loop drives.

local core = require "idocr.core"
local fork = require "spec.support.fork"
local idocr = require "idocr"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local runtimes = require "idocr.runtime"
local scripted = require "spec.support.scripted"
local tcp = require "spec.support.tcp"
local transports = require "idocr.transports"

local PNG = idocr.bytes(scripted.PNG)
local LONG = 30 -- seconds; no test that passes waits for it

-- Keys of another account, whose calls were not counted yet.
local accounts = 0
local function new_keys()
  accounts = accounts + 1
  return { secret_id = "AKIDstarted" .. accounts, secret_key = "k" }
end

describe("a started call", function()
  local gate, http, silent
  setup(function()
    gate = nginx.start { http = require("spec.support.gate").HTTP }
    http = transports.new("curl", {})
    silent = tcp.silent()
  end)
  teardown(function()
    http:close()
    gate.stop()
    silent.stop()
  end)

  local function url(path) return ("http://127.0.0.1:%d%s"):format(gate.port.http, path or "") end
  local function get(path) return assert(http:send({ method = "GET", url = url(path), headers = {} }, 10)).body end
  local function seen() return tonumber(get "/seen") end

  local function new(more)
    local options = { endpoint = url(), credentials = scripted.KEYS, rate = false }
    for name, value in pairs(more or {}) do options[name] = value end
    return idocr.new(options)
  end

  -- Steps until the condition is true.
  local function drive(client, condition)
    local ends = core.monotonic() + LONG
    repeat
      if condition() then return end
      client:step(0.01)
    until core.monotonic() > ends
    error "the condition did not become true"
  end

  local function finish(client, call) drive(client, function() return call:done() end) end

  local function facts(err, not_attempts)
    return { err.category, err.code, err.sent, err.billed, not not_attempts and err.attempts or nil }
  end

  before_each(function() get "/set" end)

  it("returns at once, and its result is that of client:read", function()
    local client = new()
    local call = client:start("passport", { image = PNG })
    assert.is_false(call:done())
    assert.equal("idocr call (passport, running)", tostring(call))
    assert.equal(0, seen())
    assert.equal(0, select(2, client:fds())) -- step now
    finish(client, call)
    local card, err = call:result()
    assert.is_nil(err)
    assert.equal("N1", card.number)
    assert.equal(card, (call:result()))
    assert.equal("idocr call (passport, done)", tostring(call))
    assert.same({}, (client:fds()))
    assert.is_nil(select(2, client:fds()))
    assert.equal(0, client:step(LONG)) -- nothing is running: does not wait
  end)

  it("runs beside others, and steps never wait for an answer", function()
    local client, calls = new(), {}
    local log = process.write(process.tempdir() .. "/log", "")
    get("/set?count=3&log=" .. log)
    for index = 1, 3 do calls[index] = client:start("passport", { image = PNG }) end
    local file, steps = assert(io.open(log, "a")), 0
    file:setvbuf "no"
    while client:step(0) > 0 do
      file:write "." -- what the server waits for
      steps = steps + 1
      assert.is_true(steps < 1e6)
    end
    file:close()
    local numbers = {}
    for index, call in ipairs(calls) do numbers[index] = call:result().number end
    table.sort(numbers)
    assert.same({ "N1", "N2", "N3" }, numbers)
  end)

  it("names the descriptors to wait for, and the longest wait", function()
    local client = new()
    get "/set?count=2"
    local call = client:start("passport", { image = PNG })
    drive(client, function() return seen() == 1 end)
    client:step(0)
    local fds, seconds = client:fds()
    assert.equal(1, #fds)
    assert.same({ "number", true, false }, { type(fds[1].fd), fds[1].read, fds[1].write })
    assert.is_true(seconds >= 0 and seconds <= 1)
    call:cancel()
    assert.equal(0, #(client:fds()))
  end)

  it("calls its callback once, in client:step, in the order of the ends", function()
    local client, log = new(), {}
    get "/set?count=1"
    local bad = client:start("passport", "/no/such/file.png", function(card, err) log[#log + 1] = card or err.code end)
    client:start("passport", { image = PNG }, function(card, err) log[#log + 1] = err or card.number end)
    assert.same({}, log)
    while client:step(1) > 0 do assert.is_true(#log <= 2) end
    client:step(0)
    assert.same({ "PictureUnreadable", "N1" }, log)
    assert.equal("PictureUnreadable", select(2, bad:result()).code)
  end)

  it("may be started, stepped and cancelled by a callback", function()
    local client, log = new(), {}
    local third
    client:start("passport", { image = PNG }, function(first)
      log[#log + 1] = first.number
      third = client:start("passport", { image = PNG }, function(_, err) log[#log + 1] = err.code end)
      local second = client:start("passport", { image = PNG })
      third:cancel()
      finish(client, second)
      log[#log + 1] = second:result().number
    end)
    while client:step(1) > 0 do assert.is_true(#log < 4) end
    assert.same({ "N1", "Cancelled", "N2" }, log)
  end)

  it("passes on what a callback raises, and the other callbacks are still called", function()
    local client, called = new { transport = "sandbox" }, 0
    local problem = { "mine" }
    client:start("passport", "/no/such", function() error(problem) end)
    client:start("passport", "/no/such", function() called = called + 1 end)
    local ran, raised
    repeat ran, raised = pcall(client.step, client) until not ran
    assert.equal(problem, raised)
    assert.equal(0, select(2, client:fds()))
    assert.equal(0, client:step(0))
    assert.equal(1, called)
  end)

  it("raises on wrong arguments", function()
    local client = new()
    assert.has.error(function() client:start("pasport", PNG) end, 'no kind "pasport" (did you mean "passport"?)')
    assert.has.errors(function() client:start("passport", { imag = PNG }) end)
    assert.has.errors(function() client:start("passport", PNG, "callback") end)
    assert.has.errors(function() client.start("passport", PNG) end)
    for _, wrong in ipairs { -1, "1", 0 / 0, {} } do assert.has.errors(function() client:step(wrong) end) end
    local call = client:start("passport", PNG)
    assert.has.errors(function() call:result() end)
    call:cancel()
  end)

  it("runs to its end when nobody keeps it", function()
    local client, card = new(), nil
    client:start("passport", { image = PNG }, function(read) card = read end)
    client:start("passport", { image = PNG })
    repeat collectgarbage() until client:step(0.01) == 0
    assert.is_truthy(card)
    assert.equal(2, seen())
  end)

  describe("that is cancelled", function()
    it("before a step opens and sends nothing", function()
      local client = new()
      local call = client:start("passport", "/no/such/file.png")
      assert.is_true(call:cancel())
      assert.is_false(call:cancel())
      assert.is_true(call:done())
      assert.same({ "closed", "Cancelled", false, false, 0 }, facts(select(2, call:result())))
      assert.equal(0, client:step(0))
    end)

    it("while the request is being sent says that a part was sent, and costs nothing", function()
      local client = new { endpoint = "http://127.0.0.1:" .. silent.port }
      local call = client:start("passport", { image = idocr.bytes(("x"):rep(7e6)), precheck = false })
      local function sending()
        local fds = client:fds()
        return fds[1] and fds[1].write
      end
      drive(client, sending)
      for _ = 1, 10 do client:step(0.01) end
      call:cancel()
      local _, err = call:result()
      assert.same({ "closed", "Cancelled", "part", false, 1 }, facts(err))
    end)

    it("after the request was sent says so, and leaves open whether it is billed", function()
      local client = new()
      get "/set?count=2"
      local other = client:start("passport", { image = PNG })
      local call = client:start("passport", { image = PNG }, function() end)
      get "/set?count=3"
      drive(client, function() return seen() == 2 end)
      call:cancel()
      assert.same({ "closed", "Cancelled", true, nil, 1 }, facts(select(2, call:result())))
      assert.is_false(other:done())
      other:cancel()
    end)

    it("while it waits for the rate limit sends nothing", function()
      local client = new { rate = 0.05, credentials = new_keys() } -- one call in 20 s
      local first = client:start("passport", { image = PNG })
      local call = client:start("passport", { image = PNG })
      finish(client, first)
      assert.equal(1, client:step(0))
      assert.is_true(select(2, client:fds()) <= 1)
      call:cancel()
      assert.same({ "closed", "Cancelled", false, false, 0 }, facts(select(2, call:result())))
      assert.equal(1, seen())
    end)

    it("in the pause before a repeat says what the requests before have cost", function()
      local paused
      local client = new {
        endpoint = url "/throttled", on_event = function(name) paused = paused or name == "retry" end,
      }
      local call = client:start("passport", { image = PNG })
      drive(client, function() return paused end)
      call:cancel()
      local _, err = call:result()
      assert.same({ "closed", "Cancelled", true, false, 1 }, facts(err))
      assert.matches("RequestLimitExceeded", err.message)
      assert.equal(1, seen())
    end)

    it("while it fetches credentials sends no request", function()
      get("/set?log=" .. process.write(process.tempdir() .. "/log", ""))
      local client = new { credentials = idocr.credentials.machine_role { endpoint = url "/role" } }
      local call = client:start("passport", { image = PNG })
      drive(client, function() return #(client:fds()) == 1 end)
      call:cancel()
      assert.same({ "closed", "Cancelled", false, false, 0 }, facts(select(2, call:result())))
    end)

    it("after its answer has arrived keeps the card, which is paid for", function()
      local client = new()
      get "/set?count=2"
      local call = client:start("passport", { image = PNG })
      drive(client, function() return seen() == 1 end)
      -- A blocking call receives the answer of the other one as well, but only a step passes it on.
      local tries = 0
      repeat
        assert(client:passport { image = PNG })
        tries = tries + 1
        local fds, seconds = client:fds()
      until #fds == 0 and seconds == 0 or tries == 1000
      assert.is_false(call:done())
      assert.is_false(call:cancel())
      assert.equal("N1", call:result().number)
    end)

    it("in a transport that never returns counts as sent", function()
      local lines = {}
      local client = new {
        transport = function() while true do coroutine.yield() end end, ledger = function(line) lines[#lines + 1] = line end,
      }
      local call = client:start("passport", { image = PNG })
      for _ = 1, 5 do assert.equal(1, client:step(0)) end
      call:cancel()
      assert.same({ "closed", "Cancelled", true, nil, 1 }, facts(select(2, call:result())))
      assert.equal(0, client:step(0))
      assert.equal(1, #lines)
      assert.same({ "Cancelled", 1 }, { lines[1].outcome, lines[1].attempt })
    end)

    it("by its own on_event ends at its next wait", function()
      local call
      local client = new { on_event = function(name) if name == "request" then call:cancel() end end }
      call = client:start("passport", { image = PNG })
      finish(client, call)
      assert.same({ "closed", "Cancelled", false, false }, facts(select(2, call:result()), true))
      assert.equal(0, seen())
    end)
  end)

  it("ends at its deadline although nothing drove it, and says what was sent", function()
    get "/set?count=9"
    local client = new { timeout = { total = 0.2 } }
    local sent = client:start("passport", { image = PNG })
    drive(client, function() return seen() == 1 end)
    local unsent = client:start("passport", { image = PNG })
    os.execute "sleep 0.25"
    repeat until client:step(0) == 0
    assert.same({ "timeout", "DeadlineExceeded", true, nil, 1 }, facts(select(2, sent:result())))
    assert.same({ "timeout", "DeadlineExceeded", false, false, 0 }, facts(select(2, unsent:result())))
  end)

  it("has the descriptors of its own client only", function()
    get "/set?count=2"
    local first, second = new(), new()
    local call, other = first:start("passport", { image = PNG }), second:start("passport", { image = PNG })
    repeat first:step(0) until #(first:fds()) > 0
    assert.same({}, (second:fds())) -- nothing was sent for it yet
    repeat second:step(0) until #(second:fds()) > 0
    assert.are_not.equal(first:fds()[1].fd, second:fds()[1].fd)
    while first:step(0) + second:step(0) > 0 do assert.is_true(seen() <= 2) end
    assert.is_truthy((call:result()))
    assert.is_truthy((other:result()))
  end)

  it("ends when the client is closed, and its callback is called", function()
    get "/set?count=9"
    local client, codes = new { rate = 0.1, credentials = new_keys() }, {}
    local first = client:start("passport", { image = PNG }, function(_, err) codes[1] = err.code end)
    local waiting = client:start("passport", { image = PNG }, function(_, err) codes[2] = err.code end)
    drive(client, function() return seen() == 1 end)
    client:close()
    client:close()
    assert.same({ "Cancelled", "Cancelled" }, codes)
    assert.same({ "closed", "Cancelled", true, nil, 1 }, facts(select(2, first:result())))
    assert.same({ "closed", "Cancelled", false, false, 0 }, facts(select(2, waiting:result())))
    assert.equal(0, client:step(1))
    assert.same({}, (client:fds()))
    local late = client:start("passport", { image = PNG })
    finish(client, late)
    assert.same({ "closed", "ClientClosed", false, false, 0 }, facts(select(2, late:result())))
  end)

  it("is not lost beside a blocking call and client:each of the same client", function()
    local client, ended = new(), 0
    get "/set?count=4"
    for _ = 1, 2 do client:start("passport", { image = PNG }, function(card) ended = ended + (card and 1 or 0) end) end
    drive(client, function() return seen() == 2 end)
    for _, card, err in client:each("passport", { PNG, PNG }) do assert.is_truthy(card, tostring(err)) end
    assert.equal(0, ended) -- callbacks wait for client:step
    drive(client, function() return ended == 2 end)

    get "/set?count=2"
    local call = client:start("passport", { image = PNG })
    drive(client, function() return seen() == 1 end)
    assert.is_truthy(client:passport { image = PNG })
    drive(client, function() return call:done() end)
    assert.is_truthy((call:result()))
  end)

  it("is driven by a blocking call that needs the credentials it is fetching", function()
    local client = new { credentials = idocr.credentials.machine_role { endpoint = url "/role" } }
    local call = client:start("passport", { image = PNG })
    repeat client:step(0) until #(client:fds()) > 0 or call:done()
    assert.is_truthy(client:passport { image = PNG })
    finish(client, call)
    assert.is_truthy((call:result()))
  end)

  it("fetches the credentials of a machine role without blocking", function()
    local log = process.write(process.tempdir() .. "/log", "")
    get("/set?log=" .. log)
    local client = new { credentials = idocr.credentials.machine_role { endpoint = url "/role" } }
    local call = client:start("passport", { image = PNG })
    local file = assert(io.open(log, "a"))
    file:setvbuf "no"
    drive(client, function()
      file:write "." -- the metadata service answers only then
      return call:done()
    end)
    file:close()
    assert.equal("N1", call:result().number)
  end)

  it("works with the sandbox and with transport functions", function()
    local client = idocr.new { transport = "sandbox" }
    local call = client:start("passport", require("idocr.sandbox.specimens").path "passport")
    finish(client, call)
    assert.is_true(call:result().sandbox)
    local mine = new { transport = function() return scripted.ok { ID = "mine" } end }
    call = mine:start("passport", PNG)
    while mine:step(1) > 0 do assert.is_false(call:done()) end
    assert.equal("mine", call:result().number)
  end)

  it("waits in the runtime that the client's transport has", function()
    local wire = { runtime = runtimes.new() }
    function wire.send()
      wire.runtime.sleep(0.01)
      return scripted.ok { ID = "slept" }
    end
    local client = new { transport = wire }
    local calls = {}
    for index = 1, 5 do calls[index] = client:start("passport", PNG) end
    while client:step(0) > 0 do assert.is_true(select(2, client:fds()) <= 0.01) end
    for _, call in ipairs(calls) do assert.equal("slept", call:result().number) end
  end)

  it("does not step from inside a call", function()
    local ran, why
    local client
    client = idocr.new { transport = "sandbox", on_event = function() ran, why = pcall(client.step, client) end }
    local call = client:start("passport", "/no/such")
    finish(client, call)
    assert.is_false(ran)
    assert.matches("inside a call", why)
  end)

  it("belongs to the process that started it", function()
    get "/set?count=2"
    local client = new()
    local call = client:start("passport", { image = PNG })
    drive(client, function() return seen() == 1 end)
    local waiting = client:start("passport", { image = PNG })
    local pid = fork.fork()
    if pid == 0 then
      local fine = pcall(function()
        while client:step(0.1) > 0 do assert(not call:done() or not waiting:done()) end
        assert.same({ "closed", "Forked", false, false }, facts(select(2, call:result()), true))
        assert.same({ "closed", "Forked", false, false, 0 }, facts(select(2, waiting:result())))
      end)
      fork.leave(fine and 0 or 1)
    end
    assert.equal(0, fork.wait(pid))
    finish(client, call)
    finish(client, waiting)
    assert.is_truthy((call:result()))
    assert.is_truthy((waiting:result()))
    assert.equal(2, seen())
  end)

  it("is freed with its client when nobody drives it", function()
    get "/set?count=99"
    local freed = setmetatable({}, { __mode = "v" })
    for index = 1, 20 do
      local client = new()
      client:start("passport", { image = PNG })
      client:step(0)
      freed[index] = client
    end
    for _ = 1, 6 do collectgarbage() end
    assert.is_nil(next(freed))
  end)

  it("is not needed in nginx, whose event loop a call does not block", function()
    local server = nginx.start { http = [[ server { listen 127.0.0.1:$http; location / { content_by_lua_block {
      local idocr = require "idocr"
      local client = idocr.new { credentials = { secret_id = "AKIDspec", secret_key = "key" } }
      local code
      local call = client:start("passport", "x.jpg", function(_, err) code = err.code end)
      local running = client:step(1)
      local _, err = call:result()
      ngx.print(err.category, " ", code, " ", running, " ", #(client:fds()), " ", err.message)
    } } } ]] }
    local body = assert(http:send({ method = "GET", url = "http://127.0.0.1:" .. server.port.http .. "/", headers = {} }, 10)).body
    server.stop()
    assert.matches("^unsupported NoEventLoop 0 0 .*ngx%.thread%.spawn", body)
  end)
end)
