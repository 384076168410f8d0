-- Tests error objects: their text contains no secret and no personal data.
local growth = require "spec.support.growth"
local errors = require "idocr.errors"
local redact = require "idocr.redact"

describe("a text from a server", function()
  it("loses what could be a key, a picture or a number", function()
    for _, secret in ipairs {
      "11010519491231002X", "450101-12-5001", "450101 12 5001", "150 123 4(4)", "L898902C3", "A1234567",
      "/9j/4AAQSkZJRgABAQ==", "iVBORw0KGgoAAAANSUhEUg", "%2F9j%2F4AAQSkZJRg", "SECRETKEYexamplesecretkeyEXAMPLE",
      "AKIDabcdefghijklmnopqrstuvwxyz0123",
    } do
      local text = redact.scrub("before " .. secret .. " after")
      assert.matches("^before %*+ after$", text)
    end
  end)

  it("keeps what explains the error", function()
    for _, text in ipairs {
      "image larger than 2M", "Inner error, please retry later", "FailedOperation.InconsistencyBetweenMRZAndVRZ", "connect() failed (111)",
      "RecognizeMainlandIDCardOCR: TC3-HMAC-SHA256", "证件号码不正确",
    } do
      assert.equal(text, redact.scrub(text))
    end
    assert.equal("a b", redact.scrub "a\r\nb")
    assert.equal("", redact.scrub(nil))
  end)

  it("scrubs in time proportional to the length", function()
    for _, unit in ipairs { "a", "1", "a1", "a1 ", "1(", "( 1", "a=" } do
      assert.is_true(growth.is_linear(function(n) redact.scrub(unit:rep(n)) end, 400))
    end
  end)

  it("is made of a value of any type", function()
    assert.equal("5", redact.describe(5))
    assert.equal("nil", redact.describe(nil))
    assert.equal("a table", redact.describe(setmetatable({}, { __tostring = function() error "no" end })))
  end)
end)

describe("a known secret", function()
  local KEY = 'aB/c+d"9=&<x>zZ'

  it("is found through JSON, URL and HTML escapes, in part and in levels", function()
    for _, text in ipairs {
      KEY, 'aB\\/c+d\\"9=&<x>zZ', "aB%2Fc%2Bd%229%3D%26%3Cx%3EzZ", "aB%2fc+d%229=%26<x>zZ",
      "aB&#47;c&#x2B;d&quot;9&#61;&amp;&lt;x&gt;zZ", "aB&#0000047;c&#x00002b;d&#000034;9&#0061;&#038;&#x003C;x&#x03e;zZ",
      "aB&sol;c&plus;d&#34;9&equals;&amp;&LT;x&GT;zZ", "aB\\u002fc\\u002Bd\\u00229\\u003d\\u0026\\u003Cx\\u003eZZ",
      "\\u0061\\u0042\\u002f\\u0063\\u002b\\u0064\\u0022\\u0039\\u003d\\u0026\\u003c\\u0078\\u003e\\u007a\\u005a",
      "aB%252Fc%252Bd%25229%253D%2526%253Cx%253EzZ", 'aB\\\\\\/c+d\\\\\\"9=&amp;&lt;x&gt;zZ',
      "%61%42%2F%63%2B%64%22%39%3D%26%3C%78%3E%7A%5A",
    } do
      local hidden = redact.hide("x " .. text .. " y", { KEY, (KEY:gsub("z", "Z")) })
      assert.equal("x *** y", hidden)
    end
  end)

  it("leaves other texts with such characters unchanged", function()
    for _, text in ipairs { "100% & more; C:\\new \\u0041 %zz &unknown; &#; &#x;", "", "&", "%", "\\" } do
      assert.equal(text, redact.hide(text, { KEY, "short" }))
    end
  end)

  it("is found where a text was cut in the middle of it", function()
    assert.equal("x ***…", redact.hide("x " .. KEY:sub(1, 9) .. "…", { KEY }))
    assert.equal("x aB/c…", redact.hide("x aB/c…", { KEY }))
    local long = redact.vendor_text(("x"):rep(4090) .. KEY)
    assert.is_nil(redact.hide(long, { KEY }):find("aB/c", 1, true))
  end)

  it("is found in linear time", function()
    local began = os.clock()
    for _, unit in ipairs { "a", "aB/c+d", "\\", "%", "&", "%25", "\\u0061", "&#97;" } do
      redact.hide(unit:rep(20000), { KEY, ("a"):rep(500) .. "b" })
    end
    assert.is_true(os.clock() - began < 20, "with a walk over the text for each of its bytes it takes a thousand times as long")
  end)
end)

describe("an error", function()
  it("keeps the vendor's text apart from what is logged", function()
    local err = errors.new("service", "Code", "ours", { vendor_message = "theirs", request_id = "r" })
    assert.equal("service error Code: ours [request r]", tostring(err))
    assert.equal("a service error Code: ours [request r]b", "a " .. err .. "b")
    assert.equal("theirs", err.vendor_message)
    assert.is_nil(redact.vendor_text(""))
    assert.is_nil(redact.vendor_text {})
  end)

  it("has `sent` and `billed` as its constructor says", function()
    local function facts(err) return { err.sent, err.retryable, err.billed == nil and "unknown" or err.billed } end
    assert.same({ false, true, false }, facts(errors.unsent("connect", "C", "")))
    assert.same({ "part", true, false }, facts(errors.after("part", "network", "C", "")))
    assert.same({ true, true, "unknown" }, facts(errors.sent("timeout", "C", "")))
    assert.same({ true, false, true }, facts(errors.sent("service", "C", "", { billed = true })))
    assert.same({ false, false, false }, facts(errors.after(false, "tls", "C", "")))
    assert.same({ "part", true, false }, facts(errors.after("part", "network", "C", "")))
    assert.same({ true, true, "unknown" }, facts(errors.after(true, "network", "C", "")))
  end)

  it("has no request id that could be a person's number, whatever joins or ends its digits", function()
    for _, id in ipairs {
      "901231-10-1234", "110105194912310", "110105194912310025", "11010519491231002X", "110105-19491231-002x", "11010519491231002X.",
    } do
      assert.is_nil(errors.request_id(id), id)
    end
    for _, id in ipairs { "286fe95e-b690-55ec-9149-4b973e5e8a45", "X", "a1", "1234567890", "11010519491231002A5" } do
      assert.equal(id, errors.request_id(id))
    end
  end)

  it("loses known secrets, but no short words", function()
    local err = errors.new("service", "Code.secret.%d", "a secret.%d, secret.%d: too", { request_id = "x" })
    errors.conceal(err, { "secret.%d", "too" })
    assert.same({ "Code.***", "a ***, ***: too", "x" }, { err.code, err.message, err.request_id })
    err = errors.conceal(errors.new("service", "C", "", { vendor_message = "a secret\\u002e%d" }), { "secret.%d" })
    assert.equal("a ***", err.vendor_message)
  end)
end)
