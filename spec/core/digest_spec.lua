--- Tests SHA-256, HMAC, hexadecimal digits, comparison and percent-encoding.

local core = require "idocr.core"

describe("digest", function()
  it("agrees with FIPS 180-4", function()
    assert.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", core.sha256 "abc")
    assert.equal("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      core.sha256 "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
    assert.equal("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", core.sha256(("a"):rep(1000000)))
    assert.equal(core.EMPTY_SHA256, core.sha256 "")
    assert.equal(core.UNSIGNED_SHA256, core.sha256 "UNSIGNED-PAYLOAD")
  end)

  it("agrees with RFC 4231", function()
    local cases = {
      { ("\11"):rep(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
      { "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
      { ("\170"):rep(20), ("\221"):rep(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
      { ("\170"):rep(131), "Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
    }
    for _, case in ipairs(cases) do
      local mac = core.hmac_sha256(case[1], case[2])
      assert.equal(32, #mac)
      assert.equal(case[3], core.hex(mac))
    end
    assert.equal("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", core.hex(core.hmac_sha256("", "")))
  end)

  it("writes lower-case hexadecimal", function()
    assert.equal("", core.hex "")
    assert.equal("00ff0a7f", core.hex "\0\255\10\127")
  end)

  it("compares whole strings", function()
    assert.is_true(core.equal("", ""))
    assert.is_true(core.equal("a\0b", "a\0b"))
    assert.is_false(core.equal("a\0b", "a\0c"))
    assert.is_false(core.equal("a", "ab"))
    assert.has_error(function() core.equal("a", nil) end)
  end)

  it("percent-encodes everything but unreserved characters", function()
    local unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    assert.equal(unreserved, core.percent_encode(unreserved))
    assert.equal("%00%20%2B%2F%3D%25%C3%A9%FF", core.percent_encode "\0 +/=%\195\169\255")
  end)
end)
