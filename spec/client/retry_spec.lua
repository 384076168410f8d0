-- Tests retries: what is sent again, when, and what is done before.
local errors = require "idocr.errors"
local http_date = require "idocr.http_date"
local idocr = require "idocr"
local retry = require "idocr.client.retry"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)

local function state(more)
  local all = { attempt = 1, attempts = 3, base = 0.5, cap = 10, after_send = false, random = function() return 0.5 end }
  for name, value in pairs(more or {}) do all[name] = value end
  return all
end

local function err(category, fields) return errors.new(category, "Code", "", fields) end

local function client(script, more)
  local wire = scripted.new(script)
  return idocr.new(scripted.options(wire, more)), wire
end

local REFUSED = errors.new("connect", "ConnectFailed", "refused", { sent = false, retryable = true })
local function fresh(error_object)
  return function()
    local copy = {}
    for name, value in pairs(error_object) do copy[name] = value end
    return nil, errors.new(copy.category, copy.code, copy.message, copy)
  end
end
local connect_refused = fresh(REFUSED)
local reset = fresh(errors.new("network", "ConnectionReset", "reset", { sent = true, retryable = true }))

describe("retry.decide", function()
  it("repeats what certainly costs nothing", function()
    assert.equal(0.25, (retry.decide(err("connect", { sent = false, retryable = true }), state())))
    assert.equal(0.25, (retry.decide(err("service", { billed = false, retryable = true, sent = true }), state())))
    assert.equal(1.25, (retry.decide(err("throttled", { retry = "throttle", retryable = true, sent = true }), state())))
  end)

  it("repeats what may be billed only with after_send, and never what was billed", function()
    for _, unsure in ipairs {
      err("network", { sent = true, retryable = true }), err("network", { retryable = true }),
      err("http", { sent = true, retryable = true, retry = "backoff" }),
      err("service", { sent = true, retryable = true, retry = "backoff" }),
    } do
      assert.is_nil(retry.decide(unsure, state()))
      assert.equal(0.25, (retry.decide(unsure, state { after_send = true })))
    end
    assert.is_nil(retry.decide(err("service", { billed = true, retryable = true }), state { after_send = true }))
  end)

  it("repeats nothing that would fail again", function()
    assert.is_nil(retry.decide(err("tls", { sent = false }), state()))
    assert.is_nil(retry.decide(err("service", { billed = false }), state()))
    assert.is_nil(retry.decide(errors.new("throttled", "RateLimited", "", { sent = false, billed = false, retryable = true }), state()))
  end)

  it("stops after the allowed number of attempts", function()
    local refused = err("connect", { sent = false, retryable = true })
    assert.is_number(retry.decide(refused, state { attempt = 2 }))
    assert.is_nil(retry.decide(refused, state { attempt = 3 }))
    assert.is_nil(retry.decide(refused, state { attempts = 1 }))
  end)

  it("waits with full jitter below a cap", function()
    local refused = err("connect", { sent = false, retryable = true })
    local function most(attempt)
      return (retry.decide(refused, state { attempt = attempt, attempts = 99, random = function() return 1 end }))
    end
    assert.same({ 0.5, 1, 2, 4, 8, 10, 10 }, { most(1), most(2), most(3), most(4), most(5), most(6), most(60) })
    assert.equal(0, (retry.decide(refused, state { random = function() return 0 end })))
    assert.equal(7, (retry.decide(refused, state { retry_after = 7 })))
    local throttled = err("throttled", { sent = true, retry = "throttle", retryable = true })
    assert.equal(0.01, (retry.decide(throttled, state { cap = 0.01 })))
  end)

  it("corrects the clock once, where the clock is the cause", function()
    local expired = err("credentials", { retry = "clock", sent = true })
    assert.same({ 0, "clock" }, { retry.decide(expired, state { clock_offset = -3600 }) })
    assert.is_nil(retry.decide(expired, state { clock_offset = -3600, clock_corrected = true }))
    assert.is_nil(retry.decide(expired, state { clock_offset = 5 }))
    assert.is_nil(retry.decide(expired, state()))
  end)

  it("renews temporary credentials once", function()
    local refused = err("credentials", { retry = "token", sent = true })
    assert.same({ 0, "token" }, { retry.decide(refused, state { temporary = true }) })
    assert.is_nil(retry.decide(refused, state { temporary = true, token_renewed = true }))
    assert.is_nil(retry.decide(refused, state { temporary = false }))
  end)
end)

