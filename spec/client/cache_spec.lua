--- Tests the result cache: a picture is paid for once, by one caller; entries are sealed; a call without a known result is not
--- paid for again.

local entries = require "idocr.cli.entry"
local idocr = require "idocr"
local line = require "idocr.line"
local money = require "idocr.client.money"
local redis = require "spec.support.redis"
local scripted = require "spec.support.scripted"
local stores = require "idocr.stores"

local KEYS = { secret_id = "AKIDcacheaccount", secret_key = "keykeykey" }
local KEY = ("k"):rep(32)
local test = redis.available() and it or pending

local number = 0
-- A picture that no other test has.
local function new_picture()
  number = number + 1
  return idocr.bytes("\255\216\255" .. ("%08d"):format(number) .. ("x"):rep(2000))
end

local function client(script, options)
  local wire = scripted.new(script)
  local settings = { credentials = KEYS, transport = wire, precheck = false, retry = { attempts = 1 }, rate = false, cache = {} }
  for name, value in pairs(options or {}) do settings[name] = value end
  return idocr.new(settings), wire
end

local PORTRAIT = "/9j/" .. ("A"):rep(200)
local function lost() return nil, { category = "network", code = "ConnectionReset", message = "x", sent = true } end

describe("the cache", function()
  it("answers the same picture without paying again", function()
    local events = {}
    local c, wire = client({ scripted.ok { ID = "K1", Sex = "F" } }, {
      on_event = function(name, fields) events[#events + 1] = name .. (fields.billed == false and " free" or "") end,
    })
    local picture = new_picture()
    local first, second = assert(c:passport(picture)), assert(c:passport(picture))
    assert.equal(1, #wire.requests)
    assert.is_nil(first.cached)
    assert.is_true(second.cached)
    assert.same({ first.number, first.sex, first.request_id, first.raw }, { second.number, second.sex, second.request_id, second.raw })
    assert.same({ "request", "response", "done", "cache", "done free" }, events)
    local other = assert(client({ scripted.ok() }):passport(picture)) -- another client of the same account
    assert.is_true(other.cached)
  end)

  it("tells accounts, sites, kinds, params and pictures apart", function()
    local picture = new_picture()
    local c, wire = client { scripted.ok { ID = "K1" } }
    assert(c:passport(picture))
    assert(c:malaysia_id(picture))
    assert(c:passport(new_picture()))
    assert.equal(3, #wire.requests)
    for _, options in ipairs { { site = "cn" }, { credentials = { secret_id = "AKIDanother", secret_key = "x" } } } do
      assert.is_nil(assert(client({ scripted.ok() }, options):passport(picture)).cached)
    end
    local china, wire2 = client({ scripted.ok { IdNum = "1" } }, { site = "cn" })
    for _, warn in ipairs { { "photocopy", "recaptured" }, { "recaptured", "photocopy" }, { "photocopy" } } do
      assert(china:china_id { image = picture, warn = warn })
    end
    assert.equal(2, #wire2.requests)
  end)

  it("does not keep pictures unless that is asked for", function()
    local c, wire = client { scripted.ok { ID = "K1", Image = PORTRAIT } }
    local picture = new_picture()
    local first = assert(c:passport { image = picture, portrait = true })
    assert.is_string(first.portrait)
    local second = assert(c:passport { image = picture, portrait = true })
    assert.is_string(second.portrait)
    assert.equal(2, #wire.requests)
    local third = assert(c:passport(picture))
    assert.same({ true, nil, "K1", nil }, { third.cached, third.portrait, third.number, third.raw.Image })
    assert.equal(2, #wire.requests)
  end)

  it("does not keep pictures in JSON inside a string either", function()
    local info = ('{"Portrait":"%s","Quality":90}'):format(PORTRAIT):gsub('"', '\\"')
    local answer = { status = 200, headers = {}, body = ('{"Response":{"IdNum":"1","AdvancedInfo":"%s","RequestId":"r"}}'):format(info) }
    local c = client({ answer }, { site = "cn" })
    local picture = new_picture()
    assert.is_string(assert(c:china_id { image = picture, portrait = true }).portrait)
    local other = new_picture()
    assert(c:china_id(other))
    local again = assert(c:china_id(other))
    assert.same({ true, nil, nil, 90 }, { again.cached, again.portrait, again.raw.AdvancedInfo.Portrait, again.quality })
  end)

  it("keeps pictures with `pictures = true`", function()
    local c, wire = client({ scripted.ok { ID = "K1", Image = PORTRAIT } }, { cache = { pictures = true } })
    local picture = new_picture()
    assert(c:passport(picture)) -- without a portrait: does not answer the next call
    local first = assert(c:passport { image = picture, portrait = true })
    local second = assert(c:passport { image = picture, portrait = true })
    assert.equal(2, #wire.requests)
    assert.same({ true, first.portrait, first.raw.Image }, { second.cached, second.portrait, second.raw.Image })
  end)

  it("keeps refusals that were billed, and no others", function()
    local c, wire = client({ { status = 200, headers = {}, body = '{"status":"FAIL","message":"no card"}' } },
      { provider = "ekycpro", credentials = { api_key = "abcdefgh" } })
    local picture = new_picture()
    local _, first = c:malaysia_id(picture)
    local card, second = c:malaysia_id(picture)
    assert.is_nil(card)
    assert.same({ true, 1 }, { first.billed, #wire.requests })
    assert.same({ first.category, first.code, false, 0, true, false },
      { second.category, second.code, second.billed, second.attempts, second.cached, second.sent })

    c, wire = client { scripted.error "RequestLimitExceeded", scripted.ok() }
    picture = new_picture()
    assert.is_nil((c:passport(picture)))
    assert.is_nil(assert(c:passport(picture)).cached)
    assert.equal(2, #wire.requests)
  end)

  it("does not ask the next provider after a refusal that it kept", function()
    local c, wire = client({ { status = 200, headers = {}, body = '{"status":"FAIL","message":"no card"}' } }, {
      provider = { "ekycpro", "tencent" }, credentials = { ekycpro = { api_key = "abcdefgh" }, tencent = KEYS },
    })
    local picture = new_picture()
    for index = 1, 3 do
      local card, err = c:malaysia_id(picture)
      assert.is_nil(card)
      assert.same({ "FAIL", index > 1 or nil, index == 1 }, { err.code, err.cached, err.billed })
      assert.equal("final", money.verdict(err))
      assert.equal("refused", entries.status { error = line.error(err) })
    end
    assert.equal(1, #wire.requests)
  end)

  test("is left out with `without` where its server fails between the claim and the request", function()
    for _, without in ipairs { true, false } do
      local server, failed, running, requests = redis.start(), 0, true, 0
      local function stop()
        if running then server.stop() end
        running = false
        return 1700000000
      end
      local c = client({}, {
        cache = { key = KEY }, shared = { url = server.url, without = without, timeout = 0.5 }, clock = stop,
        transport = function()
          requests = requests + 1
          return scripted.ok()
        end,
        on_event = function(name, fields) if name == "cache" and fields.ok == false then failed = failed + 1 end end,
      })
      local card, err = c:passport(new_picture())
      assert.is_false(running)
      assert.equal(without and 1 or 0, requests)
      assert.equal(without, card ~= nil and failed > 0)
      if not without then assert.same({ "store", false }, { err.category, err.billed }) end
      c:close()
    end
  end)

  it("does not keep pictures that are given by URL", function()
    local c, wire = client { scripted.ok() }
    for _ = 1, 2 do assert(c:passport(idocr.url "https://example.org/a.jpg")) end
    assert.equal(2, #wire.requests)
  end)

  it("forgets after `ttl` seconds", function()
    local c = client({ scripted.ok() }, { cache = { ttl = 3600 } })
    local picture = new_picture()
    assert(c:passport(picture))
    local common = stores.memory()
    for _, entry in pairs(common.entries) do entry.expires = entry.expires - 3601 end
    assert.is_nil(assert(c:passport(picture)).cached)
  end)

  it("seals what it keeps under a key", function()
    local c, wire = client({ scripted.ok { ID = "K7654321", Surname = "SPECIMEN" } }, { cache = { key = KEY } })
    local picture = new_picture()
    assert(c:passport(picture))
    for key, entry in pairs(stores.memory().entries) do
      assert.is_nil((key .. entry.text):find("K7654321", 1, true))
    end
    assert.equal("K7654321", assert(c:passport(picture)).number)
    assert.equal(1, #wire.requests)
    local other = client({ scripted.ok { ID = "K0" } }, { cache = { key = ("o"):rep(32) } })
    assert.is_nil(assert(other:passport(picture)).cached) -- cannot read it: pays, and keeps its own
  end)

  it("says what is wrong with its options", function()
    local cases = {
      [{ tll = 5 }] = 'no "tll", did you mean "ttl"', [{ ttl = 0 }] = "ttl must be a number of seconds",
      [{ key = "short" }] = "key must be 32 random bytes", [{ pictures = 1 }] = "pictures must be true or false",
    }
    for option, complaint in pairs(cases) do
      local _, message = pcall(idocr.new, { cache = option })
      assert.is_truthy(message:find(complaint:match("^[^,]+"), 1, true), message)
      assert.is_nil(message:find("short", 1, true))
    end
  end)
end)

describe("callers with the same picture", function()
  -- Starts calls together; `each` runs them as tasks of one client.
  local function together(c, picture, count)
    local cards, errs = {}, {}
    local inputs = {}
    for index = 1, count do inputs[index] = { image = picture } end
    for _, card, err in c:each("passport", inputs, { concurrency = count }) do
      if card then cards[#cards + 1] = card else errs[#errs + 1] = err end
    end
    return cards, errs
  end

  it("pay once", function()
    local c = idocr.new { transport = "sandbox", cache = {}, rate = false }
    local specimens = require "idocr.sandbox.specimens"
    local cards = together(c, idocr.file(specimens.path "passport"), 5)
    assert.equal(5, #cards)
    local paid = 0
    for _, card in ipairs(cards) do paid = paid + (card.cached and 0 or 1) end
    assert.equal(1, paid)
  end)

  -- Puts the claim of another caller into the store, as it stands after that one sent its request.
  local function claim_of(c, wire, picture, state, ends)
    assert(c:passport(picture))
    local common, place = stores.memory(), nil
    for key, entry in pairs(common.entries) do
      if key:find("^result:%x+$") and entry.text:find(wire.marker, 1, true) then place = key end
    end
    common:delete(place)
    common:set(place .. ":claim", ("%s 0011223344556677 %.3f"):format(state, ends), 1000)
    return place
  end

  it("pay once where one stores its result between the look and the claim of another one", function()
    local late, wire = client { scripted.ok { ID = "MARK0" } }
    local quick, wire2 = client { scripted.ok { ID = "MARK0" } }
    local picture, common = new_picture(), stores.memory()
    function common.add(self, key, text, ttl)
      common.add = nil
      assert(quick:passport(picture))
      return self:add(key, text, ttl)
    end
    assert.is_true(assert(late:passport(picture)).cached)
    assert.same({ 0, 1 }, { #wire.requests, #wire2.requests })
    assert.is_true(assert(quick:passport(picture)).cached) -- the claim has ended
  end)

  it("get an error, and do not pay, where the one that pays died after sending", function()
    local c, wire = client({ scripted.ok { ID = "MARK1" } }, { retry = { attempts = 1 } })
    wire.marker = "MARK1"
    local picture = new_picture()
    claim_of(c, wire, picture, "sending", wire.runtime.wall() - 60)
    local card, err = c:passport(picture)
    assert.is_nil(card)
    assert.same({ "store", "ResultUnknown", false }, { err.category, err.code, err.retryable })
    assert.is_nil(err.billed)
    assert.equal(1, #wire.requests)

    local again, wire2 = client({ scripted.ok { ID = "MARK1" } }, { retry = { attempts = 1, after_send = true } })
    assert(again:passport(picture))
    assert.equal(1, #wire2.requests)
  end)

  it("take over where it died before sending", function()
    local c, wire = client { scripted.ok { ID = "MARK2" } }
    wire.marker = "MARK2"
    local picture = new_picture()
    claim_of(c, wire, picture, "claimed", wire.runtime.wall() - 60)
    assert.is_nil(assert(c:passport(picture)).cached)
    assert.equal(2, #wire.requests)
  end)

  it("wait at most until their deadline", function()
    local c, wire = client { scripted.ok { ID = "MARK3" } }
    wire.marker = "MARK3"
    local picture = new_picture()
    claim_of(c, wire, picture, "sending", wire.runtime.wall() + 1000)
    local _, err = c:passport(picture)
    assert.same({ "timeout", "DeadlineExceeded", false, false }, { err.category, err.code, err.billed, err.sent })
    assert.equal(1, #wire.requests)
  end)

  it("may send again after a request that cost nothing, and after one whose caller knows that it is lost", function()
    local c, wire = client { scripted.error "RequestLimitExceeded", lost, scripted.ok() }
    local picture = new_picture()
    assert.is_nil((c:passport(picture)))
    local _, err = c:passport(picture)
    assert.equal("ConnectionReset", err.code)
    wire.runtime.time = wire.runtime.time + 10
    for _, entry in pairs(stores.memory().entries) do
      if entry.text == "unsure" then entry.expires = entry.expires - 10 end
    end
    assert.is_table((c:passport(picture)))
  end)
end)
