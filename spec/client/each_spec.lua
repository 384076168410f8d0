-- Tests client:each: many calls at once, in order of completion.
local idocr = require "idocr"
local nginx = require "spec.support.nginx"
local runtime = require "idocr.runtime"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)

--- Makes a client whose calls take `seconds(n, wire)` seconds (and once more, while its second result is true), on a
--- real runtime; `peak` is the most in flight at once.
local function client(seconds, answer)
  local wire = { runtime = runtime.new(), flying = 0, peak = 0, count = 0, ended = 0 }
  function wire.send()
    wire.count = wire.count + 1
    local n = wire.count
    wire.flying = wire.flying + 1
    wire.peak = math.max(wire.peak, wire.flying)
    local time, again
    repeat
      time, again = seconds(n, wire)
      wire.runtime.sleep(time)
    until not again
    wire.flying, wire.ended = wire.flying - 1, wire.ended + 1
    return answer and answer(n) or scripted.ok { ID = "N" .. n }
  end
  return idocr.new { transport = wire, credentials = scripted.KEYS, rate = false, retry = false }, wire
end

local function numbered(n)
  local list = {}
  for index = 1, n do list[index] = { image = PNG, portrait = index % 2 == 0 } end
  return list
end

describe("client:each", function()
  it("returns every input once, with its own card, in order of completion", function()
    local made, wire = client(function(n, wire) return 0.001, n == 1 and wire.ended < 8 end)
    local inputs, seen, order = numbered(9), {}, {}
    for input, card, err in made:each("passport", inputs, { concurrency = 3 }) do
      assert.is_nil(err)
      assert.is_nil(seen[input])
      seen[input] = card.number
      order[#order + 1] = input
    end
    assert.equal(9, #order)
    for index, input in ipairs(inputs) do assert.equal("N" .. index, seen[input]) end
    assert.equal(inputs[1], order[9]) -- the slow one ends last
    assert.equal(3, wire.peak)
  end)

  it("takes an input only when a call may start", function()
    local made, wire = client(function() return 0.002 end)
    local pulled, taken, most = 0, 0, 0
    local function inputs()
      pulled = pulled + 1
      most = math.max(most, pulled - taken)
      return pulled <= 20 and PNG or nil
    end
    for _ in made:each("passport", inputs, { concurrency = 4 }) do taken = taken + 1 end
    assert.equal(20, taken)
    assert.is_true(most <= 5) -- four in flight, and one that was just taken
    assert.equal(4, wire.peak)
  end)

  it("returns the errors of single inputs and continues", function()
    local made = client(function() return 0.001 end, function(n) return n == 2 and scripted.error "FailedOperation.NoPassport" or nil end)
    local cards, errs = 0, {}
    for input, card, err in made:each("passport", { PNG, PNG, "/no/such/file.jpg", PNG }, { concurrency = 1 }) do
      if card then cards = cards + 1 else errs[#errs + 1] = { tostring(input), err.code } end
    end
    assert.equal(2, cards)
    assert.same({ { "picture (bytes)", "FailedOperation.NoPassport" }, { "/no/such/file.jpg", "PictureUnreadable" } }, errs)
  end)

  it("raises on wrong arguments, and on a wrong input when its call would start", function()
    local made, wire = client(function() return 0.001 end)
    assert.has.errors(function() made:each("pasport", {}) end)
    assert.has.errors(function() made:each("passport", 5) end)
    assert.has.errors(function() made:each("passport", {}, { concurency = 2 }) end)
    for _, wrong in ipairs { 0, 1.5, -1, "4", 1e9 } do
      assert.has.errors(function() made:each("passport", {}, { concurrency = wrong }) end)
    end
    local ok, message = pcall(function()
      for _ in made:each("passport", { PNG, { image = PNG, portait = true } }, { concurrency = 1 }) do end
    end)
    assert.is_false(ok)
    assert.matches('did you mean "portrait"', message)
    assert.matches("each_spec.lua:%d+:", message) -- at the position of the caller
    assert.equal(1, wire.count)
    assert.has.errors(function() for _ in made:each("passport", function() error "mine" end) do end end)
    for _ in made:each("passport", {}) do error "there is none" end
  end)

  it("cancels the calls in flight when it is closed", function()
    local made, wire = client(function(n) return n == 1 and 0.001 or 30 end)
    local iterator = made:each("passport", numbered(10), { concurrency = 3 })
    assert.is_table((iterator()))
    iterator:close()
    iterator:close()
    assert.is_nil(iterator())
    assert.is_true(wire.count <= 4)
    assert.equal(0, wire.flying)
  end)

  if rawget(_G, "jit") == nil then
    it("is closed by Lua 5.4 when the loop is left", function()
      local made, wire = client(function(n) return n == 1 and 0.001 or 30 end)
      for _ in made:each("passport", numbered(10), { concurrency = 3 }) do break end -- luacheck: ignore
      assert.equal(0, wire.flying)
    end)
  end

  it("keeps one rate limit for all its calls", function()
    local clock, times = runtime.new(), {}
    local wire = { runtime = clock }
    function wire.send()
      times[#times + 1] = clock.now()
      return scripted.ok()
    end
    local made = idocr.new { transport = wire, credentials = { secret_id = "AKIDeach", secret_key = "k" }, rate = 20 }
    local count = 0
    for _, card in made:each("passport", numbered(30), { concurrency = 16 }) do count = count + (card and 1 or 0) end
    assert.equal(30, count)
    for index = 21, 30 do assert.is_true(times[index] - times[index - 20] >= 1) end
  end)
end)

describe("client:each over libcurl", function()
  local server = nginx.start { http = [[
    lua_shared_dict seen 64k;
    server { listen 127.0.0.1:$http; location / { content_by_lua_block {
      ngx.req.read_body()
      local seen = ngx.shared.seen
      seen:incr("requests", 1, 0)
      while seen:get "requests" < 20 do ngx.sleep(0.01) end -- responds when 20 are in flight
      ngx.print('{"Response":{"ID":"', ngx.var.request_length, '","RequestId":"r"}}')
    } } }
  ]] }
  teardown(server.stop)

  it("has many calls in flight on one thread", function()
    local made = idocr.new { endpoint = "http://127.0.0.1:" .. server.port.http, credentials = scripted.KEYS, rate = false }
    local count = 0
    for _, card, err in made:each("passport", numbered(40), { concurrency = 20 }) do
      assert.is_nil(err)
      assert.is_true(tonumber(card.number) > #scripted.PNG)
      count = count + 1
    end
    assert.equal(40, count)
    made:close()
  end)
end)

describe("the sandbox transport", function()
  it("uses its own keys where none are given, and marks the card", function()
    local specimens = require "idocr.sandbox.specimens"
    local made = idocr.new { transport = "sandbox" }
    local card, err = made:passport(specimens.path "passport")
    assert.is_nil(err)
    assert.is_true(card.sandbox)
    assert.matches("^sandbox%-", card.request_id)
    made = idocr.new { transport = "sandbox", provider = "ekycpro" }
    assert.is_true(assert(made:malaysia_id(specimens.path "malaysia_id")).sandbox)
    made = idocr.new { transport = "sandbox", credentials = { secret_id = "AKIDwrong", secret_key = "k" } }
    card, err = made:passport(specimens.path "passport")
    assert.is_nil(card)
    assert.equal("credentials", err.category)
  end)
end)
