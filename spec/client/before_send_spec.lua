-- Tests the param before_send: it is called before each request leaves, and stops it.

local errors = require "idocr.errors"
local idocr = require "idocr"
local scripted = require "spec.support.scripted"

local PNG = idocr.bytes(scripted.PNG)

describe("before_send", function()
  local function read(answers, before_send, more)
    local wire = scripted.new(answers)
    local client = idocr.new(scripted.options(wire, more))
    local card, err = client:passport { image = PNG, before_send = before_send }
    return card, err, #wire.requests
  end

  it("is called before each request of a call", function()
    local calls = 0
    local card, _, requests = read({ scripted.error "RequestLimitExceeded", scripted.ok() }, function()
      calls = calls + 1
      return true
    end)
    assert.is_table(card)
    assert.same({ 2, 2 }, { calls, requests })
  end)

  it("stops the request unless it returns true", function()
    for _, result in ipairs { false, 1, "yes" } do
      local card, err, requests = read({ scripted.ok() }, function() return result end)
      assert.is_nil(card)
      assert.same({ "closed", "Stopped", false, false, 0 }, { err.category, err.code, err.sent, err.billed, requests })
    end
  end)

  it("ends the call with its error", function()
    local mine = errors.store("StoreUnavailable", "away")
    local _, err, requests = read({ scripted.ok() }, function() return nil, mine end)
    assert.same({ "store", "StoreUnavailable", 0, 0 }, { err.category, err.code, err.attempts, requests })
  end)

  it("is called by the cache too, and not for an answer from it", function()
    local calls = 0
    local wire = scripted.new { scripted.ok() }
    local client = idocr.new(scripted.options(wire, { cache = { ttl = 100 } }))
    local function read_once(allowed)
      return client:passport { image = idocr.bytes(scripted.PNG .. "x"), precheck = false, before_send = function()
        calls = calls + 1
        return allowed
      end }
    end
    local card, err = read_once(false)
    assert.is_nil(card)
    assert.equal("Stopped", err.code)
    assert.is_nil(assert(read_once(true)).cached)
    assert.is_true(assert(read_once(true)).cached)
    assert.same({ 2, 1 }, { calls, #wire.requests })
  end)

  it("must be a function, and cannot come as text", function()
    assert.has_error(function() read({}, 5) end)
    assert.is_nil((idocr.parse_param("passport", "before_send", "true")))
  end)
end)
