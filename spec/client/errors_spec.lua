local growth = require "spec.support.growth"
local errors = require "idocr.errors"

describe("a foreign text", function()
  it("loses what could be a key, a picture or a number", function()
    for _, secret in ipairs {
      "11010519491231002X", "450101-12-5001", "450101 12 5001", "150 123 4(4)", "L898902C3", "A1234567",
      "/9j/4AAQSkZJRgABAQ==", "iVBORw0KGgoAAAANSUhEUg", "%2F9j%2F4AAQSkZJRg", "SECRETKEYexamplesecretkeyEXAMPLE",
      "AKIDabcdefghijklmnopqrstuvwxyz0123",
    } do
      local text = errors.scrub("before " .. secret .. " after")
      assert.matches("^before %*+ after$", text)
    end
  end)

  it("keeps what helps", function()
    for _, text in ipairs {
      "image larger than 2M", "Inner error, please retry later", "FailedOperation.InconsistencyBetweenMRZAndVRZ", "connect() failed (111)",
      "RecognizeMainlandIDCardOCR: TC3-HMAC-SHA256", "证件号码不正确",
    } do
      assert.equal(text, errors.scrub(text))
    end
    assert.equal("a b", errors.scrub "a\r\nb")
    assert.equal("", errors.scrub(nil))
  end)

  it("scrubs in time proportional to the length", function()
    for _, unit in ipairs { "a", "1", "a1", "a1 ", "1(", "( 1", "a=" } do
      assert.is_true(growth.is_linear(function(n) errors.scrub(unit:rep(n)) end, 400))
    end
  end)

  it("is made of anything", function()
    assert.equal("5", errors.describe(5))
    assert.equal("nil", errors.describe(nil))
    assert.equal("a table", errors.describe(setmetatable({}, { __tostring = function() error "no" end })))
  end)
end)

describe("an error", function()
  it("loses the secrets that are known, but no short words", function()
    local err = errors.new("service", "Code.secret.%d", "a secret.%d, secret.%d: too", { request_id = "x" })
    errors.conceal(err, { "secret.%d", "too" })
    assert.same({ "Code.***", "a ***, ***: too", "x" }, { err.code, err.message, err.request_id })
  end)
end)