describe("http_date", function()
  it("parses the one date format and nothing else", function()
    assert.equal(784111777, http_date.parse "Sun, 06 Nov 1994 08:49:37 GMT")
    assert.equal(951782400, http_date.parse "Tue, 29 Feb 2000 00:00:00 GMT")
    assert.equal(4102444799, http_date.parse "Thu, 31 Dec 2099 23:59:59 GMT")
    assert.equal(0, http_date.parse "Thu, 01 Jan 1970 00:00:00 GMT")
    for _, wrong in ipairs {
      "Mon, 06 Nov 1994 08:49:37 GMT",
      "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "Wed, 29 Feb 2023 00:00:00 GMT",
      "Sun, 06 Nov 1994 24:00:00 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "",
      " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
    } do assert.is_nil(http_date.parse(wrong), wrong) end
    assert.is_nil(http_date.parse(nil))
  end)
end)

describe("the attempts of a call", function()
  it("are each signed with their own time", function()
    local made, wire = client { connect_refused, connect_refused, scripted.ok() }
    assert(made:passport(PNG))
    assert.equal(3, #wire.requests)
    local last = 0
    for index, request in ipairs(wire.requests) do
      local valid, scope = scripted.verify(request, scripted.KEYS.secret_key)
      assert.is_true(valid)
      assert.is_true(scope.timestamp >= last)
      assert.equal(math.floor(1700000000 + wire.times[index] - 1000), scope.timestamp)
      last = scope.timestamp
    end
    assert.is_true(wire.slept[1] >= 0 and wire.slept[1] <= 0.5)
    assert.is_true(#wire.slept < 2 or wire.slept[2] <= 1)
  end)

  it("treat a connect error of a user's transport as not sent", function()
    local made, wire = client { function() return nil, { category = "connect", code = "Refused", message = "" } end, scripted.ok() }
    assert(made:passport(PNG))
    assert.equal(2, #wire.requests)
  end)

  it("end after the allowed number, which the error reports", function()
    local made, wire = client { connect_refused }
    local card, failed = made:passport(PNG)
    assert.is_nil(card)
    assert.same({ "connect", "ConnectFailed", 3, false, false, true },
      { failed.category, failed.code, failed.attempts, failed.billed, failed.sent, failed.retryable })
    assert.equal(3, #wire.requests)
    made, wire = client({ connect_refused }, { retry = { attempts = 1 } })
    assert.equal(1, select(2, made:passport(PNG)).attempts)
    assert.equal(1, #wire.requests)
  end)

  it("stop after a lost reply, which may be billed", function()
    local page = { status = 502, headers = {}, body = "<html>" }
    for _, answer in ipairs { reset, scripted.error "FailedOperation.WarningServiceFailed", page } do
      local made, wire = client { answer, scripted.ok() }
      local card, failed = made:passport(PNG)
      assert.is_nil(card)
      assert.is_nil(failed.billed)
      assert.is_true(failed.retryable)
      assert.equal(1, #wire.requests)
      made, wire = client({ answer, scripted.ok() }, { retry = { after_send = true } })
      assert(made:passport(PNG))
      assert.equal(2, #wire.requests)
    end
  end)

  it("are repeated where the service failed and recommends it", function()
    for _, code in ipairs { "InternalError", "ServiceUnavailable" } do
      local made, wire = client { scripted.error(code), scripted.ok() }
      assert(made:passport(PNG))
      assert.equal(2, #wire.requests)
    end
  end)

  it("remember that an earlier one may have been billed", function()
    local made = client({ reset, connect_refused }, { retry = { after_send = true } })
    local _, failed = made:passport(PNG)
    assert.equal("ConnectFailed", failed.code)
    assert.is_nil(failed.billed)
    assert.is_true(failed.sent)
  end)

  it("are repeated after a refusal that is free", function()
    for _, code in ipairs { "FailedOperation.OcrFailed", "RequestLimitExceeded", "RequestLimitExceeded.IPLimitExceeded" } do
      local made, wire = client { scripted.error(code), scripted.ok() }
      assert(made:passport(PNG), code)
      assert.equal(2, #wire.requests)
    end
    local made, wire = client { scripted.error "RequestLimitExceeded", scripted.ok() }
    assert(made:passport(PNG))
    assert.is_true(wire.slept[1] >= 1)
    made, wire = client { scripted.error("RequestLimitExceeded", { ["retry-after"] = "4" }), scripted.ok() }
    assert(made:passport(PNG))
    assert.is_true(wire.slept[1] >= 4)
  end)

  it("are never repeated after a refusal that is billed", function()
    local made, wire = client({ { status = 200, headers = {}, body = '{"status":"FAIL","message":"not identity card"}' } },
      { provider = "ekycpro", credentials = { api_key = "k" }, retry = { after_send = true } })
    local _, failed = made:malaysia_id(PNG)
    assert.same({ "FAIL", true, 1 }, { failed.code, failed.billed, #wire.requests })
  end)

  it("correct the clock once by the response's Date, and keep the correction", function()
    local late = scripted.error("AuthFailure.SignatureExpire", { date = "Tue, 14 Nov 2023 23:13:20 GMT" }) -- an hour ahead
    local offsets = {}
    local made, wire = client({ late, scripted.ok() }, {
      on_event = function(name, fields) if name == "clock" then offsets[#offsets + 1] = fields.offset end end,
    })
    assert(made:passport(PNG))
    assert(made:passport(PNG))
    local stamps = {}
    for index, request in ipairs(wire.requests) do
      local _, scope = scripted.verify(request, scripted.KEYS.secret_key)
      stamps[index] = scope.timestamp
    end
    assert.same({ 1700000000, 1700003600, 1700003600 }, stamps)
    assert.same({ 3600 }, offsets)
    made, wire = client { late }
    assert.equal("AuthFailure.SignatureExpire", select(2, made:passport(PNG)).code)
    assert.equal(2, #wire.requests)
    for _, headers in ipairs { {}, { date = "yesterday" }, { date = "Tue, 14 Nov 2023 22:13:21 GMT" } } do
      made, wire = client { scripted.error("AuthFailure.SignatureExpire", headers) }
      assert.is_nil((made:passport(PNG)))
      assert.equal(1, #wire.requests)
    end
  end)

  it("renew only temporary credentials, once, after TokenFailure", function()
    local function source(token)
      local count = 0
      return {
        get = function()
          count = count + 1
          return { secret_id = "AKID" .. count, secret_key = "k" .. count, token = token and "t" .. count or nil }
        end,
        invalidate = function() end,
      }
    end
    local refused = scripted.error "AuthFailure.TokenFailure"
    local made, wire = client({ refused, scripted.ok() }, { credentials = source(true) })
    assert(made:passport(PNG))
    for index = 1, 2 do
      assert.is_true((scripted.verify(wire.requests[index], "k" .. index)))
      assert.equal("t" .. index, scripted.header(wire.requests[index], "X-TC-Token"))
    end
    made, wire = client({ refused }, { credentials = source(true) })
    assert.equal("AuthFailure.TokenFailure", select(2, made:passport(PNG)).code)
    assert.equal(2, #wire.requests)
    made, wire = client({ refused }, { credentials = source(false) })
    assert.is_nil((made:passport(PNG)))
    assert.equal(1, #wire.requests)
    made, wire = client({ refused }, { credentials = { secret_id = "a", secret_key = "b", token = "fixed" } })
    assert.is_nil((made:passport(PNG)))
    assert.equal(1, #wire.requests)
  end)
end)

describe("the deadline", function()
  local function slow(seconds, runtime, then_)
    return function(_, deadline)
      if deadline < seconds then
        runtime.sleep(deadline)
        return nil, errors.new("timeout", "DeadlineExceeded", "late", { sent = true })
      end
      runtime.sleep(seconds)
      return then_()
    end
  end

  it("covers all attempts, and its error names the last one", function()
    local runtime = scripted.runtime()
    local wire = scripted.new({ slow(4, runtime, connect_refused) }, runtime)
    local made = idocr.new(scripted.options(wire, { timeout = { total = 10 }, retry = { attempts = 9, base = 0.01 } }))
    local card, failed = made:passport(PNG)
    assert.is_nil(card)
    assert.equal("timeout DeadlineExceeded", failed.category .. " " .. failed.code)
    assert.matches("connect error ConnectFailed", failed.message)
    assert.equal(3, failed.attempts)
    assert.is_true(runtime.now() - 1000 <= 10.001)
    assert.is_true(wire.deadlines[3] < wire.deadlines[2] and wire.deadlines[2] < wire.deadlines[1])
  end)

  it("is not waited for: where the back-off does not fit, the error is returned at once", function()
    local made, wire = client({ scripted.error "RequestLimitExceeded" }, { timeout = { total = 0.5 } })
    local _, failed = made:passport(PNG)
    assert.equal("RequestLimitExceeded", failed.code)
    assert.equal(1, #wire.requests)
    assert.equal(0, #wire.slept)
  end)

  it("is reported once", function()
    local runtime = scripted.runtime()
    local wire = scripted.new({ slow(40, runtime) }, runtime)
    local _, failed = idocr.new(scripted.options(wire)):passport(PNG)
    assert.equal("DeadlineExceeded", failed.code)
    assert.equal(1, #wire.requests)
    assert.is_nil(failed.billed)
    assert.is_true(failed.retryable)
  end)
end)
