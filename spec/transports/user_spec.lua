--- Tests users' transports.

local errors = require "idocr.errors"
local transports = require "idocr.transports"

describe("a user's transport", function()
  local REQUEST = { method = "POST", url = "https://ocr.test/", headers = {}, max_response = 1000 }

  local function send(fn) return transports.new(fn, {}):send(REQUEST, 5) end

  it("can be a function", function()
    local response = assert(send(function(request, deadline)
      assert.same({ REQUEST, 5 }, { request, deadline })
      return { status = 200, headers = { ["X-Request-ID"] = "a" }, body = "ok" }
    end))
    assert.same({ status = 200, headers = { ["x-request-id"] = "a" }, body = "ok" }, response)
  end)

  it("can be an object, with or without a runtime", function()
    local own = { name = "mine" }
    local object = { name = "mine", runtime = own, closed = 0, answer = { status = 204 } }
    function object:send() return self.answer end
    function object:close() self.closed = self.closed + 1 end
    local transport = transports.new(object, {})
    assert.same({ "mine", own }, { transport.name, transport.runtime })
    assert.same({ status = 204, headers = {}, body = "" }, (transport:send(REQUEST, 5)))
    transport:close()
    transport:close()
    assert.equal(1, object.closed)
    assert.equal("closed", select(2, transport:send(REQUEST, 5)).category)
    assert.equal("blocking", transports.new(function() end, {}).runtime.name)
  end)

  it("becomes an error of the call where the response is invalid", function()
    for _, answer in ipairs { "text", 7, true, {}, { status = "x" }, { status = 20 }, { status = 200.5 }, { status = 200, body = 7 },
      { status = 200, headers = "x" }, { status = 200, body = ("x"):rep(1001) } } do
      local response, err = send(function() return answer end)
      assert.is_nil(response)
      assert.same({ "protocol", true }, { err.category, err.sent })
    end
    assert.equal("BadResponse", select(2, send(function() end)).code)
  end)

  it("becomes an error of the call where it raises, without secrets", function()
    local response, err = send(function() error("key AKIDz8krbsJ5yKBZQpn74WFkmLPx3 broke") end)
    assert.is_nil(response)
    assert.is_true(errors.is(err))
    assert.same({ "network", true }, { err.category, err.sent })
    assert.falsy(tostring(err):find("AKID", 1, true))
  end)

  it("may return errors as an object, a table or a text", function()
    local mine = errors.new("connect", "ConnectFailed", "no", { sent = false })
    assert.equal(mine, select(2, send(function() return nil, mine end)))
    local _, err = send(function() return nil, { category = "timeout", code = "Mine", message = "late", sent = false } end)
    assert.same({ "timeout", "Mine", "late", false }, { err.category, err.code, err.message, err.sent })
    _, err = send(function() return nil, "broken pipe" end)
    assert.same({ "network", "broken pipe", true }, { err.category, err.message, err.sent })
  end)

  it("names what is wrong with the table of an error", function()
    for _, case in ipairs {
      { { code = "Mine" }, "has no category" },
      { { category = "conect", code = "Mine" }, 'unknown category (did you mean "connect"?)' },
      { { category = 7, code = "Mine" }, "unknown category" },
      { { category = "connect" }, "has no code" },
    } do
      local _, err = send(function() return nil, case[1] end)
      assert.same({ "network", "TransportFailed", true }, { err.category, err.code, err.sent })
      assert.truthy(err.message:find(case[2], 1, true), err.message)
    end
    local speaking = setmetatable({}, { __tostring = function() return "no route" end })
    assert.equal("no route", select(2, send(function() return nil, speaking end)).message)
  end)

  it("of another type is refused when the client is made", function()
    for _, option in ipairs { "http", 7, true, {} } do
      assert.has_error(function() transports.new(option, {}) end)
    end
    assert.error_matches(function() transports.new("cosocket", {}) end, "inside nginx")
    assert.equal("curl", transports.new(nil, {}).name)
  end)
end)
